package rules

import (
	"maps"
	"path"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

func diskRules() []Rule {
	return []Rule{
		{ID: "disk-name", Severity: diag.Error, Summary: "A disk is a whole one, and named by what stays the same, /dev/disk/by-id/…: the order of kernel names changes, and the wrong disk may be formatted.",
			Bad: `hosts: web1: disks: a: device: "/dev/sda"`, Good: `hosts: web1: disks: a: device: "/dev/disk/by-id/ata-EXAMPLE_SN100001"`, beside: true, check: checkDiskNames},
		{ID: "disk-twice", Severity: diag.Error, Summary: "Each disk is listed once.",
			Bad: `hosts: web1: disks: {a: device: "/dev/disk/by-id/nvme-EXAMPLE_1", b: device: "/dev/disk/by-id/nvme-EXAMPLE_1"}`, Good: `hosts: web1: disks: {a: device: "/dev/disk/by-id/nvme-EXAMPLE_1", b: device: "/dev/disk/by-id/nvme-EXAMPLE_2"}`, check: checkDiskTwice},
		{ID: "size", Severity: diag.Error, Summary: "Sizes are numbers with a unit, and no more than disks have: of a disk as its maker prints it, \"512GB\" or \"1.92TB\", or as lsblk prints, \"1.7TiB\" for 1.7T, which is right to half of its last digit; of a partition also \"1G\", which is 1GiB. Of a disk, a letter alone could be either.",
			Bad: `hosts: web1: disks: a: size: "3T"`, Good: `hosts: web1: disks: a: size: "3TB"`, value: true, check: checkSizes},
		{ID: "esp-size", Severity: diag.Error, Summary: "A boot partition holds the kernels of several generations: 1G at least, 8G at most.",
			Bad: `hosts: web1: espSize: "100M"`, Good: `hosts: web1: espSize: "1G"`, value: true, check: checkESP},
		{ID: "root-size", Severity: diag.Error, Summary: "The file system at / has room for the system: 8G a disk at least.",
			Bad: `hosts: web1: arrays: {system: {mount: "/", size: "4G"}, data: {mount: "/data"}}`, Good: `hosts: web1: arrays: {system: {mount: "/", size: "200G"}, data: {mount: "/data"}}`, check: checkRootSize},
		{ID: "array-disks", Severity: diag.Error, Summary: "The disks of an array are disks of the host, each once and without a file system of its own.",
			Bad: `hosts: web1: arrays: system: {disks: ["a", "c"], mount: "/"}`, Good: `hosts: web1: arrays: system: {disks: ["a", "b"], mount: "/"}`, check: checkArrayDisks},
		{ID: "array-level", Severity: diag.Error, Summary: "An array has as many disks as its RAID level takes: 2 for 0 and 1, 3 for 5, 4 for 6 and 10.",
			Bad: `hosts: web1: arrays: system: {level: 5, mount: "/"}`, Good: `hosts: web1: arrays: system: {level: 1, mount: "/"}`, check: checkArrayLevel},
		{ID: "array-sizes", Severity: diag.Warning, Summary: "The disks of an array are of one size; what the larger ones have more is lost.",
			Bad: `hosts: web1: disks: {a: size: "512GB", b: size: "1TB"}`, Good: `hosts: web1: disks: {a: size: "512GB", b: size: "512GB"}`, check: checkArraySizes},
		{ID: "disk-space", Severity: diag.Error, Summary: "What is put on a disk fits on it, and only one part of it takes the rest.",
			Bad: `hosts: web1: arrays: {system: {mount: "/"}, data: {mount: "/data"}}`, Good: `hosts: web1: arrays: {system: {mount: "/", size: "200G"}, data: {mount: "/data"}}`, check: checkDiskSpace},
		{ID: "disk-unused", Severity: diag.Warning, Summary: "Every disk is put to use.",
			Bad: `hosts: web1: disks: c: device: "/dev/disk/by-id/ata-EXAMPLE_3", hosts: web1: arrays: system: {disks: ["a", "b"], mount: "/"}`, Good: `hosts: web1: arrays: system: {disks: ["a", "b"], mount: "/"}`, check: checkDiskUnused},
		{ID: "mount", Severity: diag.Error, Summary: "Mount points are absolute paths in their shortest form, and none that the system or gen mounts itself.",
			Bad: `hosts: web1: arrays: {system: {mount: "/", size: "200G"}, data: {mount: "data"}}`, Good: `hosts: web1: arrays: {system: {mount: "/", size: "200G"}, data: {mount: "/data"}}`, value: true, check: checkMounts},
		{ID: "mount-twice", Severity: diag.Error, Summary: "No two file systems of a host are mounted at one place.",
			Bad: `hosts: web1: arrays: {system: {mount: "/", size: "200G"}, data: {mount: "/"}}`, Good: `hosts: web1: arrays: {system: {mount: "/", size: "200G"}, data: {mount: "/data"}}`, check: checkMountTwice},
		{ID: "root", Severity: diag.Error, Summary: "Each host has a disk, an array or a pool that is mounted at /.",
			Bad: `hosts: web1: arrays: system: {mount: "/data"}`, Good: `hosts: web1: arrays: system: {mount: "/"}`, check: checkRoot},
	}
}

func checkDiskTwice(c *checker) {
	seen := map[string]diag.Path{}
	for _, host := range slices.Sorted(maps.Keys(c.spec.Hosts)) {
		for _, name := range slices.Sorted(maps.Keys(c.spec.Hosts[host].Disks)) {
			d := c.spec.Hosts[host].Disks[name]
			at := diag.Path{"hosts", host, "disks", name, "device"}
			key := d.Device
			if !strings.HasPrefix(key, "/dev/disk/by-id/") {
				key = host + " " + key // only by-id names are the same on every host
			}
			if first, ok := seen[key]; ok {
				newer, older := c.later(at, first)
				p := c.report(newer, "%q is listed already", d.Device).WithHint("each disk has an id of its own")
				c.note(p, older, "as %s", older.Parent())
				continue
			}
			seen[key] = at
		}
	}
}

func checkSizes(c *checker) {
	for host, h := range c.spec.Hosts {
		at := diag.Path{"hosts", host}
		c.fault(at.With("espSize"), format.PartitionSize(h.ESPSize, false))
		if h.Swap != "" {
			c.fault(at.With("swap"), format.PartitionSize(h.Swap, false))
		}
		if h.Memory != "" {
			c.fault(at.With("memory"), memoryFault(h.Memory))
		}
		for name, d := range h.Disks {
			if d.Size != "" {
				c.fault(at.With("disks", name, "size"), format.DiskSize(d.Size))
			}
		}
		for name, a := range h.Arrays {
			c.fault(at.With("arrays", name, "size"), format.PartitionSize(a.Size, true))
		}
	}
}

// minESP is the least size of a boot partition, in MiB: a NixOS kernel with its
// initrd takes 40 to 80, and the boot loader keeps ten generations.
const minESP = 1 << 10

// minInstalledESP is the least of a host that is there already: it holds as many
// generations as site.FewGenerations, and one while they change.
const minInstalledESP = 448

// maxESP is the most, in MiB: what is above is a slip of the unit.
const maxESP = 8 << 10

// minRoot is the least size of the system's file system, in MiB: a NixOS with k3s,
// its images and a second generation take about 6 GiB.
const minRoot = 8 << 10

func checkESP(c *checker) {
	for host, h := range c.spec.Hosts {
		at := diag.Path{"hosts", host, "espSize"}
		switch n, ok := format.ParseSize(h.ESPSize); {
		case ok && installedESP(h) && n < minESP && n >= minInstalledESP: // esp-small warns of it
		case ok && n < minESP:
			c.report(at, "%q is too small for the kernels of several generations", h.ESPSize).WithHint("%dG is the least and the default; on a host that is installed, partitions: boot of its disks says what is there", minESP>>10)
		case ok && n > maxESP:
			c.report(at, "%q is more than kernels ever take, and each disk of the system loses it", h.ESPSize).WithHint("%dG is the most, 1G the default", maxESP>>10)
		}
	}
}

func checkRootSize(c *checker) {
	for host, h := range c.spec.Hosts {
		for name, a := range h.Arrays {
			if n, ok := format.ParseSize(a.Size); ok && a.Mount == "/" && n < minRoot {
				c.report(diag.Path{"hosts", host, "arrays", name, "size"}, "%q is too small for the system", a.Size).WithHint("%dG is the least; \"100%%\" takes the rest of the disks", minRoot>>10)
			}
		}
	}
	for _, h := range c.site.Hosts {
		esp, _ := format.ParseSize(c.spec.Hosts[h.Name].ESPSize)
		for _, d := range h.Disks {
			size, ok := format.ParseDisk(c.spec.Hosts[h.Name].Disks[d.Name].Size)
			if left := size - esp - d.Taken(); ok && d.RootTakesRest(h) && left >= 0 && left < minRoot {
				c.report(diag.Path{"hosts", h.Name, "disks", d.Name, "size"}, "the disk of %s leaves %d MiB for the system", c.spec.Hosts[h.Name].Disks[d.Name].Size, left).
					WithHint("%dG is the least", minRoot>>10)
			}
		}
	}
}

func checkMounts(c *checker) {
	for host, h := range c.spec.Hosts {
		one := func(mount string, at ...any) {
			p := diag.Path{"hosts", host}.With(at...)
			if f := format.Mount(mount); f.Bad() {
				if ownMount(f.Meant) != "" { // as bad
					f.Meant, f.Hint = "", "data of your own goes to a folder like /data or /srv"
				}
				c.fault(p, f)
			} else if !mountRE().MatchString(mount) {
				c.report(p, "%q has a character in it that a mount point of a host cannot have", mount).WithHint("letters, digits, and - . _ + @ / between them")
			} else if why := ownMount(mount); why != "" {
				c.report(p, "%q cannot be a mount point of its own: %s", mount, why).WithHint("data of your own goes to a folder like /data or /srv")
			}
		}
		for name, d := range h.Disks {
			if d.Mount != "" {
				one(d.Mount, "disks", name, "mount")
			}
		}
		for name, a := range h.Arrays {
			one(a.Mount, "arrays", name, "mount")
		}
		for name, p := range h.Pools {
			one(p.Mount, "pools", name, "mount")
			for dataset, mount := range p.Datasets {
				one(mount, "pools", name, "datasets", dataset)
			}
		}
	}
}

// mountRE is a path that fstab, systemd's units and disko write alike.
var mountRE = format.Pattern(`^(/|(/[A-Za-z0-9._+@-]+)+)$`)

func ownMount(mount string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(mount, "/"), "/")
	switch {
	case slices.Contains([]string{"proc", "sys", "dev", "run"}, first):
		return "the kernel's own file systems are there"
	case slices.Contains([]string{"etc", "bin", "sbin", "usr", "lib", "lib64"}, first) || isBelow(mount, "/nix/store"):
		return "NixOS makes what is in it"
	case isBelow(mount, "/var/lib/sops-nix"):
		return "the host's private key is there, and is read before other file systems are mounted"
	case isBelow(mount, "/var/tmp"): // systemd tmpfiles.d/tmp.conf: q /var/tmp 1777 root root 30d
		return "systemd deletes what is there after 30 days"
	case isBelow(mount, "/var/run") || isBelow(mount, "/var/lock"):
		return "it is a link into /run, which is in memory"
	case first == "tmp":
		return "programs expect a folder there that everybody may write to"
	case first == "boot" || strings.HasPrefix(first, "boot-"):
		return "the boot partitions are there"
	}
	return ""
}

// isBelow tells whether a path is a folder or something in it.
func isBelow(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

func checkMountTwice(c *checker) {
	for _, h := range c.site.Hosts {
		seen := map[string]diag.Path{}
		one := func(mount string, at ...any) {
			p := diag.Path{"hosts", h.Name}.With(at...)
			first, ok := seen[mount]
			if !ok || mount == "" {
				seen[mount] = p
				return
			}
			newer, older := c.later(p, first)
			c.note(c.report(newer, "%q is a mount point already", mount), older, "of %s", older.Parent())
		}
		for _, a := range h.Arrays {
			if c.spec.Hosts[h.Name].Arrays == nil {
				one(a.Mount, "disks", a.Disks[0]) // the array that follows from the disks
			} else {
				one(a.Mount, "arrays", a.Name, "mount")
			}
		}
		for _, p := range h.Pools {
			if p.Pool.Datasets != nil {
				for _, d := range p.Datasets {
					one(d.Mount, "pools", p.Name, "datasets", d.Name)
				}
			} else if c.spec.Hosts[h.Name].Pools != nil {
				one(p.Mount, "pools", p.Name, "mount")
			} else if len(p.Disks) > 0 {
				one(p.Mount, "disks", p.Disks[0]) // the pool that follows from the disks
			}
		}
		for _, d := range h.Disks {
			one(d.Mount, "disks", d.Name, "mount")
		}
		if h.Volumes != "" {
			one(site.VolumesDir, "volumes")
		}
	}
}

func checkRoot(c *checker) {
	for _, h := range c.site.Hosts {
		at, said := diag.Path{"hosts", h.Name}, c.spec.Hosts[h.Name]
		if len(h.Disks) == 0 {
			c.report(at.With("disks"), "the host has no disk").WithHint("name its disks, by /dev/disk/by-id/…")
			continue
		}
		root := slices.ContainsFunc(h.Disks, func(d *site.Disk) bool { return d.Mount == "/" }) ||
			slices.ContainsFunc(h.Arrays, func(a *site.Array) bool { return a.Mount == "/" }) ||
			slices.ContainsFunc(h.Pools, func(p *site.Pool) bool { return p.Mount == "/" })
		if root {
			continue
		}
		switch {
		case h.Layout == site.LayoutZFS && said.Pools != nil:
			at = at.With("pools")
		case h.Layout != site.LayoutZFS && said.Arrays != nil:
			at = at.With("arrays")
		default:
			at = at.With("disks")
		}
		what := "the disk or the array"
		if h.Layout == site.LayoutZFS {
			what = "the pool"
		}
		c.report(at, "nothing is mounted at /").WithHint("give %s of the system mount: \"/\"", what)
	}
}

// stableDevice matches the folders of udev whose names follow the disk
// (systemd rules.d/60-persistent-storage.rules); by-label and by-uuid name file
// systems, which are not there yet.
var stableDevice = format.Pattern(`^/dev/disk/(by-id|by-path)/[^/]+$`)

// deviceRE has the characters that udev leaves in a name (systemd
// src/shared/device-nodes.c, allow_listed_char_for_devnode), without its backslash,
// which begins the code of any other one.
var deviceRE = format.Pattern(`^/dev/[A-Za-z0-9#+.:=@_/-]+$`)

// partStable and partKernel are the names that udev and the kernel give to
// partitions.
var (
	partStable = format.Pattern(`-part[0-9]+$`)
	partKernel = format.Pattern(`^((?:s|v|xv|h)d[a-z]+|(?:nvme[0-9]+n|mmcblk)[0-9]+p)[0-9]+$`)
)

// madeOf names what a device is made of, where it is no disk of its own: the names
// that udev gives to what lies on disks (systemd rules.d/60-persistent-storage.rules;
// lvm2 udev/13-dm-disk.rules; mdadm udev-md-raid-arrays.rules), and the kernel's.
func madeOf(device string) string {
	base := path.Base(device)
	for _, k := range []struct{ prefix, what string }{
		{"md-", "an array"}, {"dm-", "a logical volume, or an encrypted one"}, {"lvm-pv-", "what LVM has put on a disk"}, {"loop", "a file"}, {"zram", "memory"}, {"ram", "memory"},
		{"sr", "a drive for CDs"}, {"md", "an array"}, {"fd", "a floppy disk"}, {"null", "nothing"}, {"zero", "nothing"},
	} {
		rest, ok := strings.CutPrefix(base, k.prefix)
		switch {
		case !ok:
		case strings.HasSuffix(k.prefix, "-") && strings.HasPrefix(device, "/dev/"):
			return k.what
		case path.Dir(device) == "/dev" && strings.Trim(rest, "0123456789") == "":
			return k.what
		}
	}
	if path.Dir(device) == "/dev/md" {
		return "an array"
	}
	return ""
}

func checkDiskNames(c *checker) {
	for host, h := range c.spec.Hosts {
		for name, d := range h.Disks {
			at := diag.Path{"hosts", host, "disks", name, "device"}
			base := path.Base(d.Device)
			stable := stableDevice().MatchString(d.Device)
			switch {
			case path.Clean(d.Device) != d.Device || !deviceRE().MatchString(d.Device):
				c.report(at, "%q is no disk", d.Device).WithHint("`ls /dev/disk/by-id` in the rescue system lists the names")
			case stable && partStable().MatchString(base):
				c.report(at, "%q is a partition, but has to be a whole disk", d.Device).WithHint("%s", format.DidYouMean(partStable().ReplaceAllString(d.Device, "")))
			case madeOf(d.Device) != "":
				c.report(at, "%q is %s, but has to be a whole disk", d.Device, madeOf(d.Device)).WithHint("`ls /dev/disk/by-id` in the rescue system lists the names: those of disks start with ata-, nvme-, scsi- or wwn-")
			case stable:
			case strings.HasPrefix(d.Device, "/dev/disk/"):
				c.report(at, "%q names what is on a disk, not the disk", d.Device).WithHint("use the name in /dev/disk/by-id")
			case partKernel().MatchString(base) && path.Dir(d.Device) == "/dev":
				c.report(at, "%q is a partition, but has to be a whole disk", d.Device).WithHint("`ls -l /dev/disk/by-id` in the rescue system shows the disk's name that stays")
			case !d.UnstableName:
				c.report(at, "%q is a name that another disk may have after a restart", d.Device).
					WithHint("`ls -l /dev/disk/by-id` in the rescue system shows the name that stays; unstableName: true takes the risk")
			}
		}
	}
}
