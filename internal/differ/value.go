package differ

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// value is data: a mapping, a list, or a text.
type value struct {
	line int
	keys map[string]*value // nil: no mapping
	list []*value
	flat bool   // a text
	text string // with its type, so that "1" is not 1
}

// said is a value in few words.
func (v *value) said() string {
	switch {
	case v.flat:
		_, text, _ := strings.Cut(v.text, " ")
		if first, _, more := strings.Cut(text, "\n"); more {
			text = first + " …"
		}
		if text == "" {
			return `""`
		}
		return short(text)
	case v.keys != nil:
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(v.keys)) {
			parts = append(parts, k+": "+v.keys[k].said())
		}
		return short("{" + strings.Join(parts, ", ") + "}")
	}
	var parts []string
	for _, e := range v.list {
		parts = append(parts, e.said())
	}
	return short("[" + strings.Join(parts, ", ") + "]")
}

// most is how long the words of a value are.
const most = 100

func short(s string) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-2]) + " …"
	}
	return s
}

// code is the same for what is the same.
func (v *value) code() string {
	switch {
	case v.flat:
		return fmt.Sprintf("%q", v.text)
	case v.keys != nil:
		var b strings.Builder
		for _, k := range slices.Sorted(maps.Keys(v.keys)) {
			fmt.Fprintf(&b, "%q:%s,", k, v.keys[k].code())
		}
		return "{" + b.String() + "}"
	}
	var b strings.Builder
	for _, e := range v.list {
		b.WriteString(e.code() + ",")
	}
	return "[" + b.String() + "]"
}

// kind is the kind of a Kubernetes object.
func (v *value) kind() string {
	if k := v.keys["kind"]; k != nil && v.keys["apiVersion"] != nil && k.flat {
		_, kind, _ := strings.Cut(k.text, " ")
		return kind
	}
	return ""
}

type comparison struct{ all []Difference }

func (c *comparison) add(way string, line int, have, want *value) {
	d := Difference{Line: line, Path: way}
	if have != nil {
		d.Line, d.Have = have.line, have.said()
	}
	if want != nil {
		d.Wanted, d.Want = want.line, want.said()
	}
	c.all = append(c.all, d)
}

// compare looks for what differs below a place; kind is that of the object around it.
func (c *comparison) compare(way, kind string, have, want *value) {
	switch {
	case have.flat != want.flat || (have.keys == nil) != (want.keys == nil):
		c.add(way, 0, have, want)
	case have.flat:
		if have.text != want.text {
			c.compareTexts(way, have, want)
		}
	case have.keys != nil:
		if k := want.kind(); k != "" {
			kind = k
		}
		for _, k := range slices.Sorted(maps.Keys(want.keys)) {
			if h := have.keys[k]; h != nil {
				c.compare(join(way, k), kind, h, want.keys[k])
			} else {
				c.add(join(way, k), have.line, nil, want.keys[k])
			}
		}
		for _, k := range slices.Sorted(maps.Keys(have.keys)) {
			if want.keys[k] == nil {
				c.add(join(way, k), 0, have.keys[k], nil)
			}
		}
	default:
		c.lists(way, kind, have, want)
	}
}

func join(way, key string) string { return strings.TrimPrefix(way+"."+key, ".") }

// compareTexts shows the lines that differ of texts of several.
func (c *comparison) compareTexts(way string, have, want *value) {
	_, h, _ := strings.Cut(have.text, " ")
	_, w, _ := strings.Cut(want.text, " ")
	if !strings.Contains(h, "\n") || !strings.Contains(w, "\n") {
		c.add(way, 0, have, want)
		return
	}
	for _, d := range byLine(h, w) {
		d.Line, d.Wanted, d.Path = have.line+d.Line, want.line+d.Wanted, way
		c.all = append(c.all, d)
	}
}

// lists compares the entries that are in one list alone, each with its like.
func (c *comparison) lists(way, kind string, have, want *value) {
	more, less := without(have.list, want.list), without(want.list, have.list)
	if len(more) == 0 && len(less) == 0 {
		for i, h := range have.list {
			if w := want.list[i]; h.code() != w.code() && !isSet(kind, way) {
				c.all = append(c.all, Difference{h.line, w.line, way, h.said(), w.said() + ", in this order"})
				return
			}
		}
		return
	}
	for i, w := range less {
		j := slices.IndexFunc(more, func(h *value) bool { return h != nil && like(h, w) })
		if j < 0 && len(more) == len(less) && more[i] != nil && !named(more[i]) {
			j = i
		}
		if j < 0 {
			c.add(way, have.line, nil, w)
			continue
		}
		c.compare(way, kind, more[j], w)
		more[j] = nil
	}
	for _, h := range more {
		if h != nil {
			c.add(way, 0, h, nil)
		}
	}
}

// without are the entries of a list that another one lacks.
func without(list, other []*value) []*value {
	there := map[string]int{}
	for _, v := range other {
		there[v.code()]++
	}
	var all []*value
	for _, v := range list {
		if there[v.code()]--; there[v.code()] < 0 {
			all = append(all, v)
		}
	}
	return all
}

// names are keys that an entry of a list is known by.
var names = []string{"name", "hostname", "mountPath", "path_regex", "namespace"}

func named(v *value) bool {
	return slices.ContainsFunc(names, func(n string) bool { return v.keys[n] != nil })
}

// like tells whether two entries are of the same thing.
func like(a, b *value) bool {
	for _, n := range names {
		if x, y := a.keys[n], b.keys[n]; x != nil && y != nil {
			return x.code() == y.code()
		}
	}
	return false
}
