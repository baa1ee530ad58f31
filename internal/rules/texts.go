package rules

import (
	"reflect"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

// oddText is a text with something in it that rules are about.
type oddText struct {
	at     diag.Path
	secret string // what secret it looks like
	nul    bool   // it has the character NUL
	hidden string // a character that cannot be seen, and what it does
	form   string // what is not in Unicode's composed form
	fixed  string // the text in that form
	name   bool   // it is the name of a field

	breaks  bool // it has a character in it that may end a line, breaker
	breaker rune
	unread  rune // a character that kustomize cannot read, or 0
	tab     bool // it has one in it
	hyphen  bool // it starts with one
}

// oddTexts looks through all texts of the spec, once.
func (c *checker) oddTexts() []oddText {
	if c.oddFound {
		return c.odd
	}
	c.oddFound = true
	eachString(c.spec, func(at func() diag.Path, text string) {
		if what := format.SecretIn(text); what != "" {
			c.odd = append(c.odd, oddText{at: at(), secret: what})
		}
		hyphen := strings.HasPrefix(text, "-")
		if format.PlainText(text) && !hyphen {
			return
		}
		o := oddText{at: at(), nul: strings.Contains(text, "\x00"), hidden: format.Invisible(text), hyphen: hyphen, tab: strings.Contains(text, "\t")}
		o.fixed, o.form, _ = format.Composed(text)
		o.breaker, o.breaks = lineBreaker(text)
		o.unread = unreadable(text)
		if o.unread != 0 || o.nul || o.hidden != "" || o.form != "" || o.breaks || o.tab || hyphen {
			o.name = o.at[len(o.at)-1] == text
			c.odd = append(c.odd, o)
		}
	})
	return c.odd
}

// eachString calls f with every text of the spec that is not empty, names of
// fields included, and with a function that makes its path.
func eachString(sp *spec.Spec, f func(at func() diag.Path, text string)) {
	w := &stringWalker{f: f, names: map[reflect.Type][]string{}}
	w.walk(reflect.ValueOf(sp))
}

type stringWalker struct {
	f     func(at func() diag.Path, text string)
	at    diag.Path
	names map[reflect.Type][]string // of the fields of a struct, "" for an embedded one
}

func (w *stringWalker) path() diag.Path { return slices.Clone(w.at) }

func (w *stringWalker) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.Len() > 0 {
			w.f(w.path, v.String())
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			w.walk(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			w.inside(i, v.Index(i))
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			name := it.Key().String()
			w.at = append(w.at, name)
			w.f(w.path, name)
			w.walk(it.Value())
			w.at = w.at[:len(w.at)-1]
		}
	case reflect.Struct:
		for i, name := range w.fieldNames(v.Type()) {
			if name == "" {
				w.walk(v.Field(i))
				continue
			}
			w.inside(name, v.Field(i))
		}
	}
}

func (w *stringWalker) inside(elem any, v reflect.Value) {
	switch v.Kind() {
	case reflect.Int, reflect.Bool:
		return
	}
	w.at = append(w.at, elem)
	w.walk(v)
	w.at = w.at[:len(w.at)-1]
}

func (w *stringWalker) fieldNames(t reflect.Type) []string {
	if names, ok := w.names[t]; ok {
		return names
	}
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" && !f.Anonymous {
			name = strings.ToLower(f.Name)
		}
		names = append(names, name)
	}
	w.names[t] = names
	return names
}
