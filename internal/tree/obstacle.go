package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"strings"
)

// refuse is the error for a path that gen cannot write because of what it saw.
func (s sighting) refuse(p string) error {
	if s.at == p {
		return fmt.Errorf("%q is %s: gen writes regular files only and does not replace it; "+
			"move it away, or exclude the path in the spec", p, s.obstacle)
	}
	return fmt.Errorf("%q cannot be written: %q is %s, not a folder; move it away, or exclude the path in the spec",
		p, s.at, s.obstacle)
}

// obstacles reports all the wanted paths that are blocked, except by orphans
// that this same run deletes: a file that becomes a folder, or the reverse.
func obstacles(root *os.Root, paths []string, seen []sighting, changes []Change) error {
	var errs []error
	var orphans map[string]bool
	for i, s := range seen {
		if s.obstacle == "" {
			continue
		}
		if orphans == nil {
			orphans = orphaned(changes)
		}
		gone, err := goesAway(root, s, orphans)
		if err != nil {
			return err
		}
		if !gone {
			errs = append(errs, s.refuse(paths[i]))
		}
	}
	return errors.Join(errs...)
}

func orphaned(changes []Change) map[string]bool {
	set := make(map[string]bool)
	for _, c := range changes {
		if c.Kind == Orphaned {
			set[c.Path] = true
		}
	}
	return set
}

// goesAway reports whether the obstacle is an orphan, or a folder with nothing
// but orphans in it.
func goesAway(root *os.Root, s sighting, orphans map[string]bool) (bool, error) {
	if orphans[s.at] {
		return true, nil
	}
	if s.obstacle != typeName(fs.ModeDir) {
		return false, nil
	}
	only := true
	err := fs.WalkDir(root.FS(), s.at, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !orphans[p] && !isTemp(path.Base(p)) {
			only = false
			return fs.SkipAll
		}
		return err
	})
	return only, err
}

// inTheWay returns the deleted paths that have to go before anything is
// written: a file above a new one, or one below a path that becomes a file.
func inTheWay(changes []Change) map[string]bool {
	written, above := make(map[string]bool), make(map[string]bool)
	for _, c := range changes {
		if c.New != nil {
			written[c.Path] = true
			for dir := range parents(c.Path) {
				above[dir] = true
			}
		}
	}
	early := make(map[string]bool)
	for _, c := range changes {
		if c.New != nil {
			continue
		}
		early[c.Path] = above[c.Path]
		for dir := range parents(c.Path) {
			early[c.Path] = early[c.Path] || written[dir]
		}
	}
	return early
}

// parents yields the folders above a path, the nearest first, without the root.
func parents(p string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			n := strings.LastIndexByte(p, '/')
			if n < 0 {
				return
			}
			p = p[:n]
			if !yield(p) {
				return
			}
		}
	}
}
