package site

import (
	"path"
	"slices"
)

// neededForBoot are the mount points that NixOS mounts before anything else
// (nixpkgs nixos/lib/utils.nix, pathsNeededForBoot). Starting without one is
// no better than not starting.
var neededForBoot = []string{"/", "/etc", "/nix", "/nix/store", "/usr", "/var", "/var/lib", "/var/lib/nixos", "/var/log"}

// NeededForBoot tells whether a host waits for what is mounted there, and does not start without.
func NeededForBoot(mount string) bool { return slices.Contains(neededForBoot, path.Clean(mount)) }
