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

	// Excluded are the files that gen would write if the spec did not leave them to
	// the user, sorted.
	Excluded []tree.File

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
	var excluded []string
	for _, pattern := range s.Output.Exclude {
		before := len(excluded)
		for _, f := range t.Files() {
			ok, err := tree.Match(pattern, f.Path)
			if err != nil {
				return nil, fmt.Errorf("output.exclude: %w", err)
			}
			if ok {
				excluded = append(excluded, f.Path)
			}
		}
		if len(excluded) == before {
			r.Idle = append(r.Idle, pattern)
		}
	}
	r.Tree = t.Without(excluded...)
	for _, f := range t.Files() {
		if _, kept := r.Tree.Lookup(f.Path); !kept {
			r.Excluded = append(r.Excluded, f)
		}
	}
	return r, nil
}
