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
		switch {
		case h.Role == RoleAgent:
			s.Agents = append(s.Agents, h)
		case s.Server == nil:
			s.Server = h
		}
	}
}

func resolveHost(name string, h *spec.Host) *Host {
	host := &Host{Host: *h, Name: name, Disks: resolveDisks(h), Arrays: resolveArrays(h), Pools: resolvePools(h), NICs: resolveNICs(h.NICs), Users: resolveUsers(h.Users)}
	if h.CPU.Arch == ARM && h.Firmware == FirmwareUnknown {
		host.Firmware = FirmwareUEFI
	}
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
		a := &Array{*specs[name], name}
		a.Size = format.InDisko(a.Size)
		if a.Disks = Sorted(a.Disks); len(a.Disks) == 0 {
			a.Disks = free
		}
		arrays = append(arrays, a)
	}
	return arrays
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

func resolveNICs(specs map[string]*spec.NIC) []*NIC {
	var nics []*NIC
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		n := specs[name]
		nic := &NIC{NIC: *n, Name: name, IPv4: IPv4{n.IPv4.Mode, resolveIP(n.IPv4.IP)}}
		nic.MAC = strings.ToLower(n.MAC)
		if n.IPv6 != nil {
			nic.IPv6 = resolveIP(*n.IPv6)
		}
		for _, dns := range n.DNS {
			if a := format.ParseAddr(dns); a.IsValid() {
				nic.DNS = append(nic.DNS, a)
			}
		}
		nics = append(nics, nic)
	}
	return nics
}

func resolveIP(ip spec.IP) IP {
	return IP{ip, format.ParsePrefix(ip.Address), format.ParseAddr(ip.Gateway)}
}

// nodeIP is the address that other nodes and pods reach the host at: what the spec
// says of the node, the address where ssh finds the host, if it is one, or the first
// static one. It is an IPv4 address, since the networks of pods and Services are: k3s
// refuses a node address of another family than its cluster's.
func nodeIP(h *Host) netip.Addr {
	if h.Node != "" {
		if a := format.ParseAddr(h.Node); a.Is4() {
			return a
		}
		for _, n := range h.NICs {
			if a := n.IPv4.Address.Addr(); n.Name == h.Node && a.Is4() {
				return a
			}
		}
		return netip.Addr{}
	}
	if a := format.ParseAddr(h.Address); a.Is4() {
		return a
	}
	return firstStatic(h)
}

// firstStatic is the first static IPv4 address of a host, cards with a gateway first.
func firstStatic(h *Host) netip.Addr {
	var gated, others []netip.Addr
	for _, n := range h.NICs {
		switch a := n.IPv4.Address.Addr(); {
		case a.Is4() && n.IPv4.Gateway.IsValid():
			gated = append(gated, a)
		case a.Is4():
			others = append(others, a)
		}
	}
	for _, a := range slices.Concat(gated, others) {
		return a
	}
	return netip.Addr{}
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
