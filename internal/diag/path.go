package diag

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Path is the place of a value in the spec: field names (string) and list
// positions (int), from the top.
type Path []any

// With returns the path of something inside p.
func (p Path) With(elems ...any) Path {
	return append(p[:len(p):len(p)], elems...)
}

// Parent is the path of what p lies in; the top is its own parent.
func (p Path) Parent() Path {
	if len(p) == 0 {
		return p
	}
	return p[:len(p)-1]
}

// Matches compares a path with names joined by dots, in which * stands for any name
// and for any place in a list.
func (p Path) Matches(pattern string) bool {
	names := strings.Split(pattern, ".")
	if len(p) != len(names) {
		return false
	}
	for i, e := range p {
		if names[i] != "*" && names[i] != e {
			return false
		}
	}
	return true
}

// identRE is a name that CUE takes without quotes.
var identRE = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(_?#)?[\pL_$][\pL\pN_$]*$`) })

// String is the path as CUE writes it: clients.bakery.hostnames[0],
// domains."example.com".primary.
func (p Path) String() string {
	var b strings.Builder
	for i, e := range p {
		switch e := e.(type) {
		case int:
			b.WriteString("[" + strconv.Itoa(e) + "]")
		case string:
			if i > 0 {
				b.WriteByte('.')
			}
			if identRE().MatchString(e) {
				b.WriteString(e)
			} else {
				b.WriteString(strconv.Quote(e))
			}
		}
	}
	return b.String()
}

// Key is the path as a map key; no two paths share one.
func (p Path) Key() string {
	var b strings.Builder
	for _, e := range p {
		switch e := e.(type) {
		case int:
			b.WriteString("\x00#" + strconv.Itoa(e))
		case string:
			b.WriteString("\x00." + e)
		}
	}
	return b.String()
}

// KeyPath is the path that a key stands for.
func KeyPath(key string) Path {
	var p Path
	for e := range strings.SplitSeq(strings.TrimPrefix(key, "\x00"), "\x00") {
		if n, err := strconv.Atoi(strings.TrimPrefix(e, "#")); err == nil && strings.HasPrefix(e, "#") {
			p = append(p, n)
		} else {
			p = append(p, strings.TrimPrefix(e, "."))
		}
	}
	return p
}

// ParsePath reads what String writes; false for what is no path.
func ParsePath(text string) (p Path, ok bool) {
	for text != "" {
		if rest, indexed := strings.CutPrefix(text, "["); indexed {
			number, after, closed := strings.Cut(rest, "]")
			n, err := strconv.Atoi(number)
			if !closed || err != nil || n < 0 || len(p) == 0 {
				return nil, false
			}
			p, text = append(p, n), after
			continue
		}
		if len(p) > 0 {
			var dot bool
			if text, dot = strings.CutPrefix(text, "."); !dot {
				return nil, false
			}
		}
		if quoted, err := strconv.QuotedPrefix(text); err == nil && text[0] == '"' {
			name, _ := strconv.Unquote(quoted)
			p, text = append(p, name), text[len(quoted):]
			continue
		}
		end := strings.IndexAny(text, ".[")
		if end < 0 {
			end = len(text)
		}
		if end == 0 || strings.ContainsAny(text[:end], `"]`) {
			return nil, false
		}
		p, text = append(p, text[:end]), text[end:]
	}
	return p, len(p) > 0
}
