package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"strings"
)

// refuse is the error for a path that gen cannot write because of what it saw.
func (s entry) refuse(p string) error {
	const advice = "move it away, or exclude the path in the spec"
	if s.at == p {
		return &PathError{Path: p, Problem: fmt.Sprintf("is %s: gen writes regular files only and does not replace it", s.obstacle), Advice: advice}
	}
	return &PathError{Path: p, Problem: fmt.Sprintf("cannot be written: %q is %s, not a folder", s.at, s.obstacle), Advice: advice}
}

// A PathError is what a person has to put right at one path before gen goes on.
type PathError struct {
	Path, Problem, Advice string
	Line                  int // 0: the whole of it
}

func (e *PathError) Error() string { return fmt.Sprintf("%q %s; %s", e.Path, e.Problem, e.Advice) }

// obstacles reports all the wanted paths that are blocked, except by orphans
// that this same run deletes: a file that becomes a folder, or the reverse.
func obstacles(root *os.Root, paths, unwanted []string, seen []entry, changes []Change) error {
	var errs []error
	var gone *leaving
	for i, s := range seen {
		if s.obstacle == "" {
			continue
		}
		if gone == nil {
			gone = leavingOf(unwanted, changes)
		}
		clears, err := gone.clears(root, s)
		if err != nil {
			return err
		}
		if !clears {
			errs = append(errs, s.refuse(paths[i]))
		}
	}
	return errors.Join(errs...)
}

// leaving is what a run deletes without being forced: orphans, and the folders
// above them as far as nothing else is there. A killed run may have deleted the
// orphans already and left the folders.
type leaving struct{ files, folders map[string]bool }

func leavingOf(unwanted []string, changes []Change) *leaving {
	l := &leaving{make(map[string]bool), make(map[string]bool)}
	for _, c := range changes {
		l.files[c.Path] = c.Kind == Orphaned
	}
	for _, p := range unwanted {
		for dir := range parents(p) {
			l.folders[dir] = true
		}
	}
	return l
}

// clears reports whether the obstacle is an orphan, or a folder with nothing
// but orphans in it.
func (l *leaving) clears(root *os.Root, s entry) (bool, error) {
	if s.obstacle != typeName(fs.ModeDir) {
		return l.files[s.at], nil
	}
	only := true
	err := fs.WalkDir(root.FS(), s.at, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !l.files[p] && !isTemp(d.Name()) && !(d.IsDir() && l.folders[p]) {
			only = false
			return fs.SkipAll
		}
		return nil
	})
	return only, err
}

// inTheWay returns which of the unwanted paths have to go before anything is
// written: a file above a new one, or one below a path that becomes a file.
func inTheWay(changes []Change, unwanted []string) map[string]bool {
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
	for _, p := range unwanted {
		isEarly := above[p]
		for dir := range parents(p) {
			isEarly = isEarly || written[dir]
		}
		if isEarly {
			early[p] = true
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
