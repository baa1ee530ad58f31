package spec

import (
	"fmt"
	"slices"
	"strconv"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"sitegen/internal/diag"
)

// kind is a set of kinds of values.
type kind uint16

const (
	structKind kind = 1 << iota
	listKind
	textKind
	intKind
	floatKind
	boolKind
	bytesKind
	nullKind
)

// value is a part of a spec as `cue export` gives it: data, and where it was
// written. Its fields have names for encoding/gob: see child.go.
type value struct {
	Kind   kind
	Text   string   // of a scalar: the text itself, or the number as CUE prints it
	Names  []string // of a struct's fields
	Parts  []*value // of a struct's fields, or a list's elements
	Broken bool     // there is no value, and a problem says why
	Open   bool     // there is no definite value
	Loop   bool     // and that is because it is defined by itself
	Sick   bool     // something in it is broken or open

	at, label    token.Pos // where it was written, and the name of its field
	Place, Label filePlace // the same, on the way from another process
	byName       map[string]*value
}

// field is the value of a field, or nil.
func (v *value) field(name string) *value {
	if v == nil || v.Kind != structKind {
		return nil
	}
	if len(v.Names) > 16 && v.byName == nil {
		v.byName = make(map[string]*value, len(v.Names))
		for i, n := range v.Names {
			v.byName[n] = v.Parts[i]
		}
	}
	if v.byName != nil {
		return v.byName[name]
	}
	if i := slices.Index(v.Names, name); i >= 0 {
		return v.Parts[i]
	}
	return nil
}

// inside is the value at a path below v, or nil.
func (v *value) inside(at diag.Path) *value {
	for _, e := range at {
		switch e := e.(type) {
		case string:
			v = v.field(e)
		case int:
			if v == nil || v.Kind != listKind || e >= len(v.Parts) {
				return nil
			}
			v = v.Parts[e]
		}
	}
	return v
}

// texts calls f for each text in v.
func (v *value) texts(at diag.Path, f func(at diag.Path, text string)) {
	for i, part := range v.Parts {
		switch {
		case v.Kind == listKind:
			part.texts(at.With(i), f)
		case v.Kind == structKind:
			part.texts(at.With(v.Names[i]), f)
		}
	}
	if v.Kind == textKind {
		f(at, v.Text)
	}
}

// sound tells whether all of v is known.
func (v *value) sound() bool { return !v.Broken && !v.Open && !v.Sick }

// add puts a field or an element in; the name of an element is "".
func (v *value) add(k kind, name string, part *value) {
	v.Kind = k
	if k == structKind {
		v.Names = append(v.Names, name)
	}
	v.Parts = append(v.Parts, part)
	v.Sick = v.Sick || !part.sound()
}

// converter makes values of what CUE has evaluated. CUE's own list of errors
// leaves out those that are not final, so each value is asked for its own.
type converter struct {
	report func(err error, at diag.Path) // takes an error that CUE has not listed
	said   map[string]bool               // paths of which CUE's list says something
	around map[string]bool               // those that have such a path in them
}

func (c *converter) value(v cue.Value, at diag.Path) *value {
	out := &value{at: v.Pos(), label: v.Pos()}
	if f, ok := v.Source().(*ast.Field); ok { // CUE gives the place of the field
		out.at = f.Value.Pos()
	}
	v, _ = v.Default()
	out.Kind = kindOf(v.IncompleteKind())
	switch {
	case v.IncompleteKind() == cue.BottomKind:
		c.broken(v, at, out)
	case !v.IsConcrete():
		out.Kind = 0
		c.open(v, at, out)
	case out.Kind == structKind:
		c.fields(v, at, out)
	case out.Kind == listKind:
		c.elements(v, at, out)
	default:
		out.Text = scalarText(v, out.Kind)
	}
	return out
}

func (c *converter) fields(v cue.Value, at diag.Path, out *value) {
	it, err := v.Fields()
	for err == nil && it.Next() {
		sel := it.Selector()
		switch {
		case sel.IsString():
			out.add(structKind, sel.Unquoted(), c.value(it.Value(), at.With(sel.Unquoted())))
		case sel.LabelType() == cue.IndexLabel: // of a list with an error
			out.add(listKind, "", c.value(it.Value(), at.With(len(out.Parts))))
		}
	}
}

func (c *converter) elements(v cue.Value, at diag.Path, out *value) {
	it, err := v.List()
	for err == nil && it.Next() {
		out.add(listKind, "", c.value(it.Value(), at.With(len(out.Parts))))
	}
}

// broken is an error, or what has one in it.
func (c *converter) broken(v cue.Value, at diag.Path, out *value) {
	c.fields(v, at, out)
	key := at.Key()
	if out.Kind != 0 && (c.around[key] || !out.sound()) && !c.said[key] {
		return // broken is what is in it
	}
	out.Broken = true
	switch err := v.Err(); {
	case c.said[key] || c.around[key]:
	case err != nil:
		c.report(err, at)
	default:
		out.Broken, out.Open, out.Loop = false, true, true
	}
}

// open has no definite value, which may be an error of CUE's.
func (c *converter) open(v cue.Value, at diag.Path, out *value) {
	out.Open, out.Loop = true, circular(v, at)
	if err := v.Err(); err != nil {
		out.Open, out.Broken = false, true
		if !c.said[at.Key()] {
			c.report(err, at)
		}
	}
}

// circular tells whether the references that start at a value lead back to it.
func circular(v cue.Value, at diag.Path) bool {
	for range 20 {
		root, path := v.ReferencePath()
		if len(path.Selectors()) == 0 {
			return false
		}
		if path.String() == at.String() {
			return true
		}
		v = root.LookupPath(path)
	}
	return false
}

// scalarText is the text of a text, and of anything else what CUE prints.
func scalarText(v cue.Value, k kind) string {
	switch k {
	case textKind:
		s, _ := v.String()
		return s
	case bytesKind:
		b, _ := v.Bytes()
		return string(b)
	case intKind:
		if n, err := v.Int64(); err == nil {
			return strconv.FormatInt(n, 10)
		}
	}
	return fmt.Sprint(v)
}

func kindOf(k cue.Kind) kind {
	switch k {
	case cue.StructKind:
		return structKind
	case cue.ListKind:
		return listKind
	case cue.StringKind:
		return textKind
	case cue.IntKind:
		return intKind
	case cue.FloatKind, cue.NumberKind:
		return floatKind
	case cue.BoolKind:
		return boolKind
	case cue.BytesKind:
		return bytesKind
	case cue.NullKind:
		return nullKind
	}
	return 0
}
