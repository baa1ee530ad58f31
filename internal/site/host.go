package site

import (
	"net/netip"
	"slices"
	"strings"

	"sitegen/internal/format"
)

// Role says what k3s does on a host.
type Role string

// The roles of a host.
const (
	RoleServer Role = "server"
	RoleAgent  Role = "agent"
)

// Firmware says how a host boots.
type Firmware string

// The kinds of firmware.
const (
	FirmwareUnknown Firmware = "unknown" // a layout that boots in both modes
	FirmwareUEFI    Firmware = "uefi"
	FirmwareBIOS    Firmware = "bios"
)

// Host is one machine.
type Host struct {
	Name         string
	Role         Role
	Address      string     // where ssh finds it from outside: an address or a name
	NodeIP       netip.Addr // the address other nodes, pods and the tunnel reach it at
	CPUVendor    string     // "intel" or "amd"
	CPUCores     int        // 0: not said
	Firmware     Firmware
	Release      string // NixOS release, "26.05"
	StateVersion string // "26.05"; never derived from Release
	Kernel       string // "latest" (pkgs.linuxPackages_latest) or "release" (the release's own)
	Installer    Installer
	Age          string // public age key of the host
	ESPSize      string // size of each boot partition in disko's words, "1G"
	Disks        []*Disk
	Arrays       []*Array       // sorted by name; empty where the root is on a single disk
	NICs         []*NIC         // sorted by name
	Users        []*User        // sorted by name
	RootKeys     []string       // keys of the wheel users, sorted by user, without doubles
	SSHFrom      []netip.Prefix // who may reach port 22 directly; empty: everyone
	SSHHostname  string         // its hostname behind the tunnel
	TimeZone     string
	Imports      []string // NixOS modules of the user's own, slash-separated, relative to the output root, as the spec lists them
}

// Installer is what nixos-anywhere boots before it installs.
type Installer struct {
	Image  string // URL of a kexec tarball; "" is nixos-anywhere's own
	Kernel string // its kernel version where the spec says it, "6.12"; "" is unknown
}

// Disk is one disk of a host.
type Disk struct {
	Name      string
	Device    string   // /dev/disk/by-id/…
	Least     int64    // bytes that it has at least, of the size that the spec says; 0 where it says none
	Most      int64    // and at most
	Boot      bool     // carries a boot partition, and the BIOS boot partition where the firmware is not uefi
	BootMount string   // "/boot", "/boot-fallback", "/boot-fallback-2" …; "" when Boot is false
	Members   []Member // array members on it, in partition order; the one that takes the rest is last
	Mount     string   // where the disk's own file system is mounted; "" when it only has Members
	Format    string   // "ext4" or "xfs"; only with Mount
}

// Member is a disk's part of an array.
type Member struct {
	Array string
	Size  string // disko's words: "100%" or "200G"
}

// Array is an md array with one file system.
type Array struct {
	Name   string // /dev/md/NAME
	Level  int    // 0, 1, 5, 6, 10
	Disks  []string
	Mount  string
	Format string // "ext4" or "xfs"
	Size   string // of each member
}

// NIC is one network card, found by its MAC.
type NIC struct {
	Name string
	MAC  string // lower case, colons
	IPv4 IPv4
	IPv6 IPv6
	DNS  []netip.Addr
}

// IPv4 is how a card gets its IPv4 address.
type IPv4 struct {
	Mode    string       // "dhcp", "static", "none"
	Address netip.Prefix // static: the address with its prefix length
	Gateway netip.Addr   // static; invalid: none
	OnLink  bool         // the gateway lies outside of the prefix
}

// IPv6 is a card's static IPv6 address. Address is invalid when it has none.
type IPv6 struct {
	Address netip.Prefix
	Gateway netip.Addr // invalid: none
	OnLink  bool
}

// User is a person who logs in.
type User struct {
	Name     string
	Keys     []string // authorized_keys lines
	Groups   []string
	UID      int    // 0: NixOS chooses
	Shell    string // "bash", "zsh", "fish"
	Password bool   // a hashed password lies in host-secrets.yaml as password_NAME
}

// Wheel tells whether the user administers the host.
func (u *User) Wheel() bool { return slices.Contains(u.Groups, "wheel") }

// Taken is how much of a disk arrays of a fixed size take, and what every disk
// loses to the boot loader and the partition tables, in MiB.
func (d *Disk) Taken() int {
	n := 2
	for _, m := range d.Members {
		size, _ := format.ParseSize(m.Size)
		n += size
	}
	return n
}

// RootTakesRest tells whether what is left of a disk becomes the file system at /.
func (d *Disk) RootTakesRest(h *Host) bool {
	return d.Mount == "/" || slices.ContainsFunc(h.Arrays, func(a *Array) bool {
		return a.Mount == "/" && strings.HasSuffix(a.Size, "%") && slices.Contains(a.Disks, d.Name)
	})
}

// Carries tells whether a card of the host has an address, or DHCP may give it one.
func (h *Host) Carries(a netip.Addr) bool {
	return slices.ContainsFunc(h.NICs, func(n *NIC) bool {
		return n.IPv4.Mode == "dhcp" && a.Is4() || n.IPv4.Address.Addr() == a || n.IPv6.Address.Addr() == a
	})
}

func (h *Host) Static(a netip.Addr) bool {
	return slices.ContainsFunc(h.NICs, func(n *NIC) bool { return n.IPv4.Address.Addr() == a })
}
