package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sitegen/internal/tree"
)

// users knows files that are the user's, whatever the manifest says of them: a
// line too many there, from a merge or an editor, must not cost anybody a file.
type users struct {
	root *os.Root
	spec []fs.FileInfo
}

// guard knows the user's files in the output root, which may also hold the spec.
func guard(root *os.Root, spec string) users {
	u := users{root: root}
	files := []string{spec}
	if entries, err := os.ReadDir(spec); err == nil {
		files = nil
		for _, e := range entries {
			if filepath.Ext(e.Name()) == ".cue" {
				files = append(files, filepath.Join(spec, e.Name()))
			}
		}
	}
	for _, f := range files {
		if info, err := os.Stat(f); err == nil && info.Mode().IsRegular() {
			u.spec = append(u.spec, info)
		}
	}
	return u
}

// has tells whether a file is the user's: one of the spec, anything in CUE's
// language or its module folder, and what is just as recorded but does not say
// that gen wrote it. (Where the bytes are others, somebody edited gen's own file.)
func (u users) has(f *tree.File, info fs.FileInfo, recorded bool) bool {
	return u.isSpec(info) || path.Ext(f.Path) == ".cue" || slices.Contains(strings.Split(f.Path, "/"), "cue.mod") ||
		recorded && !bytes.Contains(f.Data, []byte(tree.Header))
}

// isSpec tells whether a file is one of the spec's, by any name.
func (u users) isSpec(info fs.FileInfo) bool {
	return slices.ContainsFunc(u.spec, func(s fs.FileInfo) bool { return os.SameFile(s, info) })
}

// clear refuses changes that would replace the spec itself: not even by force.
func (u users) clear(changes []tree.Change) error {
	var errs []error
	for _, c := range changes {
		if c.Old == nil {
			continue
		}
		if info, err := u.root.Lstat(filepath.FromSlash(c.Path)); err == nil && u.isSpec(info) {
			errs = append(errs, &tree.PathError{Path: c.Path, Problem: "is part of the spec, and a file of the output goes there", Advice: "give the spec another name"})
		}
	}
	return errors.Join(errs...)
}
