package gen

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"sitegen/internal/tree"
)

// Need is an excluded file that a generated one reads: without it, the program
// that reads the latter stops.
type Need struct{ Path, By string }

// Needs lists the excluded files that generated ones read: the resources of a
// kustomization and itself, the imports of a Nix module, the files that a Terraform
// root names. They are the user's to write. What the .tf files of a root take from
// each other is not looked at: any file there may declare it.
func (r *Result) Needs() []Need {
	var needs []Need
	for _, x := range r.Excluded {
		for _, f := range r.Tree.Files() {
			if reads(f, x.Path) || r.applies(f, x.Path) {
				needs = append(needs, Need{Path: x.Path, By: f.Path})
				break
			}
		}
	}
	return needs
}

// applies tells whether an Application has Argo CD build the kustomization at a path
// from files of gen's beside it: without it, Argo CD applies each of them as it
// stands. A folder that is the user's altogether may be of another kind.
func (r *Result) applies(f tree.File, p string) bool {
	dir := path.Dir(p)
	if path.Base(p) != kustomizations[0] || path.Dir(f.Path) != r.Site.ArgoDir()+"/apps" {
		return false
	}
	ours := slices.ContainsFunc(r.Tree.Files(), func(f tree.File) bool { return path.Dir(f.Path) == dir })
	for line := range strings.Lines(string(f.Data)) {
		if where, ok := strings.CutPrefix(strings.TrimSpace(line), "path: "); ours && ok && strings.HasSuffix("/"+where, "/"+dir) {
			return true
		}
	}
	return false
}

// reads tells whether a generated file names another one in the way of its
// language.
func reads(f tree.File, p string) bool {
	dir := path.Dir(f.Path)
	switch {
	case path.Base(f.Path) == "kustomization.yaml":
		return dir == path.Dir(p) && bytes.Contains(f.Data, []byte("- "+path.Base(p)+"\n"))
	case path.Ext(f.Path) == ".nix":
		return names(f.Data, relative(dir, p)) || path.Base(p) == "default.nix" && names(f.Data, relative(dir, path.Dir(p)))
	case path.Ext(f.Path) == ".tf":
		return bytes.Contains(f.Data, []byte("${path.module}/"+strings.TrimPrefix(relative(dir, p), "./")+`"`))
	}
	return false
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
