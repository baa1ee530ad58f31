package site

import (
	"cmp"
	"sitegen/internal/format"
)

// The partitions of a disk by gen's names; an array's member is PartArray and its name,
// which keeps it apart from the others.
const (
	PartBIOS  = "bios"
	PartBoot  = "boot"
	PartSwap  = "swap"
	PartFiles = "files"
	PartPool  = "zfs"
	PartArray = "md-"
)

// MaxPartLabel is the longest label of a partition in a GPT: disko writes a hash in the
// place of a longer one.
const MaxPartLabel = 36

// FewGenerations are kept where boot partitions are smaller than SmallESP, in MiB, which
// takes the usual ten.
const (
	FewGenerations = 4
	SmallESP       = 1 << 10
)

// Parts are gen's names for the partitions of a disk, in their order.
func (d *Disk) Parts(h *Host) []string {
	var parts []string
	if d.Boot && h.Firmware != FirmwareUEFI {
		parts = append(parts, PartBIOS)
	}
	if d.Boot {
		parts = append(parts, PartBoot)
	}
	for _, m := range d.Members {
		parts = append(parts, PartArray+m.Array)
	}
	if d.Swap != "" {
		parts = append(parts, PartSwap)
	}
	if d.Pool != "" {
		parts = append(parts, PartPool)
	}
	if d.Mount != "" {
		parts = append(parts, PartFiles)
	}
	return parts
}

// Part is what one of gen's partitions is called on this disk.
func (d *Disk) Part(name string) string { return cmp.Or(d.Partitions[name], name) }

// Label is the label of one of gen's partitions, by which the system finds it: disko
// makes it of the disk's name and the partition's.
func (d *Disk) Label(name string) string { return "disk-" + d.Name + "-" + d.Part(name) }

// SmallBoot tells whether boot partitions hold FewGenerations only.
func (h *Host) SmallBoot() bool {
	size, ok := format.ParseSize(h.ESPSize)
	return ok && size < SmallESP
}
