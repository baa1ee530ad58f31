package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"charm.land/huh/v2"
	"golang.org/x/term"

	"sitegen/internal/diag"
	"sitegen/internal/differ"
	"sitegen/internal/edit"
	"sitegen/internal/gen"
	"sitegen/internal/tree"
)

type adoptCmd struct {
	editFlags
	Yes   bool     `short:"y" help:"Replace the files without asking."`
	State string   `placeholder:"FILE" complete:"files" help:"A copy of the state of the Terraform root that made what runs (terraform state pull > FILE): write adopt.tf beside gen's files, with the blocks by which they take it over."`
	Paths []string `arg:"" optional:"" name:"PATH" complete:"files" help:"Files, folders or patterns of the output root. Without one: a list of all files of yours that lie where gen has one."`
}

// Run lists what is in the way, or has gen's files take the place of the user's.
func (c *adoptCmd) Run(e *env) error {
	if c.State != "" {
		return c.takeOver(e)
	}
	if len(c.Paths) == 0 {
		return c.list(e)
	}
	return c.apply(e, func(s *edit.Spec, b *was) error {
		if b.want == nil {
			return errors.New("the spec is not sound, and what gen would write is not known: gen vet tells why")
		}
		root, err := (&outFlags{Out: c.Out}).open(e)
		if err != nil {
			return err
		}
		if root == nil {
			return fmt.Errorf("there is no output root %q, and no file of yours in it", c.Out.dir())
		}
		defer root.Close()
		chosen, err := c.chosen(e, root, b.want)
		if err != nil {
			return err
		}
		before, after := sides(root, b.want, chosen)
		w := &weighed{files: chosen, before: before, after: after, yes: c.Yes}
		b.tree = &treeChange{confirm: func(e *env) error { return c.confirm(e, w) }}
		for _, f := range chosen {
			b.tree.force = append(b.tree.force, f.Path)
		}
		b.tree.paths = b.tree.force
		b.tree.alone = !slices.ContainsFunc(chosen, func(f yours) bool { return f.what == "excluded" })
		return c.include(s, b)
	})
}

// chosen are the files that the command line names.
func (c *adoptCmd) chosen(e *env, root *os.Root, want *gen.Result) ([]yours, error) {
	all, err := inTheWay(e, root, c.Spec, want)
	if err != nil {
		return nil, err
	}
	var chosen []yours
	for _, pattern := range c.Paths {
		found := false
		for _, f := range all {
			ok, err := tree.Match(pattern, f.Path)
			if err != nil {
				return nil, err
			}
			if found = found || ok; ok && !slices.ContainsFunc(chosen, func(o yours) bool { return o.Path == f.Path }) {
				chosen = append(chosen, f)
			}
		}
		if !found {
			return nil, fmt.Errorf("no file of yours lies where gen has one at %q; paths are relative to the output root, and %s lists them", pattern, e.command("adopt"))
		}
	}
	return chosen, nil
}

// include takes the patterns out of the spec that leave out chosen files. One that leaves out
// others too, which the command line does not name, is its owner's to narrow.
func (c *adoptCmd) include(s *edit.Spec, b *was) error {
	patterns := b.site.Output.Exclude
	for i := len(patterns) - 1; i >= 0; i-- { // from the last: the others keep their places
		var out, stays []string
		for _, f := range b.want.Excluded {
			switch ok, _ := tree.Match(patterns[i], f.Path); {
			case !ok:
			case slices.ContainsFunc(c.Paths, func(p string) bool { ok, _ := tree.Match(p, f.Path); return ok }):
				out = append(out, f.Path)
			default:
				stays = append(stays, f.Path)
			}
		}
		at := diag.Path{"output", "exclude", i}
		if len(out) > 0 && len(stays) > 0 {
			return fmt.Errorf("%s: %s: %q leaves out %s too: say there what is still to be yours, without %s; nothing was written", b.site.At(at), at, patterns[i], stays[0], out[0])
		}
		if len(out) == 0 {
			continue
		}
		if len(patterns) == 1 {
			at = at[:2]
		}
		if err := s.Remove(at); err != nil {
			return err
		}
	}
	return nil
}

// confirm shows what the user's files say and gen's do not, and wants a yes to it.
func (c *adoptCmd) confirm(e *env, w *weighed) error {
	if err := w.show(e); err != nil {
		return err
	}
	if err := c.guard(e, w.does()); err != nil || c.DryRun || w.yes {
		return err
	}
	const question = "Replace what is there? A backup is kept."
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		fmt.Fprintln(e.stderr, "gen: nothing was written: --yes replaces what is there, and a backup is kept")
		return errShown
	}
	yes, err := askYes(e, question)
	if err == nil && !yes {
		err = errors.New("stopped, and nothing was written")
	}
	return err
}

// list says of each file that is in the way what it is, and what can be done.
func (c *adoptCmd) list(e *env) error {
	if c.DryRun || c.Yes || len(c.Accept) > 0 {
		return errors.New("--yes, --dry-run and --accept are for gen adopt PATH")
	}
	want, err := c.wanted(e, c.Out, true)
	if err != nil {
		return err
	}
	root, err := (&outFlags{Out: c.Out}).open(e)
	if err != nil || root == nil {
		return err
	}
	defer root.Close()
	all, err := inTheWay(e, root, c.Spec, want)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, f := range all {
		before, after := sides(root, want, []yours{f})
		one := &weighed{files: []yours{f}, before: before, after: after}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f.Path, f.what, f.meaning(), one.advice())
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(e.stderr, "gen: no file of yours lies where gen has one")
		return nil
	}
	fmt.Fprintf(e.stderr, "gen: adopt: %s PATH shows what differs, and replaces the file; exclude: %s PATH leaves it to you; keep: as it is\n", e.command("adopt"), e.command("eject"))
	return nil
}

// yours is a file of the user's in the place of one of gen's.
type yours struct {
	tree.Change
	what string // foreign, edited, excluded
}

// inTheWay are the files of the user's that lie where gen has one, sorted by path.
func inTheWay(e *env, root *os.Root, spec string, want *gen.Result) ([]yours, error) {
	changes, err := (&outFlags{}).compare(e, root, spec, want)
	if err != nil {
		return nil, err
	}
	var all []yours
	for _, c := range changes {
		if c.Kind.NeedsForce() && c.New != nil {
			all = append(all, yours{c, string(c.Kind)})
		}
	}
	for i := range want.Excluded {
		f := &want.Excluded[i]
		old, err := tree.Read(root, f.Path)
		if err != nil {
			return nil, err
		}
		if old != nil {
			all = append(all, yours{tree.Change{Path: f.Path, Old: old, New: f}, "excluded"})
		}
	}
	slices.SortFunc(all, func(a, b yours) int { return strings.Compare(a.Path, b.Path) })
	return all, nil
}

// same tells whether both files are one to the program that reads them.
func (f yours) same() bool {
	if string(f.Old.Data) == string(f.New.Data) {
		return true
	}
	return differ.Known(f.Path) && len(differ.Files(f.Path, f.Old.Data, f.New.Data)) == 0
}

func (f yours) meaning() string {
	switch {
	case string(f.Old.Data) == string(f.New.Data):
		return "same"
	case f.same():
		return "same meaning"
	case !differ.Known(f.Path):
		return "another text"
	}
	return "another meaning"
}

// askYes asks at a terminal.
func askYes(e *env, question string) (yes bool, err error) {
	f := &form{plain: plainTerminal(e)}
	f.add(huh.NewConfirm().Title(question).Value(&yes))
	return yes, f.run(e)
}
