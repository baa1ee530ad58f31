package rules

import (
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func diskLossRules() []Rule {
	return []Rule{
		{ID: "root-stripe", Severity: diag.Warning, Summary: "What is mounted at / from several disks outlives one of them.",
			Bad: `hosts: web1: arrays: system: {level: 0, mount: "/"}`, Good: `hosts: web1: arrays: system: {level: 1, mount: "/"}`, check: checkRootStripe},
		{ID: "start-disk", Severity: diag.Warning, Summary: "What the start waits for, such as /nix or /var, outlives a dead disk where / does.",
			Bad: `hosts: web1: disks: c: {device: "/dev/disk/by-id/ata-EXAMPLE_3", mount: "/nix"}`, Good: `hosts: web1: disks: c: {device: "/dev/disk/by-id/ata-EXAMPLE_3", mount: "/data"}`, check: checkStartDisk},
		{ID: "mirror-wide", Severity: diag.Warning, Summary: "A mirror over more than two disks, which has the room of one, is one that the spec says.",
			Bad: `hosts: web1: disks: c: device: "/dev/disk/by-id/ata-EXAMPLE_3"`, Good: `hosts: web1: {disks: c: device: "/dev/disk/by-id/ata-EXAMPLE_3", arrays: system: {level: 5, mount: "/"}}`, check: checkMirrorWide},
		{ID: "volumes-disk", Severity: diag.Warning, Summary: "The volumes lie on a disk, an array or a pool for data where the host has one, or nowhere that is said.",
			Bad:  `hosts: web1: {disks: c: {device: "/dev/disk/by-id/ata-EXAMPLE_3", mount: "/data"}, volumes: "/dta/volumes"}`,
			Good: `hosts: web1: {disks: c: {device: "/dev/disk/by-id/ata-EXAMPLE_3", mount: "/data"}, volumes: "/data/volumes"}`, check: checkVolumesDisk},
		{ID: "pool-snapshots", Severity: diag.Warning, Summary: "Datasets with snapshots hold nothing that can be fetched again: what is deleted of it would keep its room for a week.",
			Bad:  `hosts: web1: {layout: "zfs", pools: zroot: {mount: "/", datasets: root: "/"}}`,
			Good: `hosts: web1: {layout: "zfs", pools: zroot: {mount: "/", datasets: {root: "/", nix: "/nix", images: "/var/lib/rancher/k3s/agent/containerd"}}}`, check: checkPoolSnapshots},
	}
}

// place is a file system of a host.
type place struct {
	mount     string
	at        diag.Path
	what      string
	disks     int
	copied    bool // outlives a dead disk
	snapshots bool
}

// placesOf are those of the spec, without the datasets that gen makes inside of a pool.
func placesOf(h *site.Host, sp *spec.Host) []place {
	at := diag.Path{"hosts", h.Name}
	var all []place
	for _, d := range h.Disks {
		if d.Mount != "" {
			all = append(all, place{d.Mount, at.With("disks", d.Name, "mount"), "the disk " + quoted(d.Name), 1, false, false})
		}
	}
	for _, a := range h.Arrays {
		if !a.Swap {
			all = append(all, place{a.Mount, at.With("arrays", a.Name, "mount"), "the array " + quoted(a.Name), len(a.Disks), a.Level != 0, false})
		}
	}
	for _, p := range h.Pools {
		one := place{p.Mount, at.With("pools", p.Name, "mount"), "the pool " + quoted(p.Name), len(p.Disks), p.Mode != site.ModeStripe, false}
		if sp.Pools == nil || p.Pool.Datasets == nil {
			all = append(all, one)
			continue
		}
		for _, d := range p.Datasets {
			one.mount, one.snapshots = d.Mount, d.Snapshots
			one.at, one.what = at.With("pools", p.Name, "datasets", d.Name), "the dataset "+quoted(d.Name)
			all = append(all, one)
		}
	}
	return all
}

func quoted(name string) string { return `"` + name + `"` }

// around is the innermost one around a folder; nil where / is not there.
func around(places []place, folder string) *place {
	var best *place
	for i := range places {
		p := &places[i]
		if (p.mount == "/" || isBelow(folder, p.mount)) && (best == nil || len(p.mount) > len(best.mount)) {
			best = p
		}
	}
	return best
}

func checkRootStripe(c *checker) {
	for _, h := range c.site.Hosts {
		if root := around(placesOf(h, c.spec.Hosts[h.Name]), "/"); root != nil && !root.copied && root.disks > 1 {
			c.report(root.at, "%s at / has no copy of anything: any of its %d disks takes the host with it", root.what, root.disks).
				WithHint("%s; silence this where it is meant", onMirror(h))
		}
	}
}

// onMirror is how a host's file system outlives a disk.
func onMirror(h *site.Host) string {
	if h.Layout == site.LayoutZFS {
		return `a pool with mode: "mirror"`
	}
	return "an array with level: 1"
}

func checkStartDisk(c *checker) {
	for _, h := range c.site.Hosts {
		places := placesOf(h, c.spec.Hosts[h.Name])
		if root := around(places, "/"); root == nil || !root.copied {
			continue
		}
		for _, p := range places {
			if p.mount != "/" && !p.copied && site.NeededForBoot(p.mount) {
				c.report(p.at, "the host does not start without %s, and %s has no copy of it, as / has", p.mount, p.what).
					WithHint("%s; or leave it on /, and mount the disk at a folder like /data", onMirror(h))
			}
		}
	}
}

func checkMirrorWide(c *checker) {
	for _, h := range c.site.Hosts {
		sp, at := c.spec.Hosts[h.Name], diag.Path{"hosts", h.Name, "disks"}
		for _, p := range h.Pools {
			if n := len(p.Disks); sp.Pools == nil && n > 2 {
				c.report(at, "the %d disks are one mirror, which has the room of one", n).
					WithHint(`raidz1 has the room of %d: pools: %s: {mode: "raidz1", mount: "/"}; for a mirror that is meant say mode: "mirror" there`, n-1, p.Name)
			}
		}
		for _, a := range h.Arrays {
			switch n := len(a.Disks); {
			case sp.Arrays != nil || a.Swap || n < 3:
			case n == 3:
				c.report(at, "the 3 disks are one mirror, which has the room of one").
					WithHint(`RAID 5 has the room of 2: arrays: %s: {level: 5, mount: "/"}; for a mirror that is meant say level: 1 there`, a.Name)
			default:
				c.report(at, "the %d disks are one mirror, which has the room of one", n).
					WithHint(`RAID 10 has the room of half of them: arrays: %s: {level: 10, mount: "/"}; for a mirror that is meant say level: 1 there`, a.Name)
			}
		}
	}
}

func checkVolumesDisk(c *checker) {
	for _, h := range c.site.Hosts {
		places := placesOf(h, c.spec.Hosts[h.Name])
		if on := around(places, h.Volumes); h.Volumes == "" || on == nil || on.mount != "/" {
			continue
		}
		var data *place
		var mounts []string
		for i, p := range places {
			if p.mount == "/" || site.NeededForBoot(p.mount) || format.Mount(p.mount).Bad() || notForVolumes(p.mount+"/volumes") != "" {
				continue
			}
			if mounts = append(mounts, p.mount); data == nil {
				data = &places[i]
			}
		}
		if data == nil {
			continue
		}
		p := c.report(diag.Path{"hosts", h.Name, "volumes"}, "%q lies on /, beside what is mounted for data", h.Volumes)
		if meant := c.nearMount(h.Volumes, mounts); meant != "" {
			p.WithHint("%s", format.DidYouMean(meant))
		} else {
			p.WithHint("%q lies on %s; silence this where / is meant", data.mount+"/volumes", data.what)
		}
		c.note(p, data.at, "mounted at %s", data.mount)
	}
}

// nearMount is the folder with its first parts as those of a mount point that is nearly
// the same; "" where none is.
func (c *checker) nearMount(folder string, mounts []string) string {
	parts := strings.Split(folder, "/")
	for n := 2; n <= len(parts); n++ {
		if best := c.near(strings.Join(parts[:n], "/"), mounts); best != "" {
			return strings.Join(append([]string{best}, parts[n:]...), "/")
		}
	}
	return ""
}

func checkPoolSnapshots(c *checker) {
	for _, h := range c.site.Hosts {
		places := placesOf(h, c.spec.Hosts[h.Name])
		said := map[string]bool{}
		for _, folder := range []struct{ path, what, name string }{{"/nix", "/nix", "nix"}, {site.ContainersDir, "the images of containers", "images"}} {
			if on := around(places, folder.path); on != nil && on.snapshots && !said[on.at.String()] {
				said[on.at.String()] = true
				c.report(on.at, "%s has snapshots, and holds %s", on.what, folder.what).
					WithHint("add a dataset %s: %q to the pool, which has none; or say snapshots: false", folder.name, folder.path)
			}
		}
	}
}
