package site

import (
	"net/netip"
	"slices"
	"strings"

	"sitegen/internal/format"
	"sitegen/internal/spec"
)

// The roles of a host.
const (
	RoleServer = "server"
	RoleAgent  = "agent"
)

// The kinds of firmware.
const (
	FirmwareUnknown = "unknown" // a layout that boots in both modes
	FirmwareUEFI    = "uefi"
	FirmwareBIOS    = "bios"
)

// Roles are the folders of roles/ that gen has for itself.
var Roles = []string{"backup", "base", "boot", "k3s-cilium", "zfs"}

// ARM is the architecture of ARM servers, in uname's word.
const ARM = "aarch64"

// VolumesDir is where every host has the volumes of apps: k3s's default, which is one
// for all of its nodes. A host that keeps them elsewhere has that folder bound here.
const VolumesDir = "/var/lib/rancher/k3s/storage"

// Host is one machine. Address is where ssh finds it from outside, Firmware never
// unknown on ARM, ESPSize in disko's words, SSH.Hostname its hostname behind the
// tunnel.
type Host struct {
	spec.Host
	Name     string
	NodeIP   netip.Addr // the address other nodes, pods and the tunnel reach it at
	Disks    []*Disk    // sorted by name
	Arrays   []*Array   // sorted by name; empty where the root is on a single disk, or the layout is zfs
	Pools    []*Pool    // sorted by name; empty where the layout is md
	NICs     []*NIC     // sorted by name
	VLANs    []*VLAN    // sorted by name
	Bonds    []*Bond    // sorted by name
	Open     []Opening
	Users    []*User  // sorted by name
	RootKeys []string // keys of the wheel users, sorted by user, without doubles
	SSHFrom  []netip.Prefix
}

// Joined tells whether the cluster has several nodes, which know each other by a token.
func (s *Site) Joined() bool { return len(s.Hosts) > 1 }

// Quorum tells whether the cluster's state is in etcd, of which every server has a member.
func (s *Site) Quorum() bool { return len(s.Servers) > 1 }

// Replicas is how many there are of a part of the platform that goes on when a server dies.
func (s *Site) Replicas() int {
	if s.Quorum() {
		return 2
	}
	return 1
}

// Disk is one disk of a host. Mount is set where it has a file system of its own.
type Disk struct {
	spec.Disk
	Name      string
	Least     int64    // bytes that it has at least, of the size that the spec says; 0 where it says none
	Most      int64    // and at most
	Boot      bool     // carries a boot partition, and the BIOS boot partition where the firmware is not uefi
	BootMount string   // "/boot", "/boot-fallback", "/boot-fallback-2" …; "" when Boot is false
	Swap      string   // the size of a partition for swap, in disko's words; "" has none
	Members   []Member // array members on it, in partition order; the one that takes the rest is last
	Pool      string   // the ZFS pool that takes the rest of it; "" where none does
}

// Member is a disk's part of an array.
type Member struct {
	Array string
	Size  string // disko's words: "100%" or "200G"
}

// Array is an md array with one file system, /dev/md/NAME. Its size, that of each
// member, is in disko's words; its disks are all that have no other use where the
// spec names none.
type Array struct {
	spec.Array
	Name string
	Swap bool // it has swap in the place of a file system
}

// User is a person who logs in.
type User struct {
	spec.User
	Name string
}

// Principals are the names in certificates of Access that open the user: what stands
// before the @ of each address (Cloudflare One, short-lived certificates), sorted.
func (u *User) Principals() []string {
	var all []string
	for _, address := range u.Emails {
		local, _, _ := strings.Cut(address, "@")
		all = append(all, local)
	}
	return slices.Compact(Sorted(all))
}

// RootPrincipals are those of the users in wheel, sorted.
func (h *Host) RootPrincipals() []string {
	var all []string
	for _, u := range h.Users {
		if u.Wheel() {
			all = append(all, u.Principals()...)
		}
	}
	return slices.Compact(Sorted(all))
}

// Wheel tells whether the user administers the host.
func (u *User) Wheel() bool { return slices.Contains(u.Groups, "wheel") }

// Taken is how much of a disk arrays of a fixed size take, and what every disk
// loses to the boot loader, the partition tables and a pool's reserve, in MiB.
func (d *Disk) Taken() int {
	n := 2
	swap, _ := format.ParseSize(d.Swap)
	n += swap
	for _, m := range d.Members {
		size, _ := format.ParseSize(m.Size)
		n += size
	}
	if d.Pool != "" {
		n += PoolReserve
	}
	return n
}

// RootTakesRest tells whether what is left of a disk becomes the file system at /.
func (d *Disk) RootTakesRest(h *Host) bool {
	return d.Mount == "/" || slices.ContainsFunc(h.Arrays, func(a *Array) bool {
		return a.Mount == "/" && strings.HasSuffix(a.Size, "%") && slices.Contains(a.Disks, d.Name)
	}) || slices.ContainsFunc(h.Pools, func(p *Pool) bool { return p.Mount == "/" && slices.Contains(p.Disks, d.Name) })
}
