package site

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"sitegen/internal/format"
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

func resolveNetwork(host *Host, h *spec.Host) {
	bonds := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(h.Bonds)) {
		b := h.Bonds[name]
		bond := &Bond{Link: resolveLink(LinkBond, name, b.IPv4, b.Link), NICs: b.NICs, Mode: b.Mode, MAC: strings.ToLower(b.MAC)}
		for _, card := range b.NICs {
			bonds[card] = name
			if n := h.NICs[card]; n != nil && bond.MAC == "" {
				bond.MAC = strings.ToLower(n.MAC)
			}
		}
		host.Bonds = append(host.Bonds, bond)
	}
	for _, name := range slices.Sorted(maps.Keys(h.NICs)) {
		n := h.NICs[name]
		nic := &NIC{Link: resolveLink(LinkNIC, name, n.IPv4, n.Link), MAC: strings.ToLower(n.MAC), Bond: bonds[name]}
		if nic.Bond != "" { // DHCP is the default of a card alone
			nic.Link = resolveLink(LinkNIC, name, spec.IPv4{Mode: "none"}, spec.Link{})
		}
		host.NICs = append(host.NICs, nic)
	}
	for _, name := range slices.Sorted(maps.Keys(h.VLANs)) {
		v := h.VLANs[name]
		host.VLANs = append(host.VLANs, &VLAN{resolveLink(LinkVLAN, name, v.IPv4, v.Link), v.On, v.ID})
	}
}

func resolveLink(kind, name string, ipv4 spec.IPv4, l spec.Link) Link {
	link := Link{Link: l, Kind: kind, Name: name, IPv4: IPv4{ipv4.Mode, resolveIP(ipv4.IP)}}
	if l.IPv6 != nil {
		link.IPv6 = resolveIP(*l.IPv6)
	}
	for _, text := range l.Addresses {
		link.Addresses = append(link.Addresses, routedTo(format.ParsePrefix(text))...)
	}
	for _, r := range l.Routes {
		if to, via := format.ParsePrefix(r.To), format.ParseAddr(r.Via); to.IsValid() && via.IsValid() {
			link.Routes = append(link.Routes, StaticRoute{to, via})
		}
	}
	for _, dns := range l.DNS {
		if a := format.ParseAddr(dns); a.IsValid() {
			link.DNS = append(link.DNS, a)
		}
	}
	return link
}

// routedTo is what the host has of an address or of a whole network.
func routedTo(p netip.Prefix) []netip.Prefix {
	switch {
	case !p.IsValid():
		return nil
	case !IsNetwork(p):
		return []netip.Prefix{p}
	case 1<<(32-p.Bits()) > MaxRouted: // a rule is about it
		return nil
	}
	var all []netip.Prefix
	for a := p.Addr(); p.Contains(a); a = a.Next() {
		all = append(all, netip.PrefixFrom(a, 32))
	}
	return all
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
		for _, l := range h.Links() {
			if a := l.IPv4.Address.Addr(); l.Name == h.Node && a.Is4() {
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

// firstStatic is the first static IPv4 address of a host, links with a gateway first.
func firstStatic(h *Host) netip.Addr {
	var gated, others []netip.Addr
	for _, l := range h.Links() {
		switch a := l.IPv4.Address.Addr(); {
		case a.Is4() && l.IPv4.Gateway.IsValid():
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

// Opening is what the firewall opens beside ssh.
type Opening struct {
	spec.Opening
	From []netip.Prefix
}

func resolveOpenings(specs []spec.Opening) []Opening {
	var all []Opening
	for _, o := range specs {
		opening := Opening{Opening: o}
		for _, from := range o.From {
			if p := format.ParsePrefix(from); p.IsValid() {
				opening.From = append(opening.From, p)
			}
		}
		all = append(all, opening)
	}
	return all
}
