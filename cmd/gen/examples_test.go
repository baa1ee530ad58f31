package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestExampleSites holds that each repository under examples/ is what gen writes from
// its spec, whole with the user's own files in it, and that nothing is to be said
// against it. The registrar and the three servers are specs alone, whose output is too large
// to be kept, or much like a golden case: it is written anew.
func TestExampleSites(t *testing.T) {
	specs, err := filepath.Glob("../../examples/*/site.cue")
	if err != nil || len(specs) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, spec := range specs {
		dir, err := filepath.Abs(filepath.Dir(spec))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(dir), func(t *testing.T) {
			specAlone := slices.Contains([]string{"registrar", "three"}, filepath.Base(dir))
			if *update && !specAlone {
				t.Chdir(dir)
				if code, text := runGen(t, "-out", "."); code != exitFine {
					t.Fatalf("gen: exit %d\n%s", code, text)
				}
				return
			}
			copied := t.TempDir()
			if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			t.Chdir(copied)
			if specAlone {
				if code, text := runGen(t, "-out", "."); code != exitFine {
					t.Fatalf("gen: exit %d\n%s", code, text)
				}
			}
			if code, text := runGen(t, "check", "--strict", "-out", "."); code != exitFine {
				t.Errorf("gen check: exit %d; make golden writes it anew\n%s", code, text)
			}
		})
	}
}
