package meant

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path"
	"slices"
	"testing"
)

// checkers are what gen verify asks about scripts without a network, where they are there.
func checkers(t *testing.T) [][]string {
	t.Helper()
	var all [][]string
	if program, err := exec.LookPath("bash"); err == nil {
		all = append(all, []string{program, "-n"})
	}
	if program, err := exec.LookPath("shellcheck"); err == nil {
		all = append(all, []string{program, "--norc", "--format=gcc"})
	}
	if len(all) < 2 {
		t.Fatal("bash and shellcheck have to be there for -programs")
	}
	return all
}

// refused tells whether a program finds something in a script that it does not find in the one that was.
func refused(ctx context.Context, checkers [][]string, file, text, was string) bool {
	return path.Ext(file) == ".sh" && finds(ctx, checkers, text) && !finds(ctx, checkers, was)
}

func finds(ctx context.Context, checkers [][]string, text string) bool {
	f, err := os.CreateTemp("", "*.sh")
	if err != nil {
		return false
	}
	defer os.Remove(f.Name())
	if _, err := f.WriteString(text); err != nil || f.Close() != nil {
		return false
	}
	for _, c := range checkers {
		cmd := exec.CommandContext(ctx, c[0], slices.Concat(c[1:], []string{f.Name()})...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Run(); err != nil || out.Len() > 0 {
			return true
		}
	}
	return false
}
