package nix

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Value writes v as a Nix expression: nil, booleans, whole numbers, strings,
// slices, maps with string keys (as sorted attribute sets), Expr as it is, pointers
// as what they point to, and whatever has a MarshalText as that string.
//
// Collections of several items take one line an item, so that one item more
// is one line more; a list of one scalar stays on its line. A value that Nix
// cannot hold (NUL, invalid UTF-8, integers over 63 bits) is an error that names
// its place in v.
func Value(v any) (Expr, error) {
	return writeRoot(v, layoutAuto)
}

// List is Value for a slice, one line an item whatever their number.
func List(v any) (Expr, error) {
	if _, ok := v.(Expr); !ok && v != nil {
		if k := indirect(reflect.ValueOf(v)).Kind(); k != reflect.Slice && k != reflect.Array {
			return Expr{}, fmt.Errorf("a %T is not a list", v)
		}
	}
	return writeRoot(v, layoutLines)
}

type layout int

const (
	layoutAuto  layout = iota // one line for a list of one scalar
	layoutLines               // the outermost list always one line an item
)

func writeRoot(v any, l layout) (Expr, error) {
	text, err := write(reflect.ValueOf(v), "", l)
	if err != nil {
		return Expr{}, err
	}
	return Expr{text}, nil
}

// write returns the text of v; where is its place in the root value, for errors.
func write(v reflect.Value, where string, l layout) (string, error) {
	text, done, err := writeKnown(v)
	if !done && err == nil {
		text, done, err = writeScalar(v)
	}
	if done || err != nil {
		return text, placed(where, err)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return write(v.Elem(), where, l)
	case reflect.Map:
		return writeAttrs(v, where)
	default:
		return writeList(v, where, l)
	}
}

// placed puts the place of a value in front of its error.
func placed(where string, err error) error {
	if err == nil || where == "" {
		return err
	}
	return fmt.Errorf("%s: %w", strings.TrimPrefix(where, "."), err)
}

// writeKnown writes what is known by its type: nothing, an Expr, a text marshaler.
func writeKnown(v reflect.Value) (text string, done bool, err error) {
	if !v.IsValid() || (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && v.IsNil() {
		return "null", true, nil
	}
	if !v.CanInterface() {
		return "", true, errors.New("an unexported field cannot be read")
	}
	switch x := v.Interface().(type) {
	case Expr:
		return x.String(), true, nil
	case encoding.TextMarshaler:
		b, err := x.MarshalText()
		if err != nil {
			return "", true, err
		}
		text, err := quote(string(b))
		return text, true, err
	}
	return "", false, nil
}

// writeScalar writes what is known by its kind. It leaves collections and
// pointers undone, and refuses everything else.
func writeScalar(v reflect.Value) (text string, done bool, err error) {
	switch v.Kind() {
	case reflect.Bool:
		text = strconv.FormatBool(v.Bool())
	case reflect.String:
		text, err = quote(v.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		text = writeInt(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() > math.MaxInt64 {
			return "", true, fmt.Errorf("%d does not fit into a Nix integer", v.Uint())
		}
		text = writeInt(int64(v.Uint()))
	case reflect.Pointer, reflect.Interface:
		return "", false, nil
	case reflect.Map:
		if v.Type().Key().Kind() == reflect.String {
			return "", false, nil
		}
		err = fmt.Errorf("a %s has keys that are not strings", v.Type())
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() != reflect.Uint8 {
			return "", false, nil
		}
		err = errors.New("bytes are neither a list nor a string in Nix")
	default:
		err = fmt.Errorf("a %s cannot be written as Nix", v.Type())
	}
	return text, true, err
}

// writeInt puts negative numbers into parentheses: [ -1 ] is a syntax error. The
// lexer reads a sign and a number apart, and has no number for 1<<63.
func writeInt(n int64) string {
	switch {
	case n == math.MinInt64:
		return "(-9223372036854775807 - 1)"
	case n < 0:
		return "(" + strconv.FormatInt(n, 10) + ")"
	}
	return strconv.FormatInt(n, 10)
}

func writeList(v reflect.Value, where string, l layout) (string, error) {
	items := make([]string, v.Len())
	for i := range items {
		text, err := write(v.Index(i), fmt.Sprintf("%s[%d]", where, i), layoutAuto)
		if err != nil {
			return "", err
		}
		items[i] = text
	}
	switch {
	case len(items) == 0:
		return "[ ]", nil
	case len(items) == 1 && l == layoutAuto && !strings.Contains(items[0], "\n"):
		return "[ " + items[0] + " ]", nil
	}
	return block("[", items, "]"), nil
}

func writeAttrs(v reflect.Value, where string) (string, error) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	var items []string
	for _, k := range keys {
		name, err := attrName(k.String())
		if err != nil {
			return "", placed(where, fmt.Errorf("attribute name %q: %w", k.String(), err))
		}
		text, err := write(v.MapIndex(k), where+"."+k.String(), layoutAuto)
		if err != nil {
			return "", err
		}
		items = append(items, name+" = "+text+";")
	}
	if len(items) == 0 {
		return "{ }", nil
	}
	return block("{", items, "}"), nil
}

func block(open string, items []string, end string) string {
	var b strings.Builder
	b.WriteString(open)
	for _, item := range items {
		b.WriteString("\n  " + strings.ReplaceAll(item, "\n", "\n  "))
	}
	b.WriteString("\n" + end)
	return b.String()
}

func checkText(s string) error {
	if i := strings.IndexByte(s, 0); i >= 0 {
		return fmt.Errorf("text holds a NUL at byte %d, which Nix cannot hold", i)
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("text %q is not valid UTF-8", s)
	}
	return nil
}

func indirect(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return v
}
