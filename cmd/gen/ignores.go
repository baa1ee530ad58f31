package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/gen"
	"sitegen/internal/rules"
	"sitegen/internal/site"
	"sitegen/internal/tree"
)

// missingIgnores makes findings of patterns that the user's own .gitignore lacks: it
// has to keep out of git what gen's would, and that changes with the spec. Patterns
// are compared as they are written; what a wider one covers is silenced.
func missingIgnores(root *os.Root, want *gen.Result) (diag.Problems, error) {
	var all diag.Problems
	for _, f := range want.Excluded {
		if path.Base(f.Path) != ".gitignore" {
			continue
		}
		var have []byte
		there := false
		if root != nil {
			var err error
			have, err = root.ReadFile(f.Path)
			if there = err == nil; err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("%q cannot be read: %w", f.Path, reason(err))
			}
		}
		missing := missingPatterns(have, f.Data)
		if len(missing) == 0 {
			continue
		}
		at := excludedAt(want.Site, f.Path)
		p := diag.Problem{Pos: want.Site.At(at), Path: at.String(), Rule: rules.RuleIgnore, Severity: diag.Warning,
			Message: fmt.Sprintf("leaves out %q, and there is none to keep keys, variables and state out of git", f.Path),
			Hint:    "write it, with at least these lines: " + strings.Join(missing, " ")}
		if there {
			p.Message = fmt.Sprintf("leaves out %q, and the one that is there does not keep all out of git that gen's would", f.Path)
			p.Hint = "add these lines at its end, or silence this with the reason: " + strings.Join(missing, " ")
		}
		all = append(all, p)
	}
	return all, nil
}

// missingPatterns are the patterns that a .gitignore lacks. Those above one that
// takes files back are counted as lacking: it may undo them.
func missingPatterns(have, want []byte) []string {
	held := map[string]bool{}
	for line := range strings.Lines(string(have)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "!") {
			clear(held)
		}
		held[line] = true
	}
	var missing []string
	for line := range strings.Lines(string(want)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !held[line] {
			missing = append(missing, line)
		}
	}
	return missing
}

// excludedAt is the place of the pattern that leaves out a file.
func excludedAt(s *site.Site, file string) diag.Path {
	i := slices.IndexFunc(s.Output.Exclude, func(pattern string) bool {
		ok, _ := tree.Match(pattern, file)
		return ok
	})
	return diag.Path{"output", "exclude", i}
}
