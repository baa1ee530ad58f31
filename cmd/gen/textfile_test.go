package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sitegen/internal/spec"
)

// TestWriteTexts: all files of a spec become others, or none: what was changed in the
// meantime stays as it is, and what was written before it goes back.
func TestWriteTexts(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.cue"), filepath.Join(dir, "b.cue")
	real := filepath.Join(dir, "real.txt")
	writeFile(t, a, "old a")
	writeFile(t, real, "old b")
	if err := os.Chmod(a, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real.txt", b); err != nil {
		t.Fatal(err)
	}
	texts := func(x, y string) []spec.Text {
		return []spec.Text{{Name: a, Data: []byte(x)}, {Name: b, Data: []byte(y)}}
	}
	want := func(x, y string) {
		t.Helper()
		for name, text := range map[string]string{a: x, real: y} {
			if got, err := os.ReadFile(name); err != nil || string(got) != text {
				t.Errorf("%s holds %q, %v; want %q", name, got, err, text)
			}
		}
	}
	undo, err := writeTexts(texts("old a", "old b"), texts("new a", "new b"))
	if err != nil {
		t.Fatal(err)
	}
	want("new a", "new b")
	if err := undo(); err != nil {
		t.Fatal(err)
	}
	want("old a", "old b")
	writeFile(t, real, "somebody's b")
	if _, err := writeTexts(texts("old a", "old b"), texts("new a", "new b")); err == nil || !strings.Contains(err.Error(), "b.cue was changed in the meantime: nothing was written") {
		t.Error(err)
	}
	want("old a", "somebody's b")
	if info, err := os.Stat(a); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
	if info, err := os.Lstat(b); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("%s is no link any more: %v", b, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("%d files are left, %v", len(entries), err)
	}
}
