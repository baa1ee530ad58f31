package nixos

import "sitegen/internal/site"

// pool is a ZFS pool in disko.nix.
type pool struct {
	Name, Mode string // "" is one without copies
	Datasets   []dataset
}

type dataset struct {
	Name string
	fileSystem
}

func poolsOf(h *site.Host) []pool {
	var pools []pool
	for _, from := range h.Pools {
		to := pool{Name: from.Name, Mode: from.Mode}
		if from.Mode == site.ModeStripe {
			to.Mode = ""
		}
		for _, d := range from.Datasets {
			fs := fileSystemOf("zfs", d.Mount)
			// Where the pool of / is there, all of it is: nothing of it is waited for in vain.
			fs.NoFail = fs.NoFail && from.Mount != "/"
			to.Datasets = append(to.Datasets, dataset{d.Name, fs})
		}
		pools = append(pools, to)
	}
	return pools
}

// snapshotsOf are the datasets of which snapshots are kept.
func snapshotsOf(h *site.Host) []string {
	var all []string
	for _, p := range h.Pools {
		for _, d := range p.Datasets {
			if d.Snapshots {
				all = append(all, p.Name+"/"+d.Name)
			}
		}
	}
	return all
}

// zfs fills the role of the hosts with pools.
type zfs struct{ Alerts bool }

// rolesOf are the roles of a host, by name.
func rolesOf(s *site.Site, h *site.Host) []string {
	roles := []string{"base", "boot", "k3s-cilium"}
	if s.Backup != nil {
		roles = append(roles, "backup")
	}
	if len(h.Pools) > 0 {
		roles = append(roles, "zfs")
	}
	return roles
}
