package spec

import (
	"errors"
	"fmt"
	"slices"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// tagSet answers what stands in @if attributes, and keeps what was asked for.
// It follows CUE's internal/buildattr.
type tagSet struct {
	set  []string
	used map[string]bool
}

// build tells whether a file is part of its package as far as its attributes go,
// and which of them says so.
func (t tagSet) build(f *ast.File) (attr *ast.Attribute, ok bool, err error) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.Attribute:
			switch key, _ := d.Split(); {
			case key == "ignore":
				return d, false, nil
			case key == "if" && attr != nil:
				return d, false, errors.New("a file has one @if")
			case key == "if":
				attr = d
			}
			continue
		case *ast.CommentGroup:
			continue
		}
		break // the package clause, or a file without one
	}
	if attr == nil {
		return nil, true, nil
	}
	_, body := attr.Split()
	expr, err := parser.ParseExpr("", body)
	if err != nil {
		return attr, false, fmt.Errorf("@if(%s) is no condition", body)
	}
	ok, err = t.holds(expr)
	return attr, ok, err
}

func (t tagSet) holds(e ast.Expr) (bool, error) {
	switch e := e.(type) {
	case *ast.Ident:
		t.used[e.Name] = true
		return slices.Contains(t.set, e.Name), nil
	case *ast.ParenExpr:
		return t.holds(e.X)
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			ok, err := t.holds(e.X)
			return !ok, err
		}
	case *ast.BinaryExpr:
		if e.Op == token.LAND || e.Op == token.LOR {
			x, errX := t.holds(e.X)
			y, errY := t.holds(e.Y)
			return e.Op == token.LAND && x && y || e.Op == token.LOR && (x || y), errors.Join(errX, errY)
		}
	}
	return false, errors.New("an @if is made of names, !, &&, || and parentheses")
}

// unused is a tag that no file asks for, or "". A value (name=value, for @tag) is
// never asked for: what a spec says is in its files.
func (t tagSet) unused() string {
	for _, name := range t.set {
		if !t.used[name] {
			return name
		}
	}
	return ""
}
