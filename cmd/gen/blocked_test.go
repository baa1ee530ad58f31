package main

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
	var want sopsConfig
	if err := yaml.Unmarshal(ours, &want); err != nil || len(want.Rules) != 3 {
		t.Fatal(err, len(want.Rules))
	}
	oneOfOurs := strings.Join(ruleBlocks(ours)[0], "\n") + "\n"
	for name, test := range map[string]struct {
		have  string
		rules int // of ours that are advised
	}{
		"another rule":      {"keys:\n- &maria age1x\ncreation_rules:\n- path_regex: .*\n  age: age1x\n", 3},
		"indented":          {"creation_rules:\n    - path_regex: .*\n      age: age1x\n", 3},
		"one of ours":       {"creation_rules:\n" + oneOfOurs, 2},
		"one, no longer so": {"creation_rules:\n" + strings.Replace(oneOfOurs, "age1k99", "age1k98", 1), 3},
		"all of ours":       {string(ours) + "- path_regex: .*\n  age: age1x\n", 0},
		"no rules":          {"stores: {}\n", 3},
		"empty":             {"", 3},
	} {
		lines := shared(tree.Change{Path: ".sops.yaml", Kind: tree.Foreign, Old: &tree.File{Data: []byte(test.have)}, New: &tree.File{Data: ours}})
		text := strings.Join(lines[1:], "\n")
		pasted := strings.Replace(test.have, "creation_rules:\n", "creation_rules:\n"+text+"\n", 1)
		if strings.HasPrefix(text, "creation_rules:") {
			pasted = test.have + text + "\n"
		}
		var before, after sopsConfig
		if err := yaml.UnmarshalStrict([]byte(test.have), &map[string]any{}); err != nil {
			t.Fatal(name, err)
		}
		_ = yaml.Unmarshal([]byte(test.have), &before)
		if err := yaml.Unmarshal([]byte(pasted), &after); err != nil {
			t.Errorf("%s: %v\n%s", name, err, pasted)
			continue
		}
		if len(after.Rules) != len(before.Rules)+test.rules {
			t.Errorf("%s: %d rules advised, want %d\n%s", name, len(after.Rules)-len(before.Rules), test.rules, text)
		}
		if test.rules == 3 {
			if diff := cmp.Diff(want.Rules, after.Rules[:3]); diff != "" {
				t.Errorf("%s: the rules are not gen's own, in front:\n%s", name, diff)
			}
		}
		if test.rules > 0 && !strings.Contains(lines[0], "sops takes the first whose path_regex matches") {
			t.Errorf("%s: nothing about the order: %s", name, lines[0])
		}
	}
}

// TestPastePatterns: of a .gitignore that takes patterns back, all count again.
func TestPastePatterns(t *testing.T) {
	ours := "# words\n\n/web1.key\n*.bak\n"
	for have, want := range map[string]string{
		"":                    "/web1.key\n*.bak",
		"*.bak\nnode_modules": "/web1.key",
		"*.bak\n!mine.bak\n":  "/web1.key\n*.bak",
		"/web1.key\n*.bak\n":  "",
	} {
		if got := strings.Join(missingPatterns([]byte(have), []byte(ours)), "\n"); got != want {
			t.Errorf("%q: advised %q, want %q", have, got, want)
		}
	}
}
