package trace

import (
	"cmp"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// knob is a value of a spec that can be turned to another one, and back.
type knob struct {
	at    diag.Path
	value string // as it is
	entry bool   // all that stands under a name: turned, it is gone
	turns []func() (back func())
}

// knobs are those of a spec in which every default is filled in, sorted by path.
func knobs(sp *spec.Spec) []knob {
	c := &collector{}
	c.walk(nil, reflect.ValueOf(sp).Elem(), nil)
	slices.SortStableFunc(c.all, func(a, b knob) int { return cmp.Compare(a.at.String(), b.at.String()) })
	return c.all
}

type collector struct{ all []knob }

// walk goes through a value; set puts another one in its place.
func (c *collector) walk(at diag.Path, v reflect.Value, set func(reflect.Value)) {
	if set == nil && v.CanSet() {
		set = v.Set
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			if v.Elem().Kind() == reflect.Struct {
				if len(at) > 0 && set != nil && v.CanSet() { // a part that a spec may leave out
					old := v.Interface()
					c.all = append(c.all, knob{at: at, value: "{…}", entry: true, turns: []func() func(){func() func() {
						v.SetZero()
						return func() { v.Set(reflect.ValueOf(old)) }
					}}})
				}
				c.walk(at, v.Elem(), nil)
			} else {
				c.walk(at, v.Elem(), func(x reflect.Value) { p := reflect.New(x.Type()); p.Elem().Set(x); set(p) })
			}
		}
	case reflect.Interface:
		if !v.IsNil() {
			c.walk(at, v.Elem(), set)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			switch {
			case !v.Type().Field(i).IsExported():
			case name == "" || name == "-": // embedded, or the word of what may be a struct
				c.walk(at, v.Field(i), nil)
			default:
				c.walk(at.With(name), v.Field(i), nil)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			c.walk(at.With(i), v.Index(i), nil)
		}
	case reflect.Map:
		c.entries(at, v)
	default:
		c.scalar(at, v, set)
	}
}

func (c *collector) entries(at diag.Path, m reflect.Value) {
	for _, key := range slices.SortedFunc(maps.Keys(mapOf(m)), strings.Compare) {
		k := reflect.ValueOf(key).Convert(m.Type().Key())
		v := m.MapIndex(k)
		c.all = append(c.all, knob{at: at.With(key), value: "{…}", entry: true, turns: []func() func(){func() func() {
			m.SetMapIndex(k, reflect.Value{})
			return func() { m.SetMapIndex(k, v) }
		}, func() func() { // another name
			other := reflect.ValueOf(key + "x").Convert(m.Type().Key())
			m.SetMapIndex(k, reflect.Value{})
			m.SetMapIndex(other, v)
			return func() {
				m.SetMapIndex(other, reflect.Value{})
				m.SetMapIndex(k, v)
			}
		}}})
		c.walk(at.With(key), v, func(x reflect.Value) { m.SetMapIndex(k, x) })
	}
}

func mapOf(m reflect.Value) map[string]bool {
	all := map[string]bool{}
	for _, k := range m.MapKeys() {
		all[k.String()] = true
	}
	return all
}

func (c *collector) scalar(at diag.Path, v reflect.Value, set func(reflect.Value)) {
	k := knob{at: at}
	old := reflect.ValueOf(v.Interface())
	turn := func(x any) {
		other := reflect.ValueOf(x).Convert(v.Type())
		k.turns = append(k.turns, func() func() {
			set(other)
			return func() { set(old) }
		})
	}
	switch v.Kind() {
	case reflect.String:
		if v.Len() == 0 {
			return // not said
		}
		k.value = strconv.Quote(v.String())
		for _, word := range spec.Words(at) {
			if word != v.String() {
				turn(word)
			}
		}
		for _, text := range others(v.String()) {
			turn(text)
		}
	case reflect.Bool:
		k.value = strconv.FormatBool(v.Bool())
		turn(!v.Bool())
	case reflect.Int, reflect.Int64:
		k.value = strconv.FormatInt(v.Int(), 10)
		turn(v.Int() + 1)
	default:
		return
	}
	if set != nil {
		c.all = append(c.all, k)
	}
}

// others are texts that are most like a text, and as sound as it is: each of its numbers one
// more, and with another letter at the end and at the beginning.
func others(text string) []string {
	var all []string
	for _, n := range numbers().FindAllStringIndex(text, 8) {
		if v, err := strconv.Atoi(text[n[0]:n[1]]); err == nil {
			all = append(all, text[:n[0]]+strconv.Itoa(v+1)+text[n[1]:])
		}
	}
	for _, i := range []int{strings.LastIndexFunc(text, alphanumeric), strings.IndexFunc(text, alphanumeric)} {
		if i >= 0 {
			all = append(all, text[:i]+string(next(text[i]))+text[i+1:])
		}
	}
	return append(all, text+"x")
}

// numbers are those that stand alone, as in an address or a version.
var numbers = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b[0-9]{1,6}\b`) })

func alphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func next(c byte) byte {
	switch c {
	case '9':
		return '8'
	case 'f', 'z':
		return 'e'
	case 'F', 'Z':
		return 'E'
	}
	return c + 1
}
