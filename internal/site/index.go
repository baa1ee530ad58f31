package site

import (
	"strconv"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// index finds the place of a field in the user's own files. CUE's positions
// point into the schema for structs and for fields with a default, so gen
// walks the syntax trees itself.
//
// Fields that only evaluation brings about (comprehensions over data, embedded
// references) are not in the index: CUE knows where their values were written.
// What has no place at all stands where the thing around it does.
type index struct {
	fields map[string]place
	files  map[string]bool
	top    token.Pos
	empty  []Path    // where a text without a character is written
	user   cue.Value // the spec as evaluated, without the schema
}

// place is where a field stands: its label, its value, and, where two files or
// two lines give it, the places after the first.
type place struct {
	label, value token.Pos
	more         []token.Pos
	number       string // the value, if it is a number
}

func newIndex(files []*ast.File) *index {
	ix := &index{fields: map[string]place{}, files: map[string]bool{}}
	for _, f := range files {
		ix.files[f.Filename] = true
		ix.decls(nil, f.Decls)
		if !ix.top.IsValid() && len(f.Decls) > 0 {
			ix.top = f.Decls[0].Pos()
		}
	}
	return ix
}

func (ix *index) decls(at Path, decls []ast.Decl) {
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.Field:
			name, _, err := ast.LabelName(d.Label)
			if err != nil {
				continue // a dynamic or pattern label
			}
			p := at.With(name)
			ix.add(p, d.Label.Pos(), d.Value.Pos())
			ix.expr(p, d.Value)
		case *ast.EmbedDecl:
			ix.expr(at, d.Expr)
		case *ast.Comprehension:
			ix.expr(at, d.Value)
		}
	}
}

func (ix *index) expr(at Path, e ast.Expr) {
	switch e := e.(type) {
	case *ast.StructLit:
		ix.decls(at, e.Elts)
	case *ast.ListLit:
		for i, x := range e.Elts {
			p := at.With(i)
			ix.add(p, x.Pos(), x.Pos())
			ix.expr(p, x)
		}
	case *ast.BasicLit:
		switch {
		case e.Value == `""`:
			ix.empty = append(ix.empty, at)
		case e.Kind == token.INT || e.Kind == token.FLOAT:
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

func (ix *index) number(at Path, text string) {
	if f, ok := ix.fields[at.key()]; ok {
		f.number = text
		ix.fields[at.key()] = f
	}
}

func (ix *index) add(p Path, label, value token.Pos) {
	key := p.key()
	old, ok := ix.fields[key]
	if !ok {
		ix.fields[key] = place{label: label, value: value}
		return
	}
	old.more = append(old.more, value)
	ix.fields[key] = old
}

// value is where the value at p stands, or the nearest thing around it that the
// user wrote.
func (ix *index) value(p Path) Pos {
	for q := p; ; q = q.parent() {
		if f, ok := ix.fields[q.key()]; ok {
			if len(q) == len(p) {
				return toPos(f.value)
			}
			return toPos(f.label)
		}
		if len(q) == 0 {
			return toPos(ix.top)
		}
		if pos := ix.evaluated(q); pos.IsValid() {
			return pos
		}
	}
}

// evaluated is where the user wrote the value that evaluation puts at p, or the
// zero Pos.
func (ix *index) evaluated(p Path) Pos {
	var sels []cue.Selector
	for _, e := range p {
		switch e := e.(type) {
		case int:
			sels = append(sels, cue.Index(e))
		case string:
			sels = append(sels, cue.Str(e))
		}
	}
	v := ix.user.LookupPath(cue.MakePath(sels...))
	if pos := toPos(v.Pos()); v.Exists() && ix.files[pos.File] && pos.Line > 0 {
		return pos
	}
	return Pos{}
}

// label is where the name of the field at p stands.
func (ix *index) label(p Path) Pos {
	if f, ok := ix.fields[p.key()]; ok {
		return toPos(f.label)
	}
	return ix.value(p)
}

// has tells whether the user wrote the field at p.
func (ix *index) has(p Path) bool {
	_, ok := ix.fields[p.key()]
	return ok
}

// Pos is a place in the user's spec; Line and Col count from 1, in bytes.
type Pos struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"column"`
}

func toPos(p token.Pos) Pos {
	if !p.IsValid() {
		return Pos{}
	}
	return Pos{File: p.Filename(), Line: p.Line(), Col: p.Column()}
}

// String is file:line:col, or the file alone.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Col)
}

// IsValid tells whether p names a file.
func (p Pos) IsValid() bool { return p.File != "" }
