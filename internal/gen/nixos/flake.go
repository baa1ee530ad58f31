package nixos

import (
	"strings"

	"sitegen/internal/site"
)

// flake fills flake.nix.
type flake struct {
	Releases []release
	Inputs   site.FlakeInputs
	Hosts    []flakeHost
}

// release is a NixOS release and the input that holds its packages.
type release struct{ Input, URL string }

type flakeHost struct{ Name, Input, Machine string }

// flakeOf gives each release that a host runs an input of its own. The server's
// is called nixpkgs, and is the one that the other inputs follow.
func flakeOf(s *site.Site) flake {
	f := flake{Inputs: s.Versions.Flake}
	inputs := map[string]string{}
	add := func(name, input string) {
		if _, ok := inputs[name]; !ok {
			inputs[name] = input
			f.Releases = append(f.Releases, release{input, "github:NixOS/nixpkgs/nixos-" + name})
		}
	}
	add(s.Server.Release, "nixpkgs")
	for _, h := range s.Hosts {
		add(h.Release, "nixpkgs-"+strings.ReplaceAll(h.Release, ".", "-"))
		f.Hosts = append(f.Hosts, flakeHost{h.Name, inputs[h.Release], "./machines/" + h.Name})
	}
	return f
}
