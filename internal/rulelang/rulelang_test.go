package rulelang

import (
	"strings"
	"testing"
)

func TestExpressions(t *testing.T) {
	for want, e := range map[string]Expr{
		`http.host eq "www.example.com"`:                               Equal(Field("http.host"), String("www.example.com")),
		`concat("https://example.com/a\"b\\c", http.request.uri.path)`: Concat(String(`https://example.com/a"b\c`), Field("http.request.uri.path")),
		`concat(concat("a", http.host), "b")`:                          Concat(Concat(String("a"), Field("http.host")), String("b")),
		`"` + strings.Repeat("x", MaxLength-2) + `"`:                   String(strings.Repeat("x", MaxLength-2)),
	} {
		if got, err := e.Text(); err != nil || got != want {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
	for _, bad := range []Expr{String("a\nb"), String("a\x00"), String("\xff"), Equal(Field("http.host"), String("\t")), String(strings.Repeat("x", MaxLength-1))} {
		if got, err := bad.Text(); err == nil || got != "" {
			t.Errorf("%q", got)
		}
	}
}

// unquote reads a quoted string as the language does: \ stands before " and \ alone.
func unquote(s string) (text, rest string, ok bool) {
	var b strings.Builder
	if !strings.HasPrefix(s, `"`) {
		return "", s, false
	}
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
		case s[i] == '\\':
			return "", s, false
		}
		b.WriteByte(s[i])
	}
	return "", s, false
}

// FuzzString: what is quoted reads back, and nothing stands behind it.
func FuzzString(f *testing.F) {
	for _, s := range []string{"", "www.example.com", `a"b`, `a\`, `\"`, `" or true or "`, "æ\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, err := String(s).Text()
		if err != nil {
			return
		}
		if got, rest, ok := unquote(text); !ok || got != s || rest != "" {
			t.Errorf("%q is written %s, which reads back as %q and %q", s, text, got, rest)
		}
	})
}
