package edit

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"sitegen/internal/diag"
)

// scope is a struct or a list in the text, or the top of a file: what can have things in it.
type scope struct {
	file    *file
	at      diag.Path
	lit     ast.Node // the struct or the list; nil for the top of a file
	item    *item    // whose value it is; nil for the top of a file
	nodes   []ast.Node
	chained bool // a struct without braces: the rest of a: b: c
}

// item is a field or an element as it stands in the text.
type item struct {
	scope *scope
	file  *file
	at    diag.Path
	node  ast.Node
	value ast.Expr
}

func (it *item) pos() diag.Pos { return it.file.pos(it.node.Pos().Offset()) }

// tops are the files.
func (s *Spec) tops() []*scope {
	var all []*scope
	for _, f := range s.files {
		sc := &scope{file: f}
		sc.nodes = decls(f.tree.Decls)
		all = append(all, sc)
	}
	return all
}

// scopes are the structs and lists of which what is at a path is made.
func (s *Spec) scopes(at diag.Path) ([]*scope, error) {
	now := s.tops()
	for i, e := range at {
		items, err := itemsIn(now, e, at[:i+1])
		if err != nil {
			return nil, err
		}
		now = nil
		for _, it := range items {
			now = append(now, it.scopes(it.value)...)
		}
	}
	return now, nil
}

// items are the fields, or the elements, that stand at a path.
func (s *Spec) items(at diag.Path) ([]*item, error) {
	if len(at) == 0 {
		return nil, errors.New("the whole spec is no field")
	}
	around, err := s.scopes(at.Parent())
	if err != nil {
		return nil, err
	}
	return itemsIn(around, at[len(at)-1], at)
}

// itemsIn are what has a name, or a place in a list, in one of the scopes.
func itemsIn(scopes []*scope, e any, at diag.Path) ([]*item, error) {
	var all []*item
	for _, sc := range scopes {
		if i, ok := e.(int); ok {
			it, err := sc.element(i, at)
			if err != nil {
				return nil, err
			}
			if it != nil {
				all = append(all, it)
			}
			continue
		}
		if _, list := sc.lit.(*ast.ListLit); list {
			return nil, fmt.Errorf("%s is a list, and has elements like %s[0] and no names", at.Parent(), at.Parent())
		}
		for _, n := range sc.nodes {
			f, ok := n.(*ast.Field)
			if !ok || f.Constraint != token.ILLEGAL {
				continue
			}
			if name, _, err := ast.LabelName(f.Label); err == nil && name == e {
				all = append(all, &item{scope: sc, file: sc.file, at: at, node: f, value: f.Value})
			}
		}
	}
	return all, nil
}

// element is one of a list; nil where the scope is no list or has fewer.
func (sc *scope) element(i int, at diag.Path) (*item, error) {
	list, ok := sc.lit.(*ast.ListLit)
	if !ok {
		return nil, nil
	}
	for n, x := range list.Elts {
		switch x.(type) {
		case *ast.Comprehension:
			return nil, refused(sc.file, x, at, byHand, "is in a list that a loop makes")
		case *ast.Ellipsis:
			return nil, nil
		}
		if n == i {
			return &item{scope: sc, file: sc.file, at: at, node: x, value: x}, nil
		}
	}
	return nil, nil
}

// scopes are the structs and lists that are written in an expression.
func (it *item) scopes(e ast.Expr) []*scope {
	sc := &scope{file: it.file, at: it.at, lit: e, item: it}
	switch e := e.(type) {
	case *ast.StructLit:
		sc.chained = !e.Lbrace.IsValid()
		sc.nodes = decls(e.Elts)
		return []*scope{sc}
	case *ast.ListLit:
		sc.nodes = exprs(e.Elts)
		return []*scope{sc}
	case *ast.ParenExpr:
		return it.scopes(e.X)
	case *ast.BinaryExpr:
		if e.Op == token.AND {
			return append(it.scopes(e.X), it.scopes(e.Y)...)
		}
	}
	return nil
}

// decls are what is declared: comments that stand alone are not.
func decls(all []ast.Decl) []ast.Node {
	var nodes []ast.Node
	for _, d := range all {
		if _, comment := d.(*ast.CommentGroup); !comment {
			nodes = append(nodes, d)
		}
	}
	return nodes
}

func exprs(all []ast.Expr) []ast.Node {
	var nodes []ast.Node
	for _, e := range all {
		nodes = append(nodes, e)
	}
	return nodes
}

// head is the outermost field that is there for this one alone: a of a: b: c.
func (it *item) head() *item {
	for it.scope.chained && len(it.scope.nodes) == 1 {
		it = it.scope.item
	}
	return it
}

// computed says why an expression is no plain data; "" where it is.
func computed(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		return ""
	case *ast.UnaryExpr:
		if lit, ok := e.X.(*ast.BasicLit); ok && e.Op == token.SUB && lit != nil {
			return ""
		}
	case *ast.ListLit:
		for _, x := range e.Elts {
			if why := computed(x); why != "" {
				return why
			}
		}
		return ""
	case *ast.StructLit:
		return computedIn(e.Elts)
	case *ast.ParenExpr:
		return computed(e.X)
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
		return "refers to another place"
	case *ast.Interpolation:
		return "is put together from other values"
	case *ast.Comprehension:
		return "is made by a loop or a condition"
	case *ast.BinaryExpr:
		switch e.Op {
		case token.OR:
			return "is a choice between values"
		case token.AND:
			return "is several values in one"
		}
	}
	return "is computed"
}

func computedIn(decls []ast.Decl) string {
	for _, d := range decls {
		f, ok := d.(*ast.Field)
		switch {
		case !ok:
			return "has more than plain fields in it"
		case f.Constraint != token.ILLEGAL || f.Alias != nil || len(f.Attrs) > 0:
			return "has more than plain fields in it"
		}
		if _, _, err := ast.LabelName(f.Label); err != nil {
			return "has names in it that are computed"
		}
		if _, alias := f.Label.(*ast.Alias); alias {
			return "has an alias in it"
		}
		if why := computed(f.Value); why != "" {
			return "has something in it that " + why
		}
	}
	return ""
}

// Made says what in the text makes the value at a place: a loop, a template, a definition.
func (s *Spec) Made(at diag.Pos) string {
	what := ""
	for _, f := range s.files {
		if f.name != at.File {
			continue
		}
		offset := f.offset(at)
		ast.Walk(f.tree, func(n ast.Node) bool {
			if n.Pos().Offset() > offset || n.End().Offset() < offset {
				return false
			}
			switch n := n.(type) {
			case *ast.Comprehension:
				what = "is made by a loop or a condition"
			case *ast.Field:
				name, _, err := ast.LabelName(n.Label)
				switch {
				case err != nil && what == "":
					what = "comes from a template, or has a name that is computed"
				case err == nil && strings.ContainsAny(name[:min(1, len(name))], "_#") && what == "":
					what = "comes from " + name
				}
			}
			return true
		}, nil)
	}
	if what == "" {
		return "comes from another place"
	}
	return what
}

// offset is that of a place.
func (f *file) offset(at diag.Pos) int {
	n := 0
	for range at.Line - 1 {
		n += bytes.IndexByte(f.data[n:], '\n') + 1
	}
	return n + at.Col - 1
}
