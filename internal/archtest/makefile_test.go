package archtest

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNotChecked: a test that leaves something out for want of a program says so
// where nobody looks, since go test shows no skip. make test names each at its end.
func TestNotChecked(t *testing.T) {
	text, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	readers := regexp.MustCompile(`(?m)^READERS = (.*)$`).FindStringSubmatch(string(text))
	recipe := regexp.MustCompile(`(?m)^\t@(for p in \$\(READERS\).*)$`).FindStringSubmatch(string(text))
	if readers == nil || recipe == nil {
		t.Fatal("the Makefile names no readers")
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(sh, "-c", strings.NewReplacer("$(READERS)", readers[1], "$$", "$").Replace(recipe[1]))
	cmd.Env = []string{"PATH=" + t.TempDir()}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, program := range lookedUp(t) {
		if !strings.Contains(string(out), "NOT CHECKED with "+program+",") {
			t.Errorf("tests leave something out without %s, and make test does not say so:\n%s", program, out)
		}
	}
}

// lookedUp lists the programs that tests of this module look for on PATH. Helm and
// sops are looked for by a name in a variable (internal/verify).
func lookedUp(t *testing.T) []string {
	t.Helper()
	call := regexp.MustCompile(`(?:exec\.LookPath\(|\bneed\(t, )"([^"]+)"`)
	programs := map[string]bool{"helm": true, "sops": true}
	err := filepath.WalkDir("../..", func(p string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, "_test.go") {
			return err
		}
		data, err := os.ReadFile(p)
		for _, m := range call.FindAllStringSubmatch(string(data), -1) {
			programs[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(programs, "sh") // make itself needs it
	var all []string
	for p := range programs {
		all = append(all, p)
	}
	if len(all) < 6 {
		t.Errorf("only %v: the test has become too narrow", all)
	}
	return all
}
