package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTerminal: a person at a terminal gets colours, and is told what takes long; a pipe,
// and who wants none, does not.
func TestTerminal(t *testing.T) {
	dir := completionSite(t) // with gen on PATH
	bin, _, _ := strings.Cut(os.Getenv("PATH"), ":")
	// The one reader that takes long here.
	if err := os.WriteFile(filepath.Join(bin, "nix-instantiate"), []byte("#!/bin/sh\nexec /bin/sleep 0.8\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "out/flake.nix")); err != nil {
		t.Fatal(err)
	}
	python := need(t, "python3", "python3")
	colour, long := "\x1b[", "the programs that read the tree look at it"
	for command, want := range map[string][2]bool{ // colour, long
		"gen diff":                        {true, false},
		"gen diff | cat":                  {false, false},
		"NO_COLOR=1 gen diff":             {false, false},
		"TERM=dumb gen diff":              {false, false},
		"PATH=$BIN gen verify":            {true, true},
		"PATH=$BIN gen verify | /bin/cat": {false, true},
		"PATH=$BIN gen verify 2>log":      {true, false},
	} {
		cmd := exec.Command(python, "-c", "import pty, sys; pty.spawn(['sh', '-c', sys.argv[1]])", command)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "TERM=xterm", "NO_COLOR=", "BIN="+bin)
		out, err := cmd.Output()
		if err != nil || len(out) == 0 {
			t.Fatalf("%s: %v", command, err)
		}
		if got := [2]bool{strings.Contains(string(out), colour), strings.Contains(string(out), long)}; got != want {
			t.Errorf("%s: colour %t, told %t, want %t and %t:\n%s", command, got[0], got[1], want[0], want[1], out)
		}
	}
	if log, err := os.ReadFile(filepath.Join(dir, "log")); err != nil || len(log) != 0 {
		t.Errorf("a file is told of what takes long: %q, %v", log, err)
	}
}
