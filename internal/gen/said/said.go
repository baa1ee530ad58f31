// Package said writes what the spec says, as data, into the tree. By it gen tells what
// a change of the spec does to the site, whatever files it is written in, and without
// the version of gen that wrote the tree. Like .sitegen.sum it is there for gen; a
// reviewer sees in it what templates and loops of a spec come to.
package said

import (
	"slices"

	"sitegen/internal/site"
	"sitegen/internal/tree"
)

// Path is the file that it is in.
const Path = ".sitegen.spec"

// Files returns .sitegen.spec.
func Files(s *site.Site) ([]tree.File, error) {
	return []tree.File{{Path: Path, Mode: 0o644, Data: slices.Concat([]byte("// "+tree.Header+"\n"), s.Said())}}, nil
}
