package spec

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

// fitter compares a spec with the schema and fills a Spec from it, defaults
// included. What does not fit is a problem, and stays empty in the Spec.
type fitter struct {
	ix       *Index
	problems diag.Problems
	plans    map[reflect.Type]map[string][]int
}

// worded is a Go type for what is a word or a struct in the schema.
type worded interface{ setWord(string) }

// aStruct is the word of a worded type that is given as a struct.
const aStruct = "static"

func fit(t *Type, v *value, ix *Index) (*Spec, diag.Problems) {
	f := &fitter{ix: ix, plans: map[reflect.Type]map[string][]int{}}
	sp := new(Spec)
	f.value(t, v, nil, reflect.ValueOf(sp).Elem())
	return sp, f.problems
}

func (f *fitter) report(pos diag.Pos, at diag.Path, rule, hint, format string, args ...any) {
	f.problems = append(f.problems, diag.Problem{Pos: pos, Path: at.String(), Message: fmt.Sprintf(format, args...), Rule: rule, Severity: diag.Error, Hint: hint})
}

// fault is report at the place of a value, with the place where it was written if
// that is another.
func (f *fitter) fault(v *value, at diag.Path, rule, hint, format string, args ...any) {
	pos, written := f.ix.Place(at)
	f.report(pos, at, rule, hint, format, args...)
	diag.NoteWritten(&f.problems[len(f.problems)-1], written)
	v.Broken = true
}

// value puts a value, or the default where there is none (v is nil), into a Go
// value of the same shape.
func (f *fitter) value(t *Type, v *value, at diag.Path, into reflect.Value) {
	switch {
	case v == nil:
		v = t.def
	case v.Broken && len(v.Parts) == 0:
		return
	case v.Loop:
		f.fault(v, at, "cycle", "give it a value of its own", "is defined by itself")
		return
	case v.Open:
		f.fault(v, at, "open-value", openHint, "has no definite value, but has to be %s", t.wanted())
		return
	case t.kinds&v.Kind == 0:
		f.fault(v, at, "type", t.kindHint(v), "is %s, but has to be %s", f.describe(v, at), t.wanted())
		return
	}
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
	kind := t.kinds
	if v != nil {
		kind = v.Kind
	}
	word, isWord := into.Addr().Interface().(worded)
	switch {
	case kind == structKind && t.open:
		into.Set(reflect.ValueOf(f.data(v, at)))
	case kind == structKind && t.any != nil:
		f.named(t, v, at, into)
	case kind == structKind:
		if isWord {
			word.setWord(aStruct)
		}
		f.fields(t, v, at, into)
	case kind == listKind:
		f.elements(t, v, at, into)
	case v == nil: // no value, and no default
	case isWord:
		word.setWord(f.scalar(t, v, at))
	default:
		setScalar(into, f.scalar(t, v, at))
	}
	if v != nil {
		v.Sick = v.Sick || slices.ContainsFunc(v.Parts, func(p *value) bool { return !p.sound() })
	}
}

const openHint = "write the value itself; a field that may be left out has a question mark behind its name"

// fields compares a struct: unknown fields, missing ones, and each value.
func (f *fitter) fields(t *Type, v *value, at diag.Path, into reflect.Value) {
	plan := f.plan(into.Type())
	for _, name := range t.names {
		field := t.fields[name]
		x := v.field(name)
		switch {
		case x != nil || !field.optional && !field.required:
			f.value(field.Type, x, at.With(name), into.FieldByIndex(plan[name]))
		case field.required:
			f.report(f.ix.Label(at), at, "missing-field", strings.TrimPrefix(firstSentence(field.doc)+together(t, at), "; "), "the field %q is missing", name)
		}
	}
	if v == nil {
		return
	}
	for i, name := range v.Names {
		if t.fields[name] != nil || v.Parts[i].Broken {
			continue // known, or told already
		}
		hint := cmp.Or(otherNumber(name, t.names), elsewhere(at, name), beside(at, name), format.NearestHint(name, t.names))
		if hint == "" {
			hint = "the fields here are " + strings.Join(t.names, ", ")
		}
		p := at.With(name)
		f.report(f.ix.Label(p), p, "unknown-field", hint, "there is no field %q here", name)
		v.Parts[i].Broken = true
	}
}

// together shows all that has to be in a struct where that is more than one field: each alone is
// refused. What has a name of the user's is said as a whole anyway.
func together(t *Type, at diag.Path) string {
	var all []string
	for _, name := range t.names {
		if t.fields[name].required {
			all = append(all, name+": …")
		}
	}
	if len(at) == 0 || len(all) < 2 || Named(at) {
		return ""
	}
	return fmt.Sprintf("; what has to be there goes in at once: gen set %s '{%s}'", at, strings.Join(all, ", "))
}

// named is a struct with names of the user's choice: a map.
func (f *fitter) named(t *Type, v *value, at diag.Path, into reflect.Value) {
	into.Set(reflect.MakeMap(into.Type()))
	if v == nil {
		return
	}
	for i, name := range v.Names {
		x := reflect.New(into.Type().Elem()).Elem()
		f.value(t.any, v.Parts[i], at.With(name), x)
		if x.Kind() != reflect.Pointer || !x.IsNil() {
			into.SetMapIndex(reflect.ValueOf(name), x)
		}
	}
}

func (f *fitter) elements(t *Type, v *value, at diag.Path, into reflect.Value) {
	n := 0
	if v != nil {
		n = len(v.Parts)
	}
	into.Set(reflect.MakeSlice(into.Type(), n, n))
	for i := range n {
		f.value(t.elem, v.Parts[i], at.With(i), into.Index(i))
	}
}

// scalar is the text of a value, or "" where the schema does not take it.
func (f *fitter) scalar(t *Type, v *value, at diag.Path) string {
	switch {
	case v.Kind == textKind && len(t.words) > 0 && !slices.Contains(t.words, v.Text):
		f.fault(v, at, "value", cmp.Or(t.kindHint(v), format.NearestHint(v.Text, t.words)), "is %s, but has to be %s", f.describe(v, at), t.wanted())
		return ""
	case v.Kind == intKind && !t.takes(v.Text):
		f.fault(v, at, "value", "", "is %s, but has to be %s", f.describe(v, at), t.wanted())
		return ""
	}
	return v.Text
}

// takes tells whether a whole number is one that the schema takes, and Go too.
func (t *Type) takes(text string) bool {
	n, err := strconv.ParseInt(text, 10, 64)
	return err == nil && (t.low == nil || n >= *t.low) && (t.high == nil || n <= *t.high) &&
		(len(t.numbers) == 0 || slices.Contains(t.numbers, n))
}

func setScalar(into reflect.Value, text string) {
	switch into.Kind() {
	case reflect.String:
		into.SetString(text)
	case reflect.Bool:
		into.SetBool(text == "true")
	case reflect.Int:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			into.SetInt(n)
		}
	}
}

// plan is where the fields of a Go struct are, by their names in the schema.
func (f *fitter) plan(t reflect.Type) map[string][]int {
	if p, ok := f.plans[t]; ok {
		return p
	}
	p := map[string][]int{}
	for _, field := range reflect.VisibleFields(t) {
		if name := field.Tag.Get("json"); name != "" {
			p[name] = field.Index
		}
	}
	f.plans[t] = p
	return p
}

// firstSentence is that of a comment, without its full stop.
func firstSentence(text string) string {
	if i := strings.Index(text, ". "); i >= 0 {
		text = text[:i]
	}
	return strings.TrimSuffix(text, ".")
}
