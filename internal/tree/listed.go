package tree

import (
	"maps"
	"slices"
)

// Listed are the paths that a manifest lists, sorted: the files of the tree that it
// belongs to, or belonged to at an earlier time.
func Listed(manifest []byte) ([]string, error) {
	s, err := parseManifest(manifest)
	if err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(s)), nil
}
