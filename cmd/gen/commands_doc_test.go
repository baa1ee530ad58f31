package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"mvdan.cc/sh/v3/shell"
)

// TestDocsCommands runs the commands of docs/COMMANDS.md on the spec of this repository,
// one after the other, and wants what stands below each.
func TestDocsCommands(t *testing.T) {
	doc, err := filepath.Abs("../../docs/COMMANDS.md")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	site, err := os.ReadFile("../../site.cue")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	writeFile(t, "site.cue", string(site))
	var quiet bytes.Buffer
	if code := run(nil, &quiet, &quiet); code != 0 {
		t.Fatalf("gen ends with %d: %s", code, quiet.String())
	}
	var got strings.Builder
	inside, ran := false, 0
	for line := range strings.Lines(string(text)) {
		command, isCommand := strings.CutPrefix(line, "$ gen ")
		switch {
		case line == "```console\n":
			inside = true
		case line == "```\n":
			inside = false
		case inside && isCommand:
			args, err := shell.Fields(command, nil)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			run(args, &out, &out)
			got.WriteString(line + out.String())
			ran++
			continue
		case inside:
			continue
		}
		got.WriteString(line)
	}
	if ran < 8 {
		t.Errorf("only %d commands", ran)
	}
	if *update {
		writeFile(t, doc, got.String())
	} else if diff := cmp.Diff(string(text), got.String()); diff != "" {
		t.Errorf("docs/COMMANDS.md shows something else; make golden writes it anew:\n%s", diff)
	}
}
