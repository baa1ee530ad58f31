package tree

import (
	"io/fs"
	"os"
	"path"
)

// A View is the folder as a file system, for who looks at one path after the other
// of it: in sorted order, each costs one look-up. It is not for two goroutines at
// once. What is behind a symbolic link is not there for Lstat.
type View struct {
	fs.ReadLinkFS
	walk walk
}

// NewView makes a view of the folder. Close it.
func NewView(root *os.Root) *View {
	return &View{root.FS().(fs.ReadLinkFS), walk{root: root}} // os.Root.FS says that it is one
}

// Close closes the folders that the view keeps open.
func (v *View) Close() { v.walk.close() }

// Lstat is fs.ReadLinkFS's.
func (v *View) Lstat(name string) (fs.FileInfo, error) {
	s, err := v.walk.enter(path.Dir(name))
	if err == nil && !s.state.there {
		err = &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrNotExist}
	}
	if err != nil {
		return nil, err
	}
	return s.root.Lstat(path.Base(name))
}
