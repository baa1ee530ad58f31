package rules

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"

	"sitegen/internal/site/sitetest"
	"sitegen/internal/spec"
)

// FuzzSpec loads any text: it is accepted, or refused at a line of it.
func FuzzSpec(f *testing.F) {
	f.Add([]byte(sitetest.Base()))
	for _, text := range sitetest.Bad(f) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) <= 8<<10 {
			refusedWell(t, string(data))
		}
	})
}

// FuzzValue puts any text into one of the texts of a site that says every field,
// so that it reaches the rules.
func FuzzValue(f *testing.F) {
	text := sitetest.Full()
	spots := textSpots(f, text)
	for i, seed := range []string{"", " ", "\x00", "a.b.", "203.0.113.1/33", "::ffff:1.2.3.4", "age1", "ssh-rsa AAAA", "xn--a.example", "*.*", "~> 1", "100%", "-1Gi",
		"://:@", "git@:", "999999999999G", "24h0m0.1s", "../..", "\u202e", "[", "fe80::1%1", "26.99", "a@b", "age1yubikey1", "github:a/b?c"} {
		for j := range spots {
			if (i+j)%7 == 0 {
				f.Add(uint(j), seed)
			}
		}
	}
	f.Fuzz(func(t *testing.T, n uint, value string) {
		at := spots[int(n%uint(len(spots)))]
		refusedWell(t, text[:at[0]]+literal.String.Quote(value)+text[at[1]:])
	})
}

// textSpots are the places of the texts in a spec.
func textSpots(tb testing.TB, text string) [][2]int {
	tb.Helper()
	f, err := parser.ParseFile("site.cue", text)
	if err != nil {
		tb.Fatal(err)
	}
	var spots [][2]int
	ast.Walk(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && strings.HasPrefix(lit.Value, `"`) {
			spots = append(spots, [2]int{lit.Pos().Offset(), lit.End().Offset()})
		}
		return true
	}, nil)
	return spots
}

// refusedWell loads a text and holds its problems to the rules on messages.
func refusedWell(t *testing.T, text string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "site.cue")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	_, problems := Load(spec.Source{Path: path})
	lines := 1 + strings.Count(text, "\n")
	ids := ruleIDs()
	for _, p := range problems {
		words := p.Error()
		switch {
		case p.Rule == "internal":
			t.Errorf("gen's own error:\n%s", words)
		case !ids[p.Rule]:
			t.Errorf("the rule %q is not in the table", p.Rule)
		case p.Pos.File != path || p.Pos.Line > lines || p.Pos.Line < 1 && p.Rule != "spec-file":
			t.Errorf("no place:\n%s", words)
		case strings.Contains(p.Message, "\n") || p.Message == "":
			t.Errorf("not one line:\n%s", words)
		case sitetest.CUEWords.MatchString(words) && !sitetest.CUEWords.MatchString(text):
			t.Errorf("words of CUE's:\n%s", words)
		}
	}
}
