// Package gen is the list of what the tool can write, and runs it.
//
// It turns a resolved site into a tree of files in memory. It touches no disk
// and knows neither how a file is made (the generators do) nor what becomes of
// the tree (package tree does).
package gen

import (
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"sitegen/internal/site"
	"sitegen/internal/tree"
)

// Generator makes one kind of file. Files is pure: the same site gives the same
// bytes, in any order, on any machine.
type Generator struct {
	Name  string
	Files func(*site.Site) ([]tree.File, error)
}

// Result is what a spec describes.
type Result struct {
	Site *site.Site
	Tree *tree.Tree

	// Excluded are the paths that gen would write if the spec did not leave them to
	// the user, sorted.
	Excluded []string

	// Idle are the spec's patterns that leave nothing out.
	Idle []string
}

// Run makes every file of the site, and leaves out those that the spec excludes:
// they are the user's.
func Run(s *site.Site, generators []Generator) (*Result, error) {
	made := make([][]tree.File, len(generators))
	var group errgroup.Group
	for i, g := range generators {
		group.Go(func() error {
			files, err := g.Files(s)
			if err != nil {
				return fmt.Errorf("%s: %w", g.Name, err)
			}
			made[i] = files
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	t, err := tree.NewTree(slices.Concat(made...))
	if err != nil {
		return nil, err
	}
	r := &Result{Site: s}
	for _, pattern := range s.Output.Exclude {
		before := len(r.Excluded)
		for _, f := range t.Files() {
			ok, err := tree.Match(pattern, f.Path)
			if err != nil {
				return nil, fmt.Errorf("output.exclude: %w", err)
			}
			if ok {
				r.Excluded = append(r.Excluded, f.Path)
			}
		}
		if len(r.Excluded) == before {
			r.Idle = append(r.Idle, pattern)
		}
	}
	slices.Sort(r.Excluded)
	r.Excluded = slices.Compact(r.Excluded)
	r.Tree = t.Without(r.Excluded...)
	return r, nil
}
