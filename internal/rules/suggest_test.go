package rules

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"sitegen/internal/diag"
	"sitegen/internal/site/sitetest"
)

// TestSuggestions writes what each message of golden/bad suggests in place of what
// it is about: that problem has to be gone.
func TestSuggestions(t *testing.T) {
	tried := 0
	for name, text := range sitetest.Bad(t) {
		_, problems := loadText(t, text)
		for _, p := range problems {
			better, ok := suggested(p.Hint)
			if !ok || p.Rule == "import" { // what is imported has to be used, too
				continue
			}
			changed, ok := replaced(text, p, better)
			if !ok {
				t.Logf("%s: not written out: %s", name, p.Error())
				continue
			}
			tried++
			_, after := loadText(t, changed)
			for _, q := range after {
				if q.Rule == p.Rule && q.Pos.Line == p.Pos.Line && q.Pos.Col == p.Pos.Col {
					t.Errorf("%s: %q is no better:\n%s\n%s", name, better, p.Error(), q.Error())
				}
			}
		}
	}
	if tried < 60 {
		t.Errorf("%d suggestions tried, and there are more", tried)
	}
}

// replaced is the spec with another word at the place of a problem, which is a
// text or the name of a field.
func replaced(text string, p diag.Problem, word string) (string, bool) {
	f, err := parser.ParseFile("site.cue", text)
	if err != nil {
		return "", false
	}
	var from, to token.Pos
	label := false
	ast.Walk(f, func(n ast.Node) bool {
		if at := n.Pos(); !from.IsValid() && at.Line() == p.Pos.Line && at.Column() == p.Pos.Col {
			switch n := n.(type) {
			case *ast.Field:
				from, to, label = n.Label.Pos(), n.Label.End(), true
			case *ast.BasicLit, *ast.Ident:
				from, to = n.Pos(), n.End()
			}
		}
		return true
	}, nil)
	if !from.IsValid() {
		return "", false
	}
	old := text[from.Offset():to.Offset()]
	if quoted := strings.HasPrefix(old, `"`) || strings.HasPrefix(old, `'`); quoted || label && !ast.IsValidIdent(word) || !label && p.Rule != "reference" {
		word = strconv.Quote(word)
	}
	return text[:from.Offset()] + word + text[to.Offset():], true
}

// TestRefusedSuggestions shows values whose nearest form is refused as well: no
// message suggests it.
func TestRefusedSuggestions(t *testing.T) {
	for _, tc := range []struct{ piece, rule string }{
		{`apps: invoices: hostnames: ["a1_.example"]`, "hostname"},
		{`apps: invoices: hostnames: ["https://-a.example/x"]`, "hostname"},
		{`apps: invoices: hostnames: ["-oProxyCommand=x"]`, "hostname"},
		{`hosts: web1: ssh: hostname: "-oProxyCommand=x"`, "hostname"},
		{`hosts: web1: address: "-oProxyCommand=x"`, "hostname"},
		{`hosts: web1: nics: wan: ipv6: address: "fe80::2%eth0/64"`, "address"},
		{`hosts: web1: nics: wan: dns: ["fe80::2%eth0/64"]`, "address"},
		{`hosts: web1: nics: wan: ipv6: address: "fe80::2%eth0"`, "address"},
		{`apps: invoices: hostnames: ["-A_b-.example.com"]`, "hostname"},
		{`repo: url: "https://Git_Hub.example.com/infra.git"`, "repo-url"},
		{`admin: email: "ops@Example.com"`, "email"},
		{`admin: email: "Ops <ops@exa_mple>"`, "email"},
		{`apps: invoices: image: "https://"`, "image"},
		{`apps: "9-Lives_": image: "ghcr.io/example/lives:1.0"`, "name"},
		{`hosts: "_": {}`, "name"},
		{`terraform: s3: {bucket: "192_168_0_1", endpoint: "https://s3.example.net"}`, "state-bucket"},
		{`versions: terraform: "1.x.y.z"`, "constraint"},
		{`versions: images: ksops: "4.5.1 latest"`, "version"},
	} {
		_, problems := loadText(t, overText(t, tc.piece))
		said := false
		for _, p := range problems {
			if p.Rule != tc.rule {
				continue
			}
			said = true
			better, ok := suggested(p.Hint)
			if !ok {
				continue
			}
			old, _, _ := strings.Cut(strings.TrimPrefix(p.Message, `"`), `"`)
			again := regexp.MustCompile(`"[^"]*`+regexp.QuoteMeta(old)+`[^"]*"`).ReplaceAllLiteralString(tc.piece, strconv.Quote(better))
			if again == tc.piece {
				t.Errorf("%s: cannot be tried:\n%s", tc.piece, p.Error())
			}
			_, after := loadText(t, overText(t, again))
			for _, q := range after {
				if q.Rule == tc.rule {
					t.Errorf("%q is no better:\n%s\n%s", better, p.Error(), q.Error())
				}
			}
		}
		if !said {
			t.Errorf("%s: nothing by the rule %s:\n%s", tc.piece, tc.rule, problems.Error())
		}
	}
}

// overText is the base site with a piece laid over it.
func overText(t *testing.T, piece string) string {
	t.Helper()
	data, err := json.Marshal(overlay(toData(t, sitetest.Base()), toData(t, piece)))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s\n", data)
}

// suggested is the text that a hint names to be written instead.
func suggested(hint string) (text string, ok bool) {
	quoted, ok := strings.CutPrefix(hint, "did you mean ")
	quoted, question := strings.CutSuffix(quoted, "?")
	text, err := strconv.Unquote(quoted)
	return text, ok && question && err == nil
}
