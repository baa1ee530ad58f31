package tree

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
)

// A disk makes the changes to the folder, one file-system operation after the
// other.
type disk struct {
	root *os.Root

	// Tests look in before every operation, and can make it and the rest fail.
	step func(op, path string) error
}

func (d *disk) before(op, path string) error {
	if d.step == nil {
		return nil
	}
	return d.step(op, path)
}

// walk is a walk that makes the folders that are not there.
func (d *disk) walk() *walk { return &walk{root: d.root, mkdir: d.mkdir} }

func (d *disk) mkdir(parent *os.Root, dir string) error {
	if err := d.before("mkdir", dir); err != nil {
		return err
	}
	// A person may have been faster.
	if err := parent.Mkdir(path.Base(dir), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make folder %q: %w", dir, why(err))
	}
	return nil
}

// open makes the folder if it is not there, and returns a disk for the files
// that are directly in it; they are still called by their whole path.
func (d *disk) open(dir string) (*disk, error) {
	w := d.walk()
	defer w.close()
	return d.openIn(w, dir)
}

// openIn is open for one of many folders.
func (d *disk) openIn(w *walk, dir string) (*disk, error) {
	sub, state, err := w.open(dir)
	if err != nil {
		return nil, err
	}
	if !state.there {
		return nil, fmt.Errorf("make folder %q: %q is %s", dir, state.at, state.obstacle)
	}
	return &disk{root: sub, step: d.step}, nil
}

// write brings the file in place at once, whatever was there. The disk has to
// be that of the file's folder.
func (d *disk) write(f *File) error { return d.bring(f, (*os.File).Close) }

// keep is write for what cannot be made again: it is on the disk before the
// original goes, so that a power cut leaves one of the two.
func (d *disk) keep(f *File) error {
	return d.bring(f, func(w *os.File) error { return errors.Join(w.Sync(), w.Close()) })
}

func (d *disk) bring(f *File, end func(*os.File) error) (err error) {
	base, temp := path.Base(f.Path), tempName()
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %q: %w", f.Path, why(err))
		}
	}()
	if err := d.before("create", f.Path); err != nil {
		return err
	}
	w, err := d.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL|noWait, f.Mode)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil && d.before("clean", f.Path) == nil {
			err = errors.Join(err, d.root.Remove(temp))
		}
	}()
	err = d.before("fill", f.Path)
	if err == nil {
		_, err = w.Write(f.Data)
	}
	if err := errors.Join(err, end(w)); err != nil {
		return err
	}
	if err := d.before("rename", f.Path); err != nil {
		return err
	}
	return d.root.Rename(temp, base)
}

// chmod gives or takes the executable bit, for those who can read the file.
func (d *disk) chmod(f *File) (err error) {
	base := path.Base(f.Path)
	defer func() {
		if err != nil {
			err = fmt.Errorf("change the mode of %q: %w", f.Path, why(err))
		}
	}()
	if err := d.before("chmod", f.Path); err != nil {
		return err
	}
	info, err := d.root.Lstat(base)
	if err != nil {
		return err
	}
	mode := info.Mode().Perm() &^ 0o111
	if f.Mode&0o100 != 0 {
		mode |= mode & 0o444 >> 2
	}
	return d.root.Chmod(base, mode)
}

func (d *disk) remove(p string) error {
	if err := d.before("remove", p); err != nil {
		return err
	}
	if err := d.root.Remove(p); err != nil {
		return fmt.Errorf("remove %q: %w", p, why(err))
	}
	return nil
}

// removeEmpty removes the folders above the paths that have nothing in them.
func (d *disk) removeEmpty(paths []string) error {
	above := make(map[string]bool)
	for _, p := range paths {
		for dir := range parents(p) {
			above[dir] = true
		}
	}
	// What is in a folder sorts behind it.
	for _, dir := range slices.Backward(slices.Sorted(maps.Keys(above))) {
		empty, err := d.isEmpty(dir)
		if err != nil {
			return fmt.Errorf("look into folder %q: %w", dir, why(err))
		}
		if !empty {
			continue
		}
		if err := d.remove(dir); err != nil {
			return err
		}
	}
	return nil
}

func (d *disk) isEmpty(dir string) (bool, error) {
	info, err := d.root.Lstat(dir)
	if err != nil || !info.IsDir() {
		return false, ignoreNoFolder(err)
	}
	f, err := d.root.Open(dir)
	if err != nil {
		return false, err
	}
	defer f.Close()
	if _, err := f.Readdirnames(1); !errors.Is(err, io.EOF) {
		return false, err
	}
	return true, nil
}

// Temporary files are recognised by the whole pattern, not by how they start:
// what is like it but not it may be somebody's.
const tempPrefix = ".sitegen-tmp-"

func tempName() string { return fmt.Sprintf("%s%016x", tempPrefix, rand.Uint64()) }

func isTemp(name string) bool {
	digits, ok := strings.CutPrefix(name, tempPrefix)
	return ok && len(digits) == 16 && strings.Trim(digits, "0123456789abcdef") == ""
}

// sweep removes the temporary files that a killed run left in the folders.
// Nobody else's are there: the folder is locked.
func (d *disk) sweep(folders []folder) error {
	w := walk{root: d.root}
	defer w.close()
	for _, f := range folders {
		sub, state, err := w.open(f.dir)
		if err != nil {
			return err
		}
		if !state.there {
			continue
		}
		if err := d.sweepOne(sub, f.dir); err != nil {
			return fmt.Errorf("look for temporary files in %q: %w", f.dir, why(err))
		}
	}
	return nil
}

func (d *disk) sweepOne(sub *os.Root, dir string) error {
	defer sub.Close()
	f, err := sub.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	names, err := f.Readdirnames(-1) // of a folder in a root, ReadDir looks at every file
	if err != nil {
		return err
	}
	for _, name := range slices.DeleteFunc(names, func(name string) bool { return !isTemp(name) }) {
		info, err := sub.Lstat(name)
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			continue
		}
		if err := d.remove(path.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// ignoreNoFolder drops the errors of looking for a folder that is not there, or
// that cannot be because a part of its path is a file.
func ignoreNoFolder(err error) error {
	if errors.Is(err, fs.ErrNotExist) || isNotFolder(err) {
		return nil
	}
	return err
}
