package site

import (
	"net/netip"
	"slices"

	"sitegen/internal/spec"
)

// Kinds of links: the fields of the spec that they come from.
const (
	LinkNIC  = "nics"
	LinkVLAN = "vlans"
	LinkBond = "bonds"
)

// Link is a card, a VLAN or a bond: what carries addresses of a host.
type Link struct {
	spec.Link
	Kind      string
	Name      string
	IPv4      IPv4
	IPv6      IP
	Addresses []netip.Prefix // more of them; a whole network is each of its addresses
	Routes    []StaticRoute
	DNS       []netip.Addr
}

// NIC is one network card, found by its MAC, which is in lower case. One of a bond
// carries nothing itself.
type NIC struct {
	Link
	MAC  string
	Bond string // "" for none
}

// VLAN is an interface of its name on a card or a bond, whose MAC it has.
type VLAN struct {
	Link
	On string
	ID int
}

// Bond is an interface of its name over several cards. MAC is that of the first one
// where the spec says none.
type Bond struct {
	Link
	NICs []string
	Mode string
	MAC  string
}

// IPv4 is how a link gets its IPv4 address: by "dhcp", "static", or "none".
type IPv4 struct {
	Mode string
	IP
}

// IP is a static address of a link.
type IP struct {
	spec.IP
	Address netip.Prefix // with its prefix length; invalid: none
	Gateway netip.Addr   // invalid: none
}

// StaticRoute is a network behind another router than the gateway.
type StaticRoute struct {
	To  netip.Prefix
	Via netip.Addr
}

// MaxRouted is how many addresses a whole network may have that is on a link.
const MaxRouted = 16

// IsNetwork tells whether one of a link's more addresses is a whole network, each
// address of which is the host's.
func IsNetwork(p netip.Prefix) bool {
	return p.Addr().Is4() && p.Bits() < 32 && p == p.Masked()
}

// Links are all links of a host: cards, bonds and VLANs, each sorted by name.
func (h *Host) Links() []*Link {
	var all []*Link
	for _, n := range h.NICs {
		all = append(all, &n.Link)
	}
	for _, b := range h.Bonds {
		all = append(all, &b.Link)
	}
	for _, v := range h.VLANs {
		all = append(all, &v.Link)
	}
	return all
}

// Statics are the static addresses of a link: its own ones, and more of them.
func (l *Link) Statics() []netip.Prefix {
	var all []netip.Prefix
	for _, p := range append([]netip.Prefix{l.IPv4.Address, l.IPv6.Address}, l.Addresses...) {
		if p.IsValid() {
			all = append(all, p)
		}
	}
	return all
}

// Way4 tells whether the host's way to the internet for IPv4 is on the link.
func (l *Link) Way4() bool {
	return l.IPv4.Mode == "dhcp" && l.DefaultRoute || l.IPv4.Gateway.IsValid()
}

// Has tells whether a static address of the link is this one.
func (l *Link) Has(a netip.Addr) bool {
	return slices.ContainsFunc(l.Statics(), func(p netip.Prefix) bool { return p.Addr() == a })
}

// Ethernet is how large packets of a card are where the spec says nothing.
const Ethernet = 1500

// LinkMTU is how large packets of a link are in bytes, and whether the spec says it: of a
// VLAN without a size of its own it is what it is on.
func (h *Host) LinkMTU(l *Link) (bytes int, said bool) {
	for _, v := range h.VLANs {
		for _, on := range h.Links() {
			if &v.Link == l && l.MTU == 0 && on.Name == v.On && on.Kind != LinkVLAN {
				return h.LinkMTU(on)
			}
		}
	}
	if l.MTU == 0 {
		return Ethernet, false
	}
	return l.MTU, true
}

// NodeMTU is how large packets are by which the nodes reach the host.
func (h *Host) NodeMTU() int {
	for _, l := range h.Links() {
		if l.Has(h.NodeIP) {
			bytes, _ := h.LinkMTU(l)
			return bytes
		}
	}
	return Ethernet
}

// Carries tells whether a link of the host has an address, or DHCP may give it one.
func (h *Host) Carries(a netip.Addr) bool {
	return h.Static(a) || slices.ContainsFunc(h.Links(), func(l *Link) bool {
		return l.IPv4.Mode == "dhcp" && a.Is4() || l.RA && a.Is6()
	})
}

// Static tells whether a link of the host says an address.
func (h *Host) Static(a netip.Addr) bool {
	return slices.ContainsFunc(h.Links(), func(l *Link) bool { return l.Has(a) })
}

// Opening is what the firewall opens beside ssh.
type Opening struct {
	spec.Opening
	From []netip.Prefix
}
