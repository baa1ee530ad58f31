package tree

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// An entry is what stands at a path.
type entry struct {
	file *File       // nil when there is no regular file
	info fs.FileInfo // of the file

	// What is in the way of one, and where: the path itself or a folder above it.
	obstacle, at string
}

// survey looks at all the paths and calls see with what it found at each, from
// several goroutines at once but never twice for an index. It reads folder by
// folder: a file in an open folder costs one look-up instead of one for each
// part of its path, and no symbolic link on the way is ever followed.
func survey(root *os.Root, paths []string, see func(i int, s entry)) error {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	w := walk{root: root}
	defer w.close()
	for _, f := range byFolder(paths) {
		sub, state, err := w.open(f.dir)
		if err != nil {
			return errors.Join(group.Wait(), err)
		}
		if !state.there {
			for _, i := range f.members {
				see(i, entry{obstacle: state.obstacle, at: state.at})
			}
			continue
		}
		group.Go(func() error {
			defer sub.Close()
			for _, i := range f.members {
				s, err := scan(sub, paths[i])
				if err != nil {
					return fmt.Errorf("read %q: %w", paths[i], why(err))
				}
				see(i, s)
			}
			return nil
		})
	}
	return group.Wait()
}

// scan reads the file at the path in dir, its folder.
func scan(dir *os.Root, p string) (entry, error) {
	base := path.Base(p)
	// Before opening: a pipe would block, a symbolic link would be followed.
	info, err := dir.Lstat(base)
	if errors.Is(err, fs.ErrNotExist) {
		return entry{}, nil
	}
	if err != nil {
		return entry{}, err
	}
	if !info.Mode().IsRegular() {
		return entry{obstacle: typeName(info.Mode()), at: p}, nil
	}
	data, err := read(dir, base, info.Size())
	if err != nil {
		return entry{}, err
	}
	// Git, too, looks at the owner's bit only.
	mode := fs.FileMode(0o644)
	if info.Mode()&0o100 != 0 {
		mode = 0o755
	}
	return entry{file: &File{Path: p, Mode: mode, Data: data}, info: info}, nil
}

// read is dir.ReadFile without the calls that prepare a file for waiting on it, which
// are half of them all for a small file. Nor does it wait for a pipe that has just
// taken the file's place.
func read(dir *os.Root, base string, size int64) ([]byte, error) {
	f, err := dir.OpenFile(base, os.O_RDONLY|noWait, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	b.Grow(int(size) + bytes.MinRead) // the end is found without growing
	_, err = b.ReadFrom(f)
	return b.Bytes(), err
}

func typeName(m fs.FileMode) string {
	switch m.Type() {
	case 0:
		return "a file"
	case fs.ModeDir:
		return "a folder"
	case fs.ModeSymlink:
		return "a symbolic link"
	}
	return "no regular file"
}

// A folder is a folder of the output and the indexes of the paths in it.
type folder struct {
	dir     string
	members []int
}

// byFolder groups paths by their folder, each behind the one that it is in and
// before any that is beside that one.
func byFolder(paths []string) []folder {
	var folders []folder
	index := make(map[string]int)
	for i, p := range paths {
		dir := path.Dir(p)
		n, ok := index[dir]
		if !ok {
			n = len(folders)
			index[dir] = n
			folders = append(folders, folder{dir: dir})
		}
		folders[n].members = append(folders[n].members, i)
	}
	slices.SortFunc(folders, func(a, b folder) int { return compareDirs(a.dir, b.dir) })
	return folders
}

// compareDirs orders folders as a walk meets them: "a/b" comes before "a-b".
func compareDirs(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	switch {
	case n == len(a) || n == len(b):
		return cmp.Compare(len(a), len(b))
	case a[n] == '/':
		return -1
	case b[n] == '/':
		return 1
	}
	return cmp.Compare(a[n], b[n])
}
