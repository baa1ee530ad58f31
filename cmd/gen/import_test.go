package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestImport: what is read from the example that was written by hand.
func TestImport(t *testing.T) {
	need(t, "nix-instantiate", "nix-bin")
	name := filepath.Join(t.TempDir(), "site.cue")
	var out, errs strings.Builder
	if code := run([]string{"import", "--out", name, "../../examples/adopt/before"}, &out, &errs); code != exitFine {
		t.Fatalf("exit %d\n%s%s", code, out.String(), errs.String())
	}
	spec, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for file, got := range map[string]string{"testdata/import/site.cue": string(spec), "testdata/import/report.txt": out.String()} {
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s (-update writes it):\n%s", file, d)
		}
	}
}

// TestImportTwice: the spec is not written over a file, nor through a link.
func TestImportTwice(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"there.cue", "link.cue"} {
		to := filepath.Join(dir, name)
		if name == "link.cue" {
			if err := os.Symlink(filepath.Join(dir, "nowhere.cue"), to); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(to, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, text := runGen(t, "import", "--out", to, dir); code != exitTrouble || !strings.Contains(text, "is there already") {
			t.Errorf("%s: exit %d: %s", name, code, text)
		}
	}
	if data, err := os.ReadFile(filepath.Join(dir, "there.cue")); err != nil || string(data) != "mine" {
		t.Errorf("%q %v", data, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "nowhere.cue")); err == nil {
		t.Error("written through a link")
	}
	if code, text := runGen(t, "import", filepath.Join(dir, "there.cue")); code != exitTrouble {
		t.Errorf("a file: exit %d: %s", code, text)
	}
}
