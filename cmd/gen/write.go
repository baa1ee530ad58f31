package main

import (
	"errors"
	"fmt"
	"os"

	"sitegen/internal/gen"
	"sitegen/internal/summary"
	"sitegen/internal/tree"
)

type writeCmd struct {
	specFlags
	formatFlags
	outFlags
	Anywhere bool `help:"Write also into the root of the file system, a home folder, or a folder of other files that is in no git repository."`
	acceptFlags
	Force []string `placeholder:"PATH" sep:"none" complete:"output" help:"Replace this file, folder or pattern of files, although it was edited or is not gen's; a backup is kept. Can be repeated."`
}

// Run writes the tree. Nothing is written unless everything can be.
func (c *writeCmd) Run(e *env) error {
	e.format = c.Format
	if err := c.acceptFlags.check(); err != nil {
		return err
	}
	release, err := c.hold(e)
	if err != nil {
		return err
	}
	defer release()
	want, err := c.wanted(e, c.Out, false)
	if err != nil {
		return err
	}
	p, err := c.plan(e, want)
	if err != nil {
		return err
	}
	defer p.close()
	if err := refuse(e, want.Site, p.does, c.Accept); err != nil {
		return err
	}
	if err := c.clear(e, p); err != nil {
		return err
	}
	if err := c.write(e, p); err != nil {
		return err
	}
	summarize(e, p.changes)
	if had(p.changes) && e.text() {
		return p.does.WriteShort(e.stderr)
	}
	return nil
}

// treePlan is what a run is going to do to the output root, which is nil where there is none.
type treePlan struct {
	root    *os.Root
	want    *gen.Result
	changes []tree.Change
	does    summary.Summary
}

func (p *treePlan) close() {
	if p.root != nil {
		p.root.Close()
	}
}

// plan compares the tree with what it shall be.
func (c *writeCmd) plan(e *env, want *gen.Result) (*treePlan, error) {
	root, err := c.open(e)
	if err != nil {
		return nil, err
	}
	p := &treePlan{root: root, want: want}
	if err := c.place(root); err != nil {
		p.close()
		return nil, err
	}
	if p.changes, err = c.compare(e, root, c.Spec, want); err == nil {
		err = mean("--force", c.Force, want.Tree, p.changes)
	}
	if err != nil {
		p.close()
		return nil, err
	}
	p.does = summaryOf(root, want, p.changes)
	return p, nil
}

// clear tells what is wrong with the user's own files beside the tree that would be.
func (c *writeCmd) clear(e *env, p *treePlan) error {
	if len(c.Only) > 0 {
		return nil
	}
	found, err := around(e, p.root, p.want, p.changes, p.does, false)
	if err != nil {
		return err
	}
	return c.find(e, found)
}

// write does what is planned: all of it, or nothing.
func (c *writeCmd) write(e *env, p *treePlan) (err error) {
	if p.root == nil { // only now that nothing is in the way
		if p.root, err = c.create(e); err != nil {
			return err
		}
	}
	return shownBlocked(e, tree.Apply(p.root, p.changes, tree.Options{Force: c.Force, Kept: func(path, backup string) {
		fmt.Fprintf(e.stderr, "gen: kept the old %s as %s\n", path, backup)
	}}))
}

// blocked tells what would keep write from writing.
func (c *writeCmd) blocked(e *env, p *treePlan) error {
	return shownBlocked(e, tree.Blocked(p.changes, c.Force))
}

// shownBlocked shows an error that says what is in the way.
func shownBlocked(e *env, err error) error {
	var blocked *tree.BlockedError
	if errors.As(err, &blocked) {
		return showBlocked(e, blocked)
	}
	return err
}
