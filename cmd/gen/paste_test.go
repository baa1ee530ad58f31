package main

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"sigs.k8s.io/yaml"

	"sitegen/internal/tree"
)

// TestPasteRules pastes what gen advises into a .sops.yaml that was there, where it
// says, and reads the result.
func TestPasteRules(t *testing.T) {
	ours, err := os.ReadFile("../../out/.sops.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := readRules(t, ours)
	if len(want) != 3 {
		t.Fatal(len(want))
	}
	oneOfOurs := strings.Join(layOut(ruleList(parseRules(ours).rules()[:1])), "\n") + "\n"
	const flow = "{path_regex: .*, age: &maria age1x}"
	for name, test := range map[string]struct {
		have  string
		rules int    // of ours that are advised
		old   string // what their lines take the place of; "": of nothing
	}{
		"another rule":      {"keys:\n- &maria age1x\ncreation_rules:\n- path_regex: .*\n  age: age1x\n", 3, ""},
		"indented":          {"creation_rules:\n    - path_regex: .*\n      age: age1x\n", 3, ""},
		"a comment":         {"creation_rules:\n  # for all\n  - path_regex: .*\n    age: age1x\n", 3, ""},
		"one of ours":       {"creation_rules:\n" + oneOfOurs, 2, ""},
		"one, no longer so": {"creation_rules:\n" + strings.Replace(oneOfOurs, "age1k99", "age1k98", 1), 3, ""},
		"all of ours":       {string(ours) + "- path_regex: .*\n  age: age1x\n", 0, ""},
		"no rules":          {"stores: {}\n", 3, ""},
		"empty":             {"", 3, ""},
		"comments":          {"# ours\n", 3, ""},
		"an empty list":     {"stores: {}\ncreation_rules: []\n", 3, "creation_rules: []\n"},
		"no value":          {"creation_rules:\nstores: {}\n", 3, "creation_rules:\n"},
		"in brackets":       {"creation_rules: [" + flow + "]\nstores: {}\n", 3, "creation_rules: [" + flow + "]\n"},
		"on lines":          {"creation_rules: [\n  " + flow + ",\n]\nx: *maria\n", 3, "creation_rules: [\n  " + flow + ",\n]\n"},
		"an alias":          {"x: &x\n- " + flow + "\ncreation_rules: *x\n", 3, "creation_rules: *x\n"},
		"JSON":              {`{"creation_rules": [{"path_regex": ".*", "age": "age1x"}], "stores": {"yaml": {"indent": 2}}}` + "\n", 3, "all"},
		"JSON without":      {`{"stores": {}}`, 3, "all"},
	} {
		lines := shared(tree.Change{Path: ".sops.yaml", Kind: tree.Foreign, Old: &tree.File{Data: []byte(test.have)}, New: &tree.File{Data: ours}})
		pasted := paste(test.have, test.old, lines[0], strings.Join(lines[1:], "\n")+"\n")
		before, after := readRules(t, []byte(test.have)), readRules(t, []byte(pasted))
		if len(after) != len(before)+test.rules {
			t.Errorf("%s: %d rules advised, want %d\n%s", name, len(after)-len(before), test.rules, pasted)
			continue
		}
		if diff := cmp.Diff(before, after[test.rules:], cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: the rules that were there are not behind gen's, as they were:\n%s", name, diff)
		}
		if test.rules == 3 {
			if diff := cmp.Diff(want, after[:3]); diff != "" {
				t.Errorf("%s: the rules are not gen's own, in front:\n%s", name, diff)
			}
		}
		if test.rules > 0 && !strings.Contains(lines[0], "sops takes the first rule whose path_regex matches") {
			t.Errorf("%s: nothing about the order: %s", name, lines[0])
		}
		if again := shared(tree.Change{Path: ".sops.yaml", Kind: tree.Foreign, Old: &tree.File{Data: []byte(pasted)}, New: &tree.File{Data: ours}}); len(again) > 1 {
			t.Errorf("%s: advised again: %q", name, again)
		}
	}
}

// paste does what the advice says.
func paste(have, old, advice, lines string) string {
	switch {
	case strings.Contains(advice, "in the place of all that is in it"):
		return lines
	case strings.Contains(advice, "in the place of creation_rules and its list (line "+strconv.Itoa(1+strings.Count(have[:max(0, strings.Index(have, old))], "\n"))+")"):
		return strings.Replace(have, old, lines, 1)
	case strings.Contains(advice, "at its end"):
		return have + lines
	case strings.Contains(advice, "below creation_rules:"):
		return strings.Replace(have, "creation_rules:\n", "creation_rules:\n"+lines, 1)
	}
	return have
}

// readRules reads a .sops.yaml as sops does: a key that stands twice is an error.
func readRules(t *testing.T, data []byte) []map[string]any {
	t.Helper()
	var config struct {
		Rules []map[string]any `json:"creation_rules"`
	}
	if err := yaml.UnmarshalStrict(data, &map[string]any{}); err != nil {
		t.Errorf("%v\n%s", err, data)
	}
	if err := yaml.Unmarshal(data, &config); err != nil {
		t.Errorf("%v\n%s", err, data)
	}
	return config.Rules
}

// TestPasteUnreadable says what is wrong with a .sops.yaml beside what it lacks.
func TestPasteUnreadable(t *testing.T) {
	ours, err := os.ReadFile("../../out/.sops.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for have, want := range map[string]string{"a: [": "line 1", "- path_regex: x\n": "it is no mapping"} {
		where, lines := missingRules([]byte(have), ours)
		if !strings.Contains(where, "once sops can read it (") || !strings.Contains(where, want) || len(readRules(t, []byte(strings.Join(lines, "\n")))) != 3 {
			t.Errorf("%q: %s\n%q", have, where, lines)
		}
	}
}

// TestPastePatterns: of a .gitignore that takes patterns back, all count again.
func TestPastePatterns(t *testing.T) {
	ours := "# words\n\n/web1.key\n*.bak\n"
	for have, want := range map[string]string{
		"":                     "/web1.key\n*.bak",
		"*.bak\nnode_modules":  "/web1.key",
		"*.bak\n!mine.bak\n":   "/web1.key\n*.bak",
		"/web1.key\n*.bak\n":   "",
		"!x\n/web1.key\n*.bak": "",
	} {
		if got := strings.Join(missingPatterns([]byte(have), []byte(ours)), "\n"); got != want {
			t.Errorf("%q: advised %q, want %q", have, got, want)
		}
	}
}
