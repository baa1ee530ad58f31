package tree

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree makes a tree of contents by path; an executable has a star in front.
func tree(t testing.TB, files map[string]string) *Tree {
	t.Helper()
	var list []File
	for path, data := range files {
		mode := fs.FileMode(0o644)
		if p, ok := strings.CutPrefix(path, "*"); ok {
			path, mode = p, 0o755
		}
		list = append(list, File{path, mode, []byte(data)})
	}
	tr, err := NewTree(list)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func openRoot(t testing.TB, dir string) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

func compare(t testing.TB, root *os.Root, want *Tree) []Change {
	t.Helper()
	changes, err := Compare(root, want)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

func run(root *os.Root, want *Tree, opts Options) error {
	changes, err := Compare(root, want)
	if err != nil {
		return err
	}
	return Apply(root, changes, opts)
}

// apply runs gen and fails the test when it does not get the folder in order.
func apply(t testing.TB, root *os.Root, want *Tree, opts Options) {
	t.Helper()
	if err := run(root, want, opts); err != nil {
		t.Fatal(err)
	}
	if left := compare(t, root, want); len(left) > 0 {
		t.Fatalf("after gen there are still changes:\n%s", report(left))
	}
}

func report(changes []Change) string {
	var b bytes.Buffer
	if err := Report(&b, changes, false); err != nil {
		panic(err)
	}
	return b.String()
}

func put(t testing.TB, root *os.Root, path, data string) {
	t.Helper()
	if err := root.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := root.WriteFile(path, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

// snapshot returns what the folder holds, empty folders included.
func snapshot(t testing.TB, root *os.Root) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == ".git":
			return fs.SkipDir
		case d.IsDir():
			entries, err := fs.ReadDir(root.FS(), p)
			if len(entries) == 0 && p != "." {
				all[p+"/"] = "empty folder"
			}
			return err
		case d.Type()&fs.ModeSymlink != 0:
			to, err := root.Readlink(p)
			all[p] = "-> " + to
			return err
		case !d.Type().IsRegular():
			all[p] = d.Type().String()
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := root.ReadFile(p)
		if info.Mode()&0o100 != 0 {
			p = "*" + p
		}
		all[p] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// sameFolder compares snapshots; the manifest is in them like any other file.
func sameFolder(t testing.TB, got, want map[string]string) {
	t.Helper()
	var b strings.Builder
	for _, p := range slices.Sorted(maps.Keys(union2(got, want))) {
		g, inGot := got[p]
		w, inWant := want[p]
		if g != w || inGot != inWant {
			fmt.Fprintf(&b, "%s: got %q (%v), want %q (%v)\n", p, g, inGot, w, inWant)
		}
	}
	if b.Len() > 0 {
		t.Fatalf("the folder differs:\n%s", b.String())
	}
}

func union2(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// generated is the snapshot of a folder that holds the tree and nothing else.
func generated(tr *Tree) map[string]string {
	all := make(map[string]string)
	for _, c := range compareEmpty(tr) {
		p := c.Path
		if c.New.Mode == 0o755 {
			p = "*" + p
		}
		all[p] = string(c.New.Data)
	}
	return all
}

func blockedPaths(changes []Change) []string {
	var paths []string
	for _, c := range changes {
		if c.Kind.NeedsForce() {
			paths = append(paths, c.Path)
		}
	}
	return paths
}
