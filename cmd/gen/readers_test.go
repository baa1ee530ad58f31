package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// generated lists the files of out/ and of every golden tree that have a suffix.
func generated(t *testing.T, suffix string) []string {
	t.Helper()
	var files []string
	for _, dir := range append(goldenCases(t), "../..") {
		tree := filepath.Join(dir, "want")
		if dir == "../.." {
			tree = "../../out"
		}
		err := filepath.WalkDir(tree, func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(p, suffix) {
				files = append(files, p)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(files) == 0 {
		t.Fatalf("no generated %s files", suffix)
	}
	return files
}

// need is the path of a program that reads the output. Where it is missing the
// test is skipped, and fails in CI.
func need(t *testing.T, program, debian string) string {
	t.Helper()
	p, err := exec.LookPath(program)
	if err == nil {
		return p
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing: apt-get install %s", program, debian)
	}
	t.Skipf("NOT CHECKED: %s is missing (Debian: apt-get install %s)", program, debian)
	return ""
}

// TestNixParses has Nix itself parse every generated .nix file.
func TestNixParses(t *testing.T) {
	nix := need(t, "nix-instantiate", "nix-bin")
	files := generated(t, ".nix")
	cmd := exec.Command(nix, append([]string{"--parse"}, files...)...)
	cmd.Stdout = nil
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Errorf("%v\n%s", err, stderr.String())
	}
	t.Logf("%d files", len(files))
}

// TestShellcheck has shellcheck read every generated script.
func TestShellcheck(t *testing.T) {
	shellcheck := need(t, "shellcheck", "shellcheck")
	files := generated(t, ".sh")
	if out, err := exec.Command(shellcheck, files...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%d files", len(files))
}

// TestTerraform has HCL's parser read every generated .tf file, and wants it as
// `tofu fmt` leaves it.
func TestTerraform(t *testing.T) {
	for _, p := range generated(t, ".tf") {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := parses(p, string(data)); err != nil {
			t.Errorf("%s: %v", p, err)
		}
		if diff := cmp.Diff(string(data), string(hclwrite.Format(data))); diff != "" {
			t.Errorf("%s: %s", p, diff)
		}
	}
}
