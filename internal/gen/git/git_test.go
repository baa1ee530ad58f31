package git

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sitegen/internal/gentest"
)

// TestIgnored asks git itself which files it would leave out.
func TestIgnored(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("NOT CHECKED: git is missing")
	}
	files, err := Files(gentest.Base(t, gentest.Agent("db1")))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range files {
		if f.Path == ".gitignore" {
			err = os.WriteFile(filepath.Join(dir, f.Path), f.Data, 0o644)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(git, "-C", dir, "init", "-q").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ignored := []string{".sitegen-tmp-0123456789abcdef", "k8s/.sitegen-tmp-0123456789abcdef", "db1.key", "web1.key", "next-web1.key", "deploy-key", "docs/RUNBOOK.md.bak", "flake.nix.bak.1"}
	kept := []string{"flake.nix", "secrets/hosts/web1/k8s-secrets.yaml", "known_hosts", "docs/web1.key.md"}
	cmd := exec.Command(git, append([]string{"-C", dir, "check-ignore"}, append(ignored, kept...)...)...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Fields(string(out)); strings.Join(got, " ") != strings.Join(ignored, " ") {
		t.Errorf("git ignores %q, want %q", got, ignored)
	}
}
