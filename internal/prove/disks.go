package prove

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// devices is disko.devices, as far as it is followed.
type devices struct {
	Disk  map[string]disk
	Mdadm map[string]struct {
		Level   int
		Content *content
	}
	Zpool map[string]struct {
		Mode       any
		Mountpoint string
		Datasets   map[string]struct {
			Type, Mountpoint string
			Options          map[string]string
		}
	}
}

type disk struct {
	Type, Device string
	Content      content
}

// content is what lies on a disk, a partition or an array.
type content struct {
	Type, Format, Mountpoint string
	Name                     string // of an array
	Pool                     string
	Partitions               map[string]partition
	MountOptions             []string
}

type partition struct {
	Type, Size string
	Content    *content
}

var mountOption = regexp.MustCompile(`^((no)?(fail|atime|diratime|auto|exec|suid|dev|discard)|relatime|lazytime|defaults|bind|ro|rw|discard=async|zfsutil|X-mount\..*|([a-z_]+|x-systemd\.[a-z.-]+)=\S+)$`)

// least is how many disks an array of a level has.
var least = map[int]int{0: 2, 1: 2, 4: 3, 5: 3, 6: 4, 10: 2}

// proveDisks goes from disks to what is mounted, and to the boot loader.
func (p *Proof) proveDisks(h *host) {
	d, file := h.said.Devices, h.file("disko.nix")
	mounts, members := map[string]mounted{}, map[string][]string{}
	mount := func(at string, m mounted) {
		if at == "" {
			return
		}
		if _, twice := mounts[at]; twice {
			p.find(RuleOwners, p.line(file, `"`+at+`"`), "two file systems of %s are mounted at %s", h.name, at)
		}
		m.where = p.line(file, `mountpoint = "`+at+`"`)
		mounts[at] = m
	}
	h.mounts = mounts
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(d.Disk)) {
		one := d.Disk[name]
		if other := seen[one.Device]; other != "" {
			p.find(RuleOwners, p.line(file, one.Device), "%s and %s are the same disk", other, name)
		}
		seen[one.Device] = name
		if !strings.HasPrefix(one.Device, "/dev/") || one.Type != "disk" {
			p.find(RuleHost, p.line(file, name+" = {"), "%s is no disk: %q", name, one.Device)
		}
		p.provePartitions(h, name, one, mount, members)
	}
	for name, a := range d.Mdadm {
		on := members["array "+name]
		if len(on) < least[a.Level] || least[a.Level] == 0 {
			p.find(RuleHost, p.line(file, name+" = {"), "the array %s of level %d has %d disks: %s", name, a.Level, len(on), strings.Join(on, ", "))
		}
		if a.Content == nil || a.Content.Mountpoint == "" && a.Content.Type == "filesystem" {
			p.find(RuleHost, p.line(file, name+" = {"), "nothing is mounted of the array %s", name)
			continue
		}
		if a.Content.Type == "filesystem" && a.Content.Format == "" {
			p.find(RuleHost, p.line(file, name+" = {"), "disko makes no file system on the array %s: its format is not said", name)
		}
		mount(a.Content.Mountpoint, mounted{kind: "array", name: name, format: a.Content.Format, on: on})
	}
	for name, pool := range d.Zpool {
		on := members["pool "+name]
		if len(on) == 0 || pool.Mode == "mirror" && len(on) < 2 {
			p.find(RuleHost, p.line(file, name+" = {"), "the pool %s has the disks %q", name, on)
		}
		for _, set := range pool.Datasets {
			mount(set.Mountpoint, mounted{kind: "pool", name: name, on: on})
		}
	}
	for _, on := range slices.Sorted(maps.Keys(members)) {
		kind, name, _ := strings.Cut(on, " ")
		_, array := d.Mdadm[name]
		_, pool := d.Zpool[name]
		if kind == "array" && !array || kind == "pool" && !pool {
			p.find(RuleDangling, p.line(file, `"`+name+`"`), "there is no %s %q, which partitions of %s are of", kind, name, strings.Join(members[on], ", "))
		}
	}
	p.proveBoot(h, mounts)
	p.proveNeeds(h, mounts)
}

func (p *Proof) provePartitions(h *host, name string, one disk, mount func(string, mounted), members map[string][]string) {
	file := h.file("disko.nix")
	if one.Content.Type != "gpt" {
		if len(one.Content.Partitions) > 0 {
			p.find(RuleHost, p.line(file, one.Device), "the disk %s has partitions, and is no gpt", name)
		}
		mount(one.Content.Mountpoint, mounted{kind: "disk", name: name, format: one.Content.Format, on: []string{name}})
		return
	}
	whole := 0
	for _, label := range slices.Sorted(maps.Keys(one.Content.Partitions)) {
		part := one.Content.Partitions[label]
		where := p.line(file, label+" = {")
		if part.Size == "100%" {
			whole++
		}
		if part.Size == "" {
			p.find(RuleHost, where, "the partition %s of %s has no size", label, name)
		}
		if part.Content != nil {
			for _, o := range part.Content.MountOptions {
				if !mountOption.MatchString(o) {
					p.find(RuleHost, p.line(file, `"`+o+`"`), "mount knows no option %q", o)
				}
			}
		}
		want := ""
		switch c := part.Content; {
		case c == nil && part.Type == "EF02": // GRUB's
		case c == nil:
			p.find(RuleHost, where, "nothing lies on the partition %s of %s", label, name)
		case c.Type == "mdraid":
			members["array "+c.Name], want = append(members["array "+c.Name], name), "FD00"
		case c.Type == "zfs":
			members["pool "+c.Pool], want = append(members["pool "+c.Pool], name), "BF01"
		case c.Type == "filesystem" && c.Format == "":
			p.find(RuleHost, where, "disko makes no file system on the partition %s of %s: its format is not said", label, name)
		case c.Type == "filesystem" && c.Format == "vfat":
			mount(c.Mountpoint, mounted{kind: "partition", name: label, format: c.Format, on: []string{name}})
			want = "EF00"
		case c.Type == "filesystem":
			mount(c.Mountpoint, mounted{kind: "partition", name: label, format: c.Format, on: []string{name}})
			if c.Mountpoint == "" {
				p.find(RuleHost, where, "the partition %s of %s is mounted nowhere", label, name)
			}
		case c.Type != "swap" && c.Type != "luks" && c.Type != "lvm_pv":
			p.find(RuleHost, where, "disko knows no content %q", c.Type)
		}
		if want != "" && part.Type != want {
			p.find(RuleHost, where, "the partition %s of %s has the type %q, and %s is for what lies on it", label, name, part.Type, want)
		}
	}
	if whole > 1 {
		p.find(RuleHost, p.line(file, one.Device), "two partitions of %s take the rest of the disk", name)
	}
}

// proveBoot goes from each disk of the root file system to the boot loader on it.
func (p *Proof) proveBoot(h *host, mounts map[string]mounted) {
	file := h.file("default.nix")
	root, ok := mounts["/"]
	if !ok {
		p.find(RuleHost, Place{File: h.file("disko.nix")}, "nothing of %s is mounted at /", h.name)
		return
	}
	booted := map[string]bool{}
	for at, name := range h.said.BootDisks {
		booted[name] = true
		where := p.line(file, `"`+at+`" =`)
		if !slices.Contains(mounts[at].on, name) {
			p.find(RuleHost, where, "%s is said to be on the disk %s, and is on %q", at, name, mounts[at].on)
			continue
		}
		types := map[string]bool{}
		for _, part := range h.said.Devices.Disk[name].Content.Partitions {
			types[part.Type] = true
		}
		for firmware, want := range map[string]string{"bios": "EF02", "uefi": "EF00"} {
			if (h.said.Firmware == firmware || h.said.Firmware == "unknown") && !types[want] {
				p.find(RuleHost, where, "the disk %s has no partition %s, which firmware that is %s boots from", name, want, firmware)
			}
		}
	}
	for _, name := range root.on {
		if !booted[name] && len(h.said.BootDisks) > 0 {
			p.find(RuleHost, p.line(file, "disks = {"), "the disk %s holds part of / and no boot loader: when the others are dead %s does not start", name, h.name)
		}
	}
	if !slices.Contains([]string{"bios", "uefi", "unknown"}, h.said.Firmware) {
		p.find(RuleHost, p.line(file, "firmware ="), "the role knows no firmware %q", h.said.Firmware)
	}
	if _, ok := h.said.BootDisks["/boot"]; !ok {
		p.find(RuleHost, p.line(file, "disks = {"), "no disk of %s has /boot", h.name)
	}
	for _, name := range root.on {
		for part, module := range map[string]string{"/nvme-": "nvme", "/ata-": "ahci"} {
			if device := h.said.Devices.Disk[name].Device; strings.Contains(device, part) && len(h.said.Available) > 0 && !slices.Contains(h.said.Available, module) {
				p.find(RuleHost, p.line(file, "availableKernelModules"), "the disk %s holds part of /, and the start has no %s", name, module)
			}
		}
	}
	for name, a := range h.said.Devices.Mdadm {
		module := map[int]string{0: "raid0", 1: "raid1", 4: "raid456", 5: "raid456", 6: "raid456", 10: "raid10"}[a.Level]
		if a.Content != nil && a.Content.Mountpoint == "/" && !slices.Contains(h.said.Initrd, module) {
			p.find(RuleHost, p.line(file, "initrd.kernelModules"), "the array %s holds /, and the start has no %s", name, module)
		}
	}
}

// proveNeeds wants each bind mount's folder below something mounted, and k3s to wait for its own.
func (p *Proof) proveNeeds(h *host, mounts map[string]mounted) {
	for at, device := range h.said.Binds {
		if _, twice := mounts[at]; twice {
			p.find(RuleOwners, p.line(h.file("default.nix"), at), "two file systems of %s are mounted at %s", h.name, at)
		}
		if strings.HasPrefix(device, "/") && !strings.HasPrefix(device, "/dev/") && path.Clean(device) != device {
			p.find(RuleHost, p.line(h.file("default.nix"), device), "%q is no folder", device)
		}
	}
}
