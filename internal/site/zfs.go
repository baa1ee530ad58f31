package site

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/spec"
)

// LayoutZFS is the layout of a host whose disks make ZFS pools; any other has md arrays.
const LayoutZFS = "zfs"

// ModeStripe is a pool without any copy, and a pool of one disk.
const ModeStripe = "stripe"

// ContainersDir is where k3s's containerd keeps the images and file systems of
// containers: all of it can be fetched again.
const ContainersDir = "/var/lib/rancher/k3s/agent/containerd"

// PoolReserve is what is kept free in each pool, in MiB, so that one that is full can be
// cleaned: ZFS writes to delete too.
const PoolReserve = 2 << 10

// Pool is a ZFS pool, which takes all that its disks have beside boot partitions.
type Pool struct {
	spec.Pool
	Name     string
	Datasets []Dataset // those that are mounted, in the order in which they are
}

// Dataset is a file system of a pool, POOL/NAME.
type Dataset struct {
	Name, Mount string
	Snapshots   bool
}

func resolvePools(h *spec.Host) []*Pool {
	if h.Layout != LayoutZFS {
		return nil
	}
	free, specs := freeDisks(h), h.Pools
	if specs == nil && len(free) == 0 {
		return nil
	}
	if specs == nil {
		p := &spec.Pool{Mode: "mirror", Mount: "/", Snapshots: true}
		if len(free) == 1 {
			p.Mode = ModeStripe
		}
		specs = map[string]*spec.Pool{defaultArray: p}
	}
	var pools []*Pool
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		p := &Pool{Pool: *specs[name], Name: name}
		if p.Disks = Sorted(p.Disks); len(p.Disks) == 0 {
			p.Disks = free
		}
		pools = append(pools, p)
	}
	addDatasets(h, pools)
	return pools
}

// addDatasets gives each pool the dataset that is mounted where the spec says, and those
// that are mounted inside of it with no other file system of the spec's in between. They
// are apart since their snapshots are: none of what can be fetched again.
func addDatasets(h *spec.Host, pools []*Pool) {
	around := map[string]*Pool{} // by mount point; nil is a disk of its own
	for _, d := range h.Disks {
		if d.Mount != "" {
			around[d.Mount] = nil
		}
	}
	for _, p := range pools {
		around[p.Mount] = p
	}
	own := []Dataset{{"nix", "/nix", false}, {"var-lib", "/var/lib", true}, {"containers", ContainersDir, false}}
	if h.Volumes == "" {
		own = append(own, Dataset{"volumes", VolumesDir, true})
	}
	for _, p := range pools {
		if specs := p.Pool.Datasets; specs != nil {
			for _, name := range slices.Sorted(maps.Keys(specs)) {
				p.Datasets = append(p.Datasets, Dataset{name, specs[name], p.Snapshots && !fetchedAgain(specs[name])})
			}
			continue
		}
		name := "data"
		if p.Mount == "/" {
			name = "root"
		}
		p.Datasets = []Dataset{{name, p.Mount, p.Snapshots}}
		for _, d := range own {
			if _, said := around[d.Mount]; !said && holder(around, d.Mount) == p {
				d.Snapshots = d.Snapshots && p.Snapshots
				p.Datasets = append(p.Datasets, d)
			}
		}
	}
}

// fetchedAgain tells of a folder whose files are somewhere else too.
func fetchedAgain(mount string) bool {
	return mount == "/nix" || strings.HasPrefix(mount, "/nix/") || mount == ContainersDir
}

// holder is the pool of the innermost mount point around a folder.
func holder(around map[string]*Pool, folder string) *Pool {
	best := ""
	for mount := range around {
		if mount == "/" || strings.HasPrefix(folder, mount+"/") {
			if len(mount) > len(best) {
				best = mount
			}
		}
	}
	return around[best]
}

// kernel: ZFS is a module beside the kernel's own, and follows a new kernel only some
// weeks after it came out.
func kernel(h *spec.Host) string {
	switch {
	case h.Kernel != "":
		return h.Kernel
	case h.Layout == LayoutZFS:
		return "release"
	}
	return "latest"
}

// hostID follows from the host's name alone, so that nothing else changes it: a pool that
// was not exported is another host's to a host whose id changed.
func hostID(name string, h *spec.Host) string {
	if h.HostID != "" || h.Layout != LayoutZFS {
		return strings.ToLower(h.HostID)
	}
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:4])
}
