package site

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// badDir holds one folder a case: a spec that has to be refused, or warned of,
// and want.err, the exact message.
const badDir = "../../golden/bad"

// cueWords are words of CUE's own messages, which mean nothing to who writes a
// spec.
var cueWords = regexp.MustCompile(`conflicting values|incomplete value|empty disjunction|disjunction|_\|_|not an instance|out of bound|mismatched types|cannot use value|structural cycle|non-concrete|unresolved|<undefined>|\bbottom\b|field not allowed|undefined field|schema/|panic`)

func TestBad(t *testing.T) {
	root, err := filepath.Abs(badDir)
	if err != nil {
		t.Fatal(err)
	}
	covered := map[string]bool{}
	for _, dir := range cases(t, root) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Chdir(dir)
			s, problems := Load(Source{Path: specIn(t, dir)})
			if (s == nil) != (problems.Errors() > 0) {
				t.Errorf("the site is given in spite of errors, or withheld without one")
			}
			for _, p := range problems {
				covered[p.Rule] = true
			}
			checkMessages(t, problems)
			golden(t, "want.err", problems.Error()+"\n")
		})
	}
	for _, r := range Rules() {
		if !covered[r.ID] && !ofOutput(r) && !elsewhere(r.ID) {
			t.Errorf("no case in %s shows the rule %s", badDir, r.ID)
		}
	}
}

// ofOutput tells whether it takes the output to break a rule: package main shows
// the message.
func ofOutput(r Rule) bool { return r.later && r.ID != LeftOut }

// elsewhere are the rules that no spec in a file can break, or not at once: tests of
// what reads a spec show their messages.
func elsewhere(rule string) bool { return rule == "internal" || rule == "spec-time" }

func cases(t *testing.T, root string) []string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(root, "*"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no cases in %s: %v", root, err)
	}
	return dirs
}

// specIn is what the file spec says; else site.cue, or the folder itself where the
// spec has several files or none.
func specIn(t *testing.T, dir string) string {
	t.Helper()
	if name, err := os.ReadFile(filepath.Join(dir, "spec")); err == nil {
		return strings.TrimSpace(string(name))
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.cue"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 1 {
		return filepath.Base(files[0])
	}
	return "."
}

// checkMessages holds every message to the rules on messages.
func checkMessages(t *testing.T, problems Problems) {
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
		case secretIn(text) != "":
			t.Errorf("a secret is printed:\n%s", text)
		case cueWords.MatchString(text):
			t.Errorf("words of CUE's:\n%s", text)
		case strings.Contains(p.Message, "\n") || strings.HasSuffix(p.Message, "."):
			t.Errorf("not one line without a full stop:\n%s", text)
		}
	}
	if !slices.IsSortedFunc(problems, func(a, b Problem) int { return strings.Compare(a.Pos.File, b.Pos.File) }) {
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
		t.Errorf("%s differs (-want +got); go test ./internal/site -update writes it anew:\n%s", name, diff)
	}
}
