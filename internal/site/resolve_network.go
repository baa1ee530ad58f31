package site

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"sitegen/internal/format"
	"sitegen/internal/spec"
)

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

// AutoGateway is a gateway for IPv6 of which nothing is said.
const AutoGateway = "auto"

// resolveGateways says what the way to the internet is for IPv6 where the spec does not:
// on the link that has the one for IPv4, or on any where none has.
func resolveGateways(h *Host) {
	other := slices.ContainsFunc(h.Links(), (*Link).Way4)
	for _, l := range h.Links() {
		if l.IPv6.IP.Gateway == AutoGateway && !l.IPv6.Address.Addr().IsPrivate() && (l.Way4() || !other) {
			l.IPv6.Gateway = netip.MustParseAddr("fe80::1")
		}
	}
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
