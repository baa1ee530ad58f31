package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sitegen/internal/spec"
	"sitegen/schema"
)

type editorCmd struct {
	specFlags
}

// Run writes what CUE's language server needs to know the schema of the spec, and
// changes no file of the user's. docs/EDITOR.md.
func (c *editorCmd) Run(e *env) error {
	c.Spec = cmp.Or(c.Spec, specAbove())
	src := c.source()
	text, err := src.Editor()
	if err != nil {
		return err
	}
	dir := c.Spec
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		dir = filepath.Dir(dir)
	}
	module, err := cueModule(dir)
	if err != nil {
		return err
	}
	published, err := schema.Text()
	if err != nil {
		return err
	}
	files := []ownFile{
		{filepath.Join(module, "cue.mod", "pkg", filepath.FromSlash(spec.SchemaPath), "schema.cue"), sealed(published)},
		{filepath.Join(dir, spec.EditorFile), sealed(text)},
	}
	if path := filepath.Join(module, "cue.mod", "module.cue"); !exists(path) {
		files = append(files, ownFile{path, []byte(spec.Module)})
	}
	for _, f := range files { // all or nothing
		if err := f.mayWrite(); err != nil {
			return err
		}
	}
	for _, f := range files {
		if err := f.write(e); err != nil {
			return err
		}
	}
	return nil
}

// cueModule is the folder of the CUE module that a folder is in, as CUE finds it:
// the nearest one upwards with a cue.mod; or else the folder itself.
func cueModule(dir string) (string, error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for d, up := dir, full; ; d, up = filepath.Join(d, ".."), filepath.Dir(up) {
		if info, err := os.Stat(filepath.Join(up, "cue.mod")); err == nil && info.IsDir() {
			return d, nil
		}
		if up == filepath.Dir(up) {
			return dir, nil
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// ownFile is a file of gen's beside the spec.
type ownFile struct {
	path string
	data []byte
}

// seal begins a file of gen's beside the spec. The hash of the rest follows, so that
// gen knows one that somebody has edited since.
const seal = "// Written by gen editor; edits are not kept. sha256 "

func sealed(text []byte) []byte {
	return fmt.Appendf(nil, "%s%x\n\n%s", seal, sha256.Sum256(text), text)
}

// mayWrite refuses to replace a file that gen did not write, or that was edited since.
func (f ownFile) mayWrite() error {
	info, err := os.Lstat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is there and no file of gen editor: nothing was written; give it another name", f.path)
	}
	old, err := os.ReadFile(f.path)
	if err != nil {
		return err
	}
	_, text, _ := bytes.Cut(old, []byte("\n\n"))
	switch {
	case !bytes.HasPrefix(old, []byte(seal)):
		return fmt.Errorf("%s is there and not from gen editor: nothing was written; give it another name", f.path)
	case !bytes.Equal(old, sealed(text)):
		return fmt.Errorf("%s was edited since gen editor wrote it: nothing was written; take what you need out of it and delete it", f.path)
	}
	return nil
}

// write writes the file, whole or not at all, where it is not what is there.
func (f ownFile) write(e *env) error {
	if old, err := os.ReadFile(f.path); err == nil && bytes.Equal(old, f.data) {
		return nil
	}
	dir := filepath.Dir(f.path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, ".gen-editor-")
	if err != nil {
		return err
	}
	_, err = temp.Write(f.data)
	err = errors.Join(err, temp.Chmod(0o644), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), f.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	fmt.Fprintf(e.stderr, "gen: wrote %s\n", f.path)
	return nil
}
