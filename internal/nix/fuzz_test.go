package nix

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// FuzzValue reads values back with a reader of its own, since a run of Nix takes
// longer than thousands of values; TestReadBack asks Nix itself.
func FuzzValue(f *testing.F) {
	for i, s := range awkward {
		f.Add(s, int64(i-3))
	}
	f.Fuzz(func(t *testing.T, s string, n int64) {
		v := map[string]any{s: []any{n, s, nil, true}, "k": map[string]any{s + "x": []any{}}}
		fits := utf8.ValidString(s) && !strings.Contains(s, "\x00")
		e, err := Value(v)
		if (err == nil) != fits {
			t.Fatalf("%#v: %v", v, err)
		}
		if err != nil {
			return
		}
		got, err := readValue(e.String())
		if err != nil {
			t.Fatalf("%s: %v", e, err)
		}
		if diff := cmp.Diff(v, got); diff != "" {
			t.Fatalf("%s\nreads back otherwise (-want +got):\n%s", e, diff)
		}
	})
}

// reader reads the Nix of plain values from the tokens of lexer.l.
type reader struct{ tokens []string }

func readValue(src string) (any, error) {
	list, err := tokens(src)
	if err != nil {
		return nil, err
	}
	r := reader{list}
	v, err := r.value()
	if err == nil && len(r.tokens) > 0 {
		err = fmt.Errorf("%q is left over", r.tokens)
	}
	return v, err
}

func (r *reader) next() string {
	if len(r.tokens) == 0 {
		return ""
	}
	t := r.tokens[0]
	r.tokens = r.tokens[1:]
	return t
}

func (r *reader) accept(token string) bool {
	if len(r.tokens) == 0 || r.tokens[0] != token {
		return false
	}
	r.next()
	return true
}

func (r *reader) value() (any, error) {
	token := r.next()
	name, text, _ := strings.Cut(token, " ")
	switch {
	case name == "int":
		return strconv.ParseInt(text, 10, 64)
	case name == "open":
		return r.text()
	case token == "id true", token == "id false":
		return text == "true", nil
	case token == "id null":
		return nil, nil
	case token == "op (":
		return r.negative()
	case token == "op [":
		list := []any{}
		for !r.accept("op ]") {
			v, err := r.value()
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case token == "{ {":
		return r.attrs()
	}
	return nil, fmt.Errorf("unexpected %q", token)
}

func (r *reader) text() (string, error) {
	var b strings.Builder
	for {
		name, text, _ := strings.Cut(r.next(), " ")
		if name == "close" {
			return b.String(), nil
		}
		if name != "str" {
			return "", fmt.Errorf("%q in a string", name)
		}
		// unescapeStr of lexer.l
		for i := 0; i < len(text); i++ {
			c := text[i]
			if c == '\\' {
				i++
				c = text[i]
				if at := strings.IndexByte("nrt", c); at >= 0 {
					c = "\n\r\t"[at]
				}
			} else if c == '\r' {
				return "", errors.New("a raw carriage return")
			}
			b.WriteByte(c)
		}
	}
}

func (r *reader) negative() (any, error) {
	if !r.accept("op -") {
		return nil, errors.New("parentheses without a sign")
	}
	v, err := r.value()
	if err != nil {
		return nil, err
	}
	if r.accept("op -") && r.accept("int 1") { // the number that has no positive
		v = v.(int64) + 1
	}
	if !r.accept("op )") {
		return nil, errors.New("an open parenthesis")
	}
	n, ok := v.(int64)
	if !ok {
		return nil, fmt.Errorf("minus %v", v)
	}
	return -n, nil
}

func (r *reader) attrs() (any, error) {
	attrs := map[string]any{}
	for !r.accept("} }") {
		name, text, _ := strings.Cut(r.next(), " ")
		if name == "open" {
			s, err := r.text()
			if err != nil {
				return nil, err
			}
			text = s
		} else if name != "id" {
			return nil, fmt.Errorf("the name %q", text)
		}
		if _, twice := attrs[text]; twice || !r.accept("op =") {
			return nil, fmt.Errorf("no binding of %q", text)
		}
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		if !r.accept("op ;") {
			return nil, errors.New("no semicolon")
		}
		attrs[text] = v
	}
	return attrs, nil
}
