package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"sitegen/internal/adopt"
	"sitegen/internal/format"
	"sitegen/internal/gen"
	"sitegen/internal/sh"
	"sitegen/internal/tfread"
	"sitegen/internal/tree"
)

// takeOver writes the blocks by which gen's Terraform roots take over what a state has.
func (c *adoptCmd) takeOver(e *env) error {
	if len(c.Paths) > 0 || c.Yes || len(c.Accept) > 0 {
		return errors.New("--state is for itself: PATH, --yes and --accept are for files")
	}
	data, err := os.ReadFile(c.State)
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", c.State, reason(err))
	}
	state, err := tfread.ReadState(data)
	if err != nil {
		return fmt.Errorf("%s %w", c.State, err)
	}
	want, err := c.wanted(e, c.Out, true)
	if err != nil {
		return err
	}
	root, err := (&outFlags{Out: c.Out}).open(e)
	if err != nil {
		return err
	}
	if root == nil {
		return fmt.Errorf("there is no output root %q: gen writes it first", c.Out.dir())
	}
	defer root.Close()
	var roots []*tfread.Root
	for _, dir := range want.Site.TerraformDirs() {
		files, err := terraformFiles(root, want, dir)
		if err != nil {
			return err
		}
		r := tfread.Read(dir, files, tfread.Options{Named: true})
		if err := adopt.Ready(r); err != nil {
			return err
		}
		roots = append(roots, r)
	}
	plan := adopt.Make(state, roots)
	if err := c.printTakeOver(e.stdout, plan); err != nil {
		return err
	}
	return c.writeBlocks(e, root, plan)
}

// terraformFiles are the files of a root as they will be: gen's, and beside them the user's.
func terraformFiles(root *os.Root, want *gen.Result, dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, f := range want.Tree.Files() {
		files[f.Path] = f.Data
	}
	entries, err := fs.ReadDir(root.FS(), dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, entry := range entries {
		p := path.Join(dir, entry.Name())
		if files[p] != nil || path.Ext(p) != ".tf" || entry.Name() == adopt.FileName || !entry.Type().IsRegular() {
			continue
		}
		old, err := tree.Read(root, p)
		if err != nil {
			return nil, err
		}
		files[p] = old.Data
	}
	return files, nil
}

// writeBlocks writes the file of each root, where none lies yet.
func (c *adoptCmd) writeBlocks(e *env, root *os.Root, plan adopt.Plan) error {
	for _, r := range plan.Roots {
		data, err := r.File()
		if err != nil {
			return err
		}
		p := path.Join(r.Dir, adopt.FileName)
		switch {
		case data == nil:
			continue
		case c.DryRun:
			fmt.Fprintf(e.stderr, "gen: %s was not written (--dry-run):\n%s", p, data)
			continue
		}
		f, err := root.OpenFile(p, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s is there already, and may have blocks of yours: move it away, and run this again", path.Join(c.Out.dir(), p))
		} else if err != nil {
			return fmt.Errorf("%s cannot be written: %w: gen writes the tree first", path.Join(c.Out.dir(), p), reason(err))
		}
		_, err = f.Write(data)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
		fmt.Fprintf(e.stderr, "gen: %s written: %s, %s, %s to let go of\n", path.Join(c.Out.dir(), p), format.Count(len(r.Imports), "import"), format.Count(len(r.Moves), "move"), format.Count(len(r.Removed), "resource"))
	}
	return nil
}

// printTakeOver says what becomes of each resource, and what to do before the plan.
func (c *adoptCmd) printTakeOver(to io.Writer, plan adopt.Plan) error {
	file, err := sh.Quote(c.State)
	if err != nil {
		return err
	}
	folder, err := sh.Quote(path.Join(c.Out.dir(), plan.Roots[0].Dir))
	if err != nil {
		return err
	}
	terraform := "terraform -chdir=" + folder
	var b strings.Builder
	part := func(title string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(&b, "%s\n  %s\n\n", title, strings.Join(lines, "\n  "))
		}
	}
	for _, r := range plan.Roots {
		var imports, secrets []string
		for _, m := range r.Moves {
			imports = append(imports, m.From+" -> "+m.To)
		}
		for _, i := range r.Imports {
			imports = append(imports, i.From+" -> "+i.To)
			switch {
			case i.Variable == "":
				continue
			case i.Query == "":
				secrets = append(secrets, fmt.Sprintf("export TF_VAR_%s=   # the state has it not: TunnelSecret in the Secret cloudflared-credentials", i.Variable))
				continue
			}
			query, err := sh.Quote(i.Query)
			if err != nil {
				return err
			}
			secrets = append(secrets, fmt.Sprintf(`export TF_VAR_%s="$(jq -r %s %s)"`, i.Variable, query, file))
		}
		part(r.Dir+": taken over", imports)
		part(r.Dir+": made by the apply; for one that is there already, write an import block (docs/ADOPTING.md of gen, Import ids)", r.New)
		part("before the plan: the tunnel's secret, which gen writes nowhere", secrets)
	}
	part("as it was, at the same address", plan.Kept)
	part("to know before the plan", plan.Told)
	if len(plan.Forget) > 0 {
		rm := []string{terraform + " state rm"}
		for _, at := range plan.Forget {
			word, err := sh.Quote(at)
			if err != nil {
				return err
			}
			rm = append(rm, "  "+word)
		}
		part("before the plan: no block can let go of these", []string{strings.Join(rm, " \\\n  ")})
	}
	var after []string
	if slices.ContainsFunc(plan.Roots, adopt.Root.Blocks) {
		after = append(after, "delete adopt.tf")
	}
	for _, at := range plan.Shown {
		word, err := sh.Quote(at)
		if err != nil {
			return err
		}
		after = append(after, fmt.Sprintf("%s apply -replace=%s -target=%[2]s   # else what it holds stays in the state, as the import read it", terraform, word))
	}
	part("after the apply", after)
	var left []string
	slices.SortFunc(plan.Left, func(a, b adopt.Left) int { return cmp.Compare(a.Address, b.Address) })
	for _, l := range plan.Left {
		left = append(left, l.Address+"   "+l.What)
	}
	part("stays as it is, and is in no root any more: delete it by hand when nothing uses it", left)
	_, err = io.WriteString(to, b.String())
	return err
}
