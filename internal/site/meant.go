package site

import (
	"reflect"
	"strconv"
	"strings"
)

// maxMeant is how many suggestions one run tries out; those of a spec with more
// mistakes than that are left out.
const maxMeant = 50

// maxTurns is how often a suggestion is put right.
const maxTurns = 4

// finding is what a problem is about.
type finding struct {
	places []Path // of the problem first, then the others that have to do with it
	name   bool   // the name of the field is wrong, not its value
}

// weigh tries out what the problems from a place on suggest: what the rule that
// found them would refuse as well is dropped, or put right by what the rule says
// of it in turn.
func (c *checker) weigh(from int) {
	for i := from; i < len(c.problems); i++ {
		p := &c.problems[i]
		for range maxTurns {
			text, ok := meant(p.Hint)
			if !ok {
				break
			}
			next, refused := c.refusal(c.found[i], text)
			if !refused {
				break
			}
			p.Hint = ""
			if _, ok := meant(next); ok && next != didYouMeanText(text) {
				p.Hint = next
			}
		}
	}
}

// meant is the text that a hint suggests: see didYouMeanText.
func meant(hint string) (text string, ok bool) {
	quoted, ok := strings.CutPrefix(hint, "did you mean ")
	quoted, question := strings.CutSuffix(quoted, "?")
	text, err := strconv.Unquote(quoted)
	return text, ok && question && err == nil
}

// refusal tells whether the rule that runs finds something wrong with a text in
// place of what it was about, and what it says to do.
func (c *checker) refusal(f finding, text string) (hint string, refused bool) {
	if c.tried++; c.tried > maxMeant {
		return "", true
	}
	at := f.places[0]
	undo := put(c.spec, at, f.name, text)
	if undo == nil {
		return "", false // no text of the spec: what is suggested is for the reader to place
	}
	defer undo()
	if f.name {
		at = at.parent().With(text)
	}
	again := &checker{spec: c.spec, site: resolve(c.spec), ix: c.ix, rules: c.rules, rule: c.rule, containers: containers(c.spec)}
	again.rule.check(again)
	for i, p := range again.problems {
		if p.Path == at.String() && again.found[i].name == f.name {
			return p.Hint, true
		}
	}
	return "", false
}

// within is the fault of a part of a text, whose suggestion is about the whole.
func (f fault) within(before, after string) fault {
	if text, ok := meant(f.hint); ok {
		f.hint = didYouMeanText(before + text + after)
	}
	return f
}

// put writes a text into the spec, as a value or as the name of a field, and
// returns what takes it back; nil where there is no text at the path.
func put(spec *Spec, at Path, name bool, text string) (undo func()) {
	if len(at) == 0 {
		return nil
	}
	w := &stringWalker{names: map[reflect.Type][]string{}}
	in := reflect.ValueOf(spec)
	for _, e := range at.parent() {
		in = w.below(in, e)
	}
	in = reflect.Indirect(in)
	if in.Kind() == reflect.Map {
		key, ok := at[len(at)-1].(string)
		if !ok {
			return nil
		}
		return putKey(in, key, name, text)
	}
	v := w.below(in, at[len(at)-1])
	if name || v.Kind() != reflect.String || !v.CanSet() {
		return nil
	}
	old := v.String()
	v.SetString(text)
	return func() { v.SetString(old) }
}

func putKey(in reflect.Value, key string, name bool, text string) (undo func()) {
	k, meant := reflect.ValueOf(key), reflect.ValueOf(text)
	old := in.MapIndex(k)
	switch {
	case !old.IsValid() || name && in.MapIndex(meant).IsValid():
		return nil
	case name:
		in.SetMapIndex(k, reflect.Value{})
		in.SetMapIndex(meant, old)
		return func() {
			in.SetMapIndex(meant, reflect.Value{})
			in.SetMapIndex(k, old)
		}
	case old.Kind() != reflect.String:
		return nil
	}
	in.SetMapIndex(k, meant)
	return func() { in.SetMapIndex(k, old) }
}

// below is what a value of the spec has under a name or at a position; the zero
// Value where there is none.
func (w *stringWalker) below(v reflect.Value, elem any) reflect.Value {
	v = reflect.Indirect(v)
	switch e := elem.(type) {
	case int:
		if v.Kind() == reflect.Slice && e < v.Len() {
			return v.Index(e)
		}
	case string:
		switch v.Kind() {
		case reflect.Map:
			return v.MapIndex(reflect.ValueOf(e))
		case reflect.Struct:
			return w.fieldOf(v, e)
		}
	}
	return reflect.Value{}
}

func (w *stringWalker) fieldOf(v reflect.Value, field string) reflect.Value {
	var inner reflect.Value
	for i, name := range w.fieldNames(v.Type()) {
		switch {
		case name == field:
			return v.Field(i)
		case name == "" && !inner.IsValid():
			inner = w.below(v.Field(i), field)
		}
	}
	return inner
}
