package manifest

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// writer lays documents out: mappings and lists as blocks, a list in the column of
// its key. What a text looks like is the YAML library's business, except for texts
// of letters and the like. The library lays out as well, but the thousands of
// documents of a large site cost it more than all the rest of a run.
type writer struct {
	out   bytes.Buffer
	err   error
	types map[reflect.Type][]field // the fields of struct types
	texts map[string]string        // what the library made of texts
}

type field struct {
	index     int
	name      string
	omitEmpty bool
}

// entry is a key of a mapping, with the comment above it.
type entry struct {
	key, note string
	value     reflect.Value
}

// place is what stands before a value on its line.
type place int

const (
	nothing place = iota // the value is the document
	aKey
	aDash
)

// document returns the text of one document.
func (w *writer) document(v any) ([]byte, error) {
	if w.types == nil {
		w.types, w.texts = map[reflect.Type][]field{}, map[string]string{}
	}
	w.out.Reset()
	w.err = nil
	w.value(reflect.ValueOf(v), nothing, "")
	return w.out.Bytes(), w.err
}

// value writes v behind what stands on its line, which is indented by indent.
func (w *writer) value(v reflect.Value, behind place, indent string) {
	for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if behind == aDash {
		indent += "  " // the next line of what stands behind a dash is below it
	}
	switch v.Kind() {
	case reflect.Struct:
		if n, ok := reflect.TypeAssert[Noted](v); ok {
			w.scalar(w.noted(n), behind, indent)
			return
		}
		w.mapping(w.fields(v), behind, indent)
	case reflect.Map:
		w.mapping(sorted(v), behind, indent)
	case reflect.Slice:
		if m, ok := reflect.TypeAssert[Map](v); ok {
			w.mapping(entriesOf(m), behind, indent)
			return
		}
		w.list(v, behind, indent)
	case reflect.String:
		w.scalar(w.text(v.String()), behind, indent)
	case reflect.Int, reflect.Int32, reflect.Int64:
		w.scalar(strconv.FormatInt(v.Int(), 10)+"\n", behind, indent)
	case reflect.Bool:
		w.scalar(strconv.FormatBool(v.Bool())+"\n", behind, indent)
	default:
		w.fail(fmt.Errorf("a value of kind %s has no form here", v.Kind()))
	}
}

// scalar writes a text that ends its line. Further lines belong to it.
func (w *writer) scalar(text string, behind place, indent string) {
	if behind == aDash {
		indent = indent[2:] // the text's own indentation is from the dash
	}
	if behind != nothing {
		w.out.WriteByte(' ')
	}
	w.out.WriteString(indented(text, indent))
}

func (w *writer) list(v reflect.Value, behind place, indent string) {
	if v.Len() == 0 {
		w.scalar("[]\n", behind, indent)
		return
	}
	w.open(behind)
	for i := range v.Len() {
		if i > 0 || behind == aKey {
			w.out.WriteString(indent)
		}
		w.out.WriteByte('-')
		w.value(v.Index(i), aDash, indent)
	}
}

func (w *writer) mapping(entries []entry, behind place, indent string) {
	if len(entries) == 0 {
		w.scalar("{}\n", behind, indent)
		return
	}
	w.open(behind)
	if behind == aKey {
		indent += "  "
	}
	for i, e := range entries {
		if e.note != "" {
			w.out.WriteString(indented(indent+comment(e.note)+"\n", indent))
		}
		if i > 0 || behind == aKey || e.note != "" {
			w.out.WriteString(indent)
		}
		w.out.WriteString(indented(w.key(e.key), indent))
		w.value(e.value, aKey, indent)
	}
}

// open goes to where the first line of a list or a mapping begins.
func (w *writer) open(behind place) {
	switch behind {
	case aKey:
		w.out.WriteByte('\n')
	case aDash:
		w.out.WriteByte(' ')
	}
}

// indented puts indent before each line of the text but the first, and the empty
// ones.
func indented(text, indent string) string {
	if indent == "" || strings.IndexByte(text, '\n') == len(text)-1 {
		return text
	}
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines[1:] {
		if line != "" && line != "\n" {
			lines[i+1] = indent + line
		}
	}
	return strings.Join(lines, "")
}

// fields lists what is written of a struct.
func (w *writer) fields(v reflect.Value) []entry {
	known, ok := w.types[v.Type()]
	if !ok {
		for i := range v.NumField() {
			name, option, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			known = append(known, field{i, name, option == "omitempty"})
		}
		w.types[v.Type()] = known
	}
	entries := make([]entry, 0, len(known))
	for _, f := range known {
		value := v.Field(f.index)
		if f.omitEmpty && (value.IsZero() || value.Kind() == reflect.Slice && value.Len() == 0 || value.Kind() == reflect.Map && value.Len() == 0) {
			continue
		}
		entries = append(entries, entry{key: f.name, value: value})
	}
	return entries
}

func sorted(v reflect.Value) []entry {
	var entries []entry
	for _, k := range v.MapKeys() {
		entries = append(entries, entry{key: k.String(), value: v.MapIndex(k)})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	return entries
}

func entriesOf(m Map) []entry {
	entries := make([]entry, len(m))
	for i, e := range m {
		entries[i] = entry{e.Key, e.Note, reflect.ValueOf(e.Value)}
	}
	return entries
}

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}
