package nixos

import (
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

	BIOS       string // the name of a partition for GRUB's BIOS half; "" has none
	Boot       string // and of the boot partition
	BootMount  string
	Swap       *swapPart
	Members    []member
	Pool       string
	PoolPart   string
	Files      string
	FileSystem *fileSystem
}

type swapPart struct{ Name, Size string }

type member struct{ Partition, Array, Size string }

type array struct {
	Name       string
	Level      int
	Bitmap     bool
	Swap       bool
	FileSystem fileSystem
}

type fileSystem struct {
	Format, Mount string
	NoFail        bool
	Options       []string
}

func disksOf(h *site.Host) disks {
	d := disks{BootSize: h.ESPSize}
	for _, from := range h.Disks {
		to := disk{Name: from.Name, Device: from.Device, BootMount: from.BootMount, Pool: from.Pool}
		if from.Boot && h.Firmware != site.FirmwareUEFI {
			to.BIOS = from.Part(site.PartBIOS)
		}
		to.Boot, to.PoolPart, to.Files = from.Part(site.PartBoot), from.Part(site.PartPool), from.Part(site.PartFiles)
		if from.Swap != "" {
			to.Swap = &swapPart{from.Part(site.PartSwap), from.Swap}
		}
		for _, m := range from.Members {
			to.Members = append(to.Members, member{from.Part(site.PartArray + m.Array), m.Array, m.Size})
		}
		if from.Mount != "" {
			fs := fileSystemOf(from.Format, from.Mount, from.Options...)
			to.FileSystem = &fs
		}
		d.Disks = append(d.Disks, to)
	}
	for _, a := range h.Arrays {
		// A stripe has no redundancy for a bitmap to keep track of.
		d.Arrays = append(d.Arrays, array{a.Name, a.Level, a.Level != 0, a.Swap, fileSystemOf(a.Format, a.Mount, a.Options...)})
	}
	d.Pools = poolsOf(h)
	return d
}

func fileSystemOf(format, mount string, options ...string) fileSystem {
	fs := fileSystem{Format: format, Mount: mount, NoFail: !site.NeededForBoot(mount)}
	if fs.NoFail {
		fs.Options = append(fs.Options, "nofail")
	}
	fs.Options = append(fs.Options, options...)
	return fs
}
