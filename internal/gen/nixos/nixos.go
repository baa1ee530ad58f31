// Package nixos writes the NixOS side of a site: the flake (or what a
// hand-written one needs), the roles that all hosts share, and for each host
// its machine, its disks and its network.
//
// What a host is for is decided here; how a value is written is decided by
// package nix. The package evaluates nothing, and does not check a site: the
// rules of package site have done so.
package nixos

import (
	"fmt"
	"slices"

	"sitegen/internal/nix"
	"sitegen/internal/site"
	"sitegen/internal/tree"
	"sitegen/templates"
)

// page is one file of the output: a template and what it is filled with.
type page struct {
	path, template string
	data           any
}

// Files returns every NixOS file of the site.
func Files(s *site.Site) ([]tree.File, error) {
	pages := []page{
		{"roles/base/default.nix", "base", baseOf(s)},
		{"roles/boot/default.nix", "boot", nil},
		{"roles/k3s-cilium/default.nix", "k3s-cilium", k3sOf(s)},
	}
	if s.Backup != nil {
		pages = append(pages, page{"roles/backup/default.nix", "backup", backupOf(s)})
	}
	if slices.ContainsFunc(s.Hosts, func(h *site.Host) bool { return len(h.Pools) > 0 }) {
		pages = append(pages, page{"roles/zfs/default.nix", "zfs", zfs{s.Alerts != nil}})
	}
	if !s.OwnFlake() {
		pages = append(pages, page{"flake.nix", "flake", flakeOf(s)})
	}
	for _, h := range s.Hosts {
		machine, err := machineOf(s, h)
		if err != nil {
			return nil, fmt.Errorf("host %q: %w", h.Name, err)
		}
		folder := "machines/" + h.Name + "/"
		pages = append(pages,
			page{folder + "default.nix", "machine", machine},
			page{folder + "disko.nix", "disko", disksOf(h)},
			page{folder + "network.nix", "network", networkOf(h)})
		if s.OwnFlake() {
			pages = append(pages, page{"hosts/" + h.Name + ".nix", "mkhost", mkHostOf(h, rolesOf(s, h))})
		}
	}
	files, err := render(pages)
	if err != nil {
		return nil, err
	}
	scripts, err := hostScripts(s)
	return append(files, scripts...), err
}

// mkHost is the argument of a hand-written flake's function.
type mkHost struct {
	Name  string
	Roles []string
	Cores int
}

// mkHostOf has gen's roles and those of the user's, whose names are told to the flake in the same way.
func mkHostOf(h *site.Host, roles []string) mkHost {
	m := mkHost{h.Name, roles, h.CPU.Cores}
	for _, own := range slices.Sorted(slices.Values(h.Imports)) {
		if name := ownRole(own); name != "" {
			m.Roles = append(m.Roles, name)
		}
	}
	return m
}

// render fills each template, which is parsed once however many hosts there are.
func render(pages []page) ([]tree.File, error) {
	parsed := map[string]*nix.Template{}
	files := make([]tree.File, 0, len(pages))
	for _, p := range pages {
		t := parsed[p.template]
		if t == nil {
			var err error
			if t, err = nix.Parse(templates.FS, "nix/"+p.template+".nix"); err != nil {
				return nil, err
			}
			parsed[p.template] = t
		}
		text, err := t.Execute(p.data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.path, err)
		}
		files = append(files, tree.File{Path: p.path, Mode: 0o644, Data: slices.Concat([]byte("# "+tree.Header+"\n"), text)})
	}
	return files, nil
}
