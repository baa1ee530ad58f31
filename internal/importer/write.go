package importer

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// object is what the spec says of something: fields in their order.
type object []field

// field is one field. Its value is a text, a number, a bool, texts, an object or objects.
type field struct {
	name  string
	value any
	note  string // a comment on what it says
	gap   bool   // an empty line before it
}

func (o *object) set(name string, value any, note ...string) {
	*o = append(*o, field{name: name, value: value, note: strings.Join(note, "; ")})
}

// setText says a text that is not empty.
func (o *object) setText(name, value string, note ...string) {
	if value != "" {
		o.set(name, value, note...)
	}
}

const width = 110 // of a line, after which an object has a line for each field

type writer struct{ strings.Builder }

// spec writes fields of the top.
func (w *writer) spec(o object) {
	w.WriteString("// Read from the files of this repository by gen import; what they do not tell says TODO.\npackage site\n")
	for _, f := range o {
		if f.gap {
			w.WriteByte('\n')
		}
		w.field(f, 0)
	}
}

func (w *writer) field(f field, depth int) {
	indent := strings.Repeat("\t", depth)
	comment := ""
	if f.note != "" {
		_, isObject := f.value.(object)
		_, isList := f.value.([]string)
		if f.note = plain(f.note); len(f.note) > 60 || isObject || isList {
			w.WriteString(indent + "// " + f.note + "\n")
		} else {
			comment = " // " + f.note
		}
	}
	w.WriteString(indent)
	for {
		o, ok := f.value.(object)
		if !ok || len(o) != 1 || o[0].note != "" {
			break
		}
		w.WriteString(label(f.name) + ": ")
		f = o[0]
	}
	w.WriteString(label(f.name) + ": ")
	if text, ok := inline(f.value); ok && len(text)+len(f.name)+8*depth < width {
		w.WriteString(text + comment + "\n")
		return
	}
	switch v := f.value.(type) {
	case object:
		w.WriteString("{" + comment + "\n")
		for _, inner := range v {
			w.field(inner, depth+1)
		}
		w.WriteString(indent + "}\n")
	case []object:
		w.WriteString("[" + comment + "\n")
		for _, o := range v {
			text, ok := inline(o)
			if !ok {
				var inner writer
				for _, f := range o {
					inner.field(f, depth+2)
				}
				text = "{\n" + inner.String() + indent + "\t}"
			}
			w.WriteString(indent + "\t" + text + ",\n")
		}
		w.WriteString(indent + "]\n")
	case []string:
		w.WriteString("[" + comment + "\n")
		for _, s := range v {
			w.WriteString(indent + "\t" + spec.Quote(s) + ",\n")
		}
		w.WriteString(indent + "]\n")
	default:
		text, _ := inline(v)
		w.WriteString(text + comment + "\n")
	}
}

// label is the name of a field, as CUE takes it.
func label(name string) string { return diag.Path{name}.String() }

// plain is a comment of one line.
func plain(text string) string { return strings.Join(strings.Fields(text), " ") }

// inline is a value in one line; of an object with comments there is none.
func inline(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return spec.Quote(v), true
	case raw:
		return v.String(), true
	case int, bool:
		return fmt.Sprint(v), true
	case []string:
		var parts []string
		for _, s := range v {
			parts = append(parts, spec.Quote(s))
		}
		return "[" + strings.Join(parts, ", ") + "]", true
	case []object:
		var parts []string
		for _, o := range v {
			text, ok := inline(o)
			if !ok {
				return "", false
			}
			parts = append(parts, text)
		}
		text := "[" + strings.Join(parts, ", ") + "]"
		return text, len(text) < width
	case object:
		if len(v) == 1 && v[0].note == "" {
			if _, nested := v[0].value.(object); !nested {
				text, ok := inline(v[0].value)
				return "{" + label(v[0].name) + ": " + text + "}", ok
			}
		}
		if slices.ContainsFunc(v, func(f field) bool { return f.note != "" }) {
			return "", false
		}
		var parts []string
		for _, f := range v {
			text, ok := inline(f.value)
			if !ok {
				return "", false
			}
			parts = append(parts, label(f.name)+": "+text)
		}
		return "{" + strings.Join(parts, ", ") + "}", true
	}
	panic(fmt.Sprintf("no value of a spec: %T", value))
}

// raw is data that is written as JSON, which CUE takes.
type raw struct{ v any }

func (r raw) String() string {
	text, err := json.Marshal(r.v)
	if err != nil {
		return spec.Quote(fmt.Sprint(r.v))
	}
	return string(text)
}
