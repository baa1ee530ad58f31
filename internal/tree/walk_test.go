package tree

import (
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"testing"
)

// TestByFolder wants folders in the order in which a walk leaves none of them twice.
func TestByFolder(t *testing.T) {
	paths := []string{"a-b/x", "a/b/c/x", "x", "a/b-c/x", "a/b/x", "a/b/c/y", "a/x", "ab/x", "b/x"}
	var got []string
	for _, f := range byFolder(paths) {
		got = append(got, f.dir)
		for _, i := range f.members {
			if path.Dir(paths[i]) != f.dir {
				t.Errorf("%q is not in %q", paths[i], f.dir)
			}
		}
	}
	want := []string{".", "a", "a/b", "a/b/c", "a/b-c", "a-b", "ab", "b"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestWalk opens folders in every order: each is what it is called, or not there.
func TestWalk(t *testing.T) {
	root := openRoot(t, t.TempDir())
	dirs := []string{"a", "a/b", "a/b/c", "a-b", "d/e/f"}
	for _, dir := range dirs {
		put(t, root, dir+"/name", dir)
	}
	put(t, root, "file", "x\n")
	if err := root.Symlink("a", "link"); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	other := map[string]folderState{
		"none": {}, "none/below": {}, "a/none/below": {},
		"file/below": {obstacle: "a file", at: "file"}, "link/b": {obstacle: "a symbolic link", at: "link"}, "link": {obstacle: "a symbolic link", at: "link"},
	}
	all := slices.Concat(dirs, slices.Collect(maps.Keys(other)))
	for range 20 {
		w := walk{root: root}
		for _, i := range rand.Perm(len(all)) {
			sub, state, err := w.open(all[i])
			if err != nil {
				t.Fatal(err)
			}
			if want, ok := other[all[i]]; ok {
				if sub != nil || state != want {
					t.Errorf("%q is %+v, want %+v", all[i], state, want)
				}
				continue
			}
			data, err := sub.ReadFile("name")
			if err != nil || string(data) != all[i] {
				t.Errorf("%q: it is %q, %v", all[i], data, err)
			}
			sub.Close()
		}
		w.close()
	}
}

// TestView wants Lstat to find what is there, and nothing behind a link.
func TestView(t *testing.T) {
	root := openRoot(t, t.TempDir())
	put(t, root, "a/b/file", "1\n")
	put(t, root, "file", "1\n")
	if err := errors.Join(root.Symlink("b", "a/link"), root.Symlink("nowhere", "dangling")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	v := NewView(root)
	defer v.Close()
	for p, want := range map[string]fs.FileMode{"a/b/file": 0, "file": 0, "a": fs.ModeDir, "a/link": fs.ModeSymlink, "dangling": fs.ModeSymlink} {
		info, err := fs.Lstat(v, p)
		if err != nil || info.Mode().Type() != want {
			t.Errorf("%q: %v, %v", p, info, err)
		}
	}
	for _, p := range []string{"none", "a/none", "none/b", "a/b/file/c", "a/link/file"} {
		if _, err := fs.Lstat(v, p); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%q: %v", p, err)
		}
	}
	if data, err := fs.ReadFile(v, "a/b/file"); err != nil || string(data) != "1\n" {
		t.Errorf("%q, %v", data, err)
	}
}
