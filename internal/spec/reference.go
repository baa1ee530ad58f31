package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"sitegen/internal/diag"
	"sitegen/schema"
)

// Field is a field that a spec can have, as the schema says it.
type Field struct {
	Path    []string // NAME stands for any name of the user's, [] for any place in a list
	Type    string   // in words: "text", "number, 1 to 65535", "list of text"
	Must    bool     // has to be said where what is around it is
	Default string   // in words; "" where there is none
	Meaning string
	Change  string // what a change of it takes on a running site
}

// Name is the path as text: "hosts.NAME.nics.NAME.mac".
func (f Field) Name() string {
	return strings.ReplaceAll(strings.Join(f.Path, "."), ".[]", "[]")
}

// AnyName and AnyIndex stand in paths for names of the user's and places in lists.
const (
	AnyName  = "NAME"
	AnyIndex = "[]"
)

// Fields are all fields of a spec, in the schema's order, each before those in it.
func Fields() ([]Field, error) {
	t, err := readSchema(schema.FS)
	if err != nil {
		return nil, err
	}
	var all []Field
	t.eachField(nil, "", func(f Field) { all = append(all, f) })
	return all, nil
}

// Meaning is the first sentence that the schema says of the field at a path, and
// whether the field has to be there; "" where no field is: for an entry of a list, or of
// a map.
func Meaning(at diag.Path) (text string, must bool) {
	t, err := readSchema(schema.FS)
	if err != nil {
		return "", false
	}
	for _, e := range at {
		name, _ := e.(string)
		switch f := t.fields[name]; {
		case f != nil:
			t, text, must = f.Type, firstSentence(f.doc), f.required
		case t.any != nil:
			t, text, must = t.any, "", false
		case t.elem != nil:
			t, text, must = t.elem, "", false
		default:
			return "", false
		}
	}
	return text, must
}

// embedded is the schema, read once.
var embedded = sync.OnceValues(func() (*Type, error) { return readSchema(schema.FS) })

// Takes is what a change of the field at a path takes on a running site, in the
// schema's words: its own, or those of what is around it; "" where it says nothing.
func Takes(at diag.Path) string {
	t, err := embedded()
	if err != nil {
		return ""
	}
	text := ""
	for _, e := range at {
		name, _ := e.(string)
		switch f := t.fields[name]; {
		case f != nil:
			_, own := sentence(f.doc, "Change: ")
			t, text = f.Type, cmp.Or(own, f.change, text)
		case t.any != nil:
			t = t.any
		case t.elem != nil:
			t = t.elem
		default:
			return text
		}
	}
	return text
}

// Named tells whether the last part of a path is a name of the user's, as that of a host,
// and not a field that the schema has.
func Named(at diag.Path) bool {
	t, err := embedded()
	if err != nil || len(at) == 0 {
		return false
	}
	named := false
	for _, e := range at {
		name, _ := e.(string)
		f := t.fields[name]
		named = f == nil && t.any != nil
		switch {
		case f != nil:
			t = f.Type
		case t.any != nil:
			t = t.any
		default:
			return false
		}
	}
	return named
}

// Words are those that the field at a path may say; none where any text will do.
func Words(at diag.Path) []string {
	t, err := embedded()
	if err != nil {
		return nil
	}
	for _, e := range at {
		name, _ := e.(string)
		switch f := t.fields[name]; {
		case f != nil:
			t = f.Type
		case t.any != nil:
			t = t.any
		case t.elem != nil:
			t = t.elem
		default:
			return nil
		}
	}
	return t.words
}

// eachField calls add with the fields below a type. change is what a change of them
// takes, unless they say it themselves.
func (t *Type) eachField(at []string, change string, add func(Field)) {
	for _, name := range t.names {
		f := t.fields[name]
		meaning, own := sentence(f.doc, "Change: ")
		meaning, def := sentence(meaning, "Default: ")
		field := Field{
			Path: with(at, name), Type: f.inWords(), Must: f.required, Meaning: meaning,
			Default: cmp.Or(f.defaultText(), def), Change: cmp.Or(own, f.change, change),
		}
		add(field)
		f.below(field.Path, field.Change, add)
	}
	if t.any != nil {
		t.any.below(with(at, AnyName), change, add)
	}
}

// below goes on with what is in a field of the type.
func (t *Type) below(at []string, change string, add func(Field)) {
	if t.elem != nil {
		t.elem.eachField(with(at, AnyIndex), change, add)
	}
	t.eachField(at, change, add)
}

func with(at []string, name string) []string { return append(slices.Clone(at), name) }

// sentence takes the sentence that begins with a word out of a comment. It ends at a
// full stop before a capital letter, or at the end: hostnames have full stops too.
func sentence(doc, word string) (rest, said string) {
	before, after, ok := strings.Cut(doc, word)
	if !ok {
		return doc, ""
	}
	end := len(after)
	for i := 0; i+2 < len(after); i++ {
		if after[i] == '.' && after[i+1] == ' ' && unicode.IsUpper(rune(after[i+2])) {
			end = i
			break
		}
	}
	rest = strings.TrimSpace(before + strings.TrimPrefix(after[end:], ". "))
	return rest, strings.TrimSuffix(after[:end], ".")
}

// inWords is the type in words.
func (t *Type) inWords() string {
	var all []string
	add := func(k kind, text string) {
		if t.kinds&k != 0 {
			all = append(all, text)
		}
	}
	if len(t.words) > 0 {
		for _, w := range t.words {
			all = append(all, strconv.Quote(w))
		}
	} else {
		add(textKind, "text")
	}
	add(boolKind, "true or false")
	add(intKind, "number"+t.bounds())
	if t.elem != nil {
		add(listKind, "list of "+plural(t.elem.inWords()))
	}
	switch {
	case t.any != nil && t.any.kinds&structKind != 0:
		add(structKind, "by name")
	case t.any != nil:
		add(structKind, plural(t.any.inWords())+" by name")
	case t.open:
		add(structKind, "any fields")
	default:
		add(structKind, "fields")
	}
	return strings.Join(all, " or ")
}

func plural(word string) string {
	if word == "text" {
		return "texts"
	}
	return word
}

func (t *Type) bounds() string {
	switch {
	case len(t.numbers) > 0:
		var all []string
		for _, n := range t.numbers {
			all = append(all, fmt.Sprint(n))
		}
		return ", one of " + strings.Join(all, ", ")
	case t.low != nil && t.high != nil:
		return fmt.Sprintf(", %d to %d", *t.low, *t.high)
	}
	return ""
}

// defaultText is the default that the schema gives.
func (t *Type) defaultText() string {
	switch {
	case t.def == nil:
		return ""
	case t.def.Kind == textKind:
		return strconv.Quote(t.def.Text)
	}
	return t.def.Text
}

// Explain are the fields that a path of a spec is about, and those below them, each
// in the schema's order: hosts.web1.nics.wan.mac, domains."example.com".records[0],
// or with NAME and [] as in [Field.Name].
func Explain(path string) ([]Field, error) {
	all, err := Fields()
	if err != nil {
		return nil, err
	}
	asked := splitPath(path)
	found := slices.DeleteFunc(slices.Clone(all), func(f Field) bool { return !f.under(asked) })
	if len(found) == 0 {
		return nil, nil
	}
	if around, ok := named(found[0].Path, len(asked)); ok { // hosts.web1 is one of hosts, and no field itself
		i := slices.IndexFunc(all, func(f Field) bool { return slices.Equal(f.Path, around) })
		found = slices.Insert(found, 0, all[i])
	}
	return found, nil
}

// named is the field around an entry, where a path that was asked for ends in the name
// or the place of one.
func named(first []string, asked int) (around []string, ok bool) {
	if len(first) > asked && (first[asked-1] == AnyName || first[asked-1] == AnyIndex) {
		return first[:asked-1], true
	}
	return nil, false
}

// under tells whether a field is at a path or below it. The place in a list may be
// left out.
func (f Field) under(asked []string) bool {
	i := 0
	for _, name := range asked {
		if i < len(f.Path) && f.Path[i] == AnyIndex && name != AnyIndex {
			i++
		}
		if i >= len(f.Path) || f.Path[i] != name && f.Path[i] != AnyName {
			return false
		}
		i++
	}
	return i > 0
}

// splitPath takes a path apart: names between dots, in quotes where they have dots
// themselves, places in lists between brackets.
func splitPath(path string) []string {
	var all []string
	for rest := path; rest != ""; {
		rest = strings.TrimPrefix(rest, ".")
		switch {
		case strings.HasPrefix(rest, `"`) && strings.Contains(rest[1:], `"`):
			name, after, _ := strings.Cut(rest[1:], `"`)
			all, rest = append(all, name), after
		case strings.HasPrefix(rest, "["):
			_, after, _ := strings.Cut(rest, "]")
			all, rest = append(all, AnyIndex), after
		default:
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			if rest[:end] != "" {
				all = append(all, rest[:end])
			}
			rest = rest[end:]
		}
	}
	return all
}
