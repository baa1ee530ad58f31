package rules

import (
	"net/netip"

	"sitegen/internal/site"
)

// checkVSwitchMTU: docs.hetzner.com, Robot, vSwitch: VLAN ids 4000 to 4091, and packets of
// 1400 bytes at most.
func checkVSwitchMTU(c *checker) {
	for _, h := range c.site.Hosts {
		for _, v := range h.VLANs {
			if _, said := h.LinkMTU(&v.Link); !said && v.ID >= 4000 && v.ID <= 4091 && carries(&v.Link) {
				c.report(linkPath(h, &v.Link).With("id"), "%d is a tag of Hetzner's vSwitches, which drop packets over 1400 bytes, and the VLAN has those of %d", v.ID, site.Ethernet).
					WithHint("say mtu: 1400; in another network say mtu: %d", site.Ethernet)
			}
		}
	}
}

// checkForeignSource: the host has one table of routes, so that an answer leaves by the
// default route whichever address it comes from.
func checkForeignSource(c *checker) {
	for _, h := range c.site.Hosts {
		var way *site.Link
		for _, l := range h.Links() {
			if l.Way4() {
				way = l
			}
		}
		for _, l := range h.Links() {
			a := l.IPv4.Address.Addr()
			if way == nil || l == way || l.IPv4.IP.IP.Gateway != "" || !isPublic(a) || way.IPv4.Address.Contains(a) {
				continue
			}
			p := c.report(linkPath(h, l).With("ipv4"), "%s is a public address, and its answers to the internet leave by the %s %q, whose network drops a foreign source", a, whatLink(way), way.Name).
				WithHint("addresses that the provider routes to the host are addresses of the %s %q; else only one of the two networks can have the gateway; silence this where no one outside of the network is answered", whatLink(way), way.Name)
			c.note(p, linkPath(h, way).With("ipv4"), "the way to the internet")
		}
	}
}

// isPublic tells whether the internet has a way to an IPv4 address, or would have but for
// its being one for documentation.
func isPublic(a netip.Addr) bool {
	shared := netip.MustParsePrefix("100.64.0.0/10") // RFC 6598
	return a.Is4() && !a.IsPrivate() && !a.IsLinkLocalUnicast() && !shared.Contains(a) && isUnusable(a) == ""
}
