package main

import (
	"errors"
	"fmt"
	"sitegen/internal/format"
	"sitegen/internal/gen"
	"sitegen/internal/spec"
	"sitegen/internal/summary"
	"sitegen/internal/tree"
	"strings"
)

// finish shows what the change does, and does it.
func (f *editFlags) finish(e *env, b *was, texts []spec.Text, changes []tree.Change, want *gen.Result) error {
	if err := tree.Diff(e.stdout, changes, e.color); err != nil {
		return err
	}
	b.leftOut(e)
	w := &writeCmd{specFlags: f.specFlags, outFlags: outFlags{Out: f.Out}, Anywhere: true, acceptFlags: f.acceptFlags}
	if b.tree != nil && want != nil {
		w.Anywhere, w.Force, want.Tree = isTree(f.Out.dir()), b.tree.force, want.Tree.Without(b.tree.forget...)
	}
	var p *treePlan
	switch {
	case want == nil && !e.known.mends(): // what it does to the site nobody knows, and so nobody can look twice
		fmt.Fprintf(e.stderr, "gen: nothing was written: the spec has %s, which it had before and which the change does not mend, so that what else it does cannot be told; %s tells them\n",
			format.Count(e.known.before, "problem"), e.command("vet"))
		return errShown
	case want == nil:
	case isTree(f.Out.dir()) || b.tree != nil && len(b.tree.force) > 0:
		var err error
		if p, err = w.plan(e, want); err != nil {
			return err
		}
		defer p.close()
		if err := b.tree.narrow(e, w, p); err != nil {
			return err
		}
	case b.want != nil:
		p = &treePlan{want: want, does: compared(b.want, want)}
	}
	if p != nil && len(w.Only) == 0 {
		if err := p.does.WriteText(e.stdout); err != nil {
			return err
		}
		if err := f.guard(e, p.does); err != nil {
			return err
		}
	}
	if b.tree != nil && b.tree.confirm != nil {
		if err := b.tree.confirm(e); err != nil {
			return err
		}
	}
	if p != nil && p.root != nil {
		if err := w.clear(e, p); err != nil {
			return err
		}
		if err := w.blocked(e, p); err != nil {
			return err
		}
	}
	b.moves(e, want)
	if f.DryRun {
		fmt.Fprintln(e.stderr, "gen: nothing was written (--dry-run)")
		return nil
	}
	return f.write(e, b, texts, w, p, want)
}

// compared is what the change from one spec to another does, where there is no tree.
func compared(old, new *gen.Result) summary.Summary {
	side := func(r *gen.Result) summary.Side {
		files := map[string][]byte{}
		for _, file := range r.Tree.Files() {
			files[file.Path] = file.Data
		}
		return described(r, files, nil)
	}
	does := summary.Of(side(old), side(new))
	does.Written, does.Deleted = 0, 0
	return does
}

// guard stops a change of a class that wants a second look.
func (f *editFlags) guard(e *env, does summary.Summary) error {
	var classes, accept []string
	for _, i := range does.Dangerous(f.Accept) {
		if class := string(i.Danger); len(accept) == 0 || !strings.Contains(strings.Join(accept, " ")+" ", " "+class+" ") {
			classes, accept = append(classes, class), append(accept, "--accept "+class)
		}
	}
	if len(classes) == 0 {
		return nil
	}
	fmt.Fprintf(e.stderr, "gen: nothing was written: the change is of %s, see LOOK TWICE above; with %s the same command writes it\n",
		format.AllOf(classes), strings.Join(accept, " "))
	return errGuarded
}

// write writes the spec and, where there is one, the tree: both or none.
func (f *editFlags) write(e *env, b *was, texts []spec.Text, w *writeCmd, p *treePlan, want *gen.Result) error {
	undo, err := writeTexts(b.texts, texts)
	if err != nil {
		return err
	}
	if p != nil && p.root != nil {
		if err := w.write(e, p); err != nil {
			return errors.Join(unwritten(err), undo())
		}
	}
	for _, c := range textChanges(b.texts, texts) {
		fmt.Fprintf(e.stderr, "gen: %s written\n", c.Path)
	}
	switch {
	case want == nil:
		fmt.Fprintln(e.stderr, "gen: the tree was not written: the spec has other problems, which it had before; "+e.command("vet")+" tells them")
	case p == nil || p.root == nil:
		fmt.Fprintf(e.stderr, "gen: no tree was written: %q is none of gen's; %s writes one\n", f.Out.dir(), e.command(""))
	default:
		summarize(e, p.changes)
	}
	return nil
}

// unwritten is an error of writing the tree, which has said what it leaves if it is one of gen's own.
func unwritten(err error) error {
	if errors.Is(err, errShown) {
		return err
	}
	return fmt.Errorf("the tree could not be written, and the spec is as it was: %w", err)
}
