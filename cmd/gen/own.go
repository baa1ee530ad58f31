package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"sitegen/internal/diag"
	"sitegen/internal/rules"
	"sitegen/internal/site"
)

// missingOwn are folders and files of the user's that the spec names and that Argo CD
// could not apply: it would stop at them, or apply nothing.
func missingOwn(root *os.Root, s *site.Site) diag.Problems {
	var all diag.Problems
	for _, v := range s.OwnValues() {
		if isFile(root, v.File) {
			continue
		}
		all = append(all, diag.Problem{Pos: s.At(v.At), Path: v.At.String(), Rule: rules.RuleOwn, Severity: diag.Warning,
			Message: fmt.Sprintf("there is no file %q in the output root, and the chart is not rendered without it", v.File),
			Hint:    "write it, and add it to git; {} in it sets no values"})
	}
	for _, f := range s.Folders {
		if why, hint := unapplied(root, f.Path); why != "" {
			at := diag.Path{"folders", f.Name, "path"}
			all = append(all, diag.Problem{Pos: s.At(at), Path: at.String(), Rule: rules.RuleOwn, Severity: diag.Warning, Message: why, Hint: hint})
		}
	}
	for _, w := range s.Workloads() {
		if w.Component == nil || isComponent(root, w.Component.Path) {
			continue
		}
		at := diag.Path{string(w.Kind) + "s", w.Name, "component", "path"}
		all = append(all, diag.Problem{Pos: s.At(at), Path: at.String(), Rule: rules.RuleOwn, Severity: diag.Warning,
			Message: fmt.Sprintf("there is no kustomization.yaml of kind Component in %q, and nothing of %s is applied without it", w.Component.Path, w.Name),
			Hint:    "write it, and add it to git: apiVersion: kustomize.config.k8s.io/v1alpha1, kind: Component"})
	}
	return all
}

// isComponent tells whether kustomize takes a folder for a component.
func isComponent(root *os.Root, folder string) bool {
	for _, name := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		if !isFile(root, path.Join(folder, name)) {
			continue
		}
		var k struct{ Kind string }
		data, err := root.ReadFile(path.Join(folder, name))
		return err == nil && yaml.Unmarshal(data, &k) == nil && k.Kind == "Component"
	}
	return false
}

func isFile(root *os.Root, name string) bool {
	if root == nil {
		return false
	}
	info, err := root.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// unapplied says why Argo CD would apply nothing of a folder, or not what is meant:
// it reads the folder as a kustomization or a chart, where it is one, and otherwise
// every manifest in it, without the folders in it (argo-cd util/app/discovery,
// reposerver/repository/repository.go).
func unapplied(root *os.Root, folder string) (why, hint string) {
	var entries []fs.DirEntry
	if root != nil {
		entries, _ = fs.ReadDir(root.FS(), folder) // what cannot be read is not there for Argo CD either
	}
	if entries == nil {
		return fmt.Sprintf("there is no folder %q in the output root, or nothing in it", folder), "write its manifests, and add them to git"
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return slices.Contains(names, e.Name()) })
	}
	if has("kustomization.yaml", "kustomization.yml", "Kustomization", "Chart.yaml") {
		return "", ""
	}
	manifests := false
	for _, e := range entries {
		if e.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".json", ".jsonnet"}, path.Ext(e.Name())) {
			continue
		}
		manifests = true
		data, _ := fs.ReadFile(root.FS(), path.Join(folder, e.Name()))
		if bytes.Contains(data, []byte("ENC[AES256_GCM,")) {
			return fmt.Sprintf("%s in %q is encrypted, and nothing decrypts it", e.Name(), folder),
				"a kustomization with a generator of ksops does; or list its keys under secrets, and gen writes one"
		}
	}
	switch {
	case manifests:
		return "", ""
	case slices.ContainsFunc(entries, fs.DirEntry.IsDir):
		return fmt.Sprintf("%q holds only folders, which Argo CD does not look into", folder), "write a kustomization.yaml that names them"
	}
	return fmt.Sprintf("%q holds no manifest: %s", folder, strings.Join(namesOf(entries), ", ")), "Argo CD reads .yaml, .yml, .json and .jsonnet files"
}

func namesOf(entries []fs.DirEntry) []string {
	var names []string
	for _, e := range entries[:min(5, len(entries))] {
		names = append(names, e.Name())
	}
	return names
}
