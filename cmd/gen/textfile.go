package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"sitegen/internal/spec"
)

// writeTexts writes the files of a spec that are others now, and returns how they get back
// what was in them. A file that is no longer as it was read is left alone, and with it all.
func writeTexts(old, new []spec.Text) (undo func() error, err error) {
	var done []spec.Text
	undo = func() error {
		var errs []error
		for _, t := range done {
			errs = append(errs, replace(t.Name, t.Data))
		}
		return errors.Join(errs...)
	}
	for i, t := range old {
		if bytes.Equal(t.Data, new[i].Data) {
			continue
		}
		now, err := os.ReadFile(t.Name)
		if err == nil && !bytes.Equal(now, t.Data) {
			err = fmt.Errorf("%s was changed in the meantime: nothing was written", t.Name)
		}
		if err == nil {
			err = replace(t.Name, new[i].Data)
		}
		if err != nil {
			return nil, errors.Join(err, undo())
		}
		done = append(done, t)
	}
	return undo, nil
}

// replace puts another file in the place of one, with its mode: at each moment, one of the
// two is there. A link stays, and leads to the new one.
func replace(name string, data []byte) (err error) {
	if name, err = filepath.EvalSymlinks(name); err != nil {
		return err
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	// CUE looks at no file whose name begins with a dot.
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(info.Mode().Perm()), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
