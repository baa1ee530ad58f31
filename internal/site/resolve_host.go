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
	host := &Host{
		Name: name, Role: Role(h.Role), Firmware: Firmware(h.Firmware),
		CPUVendor: h.CPU.Vendor, CPUCores: h.CPU.Cores,
		Release: h.Release, StateVersion: h.StateVersion,
		Kernel: h.Kernel, Installer: Installer(h.Installer),
		Age: h.Age, ESPSize: format.InDisko(h.ESPSize),
		Disks: resolveDisks(h), Arrays: resolveArrays(h),
		NICs: resolveNICs(h.NICs), Users: resolveUsers(h.Users),
		TimeZone: h.TimeZone, Imports: h.Imports,
	}
	layout(host)
	for _, from := range h.SSH.From {
		if p := format.ParsePrefix(from); p.IsValid() {
			host.SSHFrom = append(host.SSHFrom, p)
		}
	}
	host.NodeIP = nodeIP(host, h)
	host.Address = h.Address
	for _, a := range []netip.Addr{firstStatic(host), host.NodeIP} {
		if host.Address == "" && a.IsValid() {
			host.Address = a.String()
		}
	}
	host.RootKeys = rootKeys(host.Users)
	return host
}

// defaultArray is what two disks or more make when the spec names no arrays.
const defaultArray = "system"

func resolveDisks(h *spec.Host) []*Disk {
	var disks []*Disk
	alone := len(h.Disks) == 1 && h.Arrays == nil
	for _, name := range slices.Sorted(maps.Keys(h.Disks)) {
		d := h.Disks[name]
		disk := &Disk{Name: name, Device: d.Device, Mount: d.Mount}
		if !format.DiskSize(d.Size).Bad() {
			disk.Least, disk.Most = format.DiskBytes(d.Size)
		}
		if alone && disk.Mount == "" {
			disk.Mount = "/"
		}
		if disk.Mount != "" {
			disk.Format = d.Format
		}
		disks = append(disks, disk)
	}
	return disks
}

func resolveArrays(h *spec.Host) []*Array {
	var free []string
	for _, name := range slices.Sorted(maps.Keys(h.Disks)) {
		if h.Disks[name].Mount == "" {
			free = append(free, name)
		}
	}
	specs := h.Arrays
	if specs == nil && len(free) > 1 {
		specs = map[string]*spec.Array{defaultArray: {Level: 1, Mount: "/", Format: "ext4", Size: "100%"}}
	}
	var arrays []*Array
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		a := specs[name]
		disks := Sorted(a.Disks)
		if len(disks) == 0 {
			disks = free
		}
		arrays = append(arrays, &Array{Name: name, Level: a.Level, Disks: disks, Mount: a.Mount, Format: a.Format, Size: format.InDisko(a.Size)})
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
		nic := &NIC{Name: name, MAC: strings.ToLower(n.MAC)}
		nic.IPv4 = IPv4{Mode: n.IPv4.Mode, OnLink: n.IPv4.OnLink}
		if n.IPv4.Mode == "static" {
			nic.IPv4.Address, nic.IPv4.Gateway = format.ParsePrefix(n.IPv4.Address), format.ParseAddr(n.IPv4.Gateway)
		}
		if n.IPv6 != nil {
			nic.IPv6 = IPv6{Address: format.ParsePrefix(n.IPv6.Address), Gateway: format.ParseAddr(n.IPv6.Gateway), OnLink: n.IPv6.OnLink}
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

// nodeIP is the address that other nodes and pods reach the host at: what the spec
// says of the node, the address where ssh finds the host, if it is one, or the first
// static one. It is an IPv4 address, since the networks of pods and Services are: k3s
// refuses a node address of another family than its cluster's.
func nodeIP(h *Host, sp *spec.Host) netip.Addr {
	if sp.Node != "" {
		if a := format.ParseAddr(sp.Node); a.Is4() {
			return a
		}
		for _, n := range h.NICs {
			if a := n.IPv4.Address.Addr(); n.Name == sp.Node && a.Is4() {
				return a
			}
		}
		return netip.Addr{}
	}
	if a := format.ParseAddr(sp.Address); a.Is4() {
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
		u := specs[name]
		user := &User{Name: name, Keys: u.Keys, Groups: Sorted(u.Groups), Shell: u.Shell, Password: u.Password}
		if u.UID != nil {
			user.UID = *u.UID
		}
		users = append(users, user)
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
