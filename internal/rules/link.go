package rules

import (
	"net/netip"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

// linkPath is what the spec says a card, a VLAN or a bond with.
func linkPath(h *site.Host, l *site.Link) diag.Path {
	return diag.Path{"hosts", h.Name, l.Kind, l.Name}
}

// whatLink names a link in a message.
func whatLink(l *site.Link) string {
	return map[string]string{site.LinkNIC: "card", site.LinkVLAN: "VLAN", site.LinkBond: "bond"}[l.Kind]
}

// eachLink calls f with every card, bond and VLAN, in order.
func (c *checker) eachLink(f func(h *site.Host, l *site.Link, at diag.Path)) {
	for _, h := range c.site.Hosts {
		for _, l := range h.Links() {
			f(h, l, linkPath(h, l))
		}
	}
}

// eachSpecLink calls f with what the spec says of each of them.
func (c *checker) eachSpecLink(f func(ipv4 spec.IPv4, l *spec.Link, at diag.Path)) {
	for name, h := range c.spec.Hosts {
		at := diag.Path{"hosts", name}
		for nic, n := range h.NICs {
			f(n.IPv4, &n.Link, at.With("nics", nic))
		}
		for bond, b := range h.Bonds {
			f(b.IPv4, &b.Link, at.With("bonds", bond))
		}
		for vlan, v := range h.VLANs {
			f(v.IPv4, &v.Link, at.With("vlans", vlan))
		}
	}
}

// A static is an address that the spec gives a link. One of a whole network stands
// for each address in it.
type static struct {
	netip.Prefix
	more  bool // among addresses
	whole bool
	host  *site.Host
	link  *site.Link
	at    diag.Path
}

// eachStatic calls f with every static address that parses.
func (c *checker) eachStatic(f func(static)) {
	c.eachLink(func(h *site.Host, l *site.Link, at diag.Path) {
		add := func(p netip.Prefix, ofFamily, whole bool, at diag.Path) {
			if p.IsValid() && ofFamily {
				f(static{p, at[len(at)-2] == "addresses", whole, h, l, at})
			}
		}
		add(l.IPv4.Address, l.IPv4.Address.Addr().Is4(), false, at.With("ipv4", "address"))
		add(l.IPv6.Address, l.IPv6.Address.Addr().Is6(), false, at.With("ipv6", "address"))
		for i, text := range l.Link.Addresses {
			p := format.ParsePrefix(text)
			add(p, true, site.IsNetwork(p), at.With("addresses", i))
		}
	})
}

func checkAddressHost(c *checker) {
	c.eachStatic(func(s static) {
		p := s.Prefix
		if p.Addr().BitLen()-p.Bits() < 2 || s.whole || s.more && p == p.Masked() || isUnusable(p.Addr()) != "" {
			return // point to point, or another rule's
		}
		switch a := p.Addr(); {
		case a == p.Masked().Addr():
			c.report(s.at, "%s is the network %s itself, not an address in it", a, p.Masked()).WithHint("the first host of that network is %s", a.Next())
		case a.Is4() && a == format.LastAddr(p):
			c.report(s.at, "%s is the broadcast address of %s", a, p.Masked()).WithHint("the last host of that network is %s", a.Prev())
		}
	})
}

func checkAddressTwice(c *checker) {
	seen := map[netip.Addr]static{}
	c.eachStatic(func(s static) {
		var told diag.Path
		for a := s.Addr(); a.IsValid(); a = a.Next() {
			first, ok := seen[a]
			switch {
			case !ok:
				seen[a] = s
			case told.Key() != first.at.Key():
				told = first.at
				newer, older := c.later(s.at, first.at)
				if first.link == s.link {
					c.note(c.report(newer, "%s is on the %s already", a, whatLink(s.link)).WithHint("leave one of them out"), older, "here")
				} else {
					c.note(c.report(newer, "%s is the address of another %s", a, whatLink(first.link)), older, "of %s", older.Parent().Parent())
				}
			}
			if !s.whole || s.Bits() < 28 || !s.Contains(a.Next()) {
				break
			}
		}
	})
}

// checkAddressNetwork is about whole networks among a link's more addresses.
func checkAddressNetwork(c *checker) {
	c.eachStatic(func(s static) {
		size := s.Addr().BitLen() - s.Bits()
		switch {
		case s.whole && 1<<size > site.MaxRouted:
			c.report(s.at, "%s has %d addresses, and each would be on the %s", s.Prefix, 1<<size, whatLink(s.link)).
				WithHint("say those that the host uses, as \"%s/32\"", s.Addr().Next())
		case s.more && s.Addr().Is6() && size > 0 && s.Prefix == s.Masked():
			c.report(s.at, "%s is a whole network", s.Prefix).WithHint("say the addresses that the host uses, as \"%s/128\"", s.Addr().Next())
		}
	})
}
