package rules

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site/sitetest"
	"sitegen/internal/spec"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestBad(t *testing.T) {
	covered := map[string]bool{}
	for _, c := range sitetest.Cases(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			c.Write(t, ".")
			s, problems := Load(spec.Source{Path: c.Spec})
			if (s == nil) != (problems.Errors() > 0) {
				t.Errorf("the site is given in spite of errors, or withheld without one")
			}
			for _, p := range problems {
				covered[p.Rule] = true
			}
			checkMessages(t, problems)
			got := problems.Error() + "\n"
			if *update {
				c.Update(t, got)
			} else if diff := cmp.Diff(c.Want, got); diff != "" {
				t.Errorf("another message (-want +got); go test ./internal/rules -update writes it anew:\n%s", diff)
			}
		})
	}
	for _, r := range Rules() {
		if !covered[r.ID] && !elsewhere(r.ID) {
			t.Errorf("no case of golden/bad shows the rule %s", r.ID)
		}
	}
}

// elsewhere are the rules that no spec in a file can break, or not at once: tests of
// what reads a spec show their messages.
func elsewhere(rule string) bool { return rule == "internal" || rule == "spec-time" }

// checkMessages holds every message to the rules on messages.
func checkMessages(t *testing.T, problems diag.Problems) {
	t.Helper()
	if len(problems) == 0 {
		t.Error("the spec is accepted")
	}
	ids := ruleIDs()
	for _, p := range problems {
		text := p.Error()
		switch {
		case !ids[p.Rule]:
			t.Errorf("the rule %q is not in the table", p.Rule)
		case p.Pos.File == "" || filepath.IsAbs(p.Pos.File):
			t.Errorf("no place in the user's files:\n%s", text)
		case p.Pos.Line == 0 && p.Rule != "spec-file":
			t.Errorf("no line:\n%s", text)
		case format.SecretIn(text) != "":
			t.Errorf("a secret is printed:\n%s", text)
		case sitetest.CUEWords.MatchString(text):
			t.Errorf("words of CUE's:\n%s", text)
		case strings.Contains(p.Message, "\n") || strings.HasSuffix(p.Message, "."):
			t.Errorf("not one line without a full stop:\n%s", text)
		}
	}
	if !slices.IsSortedFunc(problems, func(a, b diag.Problem) int { return strings.Compare(a.Pos.File, b.Pos.File) }) {
		t.Error("the problems are not sorted")
	}
}

func ruleIDs() map[string]bool {
	ids := map[string]bool{}
	for _, r := range Rules() {
		ids[r.ID] = true
	}
	return ids
}

// golden compares with a file, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); go test ./internal/rules -update writes it anew:\n%s", name, diff)
	}
}
