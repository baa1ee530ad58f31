package spec

import (
	"slices"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"sitegen/internal/diag"
)

// Index finds the place of a field in the user's own files, from their syntax
// trees. Fields that only evaluation brings about (comprehensions over data,
// templates, references) are not in it: CUE knows where their values were written.
// What has no place at all stands where the thing around it does.
type Index struct {
	sources []*ast.File
	files   map[string]bool
	top     token.Pos
	root    *value            // the spec as evaluated
	fields  map[string]place  // made when first asked for: a sound spec needs none
	starts  map[diag.Pos]bool // where the fields' values start
	renamed map[string]string // keys of paths of clients and apps → the names that the user writes
}

// place is where a field stands: its label, its value, and, where two files or
// two lines give it, the values after the first.
type place struct {
	label  token.Pos
	value  span
	more   []span
	number string // the value, if it is a number
}

// span is where an expression starts and ends.
type span struct{ from, to token.Pos }

func spanOf(e ast.Expr) span { return span{e.Pos(), e.End()} }

func (s span) has(p token.Pos) bool {
	return p.Filename() == s.from.Filename() && p.Offset() >= s.from.Offset() && p.Offset() <= s.to.Offset()
}

// has tells whether a place is within what is written for the field.
func (f place) has(p token.Pos) bool {
	return f.value.has(p) || slices.ContainsFunc(f.more, func(s span) bool { return s.has(p) })
}

func newIndex(files []*ast.File) *Index {
	ix := &Index{sources: files, files: map[string]bool{}}
	for _, f := range files {
		ix.files[f.Filename] = true
		if !ix.top.IsValid() && len(f.Decls) > 0 {
			ix.top = f.Decls[0].Pos()
		}
	}
	return ix
}

// field is where the user wrote the field at p.
func (ix *Index) field(p diag.Path) (place, bool) {
	f, ok := ix.all()[ix.User(p).Key()]
	return f, ok
}

func (ix *Index) all() map[string]place {
	if ix.fields == nil {
		ix.fields = map[string]place{}
		for _, f := range ix.sources {
			ix.decls(nil, f.Decls)
		}
	}
	return ix.fields
}

// maxElements is how many elements of one list are in the index. CUE knows the
// place of any.
const maxElements = 10_000

func (ix *Index) decls(at diag.Path, decls []ast.Decl) {
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.Field:
			name, _, err := ast.LabelName(d.Label)
			if err != nil {
				continue // a dynamic or pattern label
			}
			p := at.With(name)
			ix.add(p, d.Label.Pos(), d.Value)
			ix.expr(p, d.Value)
		case *ast.EmbedDecl:
			ix.expr(at, d.Expr)
		case *ast.Comprehension:
			ix.expr(at, d.Value)
		}
	}
}

func (ix *Index) expr(at diag.Path, e ast.Expr) {
	switch e := e.(type) {
	case *ast.StructLit:
		ix.decls(at, e.Elts)
	case *ast.ListLit:
		for i, x := range e.Elts[:min(maxElements, len(e.Elts))] {
			p := at.With(i)
			ix.add(p, x.Pos(), x)
			ix.expr(p, x)
		}
	case *ast.BasicLit:
		if e.Kind == token.INT || e.Kind == token.FLOAT {
			ix.number(at, e.Value)
		}
	case *ast.ParenExpr:
		ix.expr(at, e.X)
	case *ast.BinaryExpr:
		if e.Op == token.AND || e.Op == token.OR {
			ix.expr(at, e.X)
			ix.expr(at, e.Y)
		}
	case *ast.UnaryExpr:
		lit, ok := e.X.(*ast.BasicLit)
		switch {
		case e.Op == token.MUL: // *default
			ix.expr(at, e.X)
		case ok && e.Op == token.SUB:
			ix.number(at, "-"+lit.Value)
		}
	}
}

func (ix *Index) number(at diag.Path, text string) {
	if f, ok := ix.fields[at.Key()]; ok {
		f.number = text
		ix.fields[at.Key()] = f
	}
}

func (ix *Index) add(p diag.Path, label token.Pos, value ast.Expr) {
	key := p.Key()
	old, ok := ix.fields[key]
	if !ok {
		ix.fields[key] = place{label: label, value: spanOf(value)}
		return
	}
	old.more = append(old.more, spanOf(value))
	ix.fields[key] = old
}

// Value is where the value at p stands, or the nearest thing around it that the
// user wrote.
func (ix *Index) Value(p diag.Path) diag.Pos {
	pos, _ := ix.Place(p)
	return pos
}

// Place is where the value at p stands, and, where that only refers to another
// place, where the value was written: see noteWritten.
func (ix *Index) Place(p diag.Path) (at, written diag.Pos) {
	from := ix.evaluated(p)
	if f, ok := ix.field(p); ok {
		if from.IsValid() && !f.has(from) {
			written = toPos(from)
		}
		return toPos(f.value.from), written
	}
	if from.IsValid() && !ix.isField(from) { // a loop or a template: there it is to be repaired
		return toPos(from), diag.Pos{}
	}
	for q := p.Parent(); len(q) > 0; q = q.Parent() {
		if f, ok := ix.field(q); ok {
			return toPos(f.label), toPos(from)
		}
		if pos := ix.evaluated(q); pos.IsValid() && !from.IsValid() {
			return toPos(pos), diag.Pos{}
		}
	}
	if from.IsValid() {
		return toPos(from), diag.Pos{}
	}
	return toPos(ix.top), diag.Pos{}
}

// isField tells whether a place is that of a field's value in the index.
func (ix *Index) isField(at token.Pos) bool {
	if ix.starts == nil {
		ix.starts = map[diag.Pos]bool{}
		for _, f := range ix.all() {
			ix.starts[toPos(f.value.from)] = true
			for _, s := range f.more {
				ix.starts[toPos(s.from)] = true
			}
		}
	}
	return ix.starts[toPos(at)]
}

// evaluated is where the user wrote the value that evaluation puts at p.
func (ix *Index) evaluated(p diag.Path) token.Pos {
	if v := ix.root.inside(ix.User(p)); v != nil && ix.files[v.at.Filename()] {
		return v.at
	}
	return token.NoPos
}

// Label is where the name of the field at p stands.
func (ix *Index) Label(p diag.Path) diag.Pos {
	if f, ok := ix.field(p); ok {
		return toPos(f.label)
	}
	if v := ix.root.inside(ix.User(p)); v != nil && ix.files[v.label.Filename()] && !ix.isField(v.at) {
		return toPos(v.label)
	}
	return ix.Value(p)
}

// Has tells whether the spec says the field at p.
func (ix *Index) Has(p diag.Path) bool { return ix.root.inside(ix.User(p)) != nil }

// Texts calls f for each text that the spec says.
func (ix *Index) Texts(f func(at diag.Path, text string)) { ix.root.texts(nil, f) }

// Sound tells whether the spec says the field at p, and all of it is known.
func (ix *Index) Sound(p diag.Path) bool {
	v := ix.root.inside(ix.User(p))
	return v != nil && v.sound()
}

func toPos(p token.Pos) diag.Pos {
	if !p.IsValid() {
		return diag.Pos{}
	}
	return diag.Pos{File: p.Filename(), Line: p.Line(), Col: p.Column()}
}
