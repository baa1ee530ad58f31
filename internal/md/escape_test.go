package md

import (
	"fmt"
	"html"
	"strings"
	"testing"
	"unicode/utf8"
)

const hostile = "\" \\ ${x} $${x} %{if} '' ' # $(id) |\n\r\té"

func TestText(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"web-1.example.com", "web-1.example.com"},
		{"a (b), c: d = e + f", "a (b), c: d = e + f"},
		{"*a* _b_ `c` [d](e) ![f] ~g~ h|i", "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\!\\[f\\] \\~g\\~ h\\|i"},
		{"<b> & &amp; \\", "&lt;b&gt; &amp; &amp;amp; \\\\"},
		{"- a", "\\- a"},
		{"1. a 2.", "1\\. a 2."},
		{"12) a", "12\\) a"},
		{"=", "\\="},
		{"(u)", "\\(u)"},
		{"# a #", "\\# a \\#"},
		{" a  b ", "&#32;a  b&#32;"},
		{" ", "&#32;"},
		{"a\n\n    b\r\tc", "a&#10;&#10;    b&#13;&#9;c"},
		{"é\u2028", "é\u2028"},
	} {
		if got, err := Text(tt.in); err != nil || got != tt.want {
			t.Errorf("Text(%q) = %s, %v\nwant %s", tt.in, got, err, tt.want)
		}
	}
}

func TestCode(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"a*b\\", "`a*b\\`"},
		{"", "<code></code>"},
		{"a`b", "``a`b``"},
		{"`a``b`", "``` `a``b` ```"},
		{" a ", "`  a  `"},
		{" a", "` a`"},
		{"  ", "`  `"},
		{"a|b", "<code>a\\|b</code>"},
		{"a\nb*", "<code>a&#10;b\\*</code>"},
	} {
		if got, err := Code(tt.in); err != nil || got != tt.want {
			t.Errorf("Code(%q) = %s, %v\nwant %s", tt.in, got, err, tt.want)
		}
	}
}

func TestBlock(t *testing.T) {
	for _, tt := range []struct{ info, in, want string }{
		{"", "", "```\n```\n"},
		{"sh", "a\nb", "```sh\na\nb\n```\n"},
		{"yaml", "````\n", "`````yaml\n````\n`````\n"},
	} {
		if got, err := Block(tt.info, tt.in); err != nil || got != tt.want {
			t.Errorf("Block(%q, %q) = %q, %v\nwant %q", tt.info, tt.in, got, err, tt.want)
		}
	}
	for _, bad := range [][2]string{{"a b", ""}, {"`", ""}, {"\n", ""}, {"", "\r"}, {"", "\x00"}} {
		if got, err := Block(bad[0], bad[1]); err == nil {
			t.Errorf("Block(%q, %q) = %q, want an error", bad[0], bad[1], got)
		}
	}
}

func TestLink(t *testing.T) {
	for _, tt := range []struct{ text, url, want string }{
		{"a]b", "https://example.com/?a=b&c=d", "[a\\]b](<https://example.com/?a=b&amp;c=d>)"},
		{"a", "mailto:a@example.com", "[a](<mailto:a@example.com>)"},
		{"a", "https://example.com/ <>\\`\"|\n", "[a](<https://example.com/%20%3C%3E%5C%60%22%7C%0A>)"},
	} {
		if got, err := Link(tt.text, tt.url); err != nil || got != tt.want {
			t.Errorf("Link(%q, %q) = %s, %v\nwant %s", tt.text, tt.url, got, err, tt.want)
		}
	}
	for _, bad := range []string{"", "javascript:alert(1)", "example.com", "https://\x00"} {
		if got, err := Link("a", bad); err == nil {
			t.Errorf("Link to %q = %s, want an error", bad, got)
		}
	}
}

func TestLabel(t *testing.T) {
	got, err := Label("web-1 (é) \"x\" #1; `y` <b> %%\nz")
	want := "web-1 (é) #34;x#34; #35;1#59; #96;y#96; #60;b#62; #37;#37;<br/>z"
	if err != nil || got != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
}

// FuzzText undoes the escapes as CommonMark does, and looks whether anything
// active is left.
func FuzzText(f *testing.F) {
	for _, s := range []string{hostile, "- a", "1. b", "[x]: y", "<!-- x -->", "```\na\n```", " a ", "&#10;", "\\|", "a *b* **c**", "---", "=\n="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, err := Text(s)
		if fits := utf8.ValidString(s) && !strings.Contains(s, "\x00"); (err == nil) != fits {
			t.Fatalf("%q: %v", s, err)
		}
		if err != nil {
			return
		}
		got, err := readText(text)
		if err != nil || got != s {
			t.Fatalf("Text(%q) = %q reads back as %q, %v", s, text, got, err)
		}
		if code, err := Code(s); err != nil || readCode(t, code) != s {
			t.Fatalf("Code(%q) = %q, %v", s, code, err)
		}
	})
}

// readText reads prose that is nothing but text.
func readText(text string) (string, error) {
	if text != strings.Trim(text, " \t") || strings.ContainsAny(text, "\t\n\v\f\r") {
		return "", fmt.Errorf("white space at an end, or another line")
	}
	if text != "" && strings.ContainsAny(text[:1], "-+=.():") {
		return "", fmt.Errorf("%q at the start", text[:1])
	}
	if rest := strings.TrimLeft(text, "0123456789"); rest != text && rest != "" && strings.ContainsAny(rest[:1], ".)") {
		return "", fmt.Errorf("a list")
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
			if i == len(text) || !strings.ContainsAny(text[i:i+1], "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") {
				return "", fmt.Errorf("a backslash before no sign")
			}
			b.WriteByte(text[i])
		case c == '&':
			end := strings.IndexByte(text[i:], ';')
			if end < 0 {
				return "", fmt.Errorf("a bare ampersand")
			}
			b.WriteString(readReference(text[i : i+end+1]))
			i += end
		case strings.IndexByte("`*_[]<>|~#!$", c) >= 0:
			return "", fmt.Errorf("an active %q", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

// readReference is html.UnescapeString but for &#13;, which package html keeps.
func readReference(ref string) string {
	if ref == "&#13;" {
		return "\r"
	}
	return html.UnescapeString(ref)
}

func readCode(t *testing.T, code string) string {
	if inner, ok := strings.CutPrefix(code, "<code>"); ok {
		text, err := readText(strings.TrimSuffix(inner, "</code>"))
		if err != nil {
			t.Fatalf("%q: %v", code, err)
		}
		return text
	}
	fence := code[:len(code)-len(strings.TrimLeft(code, "`"))]
	inner := code[len(fence) : len(code)-len(fence)]
	if longestRun(code, '`') != len(fence) || strings.ContainsAny(inner, "\n\r|") {
		t.Fatalf("%q is no code span for a table", code)
	}
	if strings.HasPrefix(inner, " ") && strings.HasSuffix(inner, " ") && strings.Trim(inner, " ") != "" {
		inner = inner[1 : len(inner)-1]
	}
	return inner
}
