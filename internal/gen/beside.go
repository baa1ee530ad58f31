package gen

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Beside is a file of the user's that a program reads together with gen's.
type Beside struct {
	Path  string
	Line  int    // 0: the whole file
	What  string // what comes of it
	Clash bool   // the program stops; otherwise it only reads more than gen wrote

	Welcome bool // there is nothing to say against it
}

// Beside lists the files in the folder that are not gen's and that the programs
// which read gen's take in with them: Terraform reads every .tf of its root, Argo CD
// every manifest of the root Application's folder, and kustomize finds a second
// kustomization. A .tf that declares nothing of gen's is welcome.
// Paths for which skip is true are about to go.
func (r *Result) Beside(folder fs.FS, skip func(string) bool) ([]Beside, error) {
	var found []Beside
	apps := r.Site.ArgoDir() + "/apps"
	look := map[string]func(folder fs.FS, dir string, foreign []string) ([]Beside, error){apps: besideApplications}
	for _, dir := range r.Site.TerraformDirs() {
		look[dir] = r.besideTerraform
	}
	for dir, look := range look {
		foreign, err := r.foreign(folder, dir, skip)
		if err != nil {
			return nil, err
		}
		more, err := look(folder, dir, foreign)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	for _, f := range r.Tree.Files() {
		if path.Base(f.Path) != "kustomization.yaml" {
			continue
		}
		for _, name := range kustomizations[1:] {
			p := path.Join(path.Dir(f.Path), name)
			if _, err := fs.Lstat(folder, p); err == nil && !skip(p) {
				found = append(found, Beside{Path: p, What: "kustomize takes one kustomization in a folder, and " + path.Base(f.Path) + " is there", Clash: true})
			}
		}
	}
	slices.SortFunc(found, func(a, b Beside) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line)) })
	return found, nil
}

// foreign lists the regular files of a folder that are not gen's.
func (r *Result) foreign(folder fs.FS, dir string, skip func(string) bool) ([]string, error) {
	entries, err := fs.ReadDir(folder, dir)
	if err != nil {
		return nil, nil // not there yet; what is in its place is package tree's to say
	}
	var found []string
	for _, e := range entries {
		p := path.Join(dir, e.Name())
		if _, ours := r.Tree.Lookup(p); !ours && !e.IsDir() && !skip(p) {
			found = append(found, p)
		}
	}
	return found, nil
}

// kustomizations are the names that kustomize knows (konfig.RecognizedKustomizationFileNames);
// Argo CD takes a folder with one for a kustomization (util/app/discovery).
var kustomizations = [...]string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// besideApplications looks at the folder of the root Application, which Argo CD
// reads as a plain directory: each file that ends like a manifest (manifestFile in
// reposerver/repository), unless it says that it is none.
func besideApplications(folder fs.FS, _ string, foreign []string) ([]Beside, error) {
	var found []Beside
	for _, p := range foreign {
		base := path.Base(p)
		if slices.Contains(kustomizations[:], base) || base == "Chart.yaml" {
			found = append(found, Beside{Path: p, What: "Argo CD then no longer reads the folder as plain manifests", Clash: true})
			continue
		}
		if !slices.Contains([]string{".yaml", ".yml", ".json", ".jsonnet"}, path.Ext(base)) {
			continue
		}
		data, err := fs.ReadFile(folder, p)
		if err != nil {
			return nil, fmt.Errorf("read %q: %w", p, err)
		}
		if !bytes.Contains(data, []byte("+argocd:skip-file-rendering")) {
			found = append(found, Beside{Path: p, What: "Argo CD reads the folder whole, and applies it with gen's Applications"})
		}
	}
	return found, nil
}

// besideTerraform looks at the Terraform root for what is declared twice.
func (r *Result) besideTerraform(folder fs.FS, dir string, foreign []string) ([]Beside, error) {
	if !slices.ContainsFunc(foreign, isTerraform) { // reading gen's own takes a while
		return nil, nil
	}
	ours := map[string]string{}
	for _, f := range r.Tree.Files() {
		if path.Dir(f.Path) != dir || !isTerraform(f.Path) {
			continue
		}
		declared, diags := declarations(f.Path, f.Data)
		if diags.HasErrors() {
			return nil, diags
		}
		for _, d := range declared {
			ours[d.what] = path.Base(f.Path)
		}
	}
	var found []Beside
	for _, p := range foreign {
		if !isTerraform(p) {
			continue
		}
		data, err := fs.ReadFile(folder, p)
		if err != nil {
			return nil, fmt.Errorf("read %q: %w", p, err)
		}
		if overrides(p) {
			found = append(found, Beside{Path: p, What: "Terraform lets it replace parts of what gen declares"})
			continue
		}
		if of, ok := strings.CutSuffix(p, ".tofu"); ok {
			if _, ours := r.Tree.Lookup(of + ".tf"); ours {
				found = append(found, Beside{Path: p, What: "OpenTofu reads it in place of " + path.Base(of) + ".tf"})
				continue
			}
		}
		before := len(found)
		declared, diags := declarations(p, data)
		if diags.HasErrors() {
			found = append(found, unread(p, diags))
		}
		for _, d := range declared {
			if file, twice := ours[d.what]; twice {
				b := Beside{Path: p, Line: d.line, What: fmt.Sprintf("declares %s, and so does %s: Terraform reads both, and stops", d.what, file), Clash: true}
				if d.what == "required_providers" {
					b.What += "; terraform.providers of the spec takes more"
				}
				found = append(found, b)
			}
		}
		found = append(found, r.secondRulesets(p, data)...)
		if len(found) == before {
			found = append(found, Beside{Path: p, What: "Terraform", Welcome: true})
		}
	}
	return found, nil
}
