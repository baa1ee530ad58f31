package docs

import (
	"slices"
	"strconv"

	"sitegen/internal/site"
)

// remade is a stripe that is made anew, empty, once a disk of it was replaced: as disko
// makes it (disko lib/types/mdadm.nix).
type remade struct {
	Array, Format, Mount, Count string
	Partitions                  []string
}

// stripe is the array of that name where it has no copy of anything; nil where it has one.
func stripe(h *site.Host, name string) *site.Array {
	for _, a := range h.Arrays {
		if a.Name == name && a.Level == 0 {
			return a
		}
	}
	return nil
}

// copiedMembers are a disk's parts of arrays that go on without it.
func copiedMembers(h *site.Host, d *site.Disk) []member {
	var all []member
	for _, m := range d.Members {
		if stripe(h, m.Array) == nil {
			all = append(all, member{m.Array, d.Label(site.PartArray + m.Array)})
		}
	}
	return all
}

func stripesOn(h *site.Host, d *site.Disk) []remade {
	var all []remade
	for _, m := range d.Members {
		a := stripe(h, m.Array)
		if a == nil {
			continue
		}
		r := remade{Array: a.Name, Format: a.Format, Mount: a.Mount, Count: strconv.Itoa(len(a.Disks))}
		for _, other := range h.Disks {
			if slices.Contains(a.Disks, other.Name) {
				r.Partitions = append(r.Partitions, "/dev/disk/by-partlabel/"+other.Label(site.PartArray+a.Name))
			}
		}
		all = append(all, r)
	}
	return all
}

// lostWith are the hosts that a dead disk of / takes with it.
func lostWith(hosts []*site.Host) []string {
	var all []string
	for _, h := range hosts {
		alone := slices.ContainsFunc(h.Disks, func(d *site.Disk) bool { return d.Mount == "/" }) ||
			slices.ContainsFunc(h.Arrays, func(a *site.Array) bool { return a.Mount == "/" && a.Level == 0 }) ||
			slices.ContainsFunc(h.Pools, func(p *site.Pool) bool { return p.Mount == "/" && p.Mode == site.ModeStripe })
		if alone {
			all = append(all, h.Name)
		}
	}
	return all
}
