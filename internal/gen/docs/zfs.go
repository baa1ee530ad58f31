package docs

import "sitegen/internal/site"

// zfsHost is a host with pools.
type zfsHost struct {
	Name  string
	Pools []string
	Kept  []string // datasets with snapshots
}

func newZFSHost(h *site.Host) zfsHost {
	z := zfsHost{Name: h.Name}
	for _, p := range h.Pools {
		z.Pools = append(z.Pools, p.Name)
		for _, d := range p.Datasets {
			if d.Snapshots {
				z.Kept = append(z.Kept, p.Name+"/"+d.Name)
			}
		}
	}
	return z
}

func poolOf(h *site.Host, d *site.Disk) *site.Pool {
	for _, p := range h.Pools {
		if p.Name == d.Pool {
			return p
		}
	}
	return nil
}

// copiedPool is the pool of a disk that goes on without it; "" where there is none.
func copiedPool(h *site.Host, d *site.Disk) string {
	if p := poolOf(h, d); p != nil && p.Mode != site.ModeStripe {
		return p.Name
	}
	return ""
}

// poolDead is what a dead disk does to its pool.
func poolDead(h *site.Host, d *site.Disk) []string {
	switch p := poolOf(h, d); {
	case p == nil:
		return nil
	case p.Mode == site.ModeStripe:
		return []string{"the pool " + p.Name + " is gone, and what was in it"}
	default:
		return []string{"the pool " + p.Name + " is DEGRADED, and " + d.Label(site.PartPool) + " in it is not ONLINE"}
	}
}
