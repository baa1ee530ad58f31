package gen

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"sitegen/internal/tree"
)

// Reference is something that the spec leaves to the user, that a generated file
// refers to, and that is not there: the program that reads the latter stops.
type Reference struct {
	Path string // the excluded file, or the first one of a folder
	By   string // a file that refers to it

	Folder string   // Argo CD applies this folder, all of which is excluded
	Names  []string // Terraform wants these from the file: "local.zones"
}

// Missing lists the references to excluded files that lead nowhere: the resources of a
// kustomization and itself, the folder of an Application, the imports of a Nix
// module, the files that a Terraform root names and what its files take from each
// other. The folder is the output root; nil where there is none yet.
func (r *Result) Missing(folder fs.FS) ([]Reference, error) {
	if len(r.Excluded) == 0 {
		return nil, nil
	}
	if folder == nil {
		folder = nowhere{}
	}
	readers, apps, ours := r.readers()
	var missing []Reference
	seen := map[string]bool{}
	for _, x := range r.Excluded {
		dir := path.Dir(x.Path)
		app := apps[r.Site.InRepo(dir)]
		if app != "" && !ours[dir] { // of another kind, maybe: any manifest will do
			if entries, err := fs.ReadDir(folder, dir); !seen[dir] && (err != nil || len(entries) == 0) {
				missing = append(missing, Reference{Path: x.Path, By: app, Folder: dir})
			}
			seen[dir] = true
			continue
		}
		if there(folder, x.Path) {
			continue
		}
		by := app
		if path.Base(x.Path) != kustomizations[0] {
			by = r.kustomization(x.Path)
		} else if slices.ContainsFunc(kustomizations[1:], func(name string) bool { return there(folder, path.Join(dir, name)) }) {
			continue
		}
		if i := slices.IndexFunc(readers, func(f tree.File) bool { return reads(f, x.Path) }); i >= 0 {
			by = readers[i].Path
		}
		if by != "" {
			missing = append(missing, Reference{Path: x.Path, By: by})
		}
	}
	undeclared, err := r.undeclared(folder)
	missing = append(missing, undeclared...)
	slices.SortStableFunc(missing, func(a, b Reference) int { return cmp.Compare(a.Path, b.Path) })
	return missing, err
}

// readers are the generated files that may name any other one, the Applications by
// the folder that they apply, and the folders with a generated file in them.
func (r *Result) readers() (files []tree.File, apps map[string]string, folders map[string]bool) {
	apps, folders = map[string]string{}, map[string]bool{}
	for _, f := range r.Tree.Files() {
		folders[path.Dir(f.Path)] = true
		switch {
		case path.Ext(f.Path) == ".nix" || path.Ext(f.Path) == ".tf":
			files = append(files, f)
		case bytes.Contains(f.Data, []byte("\nkind: Application\n")):
			for line := range strings.Lines(string(f.Data)) {
				if where, ok := strings.CutPrefix(line, "    path: "); ok {
					apps[strings.TrimSpace(where)] = f.Path
				}
			}
		}
	}
	return files, apps, folders
}

// kustomization is the generated one that lists a file, or "".
func (r *Result) kustomization(p string) string {
	k, ok := r.Tree.Lookup(path.Join(path.Dir(p), kustomizations[0]))
	if !ok || !bytes.Contains(k.Data, []byte("- "+path.Base(p)+"\n")) {
		return ""
	}
	return k.Path
}

// undeclared are the excluded files of the Terraform root that declare what
// generated ones refer to, and no file of the user's does.
func (r *Result) undeclared(folder fs.FS) ([]Reference, error) {
	dir := r.Site.TerraformDir()
	excluded := slices.DeleteFunc(slices.Clone(r.Excluded), func(f tree.File) bool { return path.Dir(f.Path) != dir || !isTerraform(f.Path) })
	if len(excluded) == 0 {
		return nil, nil
	}
	users, err := r.foreign(folder, dir, func(string) bool { return false })
	if err != nil {
		return nil, err
	}
	declared := map[string]bool{}
	for _, p := range users {
		if !isTerraform(p) || overrides(p) {
			continue
		}
		data, err := fs.ReadFile(folder, p)
		if err != nil {
			return nil, fmt.Errorf("read %q: %w", p, err)
		}
		own, _ := declarations(p, data) // Beside tells of one that cannot be read
		for _, d := range own {
			declared[d.what] = true
		}
	}
	by := map[string]string{} // who refers to what
	for _, f := range r.Tree.Files() {
		if path.Dir(f.Path) != dir || !isTerraform(f.Path) {
			continue
		}
		names, err := references(f.Path, f.Data)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			by[name] = cmp.Or(by[name], f.Path)
		}
	}
	var missing []Reference
	for _, x := range excluded {
		ref := Reference{Path: x.Path}
		would, err := declarations(x.Path, x.Data)
		if err != nil {
			return nil, err
		}
		for _, d := range would {
			if by[d.what] != "" && !declared[d.what] {
				ref.Names = append(ref.Names, d.what)
			}
		}
		if len(ref.Names) > 0 {
			slices.Sort(ref.Names)
			ref.By = by[ref.Names[0]]
			missing = append(missing, ref)
		}
	}
	return missing, nil
}

// reads tells whether a Nix or Terraform file names another file in the way of its
// language.
func reads(f tree.File, p string) bool {
	dir := path.Dir(f.Path)
	if path.Ext(f.Path) == ".tf" {
		return bytes.Contains(f.Data, []byte("${path.module}/"+strings.TrimPrefix(relative(dir, p), "./")+`"`))
	}
	return names(f.Data, relative(dir, p)) || path.Base(p) == "default.nix" && names(f.Data, relative(dir, path.Dir(p)))
}

// names tells whether a Nix file holds a path, and not only the beginning of a
// longer one.
func names(data []byte, p string) bool {
	for _, end := range []string{"\n", ";", " ", ")"} {
		if bytes.Contains(data, []byte(p+end)) {
			return true
		}
	}
	return false
}

// relative is the path from a folder to p, with ./ in front where it does not
// lead upwards.
func relative(dir, p string) string {
	up := ""
	for dir != "." && p != dir && !strings.HasPrefix(p, dir+"/") {
		dir, up = path.Dir(dir), up+"../"
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(p, dir), "/")
	if dir == "." {
		rest = p
	}
	if up == "" {
		return "./" + rest
	}
	return up + rest
}

func there(folder fs.FS, p string) bool {
	_, err := fs.Lstat(folder, p)
	return !errors.Is(err, fs.ErrNotExist)
}

// nowhere is a folder that is not there.
type nowhere struct{}

func (nowhere) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
