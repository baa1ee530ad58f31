package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAdoptState: what takes over the resources in the state of the example that was written by
// hand. The file is in the example's tree, where OpenTofu reads it too.
func TestAdoptState(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../examples/adopt")); err != nil {
		t.Fatal(err)
	}
	file := "k8s/terraform-atlas/adopt.tf"
	if err := os.Remove(filepath.Join(dir, file)); err != nil && !*update {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	var out, errs strings.Builder
	if code := run([]string{"adopt", "--spec", "site.cue", "--out", ".", "--state", "before.tfstate"}, &out, &errs); code != exitFine {
		t.Fatalf("exit %d\n%s%s", code, out.String(), errs.String())
	}
	blocks, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(here)
	for name, got := range map[string]string{"../../examples/adopt/" + file: string(blocks), "testdata/adopt/report.txt": out.String()} {
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s (-update writes it):\n%s", name, d)
		}
	}
}
