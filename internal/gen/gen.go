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

// Run makes every file of the site, and leaves out those that the spec excludes:
// they are the user's.
func Run(s *site.Site, generators []Generator) (*tree.Tree, error) {
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
	excluded, err := excluded(t, s.Output.Exclude)
	if err != nil {
		return nil, err
	}
	return t.Without(excluded...), nil
}

// excluded lists the tree's paths that a pattern of the spec matches.
func excluded(t *tree.Tree, patterns []string) ([]string, error) {
	var paths []string
	for _, pattern := range patterns {
		for _, f := range t.Files() {
			ok, err := tree.Match(pattern, f.Path)
			if err != nil {
				return nil, fmt.Errorf("output.exclude: %w", err)
			}
			if ok {
				paths = append(paths, f.Path)
			}
		}
	}
	return paths, nil
}
