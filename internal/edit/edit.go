// Package edit changes a spec as a person would in an editor: it finds the place of a
// value by CUE's syntax tree, and puts text in or takes it out there. Every other byte
// stays as it is. Whether the result is a good spec, it does not know.
package edit

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// Spec is the texts of a spec, on the way from what they were to what they shall be.
type Spec struct {
	files []*file
	ix    *spec.Index // of the texts as they were
}

type file struct {
	name string
	data []byte
	tree *ast.File
}

// New takes the texts of a spec, and the places of what they come to.
func New(texts []spec.Text, ix *spec.Index) (*Spec, error) {
	s := &Spec{ix: ix.AsWritten()}
	for _, t := range texts {
		f := &file{name: t.Name, data: t.Data}
		if err := f.parse(); err != nil {
			return nil, err
		}
		s.files = append(s.files, f)
	}
	return s, nil
}

// Texts are the texts as they have become.
func (s *Spec) Texts() []spec.Text {
	var all []spec.Text
	for _, f := range s.files {
		all = append(all, spec.Text{Name: f.name, Data: f.data})
	}
	return all
}

func (f *file) parse() (err error) {
	f.tree, err = parser.ParseFile(f.name, f.data, parser.ParseComments)
	return err
}

// splice puts text in the place of what is between two offsets.
func (f *file) splice(from, to int, text string) error {
	if bytes.Contains(f.data, []byte("\r\n")) {
		text = string(bytes.ReplaceAll([]byte(text), []byte("\n"), []byte("\r\n")))
	}
	f.data = slices.Concat(f.data[:from], []byte(text), f.data[to:])
	return f.parse()
}

// pos is the place of an offset.
func (f *file) pos(offset int) diag.Pos {
	before := f.data[:offset]
	return diag.Pos{File: f.name, Line: 1 + bytes.Count(before, []byte("\n")), Col: offset - bytes.LastIndexByte(before, '\n')}
}

// A RefusedError says that a place of the spec cannot be edited, and what to do by hand.
type RefusedError struct {
	Pos  diag.Pos
	Path diag.Path
	Why  string
	Hint string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("%s: %s: %s; %s", e.Pos, e.Path, e.Why, e.Hint)
}

const byHand = "change it there by hand"

func refused(f *file, n ast.Node, at diag.Path, hint, why string, args ...any) error {
	return &RefusedError{Pos: f.pos(n.Pos().Offset()), Path: at, Why: fmt.Sprintf(why, args...), Hint: hint}
}

func givenTwice(at diag.Path, items []*item) error {
	return refused(items[1].file, items[1].value, at, "leave one of the two", "is given in two places, also at %s", items[0].pos())
}

// Set gives the value at a path another text, or puts it in where there is none.
func (s *Spec) Set(at diag.Path, text string) error {
	items, err := s.items(at)
	switch {
	case err != nil:
		return err
	case len(items) == 0:
		if err := s.madeElsewhere(at); err != nil {
			return err
		}
		if err := spec.Known(at); err != nil || spec.Own(at) { // the user's own fields are not made up here
			return cmp.Or(err, s.absent(at))
		}
		if i, element := at[len(at)-1].(int); element {
			return s.next(at, i, text)
		}
		return s.insert(at, text)
	case len(items) > 1:
		return givenTwice(at, items)
	}
	it := items[0]
	if why := computed(it.value); why != "" {
		return refused(it.file, it.value, at, byHand, "%s", why)
	}
	if done, err := s.become(it, text); done || err != nil {
		return err
	}
	return it.file.splice(it.value.Pos().Offset(), it.value.End().Offset(), oneLine(text))
}

// Add puts in what is not there yet.
func (s *Spec) Add(at diag.Path, text string) error {
	items, err := s.items(at)
	switch {
	case err != nil:
		return err
	case len(items) > 0:
		return refused(items[0].file, items[0].node, at, "gen set changes what is in it, gen remove takes it out", "is there already")
	}
	if err := s.madeElsewhere(at); err != nil {
		return err
	}
	return s.insert(at, text)
}

// Append puts an element behind the others of a list, which need not be there yet.
func (s *Spec) Append(at diag.Path, text string) error {
	items, err := s.items(at)
	switch {
	case err != nil:
		return err
	case len(items) == 0:
		if err := s.madeElsewhere(at); err != nil {
			return err
		}
		return s.insert(at, "["+oneLine(text)+"]")
	case len(items) > 1:
		return givenTwice(at, items)
	}
	it := items[0]
	list, ok := it.value.(*ast.ListLit)
	if !ok {
		return refused(it.file, it.value, at, byHand, "is not written as a list: it %s", cmpWhy(it.value))
	}
	for _, e := range list.Elts {
		if _, open := e.(*ast.Ellipsis); open {
			return refused(it.file, e, at, byHand, "is an open list")
		}
	}
	sc := &scope{file: it.file, at: at, lit: list, nodes: exprs(list.Elts)}
	return sc.append(text)
}

func cmpWhy(e ast.Expr) string {
	if why := computed(e); why != "" {
		return why
	}
	return "is a value of another kind"
}

// Remove takes out what stands at a path, wherever it does. Comments right above it and
// behind it go with it.
func (s *Spec) Remove(at diag.Path) error {
	for n := 0; ; n++ {
		items, err := s.items(at)
		switch {
		case err != nil:
			return err
		case len(items) == 0 && n == 0:
			return s.absent(at)
		case len(items) == 0:
			return nil
		}
		if err := items[0].head().cut(); err != nil {
			return err
		}
		if _, ok := at[len(at)-1].(int); ok {
			return nil // the next one has its place now
		}
	}
}

// Rename gives the fields at a path another name.
func (s *Spec) Rename(at diag.Path, name string) error {
	items, err := s.items(at)
	switch {
	case err != nil:
		return err
	case len(items) == 0:
		return s.absent(at)
	}
	for range items {
		left, err := s.items(at)
		if err != nil {
			return err
		}
		it := left[0]
		field, ok := it.node.(*ast.Field)
		if !ok {
			return refused(it.file, it.node, at, byHand, "is no field with a name")
		}
		if _, alias := field.Label.(*ast.Alias); alias {
			return refused(it.file, it.node, at, byHand, "has an alias")
		}
		if err := it.file.splice(field.Label.Pos().Offset(), field.Label.End().Offset(), spec.Label(name)); err != nil {
			return err
		}
	}
	return nil
}

// Says tells whether the text has something at a path.
func (s *Spec) Says(at diag.Path) bool {
	items, err := s.items(at)
	return err == nil && len(items) > 0
}

// absent says why there is nothing at a path that could be changed.
func (s *Spec) absent(at diag.Path) error {
	if err := s.madeElsewhere(at); err != nil {
		return err
	}
	return fmt.Errorf("the spec does not say %s", at)
}
