package spec

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// Type is what the schema says of a value.
//
// The schema is read from its syntax, in the small part of CUE that it is written
// in; anything else in it is an error, which every test finds. So a spec is
// evaluated by itself, as `cue export` does it, and compared with the types in one
// walk (fit.go): that says what is wrong in the user's terms, and takes a tenth of
// the time of unifying the two. TestSchemaIsCUE holds the walk to what CUE says of
// the same specs.
type Type struct {
	kinds kind
	name  string // of the definition that it is, without #; "" for part of one

	fields map[string]*schemaField // of a struct
	names  []string                // of the fields, as they stand in the schema
	any    *Type                   // of a struct with names of the user's choice
	open   bool                    // a struct of any shape: {...}
	elem   *Type                   // of a list

	words     []string // the texts of an enumeration; none where any text will do
	numbers   []int64  // the numbers of an enumeration
	low, high *int64   // bounds, inclusive
	def       *value   // the default; nil for none
}

// schemaField is a field of a struct.
type schemaField struct {
	*Type
	required bool   // has to be said: name!
	optional bool   // may be left out, and is nothing then: name?
	doc      string // its comment
	change   string // what a change of it takes, where the comment of its definition says it for all
}

// field is the type of a field, or nil where the schema knows none of that name.
func (t *Type) field(name string) *Type {
	if f := t.fields[name]; f != nil {
		return f.Type
	}
	return t.any
}

// readSchema reads #Site.
func readSchema(fsys fs.FS) (*Type, error) {
	names, err := fs.Glob(fsys, "*.cue")
	if err != nil {
		return nil, err
	}
	r := &schemaReader{defs: map[string]*ast.Field{}, types: map[string]*Type{}}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile("schema/"+name, data, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decls {
			if field, ok := d.(*ast.Field); ok {
				name, _, _ := ast.LabelName(field.Label)
				r.defs[name] = field
			}
		}
	}
	return r.definition("#Site", token.NoPos)
}

type schemaReader struct {
	defs  map[string]*ast.Field
	types map[string]*Type
}

func (r *schemaReader) definition(name string, at token.Pos) (*Type, error) {
	if t := r.types[name]; t != nil {
		return t, nil
	}
	def, ok := r.defs[name]
	if !ok {
		return nil, fmt.Errorf("%s: there is no %s", at, name)
	}
	t, err := r.expr(def.Value)
	if err != nil {
		return nil, err
	}
	t.name = strings.TrimPrefix(name, "#")
	r.types[name] = t
	_, every := sentence(docOf(def), "Every change: ")
	for _, f := range t.fields {
		if f.change == "" {
			f.change = every
		}
	}
	return t, nil
}

func unsupported(n ast.Node) error {
	return fmt.Errorf("%s: gen does not read %T here", n.Pos(), n)
}

func (r *schemaReader) expr(e ast.Expr) (*Type, error) {
	switch e := e.(type) {
	case *ast.Ident:
		kinds := map[string]kind{"string": textKind, "int": intKind, "bool": boolKind}
		if k := kinds[e.Name]; k != 0 {
			return &Type{kinds: k}, nil
		}
		return r.definition(e.Name, e.Pos())
	case *ast.BasicLit:
		if e.Kind == token.STRING || e.Kind == token.INT {
			return r.literal(e)
		}
	case *ast.UnaryExpr:
		return r.unary(e)
	case *ast.BinaryExpr:
		x, err := r.expr(e.X)
		if err != nil {
			return nil, err
		}
		y, err := r.expr(e.Y)
		if err != nil {
			return nil, err
		}
		switch e.Op {
		case token.OR:
			return x.or(y), nil
		case token.AND:
			return x.and(y), nil
		}
	case *ast.StructLit:
		t := &Type{kinds: structKind, fields: map[string]*schemaField{}}
		return t, r.decls(t, e.Elts)
	case *ast.ListLit:
		if len(e.Elts) == 1 {
			if all, ok := e.Elts[0].(*ast.Ellipsis); ok && all.Type != nil {
				elem, err := r.expr(all.Type)
				return &Type{kinds: listKind, elem: elem}, err
			}
		}
	}
	return nil, unsupported(e)
}

func (r *schemaReader) literal(e *ast.BasicLit) (*Type, error) {
	switch e.Kind {
	case token.STRING:
		text, err := literal.Unquote(e.Value)
		return &Type{kinds: textKind, words: []string{text}}, err
	case token.INT:
		n, err := strconv.ParseInt(e.Value, 10, 64)
		return &Type{kinds: intKind, numbers: []int64{n}}, err
	case token.TRUE, token.FALSE:
		return &Type{kinds: boolKind}, nil
	}
	return nil, unsupported(e)
}

// unary reads defaults and bounds.
func (r *schemaReader) unary(e *ast.UnaryExpr) (*Type, error) {
	lit, ok := e.X.(*ast.BasicLit)
	if !ok {
		return nil, unsupported(e)
	}
	t, err := r.literal(lit)
	if err != nil {
		return nil, err
	}
	switch {
	case e.Op == token.MUL:
		t.def = &value{Kind: t.kinds, Text: lit.Value}
		if len(t.words) > 0 {
			t.def.Text = t.words[0]
		}
		return t, nil
	case e.Op == token.GEQ && len(t.numbers) == 1:
		return &Type{kinds: intKind, low: &t.numbers[0]}, nil
	case e.Op == token.LEQ && len(t.numbers) == 1:
		return &Type{kinds: intKind, high: &t.numbers[0]}, nil
	}
	return nil, unsupported(e)
}

// or is a value of one of two types. An enumeration beside its whole kind, as in
// *"UTC" | string, is that kind.
func (t *Type) or(o *Type) *Type {
	both := *t
	both.name = ""
	both.kinds |= o.kinds
	if o.kinds&structKind != 0 {
		both.fields, both.names, both.any = o.fields, o.names, o.any
	}
	both.words, both.numbers = nil, nil
	if t.closed(textKind) && o.closed(textKind) {
		both.words = append(t.words[:len(t.words):len(t.words)], o.words...)
	}
	if t.closed(intKind) && o.closed(intKind) {
		both.numbers = append(t.numbers[:len(t.numbers):len(t.numbers)], o.numbers...)
	}
	if both.low == nil && both.high == nil {
		both.low, both.high = o.low, o.high
	}
	if both.def == nil {
		both.def = o.def
	}
	return &both
}

// closed tells whether a type takes no value of a kind, or only those it lists.
func (t *Type) closed(k kind) bool {
	return t.kinds&k == 0 || k == textKind && len(t.words) > 0 || k == intKind && len(t.numbers) > 0
}

// and is a number within bounds.
func (t *Type) and(o *Type) *Type {
	both := *t
	if both.low == nil {
		both.low = o.low
	}
	if both.high == nil {
		both.high = o.high
	}
	return &both
}

// decls reads the fields of a struct, with those of what it embeds.
func (r *schemaReader) decls(t *Type, decls []ast.Decl) error {
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.Field:
			if err := r.field(t, d); err != nil {
				return err
			}
		case *ast.Ellipsis:
			if t.open = d.Type == nil && len(decls) == 1; !t.open {
				return unsupported(d)
			}
		case *ast.EmbedDecl:
			in, err := r.expr(d.Expr)
			if err != nil {
				return err
			}
			for _, name := range in.names {
				t.add(name, in.fields[name])
			}
		default:
			return unsupported(d)
		}
	}
	return nil
}

func (r *schemaReader) field(t *Type, d *ast.Field) error {
	of, err := r.expr(d.Value)
	if err != nil {
		return err
	}
	if list, ok := d.Label.(*ast.ListLit); ok && len(list.Elts) == 1 { // [string]: …
		t.any = of
		return nil
	}
	name, _, err := ast.LabelName(d.Label)
	if err != nil {
		return err
	}
	t.add(name, &schemaField{Type: of, required: d.Constraint == token.NOT, optional: d.Constraint == token.OPTION, doc: docOf(d)})
	return nil
}

func (t *Type) add(name string, f *schemaField) {
	if t.fields[name] == nil {
		t.names = append(t.names, name)
	}
	t.fields[name] = f
}

// docOf is the comment above a field, in one line, without what Renovate reads.
func docOf(d *ast.Field) string {
	var text []string
	for _, c := range ast.Comments(d) {
		if !c.Doc {
			continue
		}
		for line := range strings.Lines(c.Text()) {
			if !strings.HasPrefix(line, "renovate:") {
				text = append(text, strings.Fields(line)...)
			}
		}
	}
	return strings.Join(text, " ")
}
