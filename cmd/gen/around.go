package main

import (
	"fmt"
	"os"

	"sitegen/internal/diag"
	"sitegen/internal/gen"
	"sitegen/internal/rules"
	"sitegen/internal/site"
	"sitegen/internal/summary"
	"sitegen/internal/tree"
)

// around makes findings of the user's own files in the output root: those that
// generated files read and that are missing, those that a program reads beside
// generated ones, those that let git take secrets in, and secrets in plain text. They stop
// no run that writes, which may be the first of several steps (the rules that sops encrypts
// by are among what it writes); firm is for gen check, which tells whether the tree is
// whole, and is what the hook before a commit asks.
func around(e *env, root *os.Root, want *gen.Result, changes []tree.Change, does summary.Summary, firm bool) (diag.Problems, error) {
	all, err := missingIgnores(root, want)
	if err != nil {
		return nil, err
	}
	all = append(all, missingModules(root, want.Site)...)
	all = append(all, missingOwn(root, want.Site)...)
	all = append(all, dataChanges(want, does)...)
	if root != nil {
		view := tree.NewView(root)
		defer view.Close()
		open, err := want.Unsealed(view)
		if err != nil {
			return nil, err
		}
		for _, o := range open {
			all = append(all, diag.Problem{Pos: e.pos(o.Path, 0), Message: o.What, Hint: o.Do, Rule: rules.RulePlain, Severity: diag.Error})
		}
		beside, err := want.Beside(view, going(changes))
		if err != nil {
			return nil, err
		}
		for _, b := range beside {
			if b.Welcome {
				continue
			}
			p := diag.Problem{Pos: e.pos(b.Path, b.Line), Message: "is not gen's: " + b.What, Rule: rules.RuleBeside, Severity: diag.Warning,
				Hint: "move it elsewhere, or silence this with the reason"}
			if b.Clash {
				p.Rule, p.Severity, p.Hint = rules.RuleClash, diag.Error, "remove it or what it declares, or leave gen's file to yourself with output: exclude"
			}
			all = append(all, p)
		}
	}
	all = rules.Silence(want.Site, all, rules.RuleModule, rules.RuleOwn, rules.RuleBeside, rules.RuleIgnore, rules.RuleVolumes)
	for i := range all {
		switch {
		case !firm:
			all[i].Severity = diag.Warning
		case all[i].Rule == rules.RuleModule || all[i].Rule == rules.RuleOwn:
			all[i].Severity = diag.Error
		}
	}
	return all, nil
}

// going tells which paths the changes delete.
func going(changes []tree.Change) func(string) bool {
	gone := map[string]bool{}
	for _, c := range changes {
		gone[c.Path] = c.New == nil
	}
	return func(p string) bool { return gone[p] }
}

// missingModules are imports of hosts that lead nowhere: a rebuild of the host
// stops at them.
func missingModules(root *os.Root, s *site.Site) diag.Problems {
	var all diag.Problems
	for _, h := range s.Hosts {
		for i, name := range h.Imports {
			at := diag.Path{"hosts", h.Name, "imports", i}
			if !hasModule(root, name) {
				all = append(all, diag.Problem{Pos: s.At(at), Path: at.String(), Rule: rules.RuleModule, Severity: diag.Warning,
					Message: fmt.Sprintf("there is no module %q in the output root, and a rebuild of %s stops without it", name, h.Name),
					Hint:    "write it, and add it to git: Nix reads no other files; { } is a module that does nothing"})
			}
		}
	}
	return all
}

// hasModule tells whether Nix finds a module at a path: a file, or a folder with a
// default.nix.
func hasModule(root *os.Root, name string) bool {
	if root == nil {
		return false
	}
	for _, p := range []string{name, name + "/default.nix"} {
		if info, err := root.Stat(p); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}
