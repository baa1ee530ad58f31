package sitetest

import (
	"fmt"
	"strings"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
)

// Mutant is a spec with one mistake in it.
type Mutant struct {
	Kind  string // drop, rename, retype, twice, range, empty, hidden, double
	Path  []any  // of the field, names and positions
	Text  string
	Lines [2]int   // of what was changed
	Near  []int    // lines where the mistake may be said to be as well
	Words []string // one of them may be named instead
}

// Mutants makes every mistake of every kind in a spec.
func Mutants(t *testing.T, text string) []Mutant {
	t.Helper()
	f, err := parser.ParseFile("site.cue", text)
	if err != nil {
		t.Fatal(err)
	}
	mu := &mutator{text: text}
	mu.decls(nil, nil, f.Decls, false)
	return mu.all
}

type mutator struct {
	text string
	all  []Mutant
}

// decls walks the fields of a struct. near are the lines of the labels around it;
// alone says that the struct is one field without braces.
func (mu *mutator) decls(at []any, near []int, decls []ast.Decl, alone bool) {
	for _, d := range decls {
		f, ok := d.(*ast.Field)
		if !ok {
			continue
		}
		name, _, err := ast.LabelName(f.Label)
		if err != nil {
			continue
		}
		p := with(at, name)
		mu.field(p, near, f, alone)
		mu.value(p, append(near[:len(near):len(near)], f.Label.Pos().Line()), f.Value)
	}
}

func (mu *mutator) value(at []any, near []int, e ast.Expr) {
	switch e := e.(type) {
	case *ast.StructLit:
		mu.decls(at, near, e.Elts, !e.Lbrace.IsValid())
	case *ast.ListLit:
		for i, x := range e.Elts {
			mu.scalar(with(at, i), near, x)
			mu.value(with(at, i), append(near[:len(near):len(near)], x.Pos().Line()), x)
		}
	}
}

func (mu *mutator) add(kind string, at []any, near []int, from, to int, with string, words ...string) {
	text := mu.text[:from] + with + mu.text[to:]
	line := 1 + strings.Count(mu.text[:from], "\n")
	mu.all = append(mu.all, Mutant{kind, at, text, [2]int{line, line + strings.Count(with, "\n")}, near, words})
}

// field makes the mistakes with a field as a whole.
func (mu *mutator) field(at []any, near []int, f *ast.Field, alone bool) {
	from, to := f.Pos().Offset(), f.End().Offset()
	if len(at) > 0 {
		end := to
		if rest := mu.text[to:]; strings.HasPrefix(rest, ", ") {
			end = to + 2
		}
		name, left := fmt.Sprint(at[len(at)-1]), ""
		if alone {
			left = "{}"
		}
		mu.add("drop", at, near, from, end, left, word(name))
		label := mu.text[f.Label.Pos().Offset():f.Label.End().Offset()]
		wrong := label + "x"
		if strings.HasSuffix(label, `"`) {
			wrong = strings.TrimSuffix(label, `"`) + `x"`
		}
		mu.add("rename", at, near, f.Label.Pos().Offset(), f.Label.End().Offset(), wrong, word(name))
	}
	if _, ok := f.Value.(*ast.StructLit); ok {
		mu.add("retype", at, near, f.Value.Pos().Offset(), f.Value.End().Offset(), `"text"`)
		return
	}
	mu.scalar(at, near, f.Value)
}

// word is a name as a message has to have it: short ones are in every message.
func word(name string) string {
	if len(name) < 4 {
		return fmt.Sprintf("%q", name)
	}
	return name
}

// scalar makes the mistakes with a value.
func (mu *mutator) scalar(at []any, near []int, e ast.Expr) {
	from, to := e.Pos().Offset(), e.End().Offset()
	old := mu.text[from:to]
	replace := func(kind, with string) { mu.add(kind, at, near, from, to, with) }
	switch e := e.(type) {
	case *ast.ListLit:
		replace("retype", `"text"`)
		if len(e.Elts) > 0 {
			first := mu.text[e.Elts[0].Pos().Offset():e.Elts[0].End().Offset()]
			mu.add("double", at, near, e.Elts[0].Pos().Offset(), e.Elts[0].Pos().Offset(), first+", ")
		}
	case *ast.StructLit:
		replace("retype", `7`)
	case *ast.BasicLit:
		_, isElement := at[len(at)-1].(int)
		switch {
		case strings.HasPrefix(e.Value, `"`):
			replace("retype", "7")
			replace("empty", `""`)
			replace("range", `"\u0000 :"`)
			replace("hidden", strings.TrimSuffix(old, `"`)+`\u200b"`)
			if !isElement {
				replace("twice", old+` & "other"`)
			}
		case e.Value == "true" || e.Value == "false":
			replace("retype", `"yes"`)
			replace("twice", "true & false")
		default:
			replace("retype", `"seven"`)
			replace("range", "-1")
			replace("range", "99999999999")
			replace("twice", old+" & 1"+old)
		}
	}
}

func with(at []any, elem any) []any { return append(at[:len(at):len(at)], elem) }
