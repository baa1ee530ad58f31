package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/gen"
	"sitegen/internal/rules"
	"sitegen/internal/tree"
)

// compare is what has to change for the root to be what the spec describes, as far
// as --only looks.
func (f *outFlags) compare(e *env, root *os.Root, spec string, want *gen.Result) ([]tree.Change, error) {
	if err := references(e, root, want); err != nil {
		return nil, err
	}
	users := guard(root, spec)
	changes, err := tree.Compare(root, want.Tree.Spare(users.has))
	if err != nil {
		return nil, err
	}
	if err := users.clear(changes); err != nil || len(f.Only) == 0 {
		return changes, err
	}
	if err := mean("--only", f.Only, want.Tree, changes); err != nil {
		return nil, err
	}
	return tree.Filter(changes, f.Only)
}

// references wants what the spec leaves to the user, and generated files refer to, to
// be there.
func references(e *env, root *os.Root, want *gen.Result) error {
	missing, err := missingReferences(root, want, diag.Error)
	if err != nil || len(missing) == 0 {
		return err
	}
	if err := e.find(missing...); err != nil {
		return err
	}
	return errShown
}

// missingReferences makes findings of references that lead nowhere, at the patterns
// that leave out what they lead to.
func missingReferences(root *os.Root, want *gen.Result, severity diag.Severity) (diag.Problems, error) {
	var folder fs.FS
	if root != nil {
		folder = root.FS()
	}
	missing, err := want.Missing(folder)
	if err != nil {
		return nil, err
	}
	var all diag.Problems
	for _, ref := range missing {
		message, hint := fmt.Sprintf("leaves out %q, which %q refers to, and there is none", ref.Path, ref.By), "write it"
		switch {
		case ref.Folder != "":
			message = fmt.Sprintf("leaves out all of %q, which the Application in %q applies, and nothing is there", ref.Folder, ref.By)
			hint = "put manifests or a kustomization there"
		case len(ref.Names) > 0:
			names := ref.Names
			if len(names) > 5 {
				names = append(slices.Clone(names[:4]), fmt.Sprintf("%d more", len(names)-4))
			}
			message = fmt.Sprintf("leaves out %q, and no other file there declares %s, which generated ones refer to", ref.Path, format.AllOf(names))
			hint = "declare it in a .tf file of your own there"
		}
		at := excludedAt(want.Site, ref.Path)
		all = append(all, diag.Problem{Pos: want.Site.At(at), Path: at.String(), Message: message,
			Hint: hint + ", or take the pattern out of the spec", Rule: rules.RuleNeeded, Severity: severity})
	}
	return all, nil
}

// mean refuses a path of the command line that means no file: a misspelt one would
// look as if all were well.
func mean(flag string, patterns []string, want *tree.Tree, changes []tree.Change) error {
	paths := make([]string, 0, want.Len()+len(changes))
	for _, f := range want.Files() {
		paths = append(paths, f.Path)
	}
	for _, c := range changes {
		paths = append(paths, c.Path)
	}
	for _, pattern := range patterns {
		var bad error
		found := slices.ContainsFunc(paths, func(p string) bool {
			ok, err := tree.Match(pattern, p)
			bad = errors.Join(bad, err)
			return ok || err != nil
		})
		if bad != nil {
			return fmt.Errorf("%s: %w", flag, bad)
		}
		if !found {
			return fmt.Errorf("%s: no file of the output is at %q; paths are relative to the output root", flag, pattern)
		}
	}
	return nil
}

// differences is compare for commands that only read.
func (f *outFlags) differences(e *env, spec string, want *gen.Result) ([]tree.Change, error) {
	root, err := f.open(e)
	if err != nil {
		return nil, err
	}
	if root != nil {
		defer root.Close()
	}
	return f.compare(e, root, spec, want)
}

// toRead leaves the manifest out, unless it is all that differs: its hashes say
// nothing to a reader that the files themselves do not.
func toRead(changes []tree.Change) []tree.Change {
	if len(changes) < 2 {
		return changes
	}
	return slices.DeleteFunc(slices.Clone(changes), func(c tree.Change) bool { return c.Path == tree.ManifestName })
}

// summarize says in one line what was written. Nothing changed, nothing said.
func summarize(e *env, changes []tree.Change) {
	written, deleted := 0, 0
	for _, c := range changes {
		switch {
		case c.Path == tree.ManifestName:
		case c.New == nil:
			deleted++
		default:
			written++
		}
	}
	if written+deleted > 0 {
		fmt.Fprintf(e.stderr, "gen: %d files written, %d deleted\n", written, deleted)
	}
}

// advise says below the list of differences what to do about them.
func advise(e *env, changes []tree.Change) {
	byHand := ""
	for _, c := range changes {
		if c.Kind.NeedsForce() {
			_, byHand = driftWords(c, e.command(""))
		}
	}
	if byHand != "" {
		fmt.Fprintf(e.stderr, "gen: edited and foreign files are yours to decide about: %s\n", byHand)
	} else if len(changes) > 0 {
		fmt.Fprintf(e.stderr, "gen: run %s, which writes what is missing and stale, and deletes what is orphaned\n", e.command(""))
	}
}
