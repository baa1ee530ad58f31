package tree

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Match reports whether the pattern names the file at the path or a folder it
// is in. Each part of a pattern between slashes may hold the wildcards of
// path.Match.
func Match(pattern, p string) (bool, error) {
	pattern = path.Clean(pattern)
	if _, err := path.Match(pattern, ""); err != nil {
		return false, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	if below(pattern, p) {
		return true, nil
	}
	// path.Match wants the whole path; the folder that is as deep as the pattern is it.
	parts := strings.SplitN(p, "/", strings.Count(pattern, "/")+2)
	head := strings.Join(parts[:min(len(parts), strings.Count(pattern, "/")+1)], "/")
	return path.Match(pattern, head)
}

func matchAny(patterns []string, p string) (bool, error) {
	for _, pattern := range patterns {
		if ok, err := Match(pattern, p); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// Filter returns the changes of the paths that one of the patterns matches.
// The manifest changes only for these: what it says of the others stays.
func Filter(changes []Change, patterns []string) ([]Change, error) {
	match := func(p string) (bool, error) { return matchAny(patterns, p) }
	var kept []Change
	for _, c := range changes {
		if c.Path == ManifestName {
			partly, err := filterManifest(c, match)
			if err != nil {
				return nil, err
			}
			kept = append(kept, partly...)
			continue
		}
		ok, err := match(c.Path)
		if err != nil {
			return nil, err
		}
		if ok {
			kept = append(kept, c)
		}
	}
	return kept, nil
}

// filterManifest takes the matching paths from the new manifest and the others
// from the old one. The result is empty when that is the old one.
func filterManifest(c Change, match func(string) (bool, error)) ([]Change, error) {
	old, new, err := manifests(c)
	if err != nil {
		return nil, err
	}
	mixed := make(sums)
	for _, from := range []struct {
		s     sums
		match bool
	}{{old, false}, {new, true}} {
		for p, hashes := range from.s {
			ok, err := match(p)
			if err != nil {
				return nil, err
			}
			if ok == from.match {
				mixed[p] = slices.Clone(hashes)
			}
		}
	}
	c.New = mixed.file()
	if sameBytes(c.Old, c.New) || c.Old == nil && len(mixed) == 0 {
		return nil, nil
	}
	return []Change{c}, nil
}
