package verify

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sitegen/internal/tree"
)

// work is the copy of a tree that the readers look at.
type work struct {
	opts Options
	temp string   // holds the two below
	copy string   // the copy of the tree
	home string   // the programs' HOME
	tree []string // every file of the tree, sorted
	own  []string // what is verified: those that gen wrote
	all  []string // what is copied: these, what lies beside them, and what they name elsewhere

	argocd argocd
	tried  map[string]string // servers that were tried, and why one cannot be asked
}

// newWork copies gen's files, and what lies in the same folders, out of the tree.
// A tree without a manifest was put together by hand: all of it is verified.
func newWork(opts Options) (*work, error) {
	temp, err := os.MkdirTemp("", "gen-verify-")
	if err != nil {
		return nil, err
	}
	if temp, err = filepath.EvalSymlinks(temp); err != nil {
		return nil, err
	}
	w := &work{opts: opts, temp: temp, copy: filepath.Join(temp, "tree"), home: filepath.Join(temp, "home"), tried: map[string]string{}}
	if err := errors.Join(os.Mkdir(w.copy, 0o755), os.Mkdir(w.home, 0o700), w.fill()); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *work) close() { os.RemoveAll(w.temp) }

func (w *work) fill() error {
	present, err := regular(w.opts.Root)
	if err != nil {
		return err
	}
	listed, err := tree.Owned(w.opts.Root)
	if err != nil {
		return err
	}
	w.tree, w.own, w.all = present, present, present
	if listed != nil {
		w.own = slices.DeleteFunc(slices.Clone(present), func(p string) bool { return !listed[p] })
		folders := map[string]bool{}
		for _, p := range w.own {
			folders[path.Dir(p)] = true
		}
		w.all = slices.DeleteFunc(slices.Clone(present), func(p string) bool { return !folders[path.Dir(p)] })
	}
	for _, p := range w.all {
		if err := w.take(p); err != nil {
			return err
		}
	}
	w.argocd = w.readArgocd()
	return w.takeNamed()
}

// takeNamed copies the folders of the user's that the Applications and kustomizations
// of the copy name, and those that these name in turn.
func (w *work) takeNamed() error {
	found := w.ofApplications()
	for queue := w.all; len(queue) > 0; found = nil {
		for _, p := range queue {
			if slices.Contains(kustomizations(), path.Base(p)) {
				found = append(found, w.inFolders(w.named(p))...)
			}
		}
		slices.Sort(found)
		queue = slices.DeleteFunc(slices.Compact(found), w.has)
		for _, p := range queue {
			if err := w.take(p); err != nil {
				return err
			}
		}
		w.all = append(slices.Clone(w.all), queue...)
		slices.Sort(w.all)
	}
	return nil
}

// named are the paths of the tree that a kustomization of the copy takes in.
func (w *work) named(p string) []string {
	var k struct{ Resources, Components, Bases []string }
	_ = decode(w.read(p), &k) // what does not fit names nothing
	var all []string
	for _, name := range slices.Concat(k.Resources, k.Components, k.Bases) {
		all = append(all, path.Join(path.Dir(p), name))
	}
	return all
}

// inFolders lists the files of the tree that lie in any of some folders.
func (w *work) inFolders(folders []string) []string {
	var all []string
	for _, p := range w.tree {
		if slices.ContainsFunc(folders, func(f string) bool { return strings.HasPrefix(p, f+"/") }) {
			all = append(all, p)
		}
	}
	return all
}

func kustomizations() []string {
	return []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}
}

// take copies one file.
func (w *work) take(p string) error {
	if private(p) {
		return nil
	}
	data, err := w.opts.Root.ReadFile(filepath.FromSlash(p))
	if err != nil {
		return err
	}
	return w.write(p, data)
}

// private tells whether a file holds what no copy should be made of, and no
// reader needs: keys, states and variables of the operator's.
func private(p string) bool {
	base := path.Base(p)
	return strings.HasSuffix(base, ".key") || strings.Contains(base, ".tfstate") || strings.HasSuffix(base, ".tfvars")
}

// regular lists the files of the tree, without the folders that programs keep for
// themselves (.git, .terraform) and without links, which are nobody's artifact.
func regular(root *os.Root) ([]string, error) {
	var files []string
	err := fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrPermission) && p != ".":
			return fs.SkipDir // somebody else's folder in the repository: gen could not have written there
		case err != nil:
			return err
		case d.IsDir() && p != "." && (d.Name()[0] == '.' || d.Name() == "node_modules"):
			return fs.SkipDir
		case d.Type().IsRegular() && p != tree.ManifestName:
			files = append(files, p)
		}
		return nil
	})
	slices.Sort(files)
	return files, err
}

// file is where a path of the tree lies in the copy.
func (w *work) file(p string) string { return filepath.Join(w.copy, filepath.FromSlash(p)) }

// read reads a file of the copy; a file that is not there is empty.
func (w *work) read(p string) []byte {
	data, _ := os.ReadFile(w.file(p))
	return data
}

// write writes a file of the copy.
func (w *work) write(p string, data []byte) error {
	f := w.file(p)
	if err := os.MkdirAll(filepath.Dir(f), 0o755); err != nil {
		return err
	}
	return os.WriteFile(f, data, 0o600)
}

// has tells whether a path is in the copy.
func (w *work) has(p string) bool {
	_, found := slices.BinarySearch(w.all, p)
	return found
}

// clone makes another copy, for readers that change what they read.
func (w *work) clone(name string) (*work, error) {
	other := *w
	other.copy = filepath.Join(w.temp, name)
	return &other, os.CopyFS(other.copy, os.DirFS(w.copy))
}

// suffix finds files by the end of their name.
func suffix(ends ...string) func(*work) []string {
	return func(w *work) []string {
		return w.match(func(p string) bool {
			return slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(p, end) })
		})
	}
}

// named finds files by their name.
func named(names ...string) func(*work) []string {
	return func(w *work) []string {
		return w.match(func(p string) bool { return slices.Contains(names, path.Base(p)) })
	}
}

// match lists the verified files that a function accepts.
func (w *work) match(accept func(p string) bool) []string {
	var found []string
	for _, p := range w.own {
		if accept(p) {
			found = append(found, p)
		}
	}
	return found
}
