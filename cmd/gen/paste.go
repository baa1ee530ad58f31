package main

import (
	"fmt"
	"path"

	"sitegen/internal/tree"
)

// shared says how a file that repositories often have before gen comes to them is
// kept, and what to add to it. The lines below the first can be pasted.
func shared(c tree.Change) []string {
	keep := fmt.Sprintf("gen: %s was there before gen: keep it with output: exclude: [%q] in the spec", c.Path, c.Path)
	switch path.Base(c.Path) {
	case "flake.nix":
		return []string{`gen: flake.nix was there before gen: keep it with output: flake: "own" in the spec; gen then writes hosts/HOST.nix for it`}
	case ".gitignore", ".gitattributes":
		lines := missingPatterns(c.Old.Data, c.New.Data)
		if len(lines) == 0 {
			return []string{keep}
		}
		return append([]string{keep + ", and add these lines at its end (of the patterns that match a file, the last one counts):"}, lines...)
	case ".sops.yaml":
		where, lines := missingRules(c.Old.Data, c.New.Data)
		if len(lines) == 0 {
			return []string{keep}
		}
		return append([]string{keep + ", and " + where + " (sops takes the first rule whose path_regex matches):"}, lines...)
	}
	return nil
}
