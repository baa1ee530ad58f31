package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sitegen/internal/spec"
	"sitegen/internal/tree"
)

// hold keeps other runs of gen from the spec until release, from before it is read to
// after the tree is written: of two runs at once, the second sees what the first wrote.
func (f *specFlags) hold(e *env) (release func(), err error) {
	dir := cmp.Or(f.Spec, specAbove())
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		dir = filepath.Dir(dir)
	}
	return tree.Hold(dir, func() { fmt.Fprintln(e.stderr, "gen: waiting for another run of gen on this spec") })
}

// writeTexts writes the files of a spec that are others now, and returns how they get back
// what was in them. A file that is no longer as it was read is left alone, and with it all;
// nor does a file go back that somebody else has written since.
func writeTexts(old, new []spec.Text) (undo func() error, err error) {
	var done []int
	undo = func() error {
		var errs []error
		for _, i := range done {
			errs = append(errs, replace(old[i].Name, new[i].Data, old[i].Data))
		}
		return errors.Join(errs...)
	}
	for i, t := range old {
		if bytes.Equal(t.Data, new[i].Data) {
			continue
		}
		if err := replace(t.Name, t.Data, new[i].Data); err != nil {
			return nil, errors.Join(fmt.Errorf("%w: nothing was written", err), undo())
		}
		done = append(done, i)
	}
	return undo, nil
}

// replace puts another file in the place of one that still holds what it did, with its mode
// and owner: at each moment, one of the two is there. A link stays, and leads to the new one.
func replace(name string, old, data []byte) (err error) {
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(real)
	if err != nil {
		return err
	}
	if err := writable(real, info); err != nil {
		return fmt.Errorf("%s cannot be written: %w", name, reason(err))
	}
	// CUE looks at no file whose name begins with a dot.
	f, err := os.CreateTemp(filepath.Dir(real), "."+filepath.Base(real)+".*")
	if err != nil {
		return fmt.Errorf("%s cannot be written: no file can be made beside it: %w", name, reason(err))
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(info.Mode().Perm()), keepOwner(f, info), f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", name, reason(err))
	}
	now, err := os.ReadFile(real) // last, since editors know no lock
	if err == nil && !bytes.Equal(now, old) {
		err = fmt.Errorf("%s was changed in the meantime, and is left as it is", name)
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), real)
}

// writable tells why a file is not to be written, which a rename would do all the same.
func writable(name string, info fs.FileInfo) error {
	if info.Mode().Perm()&0o222 == 0 {
		return errors.New("it is read-only (chmod u+w lets gen write it)")
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return f.Close()
}
