package rules

import (
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func partitionRules() []Rule {
	return []Rule{
		{ID: "partition-name", Severity: diag.Error, Summary: "Names of partitions are given to those that the disk has, each another one, and a label disk-DISK-NAME has 36 characters at most.",
			Bad: `hosts: web1: disks: a: partitions: esp: "ESP"`, Good: `hosts: web1: disks: {a: partitions: boot: "ESP", b: partitions: boot: "ESP"}`, check: checkPartitionNames},
		{ID: "partition-alike", Severity: diag.Warning, Summary: "Disks that hold the same have partitions of the same names, so that a new disk gets the layout of one that is left.",
			Bad: `hosts: web1: disks: {a: partitions: boot: "ESP", b: partitions: boot: "ESP2"}`, Good: `hosts: web1: disks: {a: partitions: boot: "ESP", b: partitions: boot: "ESP"}`, check: checkPartitionsAlike},
		{ID: "esp-small", Severity: diag.Warning, Summary: "An installed host's boot partition of less than 1G holds few generations.",
			Bad:  `hosts: web1: {espSize: "512M", disks: {a: partitions: boot: "ESP", b: partitions: boot: "ESP"}}`,
			Good: `hosts: web1: {espSize: "1G", disks: {a: partitions: boot: "ESP", b: partitions: boot: "ESP"}}`, value: true, check: checkSmallESP},
		{ID: "swap", Severity: diag.Error, Summary: "Swap is 256M to 256G on disks without ZFS, and its array has the name \"swap\" for itself.",
			Bad: `hosts: web1: swap: "8M"`, Good: `hosts: web1: swap: "8G"`, check: checkSwap},
		{ID: "mount-option", Severity: diag.Error, Summary: "Mount options are some that the file system takes, beside those that gen sets, and leave programs of the system and of containers to run: a host does not start from a file system with others.",
			Bad: `hosts: web1: arrays: system: {mount: "/", options: ["noatim"]}`, Good: `hosts: web1: arrays: system: {mount: "/", options: ["noatime"]}`, check: checkMountOptions},
	}
}

var partRE = format.Pattern(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func checkPartitionNames(c *checker) {
	for _, h := range c.site.Hosts {
		for _, d := range h.Disks {
			at, parts := diag.Path{"hosts", h.Name, "disks", d.Name}, d.Parts(h)
			for _, name := range slices.Sorted(maps.Keys(d.Partitions)) {
				if at := at.With("partitions", name); !slices.Contains(parts, name) {
					p := c.reportName(at, "the disk %q has no partition %q", d.Name, name).WithHint("gen's names of its partitions are %s", strings.Join(parts, ", "))
					if best := format.Nearest(name, parts); best != "" {
						p.WithHint("%s", format.DidYouMean(best))
					}
				} else if !partRE().MatchString(d.Partitions[name]) {
					c.report(at, "%q cannot name a partition", d.Partitions[name]).WithHint("say what stands behind disk-%s- in its label, as `lsblk -o PARTLABEL` shows it", d.Name)
				}
			}
			c.partitionLabels(d, parts, at)
		}
	}
}

func (c *checker) partitionLabels(d *site.Disk, parts []string, at diag.Path) {
	first := map[string]string{}
	for _, name := range parts {
		said := at
		if d.Partitions[name] != "" {
			said = at.With("partitions", name)
		}
		label := d.Label(name)
		switch other, twice := first[label]; {
		case twice && d.Partitions[name] == "": // then the other one is said
			said = at.With("partitions", other)
			fallthrough
		case twice:
			c.report(said, "the partitions %q and %q of the disk would both be %q", other, name, label).WithHint("`lsblk -o PARTLABEL` shows which is which")
		case len(label) > site.MaxPartLabel:
			c.reportName(said, "the label %q has %d characters, and %d is the most", label, len(label), site.MaxPartLabel).WithHint("give the disk or the array a shorter name")
			return
		}
		first[label] = name
	}
}

func checkPartitionsAlike(c *checker) {
	for _, h := range c.site.Hosts {
		first := map[string]*site.Disk{}
		for _, d := range h.Disks {
			for _, name := range d.Parts(h) {
				other := first[name]
				if other == nil {
					first[name] = d
				} else if name != site.PartFiles && other.Part(name) != d.Part(name) {
					odd := d
					if d.Partitions[name] == "" {
						odd, other = other, d
					}
					c.report(diag.Path{"hosts", h.Name, "disks", odd.Name, "partitions", name}, "the partition is %q here and %q on the disk %q: one of them gets the other's layout when it is replaced", odd.Part(name), other.Part(name), other.Name).
						WithHint("give them one name on the running host: sgdisk --change-name=NUMBER:%s %s, then say it here", "disk-"+odd.Name+"-"+other.Part(name), odd.Device)
					break
				}
			}
		}
	}
}

func checkSwap(c *checker) {
	const least, most = 256, 256 << 10 // MiB
	for _, h := range c.site.Hosts {
		said := c.spec.Hosts[h.Name]
		if said.Swap == "" {
			continue
		}
		at := diag.Path{"hosts", h.Name, "swap"}
		n, ok := format.ParseSize(said.Swap)
		switch {
		case h.Layout == site.LayoutZFS:
			c.report(at, "a host with pools has no swap on its disks: they take all of them, and swap in a pool can stop the host").WithHint("leave it out: the compressed swap in memory is there")
		case said.Arrays[site.SwapArray] != nil:
			c.note(c.report(at, "the array of the swap is %q, and another one has the name", site.SwapArray), diag.Path{"hosts", h.Name, "arrays", site.SwapArray}, "this one")
		case ok && n < least:
			c.report(at, "%q is too little to be of use", said.Swap).WithHint("%dM is the least", least)
		case ok && n > most:
			c.report(at, "%q is more than a host can use before it stands still", said.Swap).WithHint("%dG is the most; a few are plenty", most>>10)
		}
	}
}

// installedESP tells whether the boot partitions are there already.
func installedESP(h *spec.Host) bool {
	for _, d := range h.Disks {
		if d.Partitions[site.PartBoot] != "" {
			return true
		}
	}
	return false
}

func checkSmallESP(c *checker) {
	for host, h := range c.spec.Hosts {
		if n, ok := format.ParseSize(h.ESPSize); ok && installedESP(h) && n < minESP && n >= minInstalledESP {
			c.report(diag.Path{"hosts", host, "espSize"}, "%q is little: %d generations are kept in the place of ten", h.ESPSize, site.FewGenerations).
				WithHint("an install anew has room for more, with espSize left out; silence this until then")
		}
	}
}
