package tree

import (
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

// A sighting is what stands at a path.
type sighting struct {
	file *File // nil when there is no regular file

	// What is in the way of one, and where: the path itself or a folder above it.
	obstacle, at string
}

// survey looks at all the paths and calls see with what it found at each, from
// several goroutines at once but never twice for an index. It reads folder by
// folder: a file in an open folder costs one look-up instead of one for each
// part of its path, and no symbolic link on the way is ever followed.
func survey(root *os.Root, paths []string, see func(i int, s sighting)) error {
	folders := byFolder(paths)
	states, err := folderStates(root, folders)
	if err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, f := range folders {
		state := states[f.dir]
		if !state.there {
			for _, i := range f.members {
				see(i, sighting{obstacle: state.obstacle, at: state.at})
			}
			continue
		}
		group.Go(func() error {
			sub, err := root.OpenRoot(f.dir)
			if err != nil {
				return fmt.Errorf("open folder %q: %w", f.dir, why(err))
			}
			defer sub.Close()
			for _, i := range f.members {
				s, err := look(sub, paths[i])
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

// look reads the file at the path in dir, its folder.
func look(dir *os.Root, p string) (sighting, error) {
	base := path.Base(p)
	// Before opening: a pipe would block, a symbolic link would be followed.
	info, err := dir.Lstat(base)
	if errors.Is(err, fs.ErrNotExist) {
		return sighting{}, nil
	}
	if err != nil {
		return sighting{}, err
	}
	if !info.Mode().IsRegular() {
		return sighting{obstacle: typeName(info.Mode()), at: p}, nil
	}
	data, err := dir.ReadFile(base)
	if err != nil {
		return sighting{}, err
	}
	// Git, too, looks at the owner's bit only.
	mode := fs.FileMode(0o644)
	if info.Mode()&0o100 != 0 {
		mode = 0o755
	}
	return sighting{file: &File{Path: p, Mode: mode, Data: data}}, nil
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

// byFolder groups paths by their folder, sorted by it.
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
	slices.SortFunc(folders, func(a, b folder) int { return cmp.Compare(a.dir, b.dir) })
	return folders
}

// A folderState says whether a folder is there, and if not, why.
type folderState struct {
	there        bool
	obstacle, at string // empty when it just does not exist
}

// folderStates looks at each folder and at those above it.
func folderStates(root *os.Root, folders []folder) (map[string]folderState, error) {
	states := map[string]folderState{".": {there: true}}
	var visit func(dir string) (folderState, error)
	visit = func(dir string) (folderState, error) {
		if s, ok := states[dir]; ok {
			return s, nil
		}
		s, err := visit(path.Dir(dir))
		if err != nil {
			return s, err
		}
		if s.there {
			info, err := root.Lstat(dir)
			// Lstat: a link to a folder inside the root is refused all the same.
			switch {
			case errors.Is(err, fs.ErrNotExist):
				s = folderState{}
			case err != nil:
				return s, fmt.Errorf("look at %q: %w", dir, why(err))
			case !info.IsDir():
				s = folderState{obstacle: typeName(info.Mode()), at: dir}
			}
		}
		states[dir] = s
		return s, nil
	}
	for _, f := range folders {
		if _, err := visit(f.dir); err != nil {
			return nil, err
		}
	}
	return states, nil
}
