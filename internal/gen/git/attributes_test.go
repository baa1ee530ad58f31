package git

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAttributes asks git: every file that gen wrote, in each golden tree, has its line
// ends, and none of what lies beside them.
func TestAttributes(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("NOT CHECKED: git is missing")
	}
	trees, err := filepath.Glob("../../../golden/*/want")
	if err != nil || len(trees) < 10 {
		t.Fatal(trees, err)
	}
	for _, tree := range append(trees, "../../../out") {
		attributes, err := os.ReadFile(filepath.Join(tree, ".gitattributes"))
		if err != nil {
			t.Fatal(err)
		}
		sum, err := os.ReadFile(filepath.Join(tree, ".sitegen.sum"))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{".sitegen.sum": "lf", "sites/cafe/mark.gif": "unspecified", "secrets/hosts/web1/k8s-secrets.yaml": "unspecified", "k8s/argocd-x/mark.gif": "unspecified", "notes.txt": "unspecified"}
		for line := range strings.Lines(string(sum)) {
			if _, path, ok := strings.Cut(strings.TrimSpace(line), "  "); ok {
				want[path] = "lf"
			}
		}
		var paths strings.Builder
		for path := range want {
			paths.WriteString(path + "\n")
		}
		dir := t.TempDir()
		if out, err := exec.Command(git, "-C", dir, "init", "-q").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if err := os.WriteFile(filepath.Join(dir, ".gitattributes"), attributes, 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(git, "-C", dir, "check-attr", "--stdin", "eol")
		cmd.Stdin = strings.NewReader(paths.String())
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			path, value, _ := strings.Cut(strings.TrimSpace(line), ": eol: ")
			if value != want[path] {
				t.Errorf("%s: %s is %s, want %s", tree, path, value, want[path])
			}
			delete(want, path)
		}
		if len(want) > 0 {
			t.Errorf("%s: not answered: %v", tree, want)
		}
	}
}
