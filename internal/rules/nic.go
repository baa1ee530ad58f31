package rules

import (
	"net/netip"
	"strconv"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func nicRules() []Rule {
	return []Rule{
		{ID: "mac-twice", Severity: diag.Error, Summary: "No two cards have one MAC address.",
			Bad: `hosts: web1: nics: lan: {mac: "a8:a1:59:0f:10:01", ipv4: "none"}`, Good: `hosts: web1: nics: lan: {mac: "a8:a1:59:0f:10:02", ipv4: "none"}`, check: checkMACTwice},
		{ID: "mac-kind", Severity: diag.Warning, Summary: "A card is found by the address that its maker gave it: locally administered ones may change, and multicast ones belong to no card.",
			Bad: `hosts: web1: nics: wan: mac: "02:00:00:0f:10:01"`, Good: `hosts: web1: nics: wan: mac: "a8:a1:59:0f:10:01"`, check: checkMACKind},
		{ID: "address-host", Severity: diag.Error, Summary: "A host's address is neither the first nor the last of its network.",
			Bad: `hosts: web1: nics: wan: ipv4: {address: "203.0.113.0/26", gateway: "203.0.113.1"}`, Good: `hosts: web1: nics: wan: ipv4: {address: "203.0.113.10/26", gateway: "203.0.113.1"}`, check: checkAddressHost},
		{ID: "address-twice", Severity: diag.Error, Summary: "No two cards have one address.",
			Bad: `hosts: web1: nics: lan: {mac: "a8:a1:59:0f:10:02", ipv4: address: "203.0.113.10/32"}`, Good: `hosts: web1: nics: lan: {mac: "a8:a1:59:0f:10:02", ipv4: address: "10.0.0.2/24"}`, check: checkAddressTwice},
		{ID: "address-unusable", Severity: diag.Error, Summary: "No card and no name server has a loopback, multicast or unspecified address, or one of a range that is reserved.",
			Bad: `hosts: web1: nics: wan: dns: ["127.0.0.1"]`, Good: `hosts: web1: nics: wan: dns: ["198.51.100.53"]`, check: checkAddressUnusable},
		{ID: "address-reserved", Severity: diag.Warning, Summary: "No card has an address that is reserved for documentation, or a link-local one.",
			Bad: `hosts: web1: nics: wan: ipv4: {address: "203.0.113.10/26", gateway: "203.0.113.1"}`, Good: `hosts: web1: {address: "203.0.113.10", node: "wan", nics: wan: {ipv4: {address: "10.0.0.10/24", gateway: "10.0.0.1"}, ipv6: address: "fd00:10::2/64"}}`, check: checkAddressReserved},
		{ID: "nic-gateway", Severity: diag.Error, Summary: "A gateway is another address of the card's network, unless onLink says that it lies outside; for IPv6 also a link-local one.",
			Bad: `hosts: web1: nics: wan: ipv4: {address: "203.0.113.10/26", gateway: "203.0.114.1"}`, Good: `hosts: web1: nics: wan: ipv4: {address: "203.0.113.10/26", gateway: "203.0.113.1"}`, check: checkGateways},
		{ID: "address-network", Severity: diag.Error, Summary: "A whole network among a card's addresses has 16 of them at most, since the host answers at each.",
			Bad: `hosts: web1: nics: wan: addresses: ["198.51.100.0/24"]`, Good: `hosts: web1: nics: wan: addresses: ["198.51.100.64/29"]`, check: checkAddressNetwork},
		{ID: "ra-gateway", Severity: diag.Error, Summary: "The way to the internet comes from routers' advertisements or is said, not both.",
			Bad: `hosts: web1: nics: wan: ra: true`, Good: `hosts: web1: nics: wan: {ra: true, ipv6: gateway: ""}`, check: checkRAGateway},
		{ID: "default-route", Severity: diag.Error, Summary: "Each host has a card with a way to the internet for IPv4, which the cluster has alone, and no two of one family; defaultRoute is for those with DHCP.",
			Bad: `hosts: web1: nics: lan: {mac: "a8:a1:59:0f:10:02", ipv4: "dhcp"}`, Good: `hosts: web1: nics: lan: {mac: "a8:a1:59:0f:10:02", ipv4: "none"}`, check: checkDefaultRoute},
	}
}

// eachCard calls f with every card, in order.
func (c *checker) eachCard(f func(h *site.Host, n *site.NIC, at diag.Path)) {
	for _, h := range c.site.Hosts {
		for _, n := range h.NICs {
			f(h, n, diag.Path{"hosts", h.Name, "nics", n.Name})
		}
	}
}

func checkMACTwice(c *checker) {
	seen := map[string]diag.Path{}
	c.eachCard(func(_ *site.Host, n *site.NIC, at diag.Path) {
		if first, ok := seen[n.MAC]; ok {
			newer, older := c.later(at.With("mac"), first.With("mac"))
			c.note(c.report(newer, "%q is another card's MAC address", n.MAC), older, "of %s", older.Parent())
			return
		}
		seen[n.MAC] = at
	})
}

func checkMACKind(c *checker) {
	c.eachCard(func(_ *site.Host, n *site.NIC, at diag.Path) {
		if format.MAC(n.MAC).Bad() {
			return
		}
		switch first, _ := strconv.ParseUint(n.MAC[:2], 16, 8); {
		case first&1 == 1:
			c.report(at.With("mac"), "%q is a multicast address, which no card has", n.MAC).WithHint("`ip link` in the rescue system shows the card's own")
		case first&2 == 2:
			c.report(at.With("mac"), "%q is locally administered: a virtual card's, which may change", n.MAC).WithHint("silence this where the provider keeps it")
		}
	})
}

func isUnusable(a netip.Addr) string {
	switch {
	case a.IsLoopback():
		return "is a loopback address, which never leaves the host"
	case a.IsMulticast():
		return "is a multicast address, which no host has alone"
	case a.IsUnspecified():
		return "stands for no address"
	case a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return "is the broadcast address"
	case a.Is4() && a.As4()[0] == 0:
		return "is of 0.0.0.0/8, which stands for no network"
	case a.Is4() && a.As4()[0] >= 240:
		return "is of 240.0.0.0/4, which no router passes on"
	case a.Is6() && netip.MustParsePrefix("100::/64").Contains(a):
		return "is of 100::/64, where what is sent is dropped"
	}
	return ""
}

func checkAddressUnusable(c *checker) {
	c.eachStatic(func(s static) {
		if why := isUnusable(s.Addr()); why != "" {
			c.report(s.at, "%s %s", s.Addr(), why)
		}
	})
	for name, h := range c.spec.Hosts {
		if a := format.ParseAddr(h.Address); a.IsValid() {
			if why := isUnusable(a); why != "" {
				c.report(diag.Path{"hosts", name, "address"}, "%s %s", a, why)
			}
		}
	}
	c.eachSpecLink(func(_ spec.IPv4, l *spec.Link, at diag.Path) {
		for i, dns := range l.DNS {
			c.nameServer(at.With("dns", i), format.ParseAddr(dns))
		}
	})
}

// nameServer: the host asks it before the cluster runs, so that nothing in the
// cluster's networks can be one.
func (c *checker) nameServer(at diag.Path, a netip.Addr) {
	switch {
	case !a.IsValid():
	case isUnusable(a) != "":
		c.report(at, "%s %s", a, isUnusable(a)).WithHint("leave dns out, or name servers that others reach as well")
	case c.site.Cluster.Services.Contains(a), c.site.Cluster.Pods.Contains(a):
		c.report(at, "%s is an address of the cluster, which the host has to come up without", a).WithHint("leave dns out, or name servers outside of it")
	}
}

func checkAddressReserved(c *checker) {
	c.eachStatic(func(s static) {
		switch a := s.Addr(); {
		case format.IsDocumentation(a):
			c.report(s.at, "%s is reserved for documentation, and routed nowhere", a).WithHint("write the host's own address, which gen probe prints")
		case a.IsLinkLocalUnicast():
			c.report(s.at, "%s is a link-local address, which no router passes on", a).WithHint("cards make one by themselves; write the host's global address")
		}
	})
}

func checkGateways(c *checker) {
	c.eachLink(func(_ *site.Host, l *site.Link, at diag.Path) {
		c.gateway(at.With("ipv4"), l.IPv4.Address, l.IPv4.Gateway, l.IPv4.OnLink)
		c.gateway(at.With("ipv6"), l.IPv6.Address, l.IPv6.Gateway, l.IPv6.OnLink)
	})
	c.eachStatic(func(s static) {
		for _, l := range s.host.Links() {
			for family, gw := range map[string]netip.Addr{"ipv4": l.IPv4.Gateway, "ipv6": l.IPv6.Gateway} {
				if own := linkPath(s.host, l).With(family); s.Addr() == gw && s.at.Parent().Key() != own.Key() {
					c.note(c.report(own.With("gateway"), "%s is another address of the host", gw), s.at, "here")
				}
			}
		}
	})
}

func (c *checker) gateway(at diag.Path, p netip.Prefix, gw netip.Addr, onLink bool) {
	if !p.IsValid() || !gw.IsValid() || gw.BitLen() != p.Addr().BitLen() {
		return
	}
	pointToPoint := p.Addr().BitLen()-p.Bits() < 2
	var problem *diag.Problem
	switch {
	case gw == p.Addr():
		problem = c.report(at.With("gateway"), "%s is the card's own address", gw)
	case gw.Is6() && gw.IsLinkLocalUnicast():
		return
	case isUnusable(gw) != "":
		c.report(at.With("gateway"), "%s %s", gw, isUnusable(gw))
		return
	case !p.Contains(gw) && !onLink:
		problem = c.report(at.With("gateway"), "%s is outside %s", gw, p)
	case p.Contains(gw) && !pointToPoint && gw.Is4() && (gw == p.Masked().Addr() || gw == format.LastAddr(p)):
		problem = c.report(at.With("gateway"), "%s is the first or the last address of %s, which no router has", gw, p.Masked())
	default:
		return
	}
	c.note(problem, at.With("address"), "the address is set here")
	switch {
	case pointToPoint:
		problem.WithHint("onLink: true says that the gateway is reached directly all the same")
	case p.Masked().Addr().Next() != p.Addr():
		problem.WithHint("the first host of that network is %s; onLink: true is for a gateway outside of it", p.Masked().Addr().Next())
	default:
		problem.WithHint("onLink: true is for a gateway outside of the network")
	}
}

func checkRAGateway(c *checker) {
	c.eachLink(func(_ *site.Host, l *site.Link, at diag.Path) {
		if l.RA && l.IPv6.Gateway.IsValid() {
			p := c.report(at.With("ra"), "routers say the way to the internet, and ipv6 says one too").WithHint("say ipv6: gateway: \"\" beside ra: true, or leave ra out")
			c.note(p, at.With("ipv6"), "its gateway is %s", l.IPv6.Gateway)
		}
	})
}

func checkDefaultRoute(c *checker) {
	for _, h := range c.site.Hosts {
		if len(h.NICs) == 0 {
			c.report(diag.Path{"hosts", h.Name, "nics"}, "the host has no network card").WithHint("name its card, with the MAC address that `ip link` shows")
			continue
		}
		var four, six []diag.Path
		for _, l := range h.Links() {
			at := linkPath(h, l)
			if l.IPv4.Mode != "dhcp" && !l.DefaultRoute && c.ix.Has(at.With("defaultRoute")) {
				c.report(at.With("defaultRoute"), "is for DHCP, and the %s has none", whatLink(l)).WithHint("leave it out: what has no gateway is not the way to the internet")
			}
			if l.Way4() || l.IPv4.IP.IP.Gateway != "" { // one that does not parse counts too
				four = append(four, at.With("ipv4"))
			}
			switch {
			case l.IPv6.Gateway.IsValid():
				six = append(six, at.With("ipv6"))
			case l.RA:
				six = append(six, at.With("ra"))
			}
		}
		if len(four)+len(six) == 0 {
			c.report(diag.Path{"hosts", h.Name, "nics"}, "no card of the host has a way to the internet").WithHint("give one of them a gateway, or ipv4: \"dhcp\"")
		}
		if len(four) == 0 && len(six) > 0 {
			p := c.report(diag.Path{"hosts", h.Name, "nics"}, "no card of the host has a way to the internet for IPv4, and the cluster with cloudflared's pods has IPv4 alone").
				WithHint("give one of them an ipv4 with a gateway, or ipv4: \"dhcp\"")
			c.note(p, six[0], "the way for IPv6")
		}
		c.oneRoute(four, "IPv4", "leave out the gateway of a private network, or say ipv4: \"none\" for a card that has no address, or defaultRoute: false for a management network with DHCP; of two public networks the host answers in one alone, beside addresses that are routed to it")
		c.oneRoute(six, "IPv6", "say gateway: \"\" where there is no way to the internet, or leave out ra")
	}
}

func (c *checker) oneRoute(cards []diag.Path, family, hint string) {
	where := func(p diag.Path) diag.Path {
		if c.ix.Has(p.With("gateway")) {
			return p.With("gateway")
		}
		return p
	}
	for _, at := range cards[min(1, len(cards)):] {
		newer, older := c.later(where(at), where(cards[0]))
		p := c.report(newer, "is a second way to the internet for %s beside that of the %s %q", family, map[any]string{"nics": "card", "vlans": "VLAN", "bonds": "bond"}[older[2]], older[3]).WithHint("%s", hint)
		c.note(p, older, "the first one")
	}
}
