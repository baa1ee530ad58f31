package main

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sitegen/internal/diag"
	"sitegen/internal/rules"
	"sitegen/internal/tree"
)

// finder runs a command that has something to find, and returns its output.
type finder struct {
	name string
	args []string
	exit int
}

// finders prepares a folder in which every command that has formats finds
// something, and makes it the working directory.
func finders(t *testing.T) []finder {
	t.Helper()
	spec, err := os.ReadFile("../../site.cue")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("PATH", t.TempDir()) // gen's own readers find enough, and are quick
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("site.cue", string(spec))
	if err := os.Mkdir("bad", 0o755); err != nil {
		t.Fatal(err)
	}
	put("bad/site.cue", strings.Replace(string(spec), `203.0.113.1"`, `203.0.114.1"`, 1))
	generateInto(t, "site.cue", "out")
	put("out/docs/RUNBOOK.md", "mine\n")
	put("out/.sops.yaml", "a: 1\na: 2\n")
	if err := os.Remove("out/flake.nix"); err != nil {
		t.Fatal(err)
	}
	return []finder{
		{"vet", []string{"vet", "-spec", "bad"}, exitTrouble},
		{"check", []string{"check"}, exitDrift},
		{"write", []string{"write"}, exitTrouble},
		{"verify", []string{"verify", "-spec", "site.cue"}, exitDrift},
		{"trouble", []string{"check", "--only", "nowhere"}, exitTrouble},
	}
}

func (f finder) run(t *testing.T, format string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(append(f.args, "--format", format), &stdout, &stderr); code != f.exit {
		t.Fatalf("%s --format %s: exit %d, want %d\n%s", f.name, format, code, f.exit, stderr.String())
	}
	if format != "text" && stderr.Len() > 0 {
		t.Errorf("%s --format %s says beside its output:\n%s", f.name, format, stderr.String())
	}
	return stdout.String()
}

// TestFormats holds what the formats promise of every command: the same findings,
// each with a rule that is known and words, and a file of this folder.
func TestFormats(t *testing.T) {
	page, err := os.ReadFile("../../docs/FORMATS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "\"findings\": [\n")
	example, _, _ = strings.Cut(example, "\n  ]\n")
	known := findingRules()
	for _, f := range finders(t) {
		if f.name == "check" && (example == "" || !strings.Contains(f.run(t, "json"), example)) {
			t.Errorf("docs/FORMATS.md shows what gen check does not print:\n%s", example)
		}
		var document struct{ Findings diag.Problems }
		if err := json.Unmarshal([]byte(f.run(t, "json")), &document); err != nil {
			t.Fatalf("%s: %v", f.name, err)
		}
		if len(document.Findings) == 0 {
			t.Errorf("%s finds nothing", f.name)
		}
		for _, p := range document.Findings {
			if p.Message == "" || !slices.ContainsFunc(known, func(r diag.Rule) bool { return r.ID == p.Rule }) {
				t.Errorf("%s: a finding without words or a known rule: %+v", f.name, p)
			}
			if filepath.IsAbs(p.Pos.File) {
				t.Errorf("%s: an absolute file: %q", f.name, p.Pos.File)
			}
		}
		annotations := strings.Split(strings.TrimSpace(f.run(t, "github")), "\n")
		if len(annotations) != len(document.Findings) {
			t.Errorf("%s: %d annotations of %d findings", f.name, len(annotations), len(document.Findings))
		}
		command := regexp.MustCompile(`^::(error|warning) (file=[^:,]+,(line=\d+,)?(col=\d+,)?)?title=[^:,]+::.`)
		for _, a := range annotations {
			if !command.MatchString(a) {
				t.Errorf("%s: not a workflow command: %s", f.name, a)
			}
		}
		wantSARIF(t, f.name, f.run(t, "sarif"), document.Findings)
	}
}

// wantSARIF holds what the schema of SARIF 2.1.0 demands of what gen uses, and
// what code scanning does beyond it: a place for every result.
func wantSARIF(t *testing.T, name, text string, findings diag.Problems) {
	t.Helper()
	type message struct{ Text string }
	var log struct {
		Schema  string `json:"$schema"`
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string
					Rules []struct {
						ID                                string
						ShortDescription, FullDescription message
						DefaultConfiguration              struct{ Level string }
					}
				}
			}
			Invocations []struct {
				ExecutionSuccessful        *bool
				ToolExecutionNotifications []struct {
					Level   string
					Message message
				}
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Message   message
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           *struct{ StartLine, StartColumn *int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || log.Runs[0].Tool.Driver.Name != "gen" || log.Runs[0].Results == nil {
		t.Fatalf("%s: version %q, %d runs, or no driver or results", name, log.Version, len(log.Runs))
	}
	run := log.Runs[0]
	levels := []string{"none", "note", "warning", "error"}
	ids := map[string]bool{}
	for _, r := range run.Tool.Driver.Rules {
		if r.ID == "" || ids[r.ID] || r.ShortDescription.Text == "" || r.FullDescription.Text == "" || !slices.Contains(levels, r.DefaultConfiguration.Level) {
			t.Errorf("%s: rule %+v", name, r)
		}
		ids[r.ID] = true
	}
	said := 0
	for _, i := range run.Invocations {
		if i.ExecutionSuccessful == nil {
			t.Errorf("%s: an invocation does not say whether it went well", name)
		}
		for _, n := range i.ToolExecutionNotifications {
			said++
			if n.Message.Text == "" || !slices.Contains(levels, n.Level) {
				t.Errorf("%s: notification %+v", name, n)
			}
		}
	}
	if said+len(run.Results) != len(findings) {
		t.Errorf("%s: %d results and %d notifications of %d findings", name, len(run.Results), said, len(findings))
	}
	for _, r := range run.Results {
		if r.Message.Text == "" || !slices.Contains(levels, r.Level) || len(r.Locations) != 1 {
			t.Errorf("%s: result %+v", name, r)
			continue
		}
		if r.RuleIndex < 0 || r.RuleIndex >= len(run.Tool.Driver.Rules) || run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("%s: rule %q is not at %d", name, r.RuleID, r.RuleIndex)
		}
		at := r.Locations[0].PhysicalLocation
		if u, err := url.Parse(at.ArtifactLocation.URI); err != nil || u.IsAbs() || u.Path == "" || strings.HasPrefix(u.Path, "/") {
			t.Errorf("%s: %q is no relative URI: %v", name, at.ArtifactLocation.URI, err)
		}
		if at.Region != nil && (at.Region.StartLine == nil || *at.Region.StartLine < 1 || at.Region.StartColumn != nil && *at.Region.StartColumn < 1) {
			t.Errorf("%s: a region without a line: %+v", name, r)
		}
	}
}

// TestRuleIDs: an id means one thing, be it about a spec or a tree.
func TestRuleIDs(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range findingRules() {
		if seen[r.ID] || r.ID == "" || r.Summary == "" || r.Severity == "" {
			t.Errorf("rule %+v", r)
		}
		seen[r.ID] = true
	}
	table := rules.Table()
	for _, kind := range []tree.Kind{tree.Missing, tree.Stale, tree.Orphaned, tree.Edited, tree.Foreign, tree.Mode, tree.Endings} {
		_, do := driftWords(tree.Change{Kind: kind, Old: &tree.File{}, New: &tree.File{}}, "gen")
		if got := table[rules.RuleDrift+string(kind)].Do; got != do {
			t.Errorf("%s: the table says what to do otherwise than a finding: %q, %q", kind, got, do)
		}
	}
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range scripts {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	for _, r := range rules.OutputRules() {
		if !strings.HasPrefix(r.ID, rules.RuleDrift) && !strings.HasPrefix(r.ID, rules.RuleVerify) && !strings.Contains(all.String(), r.ID) {
			t.Errorf("no script shows %s", r.ID)
		}
	}
}

// TestColor: terminals only, and NO_COLOR is respected. The device that swallows
// everything stands for a terminal: both are character devices.
func TestColor(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	terminal, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if !wantsColor(terminal) || wantsColor(file) || wantsColor(&bytes.Buffer{}) {
		t.Errorf("terminal %v, file %v, buffer %v", wantsColor(terminal), wantsColor(file), wantsColor(&bytes.Buffer{}))
	}
	t.Setenv("NO_COLOR", "1")
	if wantsColor(terminal) {
		t.Error("NO_COLOR is not respected")
	}
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "dumb")
	if wantsColor(terminal) {
		t.Error("a dumb terminal gets colour")
	}
}
