package nix

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// requireNix skips without Nix, and fails without it where the tests have to
// be complete.
func requireNix(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("nix-instantiate")
	switch {
	case err == nil:
		return path
	case os.Getenv("CI") != "":
		t.Fatal("nix-instantiate is not installed (Debian: nix-bin)")
	}
	t.Skip("SKIPPED: nothing is checked against the real Nix, nix-instantiate is not installed (Debian: nix-bin)")
	return ""
}

// runNix runs nix-instantiate on src, with a store of its own.
func runNix(t testing.TB, src string, args ...string) ([]byte, error) {
	t.Helper()
	nix := requireNix(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "test.nix")
	if err := os.WriteFile(file, []byte(src), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, nix, append(args, file)...)
	cmd.Env = append(os.Environ(),
		"HOME="+dir, "NIX_STORE_DIR="+dir+"/store", "NIX_STATE_DIR="+dir+"/var", "NIX_CONF_DIR="+dir, "NIX_PATH=",
	)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, &nixError{err, errs.String()}
	}
	return out.Bytes(), nil
}

type nixError struct {
	err    error
	stderr string
}

func (e *nixError) Error() string { return e.err.Error() + "\n" + e.stderr }

// evalNix returns what Nix makes of the expressions, all in one process.
// Elements of a list show best whether an expression is one operand.
func evalNix(t testing.TB, exprs []string) []any {
	t.Helper()
	out, err := runNix(t, "[\n"+strings.Join(exprs, "\n")+"\n]\n", "--eval", "--strict", "--json")
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	dec.UseNumber()
	var values []any
	if err := dec.Decode(&values); err != nil {
		t.Fatal(err)
	}
	if len(values) != len(exprs) {
		t.Fatalf("nix reads %d values, %d were written", len(values), len(exprs))
	}
	return values
}
