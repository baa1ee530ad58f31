package md

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
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

func TestLink(t *testing.T) {
	for _, tt := range []struct{ url, want string }{
		{"https://example.com/?a=b&c=d", "[https://example.com/?a=b&amp;c=d](<https://example.com/?a=b&amp;c=d>)"},
		{"mailto:a@example.com", "[mailto:a@example.com](<mailto:a@example.com>)"},
		{"http://a/ ]<>\\`\"|\n", "[http://a/ \\]&lt;&gt;\\\\\\`\"\\|&#10;](<http://a/%20]%3C%3E%5C%60%22%7C%0A>)"},
	} {
		if got, err := Link(tt.url); err != nil || got != tt.want {
			t.Errorf("Link(%q) = %s, %v\nwant %s", tt.url, got, err, tt.want)
		}
	}
	for _, bad := range []string{"", "javascript:alert(1)", "example.com", "https://\x00"} {
		if got, err := Link(bad); err == nil {
			t.Errorf("Link to %q = %s, want an error", bad, got)
		}
	}
}

// FuzzText reads each place back with a Markdown parser, which must find text
// and nothing else.
func FuzzText(f *testing.F) {
	for _, s := range []string{hostile, "- a", "1. b", "[x]: y", "<!-- x -->", "```\na\n```", " a ", "&#10;", "\\|", "a *b* **c**", "---", "=\n=", "(u)", ". a", "~~a~~", "$a$"} {
		f.Add(s)
	}
	places := []struct{ before, behind, want string }{
		{"", "\n", "<p>V</p>\n"},
		{"a ", " b\n", "<p>a V b</p>\n"},
		{"1", "\n", "<p>1V</p>\n"},
		{"[a]", "\n\n[a]: /u\n", "<p><a href=\"/u\">a</a>V</p>\n"},
		{"# ", "\n", "<h1>V</h1>\n"},
		{"a\n", "\n", "<p>a\nV</p>\n"},
		{"- ", "\n", "<ul>\n<li>V</li>\n</ul>\n"},
		{"| a | b |\n|---|---|\n| ", " | c |\n", "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>V</td>\n<td>c</td>\n</tr>\n</tbody>\n</table>\n"},
	}
	reader := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	f.Fuzz(func(t *testing.T, s string) {
		text, err := Text(s)
		code, codeErr := Code(s)
		if fits := utf8.ValidString(s) && !strings.Contains(s, "\x00"); (err == nil) != fits || (codeErr == nil) != fits {
			t.Fatalf("%q: %v, %v", s, err, codeErr)
		}
		if err != nil {
			return
		}
		value := string(util.EscapeHTML([]byte(s)))
		for _, p := range places {
			for written, shown := range map[string]string{text: value, code: "<code>" + value + "</code>"} {
				if written == "" {
					continue // no text, and nothing to read
				}
				var b bytes.Buffer
				if err := reader.Convert([]byte(p.before+written+p.behind), &b); err != nil {
					t.Fatal(err)
				}
				if want := strings.Replace(p.want, "V", shown, 1); b.String() != want {
					t.Fatalf("%q as %q\n got %q\nwant %q", s, p.before+written+p.behind, b.String(), want)
				}
			}
		}
	})
}
