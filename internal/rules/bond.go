package rules

import (
	"slices"

	"sitegen/internal/diag"
	"sitegen/internal/site"
)

func bondRules() []Rule {
	return []Rule{
		{ID: "bond-nics", Severity: diag.Error, Summary: "A bond has two cards or more of its host, and a card is of one bond.",
			Bad: twoMore + "\n" + `hosts: web1: {nics: b: ipv4: "none", bonds: bond0: {nics: ["a"], ipv4: "none"}}`, Good: twoMore + "\n" + `hosts: web1: bonds: bond0: {nics: ["a", "b"], ipv4: "none"}`, check: checkBondNICs},
		{ID: "bond-member", Severity: diag.Error, Summary: "A card of a bond carries nothing itself: addresses, routes and the size of packets are the bond's.",
			Bad: twoMore + "\n" + `hosts: web1: {nics: a: ipv4: "dhcp", bonds: bond0: {nics: ["a", "b"], ipv4: "none"}}`, Good: twoMore + "\n" + `hosts: web1: bonds: bond0: {nics: ["a", "b"], ipv4: "none"}`, check: checkBondMembers},
		{ID: "bond-mac", Severity: diag.Error, Summary: "The address of a bond is that of one of its cards, or no other card's.",
			Bad: twoMore + "\n" + `hosts: web1: bonds: bond0: {nics: ["a", "b"], ipv4: "none", mac: "a8:a1:59:0f:10:01"}`, Good: twoMore + "\n" + `hosts: web1: bonds: bond0: {nics: ["a", "b"], ipv4: "none", mac: "a8:a1:59:0f:10:03"}`, check: checkBondMAC},
	}
}

func checkBondNICs(c *checker) {
	of := map[string]diag.Path{}
	for _, h := range c.site.Hosts {
		for _, b := range h.Bonds {
			at := diag.Path{"hosts", h.Name, "bonds", b.Name, "nics"}
			switch len(b.NICs) {
			case 0:
				c.report(at, "a bond without cards reaches nothing").WithHint("name two cards")
			case 1:
				c.report(at, "a bond of one card goes down with it").WithHint("name two cards; or say the addresses with the card itself")
			}
			for i, card := range b.NICs {
				if c.spec.Hosts[h.Name].NICs[card] == nil {
					unknownName(c, at.With(i), "card", card, c.spec.Hosts[h.Name].NICs, b.NICs...)
					continue
				}
				key := h.Name + " " + card
				if first, ok := of[key]; ok && first.Parent().Key() != at.Key() {
					newer, older := c.later(at.With(i), first)
					c.note(c.report(newer, "the card %q is of another bond", card).WithHint("a card is of one bond"), older, "of %s", older.Parent().Parent())
				}
				of[key] = at.With(i)
			}
		}
	}
}

func checkBondMembers(c *checker) {
	for _, h := range c.site.Hosts {
		for _, n := range h.NICs {
			if n.Bond == "" {
				continue
			}
			at := diag.Path{"hosts", h.Name, "nics", n.Name}
			card := c.spec.Hosts[h.Name].NICs[n.Name]
			for _, f := range []struct {
				field string
				said  bool
			}{
				{"ipv4", card.IPv4.Mode != "none" && c.ix.Has(at.With("ipv4"))}, {"ipv6", card.IPv6 != nil}, {"addresses", len(card.Addresses) > 0}, {"mtu", card.MTU != 0},
				{"ra", card.RA}, {"routes", len(card.Routes) > 0}, {"dns", len(card.DNS) > 0},
			} {
				if f.said {
					p := c.report(at.With(f.field), "is said of a card of the bond %q, which carries it", n.Bond).WithHint("say it as hosts.%s.bonds.%s.%s", h.Name, n.Bond, f.field)
					c.note(p, diag.Path{"hosts", h.Name, "bonds", n.Bond}, "the bond")
				}
			}
		}
	}
}

func checkBondMAC(c *checker) {
	c.eachCard(func(h *site.Host, n *site.NIC, at diag.Path) {
		for _, other := range c.site.Hosts {
			for _, b := range other.Bonds {
				said := diag.Path{"hosts", other.Name, "bonds", b.Name, "mac"}
				if b.MAC != n.MAC || !c.ix.Has(said) || other == h && slices.Contains(b.NICs, n.Name) {
					continue
				}
				c.note(c.report(said, "%q is the address of a card that is not of the bond", b.MAC).WithHint("leave it out: the bond has that of its first card"), at.With("mac"), "the card")
			}
		}
	})
}
