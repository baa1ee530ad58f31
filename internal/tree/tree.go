// Package tree holds a set of generated files and brings a folder on disk in
// line with it.
//
// Everything goes through one list: Compare looks at the folder and decides,
// once, what each difference is; Apply, Diff and Report are three readers of
// what it decided, so they cannot disagree. Which files are gen's own, and
// what they held when gen wrote them, is kept in a manifest in the folder
// (see ManifestName).
//
// The package does not know what the files mean or how they are made, calls
// no other program (git included), and never reads or writes outside the
// folder, which it is given as an os.Root. Paths are compared up to case, not
// up to Unicode normalisation.
package tree

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// A File is one file of the output.
type File struct {
	Path string      // slash-separated, relative to the output root; see fs.ValidPath
	Mode fs.FileMode // 0o644 or 0o755: git keeps no more than that
	Data []byte
}

// A Tree is a set of files that can stand beside each other in one folder, on
// every file system.
type Tree struct {
	files []File          // sorted by path
	left  map[string]bool // paths that belong to the user, see Without

	spared func(f *File, info fs.FileInfo, recorded bool) bool // nil: no file is, see Spare
}

// NewTree makes a tree of the files and reports every one that cannot be in
// it. The tree keeps the files' data, which must not be changed afterwards.
func NewTree(files []File) (*Tree, error) {
	t := &Tree{files: slices.Clone(files)}
	slices.SortStableFunc(t.files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	var errs []error
	seen := make(places, 2*len(files))
	for _, f := range t.files {
		err := validPath(f.Path)
		if err == nil && f.Mode != 0o644 && f.Mode != 0o755 {
			err = fmt.Errorf("%q: mode %#o is neither 0644 nor 0755", f.Path, uint32(f.Mode))
		}
		if err == nil {
			err = seen.add(f.Path)
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return t, nil
}

// Files returns the files sorted by path. The slice is the tree's own.
func (t *Tree) Files() []File { return t.files }

// Len returns the number of files.
func (t *Tree) Len() int { return len(t.files) }

// Lookup returns the file at the path.
func (t *Tree) Lookup(path string) (File, bool) {
	i, ok := t.find(path)
	if !ok {
		return File{}, false
	}
	return t.files[i], true
}

// Without returns the tree without the files at the paths, and leaves these
// paths to the user: a file that gen wrote there earlier is neither an orphan
// to delete nor edited, gen only forgets that it once was its own.
func (t *Tree) Without(paths ...string) *Tree {
	left := maps.Clone(t.left)
	if left == nil {
		left = make(map[string]bool, len(paths))
	}
	for _, p := range paths {
		left[p] = true
	}
	kept := make([]File, 0, len(t.files))
	for _, f := range t.files {
		if !left[f.Path] {
			kept = append(kept, f)
		}
	}
	return &Tree{files: kept, left: left, spared: t.spared}
}

// Spare returns the tree with another guard before the user's files: one that
// users says is theirs is not gen's, although the manifest lists it, and even
// records these very bytes. It is never deleted, and not replaced unless forced.
// The info tells files apart, as os.SameFile does.
func (t *Tree) Spare(users func(f *File, info fs.FileInfo, recorded bool) bool) *Tree {
	return &Tree{files: t.files, left: t.left, spared: users}
}

func (t *Tree) find(path string) (int, bool) {
	return slices.BinarySearchFunc(t.files, path, func(f File, p string) int {
		return strings.Compare(f.Path, p)
	})
}
