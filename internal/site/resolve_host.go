package site

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"sitegen/internal/format"
	"sitegen/internal/spec"
)

func resolveHosts(s *Site, sp *spec.Spec) {
	for _, name := range slices.Sorted(maps.Keys(sp.Hosts)) {
		h := resolveHost(name, sp.Hosts[name])
		s.Hosts = append(s.Hosts, h)
		if h.Role == RoleAgent {
			s.Agents = append(s.Agents, h)
		} else {
			s.Servers = append(s.Servers, h)
		}
	}
	slices.SortStableFunc(s.Servers, func(a, b *Host) int {
		return cmp.Compare(boolInt(a.Name != sp.Cluster.First), boolInt(b.Name != sp.Cluster.First))
	})
	if len(s.Servers) > 0 {
		s.Server = s.Servers[0]
	}
}

func resolveHost(name string, h *spec.Host) *Host {
	host := &Host{Host: *h, Name: name, Disks: resolveDisks(h), Arrays: resolveArrays(h), Pools: resolvePools(h), Users: resolveUsers(h.Users), Open: resolveOpenings(h.Open)}
	if h.CPU.Arch == ARM && h.Firmware == FirmwareUnknown {
		host.Firmware = FirmwareUEFI
	}
	resolveNetwork(host, h)
	resolveGateways(host)
	host.ESPSize = format.InDisko(h.ESPSize)
	host.Kernel, host.HostID = kernel(h), hostID(name, h)
	layout(host)
	for _, from := range h.SSH.From {
		if p := format.ParsePrefix(from); p.IsValid() {
			host.SSHFrom = append(host.SSHFrom, p)
		}
	}
	host.NodeIP = nodeIP(host)
	for _, a := range []netip.Addr{firstStatic(host), host.NodeIP} {
		if host.Address == "" && a.IsValid() {
			host.Address = a.String()
		}
	}
	host.RootKeys = rootKeys(host.Users)
	return host
}

// defaultArray is what two disks or more make when the spec names no arrays, or no pools.
const defaultArray = "system"

func resolveDisks(h *spec.Host) []*Disk {
	var disks []*Disk
	alone := len(h.Disks) == 1 && h.Arrays == nil && h.Layout != LayoutZFS
	for _, name := range slices.Sorted(maps.Keys(h.Disks)) {
		disk := &Disk{Disk: *h.Disks[name], Name: name}
		if !format.DiskSize(disk.Size).Bad() {
			disk.Least, disk.Most = format.DiskBytes(disk.Size)
		}
		if alone && disk.Mount == "" {
			disk.Mount = "/"
		}
		disks = append(disks, disk)
	}
	return disks
}

// freeDisks are those without a mount of their own, sorted.
func freeDisks(h *spec.Host) []string {
	var free []string
	for _, name := range slices.Sorted(maps.Keys(h.Disks)) {
		if h.Disks[name].Mount == "" {
			free = append(free, name)
		}
	}
	return free
}

func resolveArrays(h *spec.Host) []*Array {
	if h.Layout == LayoutZFS {
		return nil
	}
	free, specs := freeDisks(h), h.Arrays
	if specs == nil && len(free) > 1 {
		specs = map[string]*spec.Array{defaultArray: {Level: 1, Mount: "/", Format: "ext4", Size: "100%"}}
	}
	var arrays []*Array
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		a := &Array{Array: *specs[name], Name: name}
		a.Size = format.InDisko(a.Size)
		if a.Disks = Sorted(a.Disks); len(a.Disks) == 0 {
			a.Disks = free
		}
		arrays = append(arrays, a)
	}
	return withSwap(h, arrays)
}

// layout says what each disk carries: its members of the arrays, the one that
// takes the rest of the disk last, and a boot partition on each disk that holds
// part of the root file system, so that any one of them can start the host.
func layout(h *Host) {
	arrays := slices.Clone(h.Arrays)
	slices.SortStableFunc(arrays, func(a, b *Array) int {
		return cmp.Compare(boolInt(strings.HasSuffix(a.Size, "%")), boolInt(strings.HasSuffix(b.Size, "%")))
	})
	boots := 0
	for _, d := range h.Disks {
		root := d.Mount == "/"
		if root {
			d.Swap = format.InDisko(h.Swap)
		}
		for _, a := range arrays {
			if slices.Contains(a.Disks, d.Name) {
				d.Members = append(d.Members, Member{Array: a.Name, Size: a.Size})
				root = root || a.Mount == "/"
			}
		}
		for _, p := range h.Pools {
			if slices.Contains(p.Disks, d.Name) {
				d.Pool = p.Name
				root = root || p.Mount == "/"
			}
		}
		if root {
			d.Boot, d.BootMount = true, bootMount(boots)
			boots++
		}
	}
}

func bootMount(n int) string {
	switch n {
	case 0:
		return "/boot"
	case 1:
		return "/boot-fallback"
	}
	return "/boot-fallback-" + strconv.Itoa(n)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func resolveUsers(specs map[string]*spec.User) []*User {
	var users []*User
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		u := &User{*specs[name], name}
		u.Groups = Sorted(u.Groups)
		users = append(users, u)
	}
	return users
}

func rootKeys(users []*User) []string {
	var keys []string
	for _, u := range users {
		if !u.Wheel() {
			continue
		}
		for _, k := range u.Keys {
			if !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	return keys
}
