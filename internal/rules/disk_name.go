package rules

import (
	"path"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

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
