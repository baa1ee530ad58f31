// Package git writes the repository's .gitignore: what the runbook and the
// scripts leave in the tree that must never be committed. (The Terraform root has
// one of its own.)
//
// It leaves alone what people's editors and systems make: that is for
// everybody's own ignore file.
package git

import (
	"strings"

	"sitegen/internal/site"
	"sitegen/internal/tree"
)

// Files returns .gitignore. Host names hold nothing that a pattern would take
// for more than a name (rule host-name).
func Files(s *site.Site) ([]tree.File, error) {
	lines := []string{"# " + tree.Header, "", "# private keys, which the runbook has people make here"}
	for _, h := range s.Hosts {
		lines = append(lines, "/"+h.Name+".key", "/next-"+h.Name+".key")
	}
	lines = append(lines, "/deploy-key", "/deploy-key.pub",
		"", "# what nix builds, what gen --force keeps, and what a run of gen that was killed leaves",
		"/result", "*.bak", "*.bak.[0-9]*", ".sitegen-tmp-*")
	return []tree.File{{Path: ".gitignore", Mode: 0o644, Data: []byte(strings.Join(lines, "\n") + "\n")}}, nil
}
