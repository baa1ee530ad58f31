package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"sitegen/internal/diag"
	"sitegen/internal/edit"
	"sitegen/internal/format"
	"sitegen/internal/gen"
	"sitegen/internal/gen/said"
	"sitegen/internal/spec"
	"sitegen/internal/tree"
)

type ejectCmd struct {
	editFlags
	Yes   bool     `short:"y" help:"Without PATH: forget the whole tree without asking."`
	Paths []string `arg:"" optional:"" name:"PATH" complete:"output" help:"Files, folders or patterns of the output root. Without one: all of them."`
}

// Run makes files of gen's the user's. They stay as they are.
func (c *ejectCmd) Run(e *env) error {
	if len(c.Paths) == 0 {
		return c.all(e)
	}
	return c.apply(e, func(s *edit.Spec, b *was) error {
		if b.want == nil {
			return errors.New("the spec is not sound, and what gen would write is not known: gen vet tells why")
		}
		b.nothing = "the spec leaves that to you already"
		owned, err := c.owned(e)
		if err != nil {
			return err
		}
		t := &treeChange{}
		for _, pattern := range c.Paths {
			gone, left, err := c.leave(s, b.want, owned, pattern)
			if err != nil {
				return err
			}
			if left || len(gone) > 0 {
				t.paths, t.forget, b.tree = append(t.paths, pattern), append(t.forget, gone...), t
			}
		}
		return nil
	})
}

// owned are the paths that gen wrote.
func (c *ejectCmd) owned(e *env) (map[string]bool, error) {
	root, err := (&outFlags{Out: c.Out}).open(e)
	if err != nil || root == nil {
		return nil, err
	}
	defer root.Close()
	return tree.Owned(root)
}

// leave enters a pattern into output.exclude, where gen would write a file at it. What is no
// longer in the spec needs no pattern, and is gone.
func (c *ejectCmd) leave(s *edit.Spec, want *gen.Result, owned map[string]bool, pattern string) (gone []string, left bool, err error) {
	match := func(p string) bool {
		ok, bad := tree.Match(pattern, p)
		err = errors.Join(err, bad)
		return ok
	}
	if match(said.Path) {
		return nil, false, fmt.Errorf("%q is what the next run of gen compares with, and goes with the whole tree alone: gen eject without PATH", said.Path)
	}
	made, out := false, false
	for _, f := range want.Tree.Files() {
		made = match(f.Path) || made
	}
	for _, f := range want.Excluded {
		out = match(f.Path) || out
	}
	for _, p := range slices.Sorted(maps.Keys(owned)) {
		if _, wanted := want.Tree.Lookup(p); !wanted && match(p) {
			gone = append(gone, p)
		}
	}
	switch {
	case err != nil:
		return nil, false, err
	case !made && !out && len(gone) == 0:
		return nil, false, fmt.Errorf("no file of the output is at %q; paths are relative to the output root", pattern)
	case !made:
		return gone, false, nil
	}
	text, err := spec.Literal(diag.Path{"output", "exclude", 0}, []string{strings.TrimSuffix(strings.TrimPrefix(pattern, "./"), "/")})
	if err != nil {
		return nil, false, err
	}
	return gone, true, s.Append(diag.Path{"output", "exclude"}, text)
}

// all forgets the whole tree.
func (c *ejectCmd) all(e *env) error {
	root, err := (&outFlags{Out: c.Out}).open(e)
	if err != nil {
		return err
	}
	var owned map[string]bool
	if root != nil {
		defer root.Close()
		if owned, err = tree.Owned(root); err != nil {
			return err
		}
	}
	if owned == nil {
		return fmt.Errorf("there is no tree of gen's in %q: it has no %s", c.Out.dir(), tree.ManifestName)
	}
	var files, callers []string
	for _, p := range slices.Sorted(maps.Keys(owned)) {
		switch {
		case p == said.Path || !isFile(root, p):
			continue
		case callsGen(p):
			callers = append(callers, p)
		}
		files = append(files, p)
	}
	fmt.Fprintf(e.stderr, "gen: %s in %s become yours, as they are; %s and %s go, by which gen knows its tree\n", format.Count(len(files), "file"), c.Out.dir(), tree.ManifestName, said.Path)
	if c.DryRun {
		fmt.Fprintln(e.stderr, "gen: nothing was done (--dry-run)")
		return nil
	}
	if err := c.sure(e); err != nil {
		return err
	}
	kept, err := tree.Forget(root, said.Path)
	if err != nil {
		return err
	}
	for _, p := range kept {
		fmt.Fprintf(e.stderr, "gen: %s was edited, and stays\n", p)
	}
	if len(callers) > 0 {
		fmt.Fprintf(e.stderr, "gen: these run gen, and are to go or to be changed: %s; git config --unset core.hooksPath, where that is .githooks\n", strings.Join(callers, ", "))
	}
	fmt.Fprintf(e.stderr, "gen: their first lines still say that gen wrote them: delete those with the next edit\n")
	return nil
}

// sure wants a yes.
func (c *ejectCmd) sure(e *env) error {
	switch {
	case c.Yes:
		return nil
	case !term.IsTerminal(int(os.Stdin.Fd())):
		fmt.Fprintln(e.stderr, "gen: nothing was done: --yes does it")
		return errShown
	}
	yes, err := askYes(e, "Forget the whole tree?")
	if err == nil && !yes {
		err = errors.New("stopped, and nothing was done")
	}
	return err
}

// callsGen tells whether a file of gen's is one that runs it: a hook, or a job.
func callsGen(p string) bool {
	return slices.ContainsFunc([]string{".githooks/", ".github/", ".gitlab-ci", ".forgejo/"}, func(where string) bool {
		return strings.HasPrefix(p, where) || strings.Contains(p, "/"+where)
	})
}
