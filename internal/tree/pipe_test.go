//go:build unix

package tree

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestPipe: reading a pipe would wait for ever.
func TestPipe(t *testing.T) {
	root := openRoot(t, t.TempDir())
	if err := syscall.Mkfifo(filepath.Join(root.Name(), "a"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Compare(root, tree(t, map[string]string{"a": "a\n"}))
	const want = `"a" is no regular file: gen writes regular files only`
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v does not say %q", err, want)
	}
}
