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

func poolRules() []Rule {
	return []Rule{
		{ID: "layout", Severity: diag.Error, Summary: "A host has arrays with layout md, and pools with layout zfs.",
			Bad: `hosts: web1: pools: system: mount: "/"`, Good: `hosts: web1: {layout: "zfs", pools: system: mount: "/"}`, check: checkLayout},
		{ID: "zfs-kernel", Severity: diag.Error, Summary: "A host with ZFS runs the release's kernel: ZFS is a module beside it, and supports a newer one only some weeks after it came out.",
			Bad: `hosts: web1: {layout: "zfs", kernel: "latest"}`, Good: `hosts: web1: layout: "zfs"`, check: checkZFSKernel},
		{ID: "host-id", Severity: diag.Error, Summary: "A host's hostId is eight hex digits, not all of them 0, and no other host's.",
			Bad: `hosts: web1: {layout: "zfs", hostId: "8425e3"}`, Good: `hosts: web1: {layout: "zfs", hostId: "8425e349"}`, check: checkHostID},
		{ID: "pool-name", Severity: diag.Error, Summary: "The name of a pool is none that ZFS keeps for parts of one.",
			Bad: `hosts: web1: {layout: "zfs", pools: mirror: mount: "/"}`, Good: `hosts: web1: {layout: "zfs", pools: system: mount: "/"}`, value: true, check: checkPoolName},
		{ID: "pool-datasets", Severity: diag.Error, Summary: "The datasets of a pool have names that ZFS takes, and one of them is mounted where the pool is, the others inside of it.",
			Bad: `hosts: web1: {layout: "zfs", pools: zroot: {mount: "/", datasets: nix: "/nix"}}`, Good: `hosts: web1: {layout: "zfs", pools: zroot: {mount: "/", datasets: {root: "/", nix: "/nix"}}}`, check: checkPoolDatasets},
		{ID: "pool-disks", Severity: diag.Error, Summary: "The disks of a pool are disks of the host, each once, in no other pool and without a file system of its own.",
			Bad: `hosts: web1: {layout: "zfs", pools: system: {disks: ["a", "c"], mount: "/"}}`, Good: `hosts: web1: {layout: "zfs", pools: system: {disks: ["a", "b"], mount: "/"}}`, check: checkPoolDisks},
		{ID: "pool-mode", Severity: diag.Error, Summary: "A pool has as many disks as its mode takes: 2 for a mirror, 3 for raidz1, 4 for raidz2.",
			Bad: `hosts: web1: {layout: "zfs", pools: system: {mode: "raidz1", mount: "/"}}`, Good: `hosts: web1: {layout: "zfs", pools: system: {mode: "mirror", mount: "/"}}`, check: checkPoolMode},
		{ID: "pool-alone", Severity: diag.Warning, Summary: "A pool of one disk, which has no copy of anything, is one that the spec says.",
			Bad: `hosts: web1: {layout: "zfs", disks: b: mount: "/data"}`, Good: `hosts: web1: {layout: "zfs", disks: b: mount: "/data", pools: system: {mode: "stripe", mount: "/"}}`, check: checkPoolAlone},
		{ID: "pool-sizes", Severity: diag.Warning, Summary: "The disks of a pool with copies are of one size; what the larger ones have more is lost.",
			Bad: `hosts: web1: {layout: "zfs", disks: {a: size: "512GB", b: size: "1TB"}}`, Good: `hosts: web1: {layout: "zfs", disks: {a: size: "512GB", b: size: "512GB"}}`, check: checkPoolSizes},
	}
}

// group is what several disks of a host make.
func group(h *site.Host) string {
	if h.Layout == site.LayoutZFS {
		return "a pool"
	}
	return "an array"
}

// besideBoot is what is put on a disk beside its boot partition.
func besideBoot(h *site.Host) string {
	if h.Layout == site.LayoutZFS {
		return "what a pool keeps free"
	}
	return "array members"
}

func checkLayout(c *checker) {
	for host, h := range c.spec.Hosts {
		at := diag.Path{"hosts", host}
		switch {
		case h.Layout == site.LayoutZFS && h.Arrays != nil:
			p := c.report(at.With("arrays"), "a host with layout \"zfs\" has no arrays").WithHint("say them as pools, or leave layout out")
			c.note(p, at.With("layout"), "the layout")
		case h.Layout != site.LayoutZFS && h.Pools != nil:
			c.report(at.With("pools"), "pools are of layout \"zfs\", and this host has \"md\"").WithHint("say layout: \"zfs\", or arrays in their place")
		case h.Layout == site.LayoutZFS && h.Pools == nil && len(h.Disks) > 0 && !slices.ContainsFunc(slices.Collect(maps.Values(h.Disks)), func(d *spec.Disk) bool { return d.Mount == "" }):
			c.report(at.With("layout"), "every disk has a file system of its own, and none is left for a pool").WithHint("take the mount of those that make the pool away, or leave layout out")
		}
	}
}

func checkZFSKernel(c *checker) {
	for host, h := range c.spec.Hosts {
		if h.Layout == site.LayoutZFS && h.Kernel == "latest" {
			p := c.report(diag.Path{"hosts", host, "kernel"}, "the latest kernel may be one that ZFS does not support yet").
				WithHint("leave kernel out: with layout \"zfs\" it is the release's own")
			c.note(p, diag.Path{"hosts", host, "layout"}, "the layout")
		}
	}
}

var hostIDRE = format.Pattern(`^[0-9a-fA-F]{8}$`)

func checkHostID(c *checker) {
	seen := map[string]*site.Host{}
	for _, h := range c.site.Hosts {
		at := diag.Path{"hosts", h.Name, "hostId"}
		switch {
		case h.HostID == "":
			continue
		case !hostIDRE().MatchString(h.HostID):
			c.report(at, "%q is no host id", h.HostID).WithHint("eight hex digits; `hostid` on the host shows its own")
			continue
		case h.HostID == "00000000":
			c.report(at, "%q is what a host without an id has", h.HostID).WithHint("leave hostId out: it follows from the host's name")
			continue
		}
		first := seen[h.HostID]
		if first == nil {
			seen[h.HostID] = h
			continue
		}
		other := diag.Path{"hosts", first.Name, "hostId"}
		if !c.ix.Has(at) {
			at, other = other, at
		}
		p := c.report(at, "the hosts %q and %q have one id, %q", first.Name, h.Name, h.HostID).WithHint("each has one of its own: left out, it follows from the host's name")
		if c.ix.Has(other) {
			c.note(p, other, "the other one")
		}
	}
}

// checkPoolName: OpenZFS, module/zcommon/zfs_namecheck.c and lib/libzfs/libzfs_pool.c,
// zpool_name_valid. The characters are those of all names.
func checkPoolName(c *checker) {
	for host, h := range c.spec.Hosts {
		for name := range h.Pools {
			kept := name == "log" || len(name) > 1 && name[0] == 'c' && name[1] >= '0' && name[1] <= '9'
			for _, prefix := range []string{"mirror", "raidz", "draid", "spare"} {
				kept = kept || strings.HasPrefix(name, prefix)
			}
			at := diag.Path{"hosts", host, "pools", name}
			switch {
			case kept:
				c.reportName(at, "%q cannot name a pool: ZFS calls a part of one so", name).WithHint("system, tank, data")
			case name != "" && name[0] >= '0' && name[0] <= '9' && format.LabelRE().MatchString(name):
				c.reportName(at, "%q cannot name a pool: it starts with a digit", name).WithHint("%q", "pool"+name)
			}
		}
	}
}

// datasetRE: OpenZFS, module/zcommon/zfs_namecheck.c; a blank is left out.
var datasetRE = format.Pattern(`^[A-Za-z0-9_.:-]+(/[A-Za-z0-9_.:-]+)*$`)

func checkPoolDatasets(c *checker) {
	for host, h := range c.spec.Hosts {
		for name, p := range h.Pools {
			at, main := diag.Path{"hosts", host, "pools", name, "datasets"}, p.Datasets == nil
			for dataset, mount := range p.Datasets {
				main = main || mount == p.Mount
				switch {
				case !datasetRE().MatchString(dataset) || len(name)+len(dataset) > 200 || slices.Contains(strings.Split(dataset, "/"), ".") || slices.Contains(strings.Split(dataset, "/"), ".."):
					c.reportName(at.With(dataset), "%q cannot name a dataset", dataset).WithHint("letters, digits and - _ . : in each part, with / between them")
				case dataset == "reserved":
					c.reportName(at.With(dataset), "%q is gen's own dataset, which keeps room free in the pool", dataset).WithHint("give it another name")
				case !format.Mount(mount).Bad() && mount != p.Mount && p.Mount != "/" && !isBelow(mount, p.Mount):
					problem := c.report(at.With(dataset), "%q is not inside of %q", mount, p.Mount).WithHint("a pool's datasets are mounted where it is, or inside")
					c.note(problem, diag.Path{"hosts", host, "pools", name, "mount"}, "where the pool is mounted")
				}
			}
			if !main {
				problem := c.report(at, "no dataset is mounted at %q, where the pool is", p.Mount).WithHint("these are all of its datasets: name that one too, as root: %q", p.Mount)
				c.note(problem, diag.Path{"hosts", host, "pools", name, "mount"}, "said here")
			}
		}
	}
}

func checkPoolDisks(c *checker) {
	for _, host := range c.site.Hosts {
		h, of := c.spec.Hosts[host.Name], map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(h.Pools)) {
			at := diag.Path{"hosts", host.Name, "pools", name}
			for i, d := range h.Pools[name].Disks {
				disk, known := h.Disks[d]
				switch {
				case !known:
					unknownName(c, at.With("disks", i), "disk", d, h.Disks, h.Pools[name].Disks...)
				case slices.Contains(h.Pools[name].Disks[:i], d):
					c.report(at.With("disks", i), "the disk %q is in the list already", d)
				case disk.Mount != "":
					p := c.report(at.With("disks", i), "the disk %q has a file system of its own", d).WithHint("leave out its mount, or take it out of the pool")
					c.note(p, diag.Path{"hosts", host.Name, "disks", d, "mount"}, "mounted here")
				}
			}
		}
		for _, p := range host.Pools {
			if h.Pools == nil {
				continue
			}
			at := diag.Path{"hosts", host.Name, "pools"}
			for _, d := range p.Disks {
				if first, twice := of[d]; twice && first != p.Name {
					problem := c.reportName(at.With(p.Name), "the disk %q is in the pool %q as well", d, first).WithHint("a pool takes the whole disk: name the disks of each pool")
					c.note(problem, at.With(first), "the other pool")
					break
				}
				of[d] = p.Name
			}
		}
	}
}

func checkPoolMode(c *checker) {
	for _, h := range c.site.Hosts {
		for _, p := range h.Pools {
			need := map[string]int{"mirror": 2, "raidz1": 3, "raidz2": 4}[p.Mode]
			if len(p.Disks) >= need || c.spec.Hosts[h.Name].Pools == nil {
				continue
			}
			at := diag.Path{"hosts", h.Name, "pools", p.Name}
			problem := c.report(at.With("mode"), "the mode %q takes %d disks or more, and the pool has %d", p.Mode, need, len(p.Disks))
			switch {
			case len(p.Disks) == 1:
				problem.WithHint("say mode: \"stripe\" for a pool of one disk, which has no copy of anything")
			case len(p.Disks) > 1:
				problem.WithHint("a mirror takes %d disks", len(p.Disks))
			}
			if c.ix.Has(at.With("disks")) {
				c.note(problem, at.With("disks"), "its disks")
			}
		}
	}
}

func checkPoolAlone(c *checker) {
	for _, h := range c.site.Hosts {
		if h.Layout == site.LayoutZFS && c.spec.Hosts[h.Name].Pools == nil && len(h.Pools) == 1 && len(h.Pools[0].Disks) == 1 {
			c.report(diag.Path{"hosts", h.Name, "layout"}, "the pool of the disk %q has no copy of anything", h.Pools[0].Disks[0]).
				WithHint("add a disk; or say that it is meant: pools: system: {mode: \"stripe\", mount: \"/\"}")
		}
	}
}

func checkPoolSizes(c *checker) {
	for _, h := range c.site.Hosts {
		for _, p := range h.Pools {
			if p.Mode != site.ModeStripe {
				c.unequalDisks(h, p.Disks, "in the pool", p.Name, "the pool takes of each what the smallest has")
			}
		}
	}
}
