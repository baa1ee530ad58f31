package md

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"sitegen/internal/sh"
)

// Inline is a piece of prose that has its marks already. It is what the
// functions code and link of a template make.
type Inline struct{ text string }

// The escapers of a template, by the place. Text, Code and Label can write
// every text; the others refuse what their place cannot hold.

func printText(v any) (string, error) {
	if in, ok := v.(Inline); ok {
		return in.text, nil
	}
	s, err := plain(v)
	if err != nil {
		return "", err
	}
	return Text(s)
}

// printSpan writes into a code span that the template opens and closes.
func printSpan(v any) (string, error) {
	s, err := plain(v)
	switch {
	case err != nil:
		return "", err
	case s == "" || strings.ContainsAny(s, "`\n\r") || s != strings.Trim(s, " "):
		return "", fmt.Errorf("%q cannot stand in a code span: use {{code …}}", s)
	}
	return s, nil
}

// printRowSpan is printSpan in a table, which is cut into cells before anything
// else is read. Renderers do not agree on what \\| is there.
func printRowSpan(v any) (string, error) {
	s, err := printSpan(v)
	if strings.Contains(s, `\|`) || strings.HasSuffix(s, `\`) {
		return "", fmt.Errorf("%q cannot stand in a code span of a table: use {{code …}}", s)
	}
	return strings.ReplaceAll(s, "|", `\|`), err
}

// printLine writes into a line of a code block.
func printLine(v any) (string, error) {
	s, err := plain(v)
	switch {
	case err != nil:
		return "", err
	case strings.ContainsAny(s, "\n\r"):
		return "", fmt.Errorf("%q is more than one line of a code block", s)
	case longestRun(s, '`') >= 3 || longestRun(s, '~') >= 3:
		return "", fmt.Errorf("%q would end a code block", s)
	}
	return s, nil
}

func printWord(v any) (string, error) {
	s, err := plain(v)
	if err != nil {
		return "", err
	}
	return sh.Quote(s)
}

func printLabel(v any) (string, error) {
	s, err := plain(v)
	if err != nil {
		return "", err
	}
	return Label(s)
}

// printNumber writes a part of a node's name in Mermaid, whose words are not safe.
func printNumber(v any) (string, error) {
	s, err := plain(v)
	if n, bad := strconv.Atoi(s); err == nil && (bad != nil || n < 0) {
		err = fmt.Errorf("%q: outside of a quoted label only numbers can stand", s)
	}
	return s, err
}

// plain returns the text of a value: of a string, a whole number, true, false,
// or of something that marshals itself.
func plain(v any) (string, error) {
	if m, ok := v.(encoding.TextMarshaler); ok {
		b, err := m.MarshalText()
		if err != nil {
			return "", err
		}
		return string(b), checkText(string(b))
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.String:
		return r.String(), checkText(r.String())
	case reflect.Bool:
		return strconv.FormatBool(r.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(r.Int(), 10), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(r.Uint(), 10), nil
	}
	return "", fmt.Errorf("a %T is no text", v)
}
