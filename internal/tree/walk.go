package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
)

// A walk opens folders of the output, each from the folder that it is in. Those
// above the last one stay open, so that in the order of byFolder a folder costs
// one look-up, however deep it is. Symbolic links are not followed.
type walk struct {
	root  *os.Root
	mkdir func(parent *os.Root, dir string) error // nil: what is not there is not made
	above []step                                  // from the outermost to the innermost
}

// A step is one folder above others; root is nil when it is not there.
type step struct {
	dir   string
	root  *os.Root
	state folderState
}

// A folderState says whether a folder is there, and if not, why.
type folderState struct {
	there        bool
	obstacle, at string // empty when it just does not exist
}

// open opens a folder for the caller, who closes it; nil when it is not there.
func (w *walk) open(dir string) (*os.Root, folderState, error) {
	if dir == "." {
		sub, err := openFolder(w.root, dir, dir)
		return sub, folderState{there: err == nil}, err
	}
	s, err := w.enter(path.Dir(dir))
	if err != nil || !s.state.there {
		return nil, s.state, err
	}
	return w.scan(s.root, dir)
}

// enter is open for a folder above others: the walk keeps it until it leaves it.
func (w *walk) enter(dir string) (step, error) {
	if dir == "." {
		return step{dir, w.root, folderState{there: true}}, nil
	}
	for n := len(w.above); n > 0 && !below(w.above[n-1].dir, dir); n-- {
		w.leave()
	}
	if n := len(w.above); n > 0 && w.above[n-1].dir == dir {
		return w.above[n-1], nil
	}
	s, err := w.enter(path.Dir(dir))
	if err != nil {
		return s, err
	}
	if s.state.there {
		if s.root, s.state, err = w.scan(s.root, dir); err != nil {
			return s, err
		}
	} else {
		s.root = nil
	}
	s.dir = dir
	w.above = append(w.above, s)
	return s, nil
}

func (w *walk) leave() {
	last := len(w.above) - 1
	if r := w.above[last].root; r != nil {
		r.Close()
	}
	w.above = w.above[:last]
}

func (w *walk) close() {
	for len(w.above) > 0 {
		w.leave()
	}
}

// scan opens the folder dir, which is directly in parent, if it is there or made.
func (w *walk) scan(parent *os.Root, dir string) (*os.Root, folderState, error) {
	base := path.Base(dir)
	// Lstat: a link to a folder inside the root is refused all the same.
	info, err := parent.Lstat(base)
	switch {
	case errors.Is(err, fs.ErrNotExist) && w.mkdir == nil:
		return nil, folderState{}, nil
	case errors.Is(err, fs.ErrNotExist):
		if err := w.mkdir(parent, dir); err != nil {
			return nil, folderState{}, err
		}
	case err != nil:
		return nil, folderState{}, fmt.Errorf("look at %q: %w", dir, why(err))
	case !info.IsDir():
		return nil, folderState{obstacle: typeName(info.Mode()), at: dir}, nil
	}
	sub, err := openFolder(parent, base, dir)
	return sub, folderState{there: err == nil}, err
}

func openFolder(parent *os.Root, base, dir string) (*os.Root, error) {
	sub, err := parent.OpenRoot(base)
	if err != nil {
		return nil, fmt.Errorf("open folder %q: %w", dir, why(err))
	}
	return sub, nil
}
