package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"

	"sitegen/internal/tree"
)

// outRoot is the output root as the command line gives it.
type outRoot string

// dir is the folder. Where none is given it is the tree of gen's that this folder is
// the top of or lies in, as git finds the top of a work tree. So a repository whose
// top is the output root needs no flag. A folder with a spec or an output of its own
// is another site's.
func (o outRoot) dir() string {
	if o != "" {
		return filepath.Clean(string(o))
	}
	if !isTree(".") && (isTree("out") || hasCUE(".")) {
		return "out"
	}
	return cmp.Or(above(isTree), "out")
}

func isTree(dir string) bool {
	info, err := os.Lstat(filepath.Join(dir, tree.ManifestName))
	return err == nil && info.Mode().IsRegular()
}

func hasCUE(dir string) bool {
	files, err := filepath.Glob(filepath.Join(dir, "*.cue"))
	return err == nil && len(files) > 0
}

// specAbove is the folder of the spec where none is given: this one, or in a folder of
// a tree of gen's the nearest one above that holds CUE files.
func specAbove() string {
	if above(isTree) == "" {
		return "."
	}
	return cmp.Or(above(hasCUE), ".")
}

// above is the nearest folder from this one upwards that is as wanted, within a
// repository of git; "" where none is.
func above(wanted func(dir string) bool) string {
	for d := "."; ; d = filepath.Join(d, "..") {
		if wanted(d) {
			return d
		}
		here, err := os.Stat(d)
		up, errUp := os.Stat(filepath.Join(d, ".."))
		if err != nil || errUp != nil || os.SameFile(here, up) || has(d, ".git") {
			return ""
		}
	}
}

// open opens the output root; nil when there is none.
func (f *outFlags) open(e *env) (*os.Root, error) {
	dir := f.Out.dir()
	e.out, e.root = dir, f.Out
	info, err := os.Lstat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("the output root %q cannot be read: %w", dir, reason(err))
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(dir)
		if err != nil {
			return nil, fmt.Errorf("the output root %q cannot be read: %w", dir, reason(err))
		}
		return nil, fmt.Errorf("the output root %q is a symbolic link to %q; name the folder itself with --out", dir, target)
	case !info.IsDir():
		return nil, fmt.Errorf("the output root %q is not a folder; say another with --out", dir)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("the output root %q cannot be read: %w", dir, reason(err))
	}
	return root, nil
}

// create makes the output root that open did not find.
func (f *outFlags) create(e *env) (*os.Root, error) {
	dir := f.Out.dir()
	err := os.Mkdir(dir, 0o755)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the output root %q cannot be made: the folder it would be in does not exist", dir)
	case err != nil && !errors.Is(err, fs.ErrExist):
		return nil, fmt.Errorf("the output root %q cannot be made: %w", dir, reason(err))
	}
	return f.open(e)
}

// reason is an error without the name of the system call and of the file, which
// the message around it has.
func reason(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// place refuses to write into a folder in which a mistyped --out would do harm.
func (c *writeCmd) place(root *os.Root) error {
	if c.Anywhere {
		return nil
	}
	why := insideOf(c.Out.dir())
	if why == "" && root != nil {
		var err error
		if why, err = unusual(c.Out.dir()); err != nil {
			return err
		}
	}
	if why == "" {
		return nil
	}
	return fmt.Errorf("the output root %q %s: nothing was written; --out names another folder, --anywhere takes this one", c.Out.dir(), why)
}

// insideOf tells why a folder is no place for the output by the folders above it, or
// "". The folder itself need not exist yet.
func insideOf(dir string) string {
	full, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	above, err := filepath.EvalSymlinks(filepath.Dir(full))
	if err != nil {
		return "" // create says so
	}
	full = filepath.Join(above, filepath.Base(full))
	if slices.Contains(strings.Split(full, string(filepath.Separator)), ".git") {
		return "is inside of a .git folder, which is git's own"
	}
	// A tree in a tree is a mistake in the path: what is in a repository of its own,
	// or was written there before, is meant.
	for d := full; !has(d, ".git") && d != filepath.Dir(d); {
		d = filepath.Dir(d)
		if has(d, tree.ManifestName) && !has(full, tree.ManifestName) {
			return fmt.Sprintf("is inside of the tree that gen wrote to %q", fromHere(d))
		}
	}
	return ""
}

// has tells whether a folder has an entry of that name.
func has(dir, name string) bool {
	_, err := os.Lstat(filepath.Join(dir, name))
	return err == nil
}

// fromHere is a path from the working directory.
func fromHere(full string) string {
	here, err := os.Getwd()
	if err == nil {
		here, err = filepath.EvalSymlinks(here)
	}
	if err != nil {
		return full
	}
	if rel, err := filepath.Rel(here, full); err == nil {
		return rel
	}
	return full
}

// unusual tells why a folder is no place for the output, or "".
func unusual(dir string) (string, error) {
	full, err := filepath.Abs(dir)
	if err == nil {
		full, err = filepath.EvalSymlinks(full)
	}
	if err != nil {
		return "", fmt.Errorf("the output root %q cannot be read: %w", dir, reason(err))
	}
	if full == filepath.Dir(full) {
		return "is the root of the file system", nil
	}
	if isHome(full) {
		return "is a home folder", nil
	}
	entries, err := os.ReadDir(full)
	if err != nil {
		return "", fmt.Errorf("the output root %q cannot be read: %w", dir, reason(err))
	}
	others := 0
	for _, entry := range entries {
		switch name := entry.Name(); {
		case name == tree.ManifestName:
			return "", nil
		case filepath.Ext(name) != ".cue" && name != "cue.mod":
			others++
		}
	}
	if others == 0 || inRepository(full) {
		return "", nil
	}
	return fmt.Sprintf("holds %d files and folders, none of which is gen's, and is in no git repository", others), nil
}

// isHome tells whether a folder is that of the user, by the environment or by the
// system.
func isHome(dir string) bool {
	var homes []string
	if home, err := os.UserHomeDir(); err == nil {
		homes = append(homes, home)
	}
	if u, err := user.Current(); err == nil {
		homes = append(homes, u.HomeDir)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return false
	}
	for _, home := range homes {
		if h, err := os.Stat(home); err == nil && os.SameFile(h, info) {
			return true
		}
	}
	return false
}

// inRepository tells whether a folder is inside of a git work tree.
func inRepository(dir string) bool {
	for d := dir; ; d = filepath.Dir(d) {
		if has(d, ".git") {
			return true
		}
		if d == filepath.Dir(d) {
			return false
		}
	}
}
