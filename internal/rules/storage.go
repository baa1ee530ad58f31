package rules

import (
	"sitegen/internal/diag"
	"sitegen/internal/site"
)

func storageRules() []Rule {
	return []Rule{
		{ID: "storage-hosts", Severity: diag.Warning, Summary: "Volumes with copies have several hosts for them.",
			Bad: `storage: "longhorn"`, Good: hostThree + `storage: "longhorn"`, check: checkStorageHosts},
		{ID: "storage-disk", Severity: diag.Error, Summary: "Longhorn keeps its copies on ext4 or XFS.",
			Bad: hostThree + `hosts: web1: layout: "zfs"` + "\n" + `storage: "longhorn"`, Good: hostThree + `storage: "longhorn"`, check: checkStorageDisk},
	}
}

func checkStorageHosts(c *checker) {
	if c.site.Longhorn() && len(c.site.Hosts) == 1 {
		c.report(c.longhornAt(), "there is one host, and a volume has one copy, as it has with local-path").WithHint("leave it out until there are more hosts, or silence this")
	}
}

// checkStorageDisk: the host's file system needs file extents (longhorn.io, Installation requirements).
func checkStorageDisk(c *checker) {
	if !c.site.Longhorn() {
		return
	}
	for _, h := range c.site.Hosts {
		if len(h.Pools) > 0 {
			p := c.report(c.longhornAt(), "the host %q has its volumes on ZFS, and Longhorn keeps copies on ext4 or XFS alone", h.Name).WithHint("say \"local-path\", or leave layout out for the host")
			c.note(p, diag.Path{"hosts", h.Name, "layout"}, "the host")
		}
	}
}

// longhornAt is where the spec asks for Longhorn.
func (c *checker) longhornAt() diag.Path {
	if c.ix.Has(diag.Path{"storage"}) && c.site.Storage == site.StorageLonghorn {
		return diag.Path{"storage"}
	}
	for _, a := range c.site.Apps {
		for _, v := range a.Volumes {
			if v.Storage == site.StorageLonghorn {
				return diag.Path{"apps", a.Name, "volumes", v.Name, "storage"}
			}
		}
	}
	return diag.Path{"storage"}
}
