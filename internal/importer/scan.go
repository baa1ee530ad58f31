package importer

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxFile  = 1 << 20 // what is larger is no configuration that a person wrote
	maxFiles = 20_000
	maxDepth = 200 // of brackets in each other: parsers call themselves for each
)

// state is what becomes of a file.
type state int

const (
	unknown  state = iota
	taken          // gen's output says all of it
	yours          // it stays, as it is or in another place
	needsYou       // a person has to do something
)

func (s state) String() string { return [...]string{"yours", "taken", "yours", "needs you"}[s] }

// file is a file of the tree.
type file struct {
	path  string
	data  []byte
	text  bool  // data is there, and can be parsed
	state state // of what is in it
	notes []string
	needs []string // of a person
}

// say sets what becomes of a file: what is once the owner's is not taken. What a person
// has to do is said beside that.
func (f *file) say(s state, note string) {
	list := &f.notes
	if s == needsYou {
		list = &f.needs
	} else {
		f.state = max(f.state, s)
	}
	if note != "" && !slices.Contains(*list, note) {
		*list = append(*list, note)
	}
}

// untold is a file that nothing was said of.
func (f *file) untold() bool { return f.state == unknown && len(f.needs) == 0 }

// tree is the repository, by path.
type tree struct {
	files map[string]*file
	paths []string // sorted
}

// scan reads a tree. Links are not followed, and large files are not read.
func scan(fsys fs.FS) (*tree, error) {
	t := &tree{files: map[string]*file{}}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && p == ".":
			return err
		case d != nil && d.IsDir() && (d.Name() == ".git" || d.Name() == ".terraform"):
			return fs.SkipDir
		case err == nil && d.IsDir():
			return nil
		case len(t.paths) == maxFiles:
			return errors.New("the folder has more than 20000 files: name the one of the repository")
		}
		f := &file{path: p}
		t.files[p], t.paths = f, append(t.paths, p)
		if err == nil {
			err = f.read(fsys, d)
		}
		if err != nil {
			f.say(needsYou, "not read: "+errors.Unwrap(err).Error())
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
		}
		return nil
	})
	slices.Sort(t.paths)
	return t, err
}

func (f *file) read(fsys fs.FS, d fs.DirEntry) error {
	if d.Type()&fs.ModeSymlink != 0 {
		f.say(yours, "a symbolic link, which is not followed")
		return nil
	}
	if !d.Type().IsRegular() {
		f.say(yours, "no regular file, not read")
		return nil
	}
	info, err := d.Info()
	if err != nil {
		return &fs.PathError{Op: "read", Path: f.path, Err: err}
	}
	if info.Size() > maxFile {
		f.say(yours, "larger than 1 MiB, not read")
		return nil
	}
	if f.data, err = fs.ReadFile(fsys, f.path); err != nil {
		return &fs.PathError{Op: "read", Path: f.path, Err: err}
	}
	f.text = utf8.Valid(f.data) && !bytes.ContainsRune(f.data, 0)
	if f.text && deep(f.data) {
		f.text = false
		f.say(yours, "brackets in each other more than 200 deep, not read")
	}
	return nil
}

func deep(data []byte) bool {
	depth := 0
	for _, c := range data {
		switch c {
		case '(', '[', '{':
			if depth++; depth > maxDepth {
				return true
			}
		case ')', ']', '}':
			depth = max(depth-1, 0)
		}
	}
	return false
}

// all are the files whose names end in one of these, and that can be parsed.
func (t *tree) all(endings ...string) []*file {
	var found []*file
	for _, p := range t.paths {
		if f := t.files[p]; f.text && slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(p, e) }) {
			found = append(found, f)
		}
	}
	return found
}

// under are the files in a folder and in those below it.
func (t *tree) under(dir string) []*file {
	var found []*file
	for _, p := range t.paths {
		if dir == "." || strings.HasPrefix(p, dir+"/") {
			found = append(found, t.files[p])
		}
	}
	return found
}

// in are the files in a folder itself.
func (t *tree) in(dir string) []*file {
	return slices.DeleteFunc(t.under(dir), func(f *file) bool { return path.Dir(f.path) != dir })
}
