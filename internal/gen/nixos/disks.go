package nixos

import (
	"path"
	"slices"

	"sitegen/internal/site"
)

// disks fills disko.nix.
type disks struct {
	BootSize string
	Disks    []disk
	Arrays   []array
	Pools    []pool
}

type disk struct {
	Name, Device string

	BIOS       bool   // a partition for GRUB's BIOS half
	BootMount  string // "" has no boot partition
	Members    []member
	Pool       string
	FileSystem *fileSystem
}

type member struct{ Partition, Array, Size string }

type array struct {
	Name       string
	Level      int
	Bitmap     bool
	FileSystem fileSystem
}

type fileSystem struct {
	Format, Mount string
	NoFail        bool
}

func disksOf(h *site.Host) disks {
	d := disks{BootSize: h.ESPSize}
	for _, from := range h.Disks {
		to := disk{Name: from.Name, Device: from.Device, BootMount: from.BootMount, Pool: from.Pool}
		to.BIOS = from.Boot && h.Firmware != site.FirmwareUEFI
		for _, m := range from.Members {
			// The prefix keeps an array's name apart from those of the other partitions.
			to.Members = append(to.Members, member{"md-" + m.Array, m.Array, m.Size})
		}
		if from.Mount != "" {
			fs := fileSystemOf(from.Format, from.Mount)
			to.FileSystem = &fs
		}
		d.Disks = append(d.Disks, to)
	}
	for _, a := range h.Arrays {
		// A stripe has no redundancy for a bitmap to keep track of.
		d.Arrays = append(d.Arrays, array{a.Name, a.Level, a.Level != 0, fileSystemOf(a.Format, a.Mount)})
	}
	d.Pools = poolsOf(h)
	return d
}

// neededForBoot are the mount points that NixOS mounts before anything else
// (nixpkgs nixos/lib/utils.nix, pathsNeededForBoot). Starting without one is
// no better than not starting.
var neededForBoot = []string{"/", "/etc", "/nix", "/nix/store", "/usr", "/var", "/var/lib", "/var/lib/nixos", "/var/log"}

func fileSystemOf(format, mount string) fileSystem {
	return fileSystem{format, mount, !slices.Contains(neededForBoot, path.Clean(mount))}
}
