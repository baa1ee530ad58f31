package tree

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestForget: files stay as they are, but for what is named and is as gen wrote it.
func TestForget(t *testing.T) {
	dir := t.TempDir()
	root := openRoot(t, dir)
	if err := run(root, tree(t, map[string]string{"a": "a", "own": "own", "edited": "edited", "gone": "gone"}), Options{}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "edited"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "gone")); err != nil {
		t.Fatal(err)
	}
	kept, err := Forget(root, "own", "edited", "gone")
	if err != nil || !slices.Equal(kept, []string{"edited"}) {
		t.Fatalf("kept %q, %v", kept, err)
	}
	for path, want := range map[string]string{"a": "a", "edited": "mine", "own": "", "gone": "", ManifestName: ""} {
		f, err := Read(root, path)
		if err != nil || string(bytesOf(f)) != want || (f == nil) != (want == "") {
			t.Errorf("%s: %v, %v, want %q", path, f, err, want)
		}
	}
	if kept, err := Forget(root, "a"); err != nil || kept != nil {
		t.Errorf("without a manifest: %q, %v", kept, err)
	}
	if f, _ := Read(root, "a"); f == nil {
		t.Error("without a manifest, a file was deleted")
	}
}
