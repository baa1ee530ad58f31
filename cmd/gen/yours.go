package main

import (
	"fmt"
	"path"
	"text/tabwriter"

	"sitegen/internal/gen"
	"sitegen/internal/tree"
)

// listYours names the user's own files and folders in the output root that the
// programs which read gen's files read too, with who reads each.
func listYours(e *env, out *outFlags, want *gen.Result, changes []tree.Change) error {
	root, err := out.open(e)
	if err != nil || root == nil {
		return err
	}
	defer root.Close()
	var lines [][2]string
	view := tree.NewView(root)
	defer view.Close()
	beside, err := want.Beside(view, going(changes))
	if err != nil {
		return err
	}
	for _, b := range beside {
		if b.Welcome {
			lines = append(lines, [2]string{b.Path, b.What})
		}
	}
	if want.Site.OwnFlake() && isFile(root, "flake.nix") {
		lines = append(lines, [2]string{"flake.nix", "Nix, with what is in hosts"})
	}
	for _, x := range want.Excluded {
		if path.Base(x.Path) == "disko.nix" && isFile(root, x.Path) {
			lines = append(lines, [2]string{x.Path, "NixOS and disko, in the place of gen's"})
		}
	}
	for _, v := range want.Site.OwnValues() {
		if isFile(root, v.File) {
			lines = append(lines, [2]string{v.File, v.By})
		}
	}
	for _, f := range want.Site.Folders {
		if why, _ := unapplied(root, f.Path); why == "" {
			lines = append(lines, [2]string{f.Path, "Argo CD, as " + f.Name})
		}
	}
	for _, w := range want.Site.Workloads() {
		if w.Component != nil && isComponent(root, w.Component.Path) {
			lines = append(lines, [2]string{w.Component.Path, "kustomize, in " + w.Application})
		}
	}
	for _, w := range want.Site.Workloads() {
		if w.Static != "" {
			lines = append(lines, [2]string{w.Static, "gen, for " + w.Application})
		}
		for _, f := range w.Files {
			if f.From != "" {
				lines = append(lines, [2]string{f.From, "gen, for " + w.Application})
			}
		}
	}
	for _, h := range want.Site.Hosts {
		for _, name := range h.Imports {
			if hasModule(root, name) {
				lines = append(lines, [2]string{name, "NixOS on " + h.Name})
			}
		}
	}
	if len(lines) == 0 {
		return nil
	}
	fmt.Fprintln(e.stdout, "yours, and read with gen's:")
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, l := range lines {
		fmt.Fprintf(w, "  %s\t%s\n", l[0], l[1])
	}
	return w.Flush()
}
