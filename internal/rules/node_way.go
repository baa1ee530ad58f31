package rules

import (
	"net/netip"
	"slices"

	"sitegen/internal/diag"
	"sitegen/internal/site"
)

// checkNodeNetwork looks for nodes that another one cannot reach: no router of the
// internet passes on what is sent to a private address.
func checkNodeNetwork(c *checker) {
	for _, h := range c.site.Hosts {
		if !h.NodeIP.IsPrivate() {
			continue
		}
		for _, other := range c.site.Hosts {
			if other == h || len(other.NICs) == 0 || c.hasBadAddress(other.Name) || reaches(other, h.NodeIP) {
				continue
			}
			p := c.report(c.nodePath(h), "%s is a private address, and the host %q has no way to it: no card, VLAN or bond in its network, and no route", h.NodeIP, other.Name).
				WithHint("give both hosts a card or a VLAN in one network, or name another address as the node; silence this where a module of your own makes the way")
			c.note(p, c.nodePath(other), "the other host")
			break
		}
	}
}

// reaches tells whether a host has a way to a private address, as far as the spec says:
// a router of a private network may know more of them, and so may DHCP.
func reaches(h *site.Host, a netip.Addr) bool {
	return slices.ContainsFunc(h.Links(), func(l *site.Link) bool {
		near := func(p netip.Prefix) bool { return p.Contains(a) }
		return l.IPv4.Mode == "dhcp" || l.IPv4.Gateway.IsPrivate() || slices.ContainsFunc(l.Statics(), near) ||
			slices.ContainsFunc(l.Routes, func(r site.StaticRoute) bool { return near(r.To) })
	})
}

// nodeNear reports a node's address that the host cannot have: it is in the network of
// a link whose own address is another one, so that DHCP does not give it to a second.
func (c *checker) nodeNear(h *site.Host, a netip.Addr, at diag.Path) bool {
	if h.Static(a) {
		return false
	}
	for _, l := range h.Links() {
		if own := l.IPv4.Address; own.IsValid() && own.Contains(a) {
			p := c.report(at, "%s is in the network of the %s %q, whose address is %s", a, whatLink(l), l.Name, own.Addr()).WithHint("say node: %q", l.Name)
			c.note(p, linkPath(h, l).With("ipv4"), "the %s", whatLink(l))
			return true
		}
	}
	return false
}

// A departure is how a host's packets leave for an address.
type departure struct {
	link   *site.Link
	source netip.Addr // that they have; invalid where DHCP gives it
}

// departs follows the kernel: the longest prefix of the host's networks and routes, or
// else the default route. What leaves for a network of an address has that address, and
// what leaves through a router has the link's own.
func departs(h *site.Host, to netip.Addr) (departure, bool) {
	var way departure
	found, longest := false, -1
	take := func(l *site.Link, p netip.Prefix, source netip.Addr) {
		if p.IsValid() && p.Contains(to) && p.Bits() > longest {
			way, found, longest = departure{l, source}, true, p.Bits()
		}
	}
	internet := netip.PrefixFrom(netip.IPv4Unspecified(), 0)
	for _, l := range h.Links() {
		own := l.IPv4.Address.Addr()
		take(l, l.IPv4.Address, own)
		for _, p := range l.Addresses {
			take(l, p, p.Addr())
		}
		for _, r := range l.Routes {
			take(l, r.To, own)
		}
		if l.Way4() {
			take(l, internet, own)
		}
	}
	return way, found
}

// checkNodeSource looks for nodes that another one would not know: the firewall and
// Cilium know a node by its address, and its packets have that of the link by which
// they leave.
func checkNodeSource(c *checker) {
	told := map[string]bool{}
	for i, h := range c.site.Hosts {
		for _, other := range c.site.Hosts[i+1:] {
			if !c.sourceKnown(h) || !c.sourceKnown(other) || h.NodeIP == other.NodeIP || apart(h, other) || apart(other, h) {
				continue
			}
			from, to := h, other
			way, bad := strange(from, to)
			if !bad {
				from, to = other, h
				way, bad = strange(from, to)
			}
			if !bad {
				continue
			}
			at, hint := c.nodeMeant(h, other)
			if at == nil {
				at = c.nodePath(from)
			}
			if told[at.Key()] {
				continue
			}
			told[at.Key()] = true
			source := "an address of DHCP"
			if way.source.IsValid() {
				source = way.source.String()
			}
			p := c.report(at, "packets of the host %q to the node %s, %s, leave by the %s %q from %s, and the other nodes know the host by %s alone",
				from.Name, to.Name, to.NodeIP, whatLink(way.link), way.link.Name, source, from.NodeIP).WithHint("%s", hint)
			for _, h := range []*site.Host{from, to} {
				if nodeAt := c.nodePath(h); nodeAt.Key() != at.Key() {
					c.note(p, nodeAt, "the host %q", h.Name)
				}
			}
		}
	}
}

func (c *checker) sourceKnown(h *site.Host) bool {
	return h.NodeIP.IsValid() && !c.hasBadAddress(h.Name)
}

// apart tells whether another rule is about the two: one has no way to the other's node.
func apart(h, other *site.Host) bool {
	return other.NodeIP.IsPrivate() && !reaches(h, other.NodeIP)
}

// strange tells whether a host's packets to another node leave with an address that is
// not its own node's, though a link of its has that one.
func strange(h, other *site.Host) (departure, bool) {
	way, ok := departs(h, other.NodeIP)
	return way, ok && h.Static(h.NodeIP) && way.source != h.NodeIP
}

// nodeMeant finds the host that has a link in the network of the other's node, and
// names another one as its own: first beside one that says its node.
func (c *checker) nodeMeant(a, b *site.Host) (diag.Path, string) {
	pairs := [][2]*site.Host{{a, b}, {b, a}}
	slices.SortStableFunc(pairs, func(x, y [2]*site.Host) int {
		return len(c.spec.Hosts[y[0].Name].Node) - len(c.spec.Hosts[x[0].Name].Node)
	})
	for _, pair := range pairs {
		for _, l := range pair[1].Links() {
			if p := l.IPv4.Address; p.IsValid() && p.Contains(pair[0].NodeIP) && p.Addr() != pair[1].NodeIP {
				return c.nodePath(pair[1]), "say node: \"" + l.Name + "\" for the host \"" + pair[1].Name + "\" too"
			}
		}
	}
	return nil, "say node for both, the cards or VLANs that they have in one network"
}
