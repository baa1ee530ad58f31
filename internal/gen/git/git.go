// Package git writes what git reads in the repository: .gitignore, .gitattributes and
// hooks. (The Terraform root has a .gitignore of its own.)
package git

import (
	"strings"

	"sitegen/internal/sh"
	"sitegen/internal/site"
	"sitegen/internal/tree"
	"sitegen/templates"
)

// Files returns them.
func Files(s *site.Site) ([]tree.File, error) {
	files := []tree.File{text(".gitattributes", attributes(s)), text(".gitignore", ignored(s))}
	values := []sh.Var{{Name: "root", Value: s.Repo.Path}, {Name: "spec", Value: s.SpecArgs()}}
	for name, values := range map[string][]sh.Var{"pre-commit": values, "pre-merge-commit": nil} {
		src, err := templates.FS.ReadFile("sh/" + name + ".sh")
		if err != nil {
			return nil, err
		}
		hook, err := sh.Parse(string(src))
		if err != nil {
			return nil, err
		}
		data, err := hook.Execute(tree.Header, values...)
		if err != nil {
			return nil, err
		}
		files = append(files, tree.File{Path: site.Hooks + "/" + name, Mode: 0o755, Data: data})
	}
	return files, nil
}

func text(path string, lines []string) tree.File {
	return tree.File{Path: path, Mode: 0o644, Data: []byte("# " + tree.Header + "\n\n" + strings.Join(lines, "\n") + "\n")}
}

// ignored is what the runbook and the scripts leave in the tree that must never be
// committed. What people's editors and systems make is for everybody's own ignore file.
// Host names hold nothing that a pattern would take for more than a name (rule host-name).
func ignored(s *site.Site) []string {
	lines := []string{"# private keys, which the runbook has people make here"}
	for _, h := range s.Hosts {
		lines = append(lines, "/"+h.Name+".key", "/next-"+h.Name+".key")
	}
	return append(lines, "/deploy-key", "/deploy-key.pub",
		"", "# what nix builds, what gen --force keeps, and what a run of gen that was killed leaves",
		"/result", "*.bak", "*.bak.[0-9]*", ".sitegen-tmp-*")
}
