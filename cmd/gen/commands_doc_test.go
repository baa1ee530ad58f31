package main

import (
	"os"
	"testing"
)

// TestDocsCommands runs docs/COMMANDS.md: each command prints what the page shows.
func TestDocsCommands(t *testing.T) {
	const name = "../../docs/COMMANDS.md"
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	played, steps := newSession(t).play(string(page))
	if len(steps) < 10 {
		t.Errorf("found %d commands", len(steps))
	}
	wantFile(t, name, played)
}
