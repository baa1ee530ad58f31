package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"sitegen/internal/diag"
)

// TestManyFindings: people get a list that they can read, and machines all.
func TestManyFindings(t *testing.T) {
	example, err := os.ReadFile("../../site.cue")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	spec := string(example)
	const bad = 250
	for i := range bad {
		spec += fmt.Sprintf("clients: c%d: {domain: \"c%d.example\", image: \"a/b:1\", replicas: \"x\"}\n", i, i)
	}
	if err := os.WriteFile("site.cue", []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	for command, how := range map[string]string{"vet": "--format json", "check": "--format json", "diff": "gen vet -spec site.cue --format json"} {
		var out, text bytes.Buffer
		if code := run([]string{command, "-spec", "site.cue"}, &out, &text); code != exitTrouble {
			t.Errorf("gen %s: exit code %d", command, code)
		}
		if n := strings.Count(text.String(), "\nsite.cue:") + 1; n != maxFindings {
			t.Errorf("gen %s prints %d findings", command, n)
		}
		if want := fmt.Sprintf("\n… and %d more; %s prints all\n", bad-maxFindings, how); !strings.HasSuffix(text.String(), want) {
			t.Errorf("gen %s ends with %q, not %q", command, text.String()[text.Len()-100:], want)
		}
	}
	for format, one := range map[string]string{"json": `"position"`, "github": "::error ", "sarif": `"ruleId"`} {
		var out, text bytes.Buffer
		run([]string{"vet", "-spec", "site.cue", "--format", format}, &out, &text)
		if n := strings.Count(out.String(), one); n != bad {
			t.Errorf("--format %s has %d findings of %d", format, n, bad)
		}
		if format != "github" && !json.Valid(out.Bytes()) {
			t.Errorf("--format %s is no JSON", format)
		}
	}
}

// TestFirst: errors are not lost behind warnings.
func TestFirst(t *testing.T) {
	var all diag.Problems
	for i := range 6 {
		severity := diag.Warning
		if i%3 == 2 {
			severity = diag.Error
		}
		all = append(all, diag.Problem{Rule: fmt.Sprint(i), Severity: severity})
	}
	for n, want := range []string{"", "2", "25", "025", "0125", "01235", "012345", "012345"} {
		got := ""
		for _, p := range first(all, n) {
			got += p.Rule
		}
		if got != want {
			t.Errorf("the first %d are %q, want %q", n, got, want)
		}
	}
}
