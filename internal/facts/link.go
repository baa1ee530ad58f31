package facts

import (
	"fmt"
	"net/netip"
	"slices"
)

// Link is what lies on cards: a bond, a VLAN or a bridge.
type Link struct {
	Name      string         `json:"name"` // in that system
	Kind      string         `json:"kind"` // bond, vlan or bridge
	ID        int            `json:"id"`   // of a VLAN
	Mode      string         `json:"mode"` // of a bond
	MAC       string         `json:"mac"`
	MTU       int            `json:"mtu"` // 0: 1500
	On        []string       `json:"on"`  // cards and other links
	Addresses []netip.Prefix `json:"addresses"`
	Gateways  []netip.Addr   `json:"gateways"`
}

// network is a machine's cards and links as a spec has them: with names of its own, and
// without bridges, whose addresses are those of what they lie on.
type network struct {
	cards  []Card
	links  []Link // bonds and VLANs
	names  map[string]string
	notes  map[string][]string // comments about a card or a link
	folded map[string]string   // what a bridge, or a bond of one card, lies on
}

func newNetwork(m *Machine) *network {
	n := &network{cards: slices.Clone(m.Cards), names: map[string]string{}, notes: map[string][]string{}, folded: map[string]string{}}
	if m.Partial {
		n.fill(m.Number)
	}
	for _, l := range m.Links {
		l.On = slices.DeleteFunc(slices.Clone(l.On), func(name string) bool { return !m.has(name) })
		switch {
		case len(l.On) == 0: // of containers or virtual machines
		case l.Kind == "bridge" || l.Kind == "bond" && len(l.On) == 1:
			n.folded[l.Name] = l.On[0]
		default:
			n.links = append(n.links, l)
		}
	}
	for _, l := range m.Links {
		if on, ok := n.folded[l.Name]; ok {
			n.give(n.under(on), l)
		}
	}
	n.name()
	return n
}

// has tells of a card of the machine, or of a link that lies on one in the end: others
// are those of containers and virtual machines.
func (m *Machine) has(name string) bool {
	found := map[string]bool{}
	for _, c := range m.Cards {
		found[c.Name] = c.mac() != ""
	}
	for range m.Links {
		for _, l := range m.Links {
			found[l.Name] = found[l.Name] || slices.ContainsFunc(l.On, func(on string) bool { return found[on] })
		}
	}
	return found[name]
}

// under is what remains where a bridge is left out.
func (n *network) under(name string) string {
	for range len(n.folded) {
		if on, ok := n.folded[name]; ok {
			name = on
		}
	}
	return name
}

// give hands a bridge's addresses to the card or the link that it lies on.
func (n *network) give(to string, l Link) {
	if len(l.Addresses) == 0 {
		return
	}
	n.notes[to] = append(n.notes[to], fmt.Sprintf("the addresses were on the %s %s, which gen does not make", l.Kind, plain(l.Name)))
	for i := range n.cards {
		if c := &n.cards[i]; c.Name == to {
			c.Addresses, c.Gateways = slices.Concat(c.Addresses, l.Addresses), slices.Concat(c.Gateways, l.Gateways)
		}
	}
	for i := range n.links {
		if c := &n.links[i]; c.Name == to {
			c.Addresses, c.Gateways = slices.Concat(c.Addresses, l.Addresses), slices.Concat(c.Gateways, l.Gateways)
		}
	}
}

// name calls the card with the default route, on itself or on what it carries, wan, and
// others lan, lan2 …; bonds are bond0, bond1 …, and VLANs named by their number.
func (n *network) name() {
	wan, lan := n.outward(), 0
	for i := range n.cards {
		switch {
		case n.cards[i].mac() == "":
		case i == wan:
			n.names[n.cards[i].Name] = "wan"
		default:
			if lan++; lan == 1 {
				n.names[n.cards[i].Name] = "lan"
			} else {
				n.names[n.cards[i].Name] = fmt.Sprintf("lan%d", lan)
			}
		}
	}
	count := map[string]int{}
	for _, l := range n.links {
		name := fmt.Sprintf("vlan%d", l.ID)
		if l.Kind == "bond" {
			name = fmt.Sprintf("bond%d", count["bond"])
			count["bond"]++
		} else if count[name]++; count[name] > 1 {
			name = fmt.Sprintf("%s-%d", name, count[name])
		}
		n.names[l.Name] = name
	}
}

// outward is the card with a default route, or else the first one in use.
func (n *network) outward() int {
	card := func(name string) int {
		for range len(n.links) + 1 {
			if i := slices.IndexFunc(n.links, func(l Link) bool { return l.Name == name }); i >= 0 {
				name = n.under(n.links[i].On[0])
			}
		}
		return slices.IndexFunc(n.cards, func(c Card) bool { return c.Name == name && c.mac() != "" })
	}
	for _, routed := range []bool{true, false} {
		for i := range n.cards {
			if c := &n.cards[i]; c.mac() != "" && c.used() && (!routed || len(c.Gateways) > 0) {
				return i
			}
		}
		for _, l := range n.links {
			if len(l.Gateways) > 0 || !routed && len(l.Addresses) > 0 {
				return card(l.Name)
			}
		}
	}
	return -1
}

// carries tells whether a bond or a VLAN lies on it.
func (n *network) carries(name, kind string) bool {
	return slices.ContainsFunc(n.links, func(l Link) bool {
		return l.Kind == kind && slices.ContainsFunc(l.On, func(on string) bool { return n.under(on) == name })
	})
}

// mtu is that of a card or a link; 0 is 1500.
func (n *network) mtu(name string) int {
	for _, c := range n.cards {
		if c.Name == name {
			return c.MTU
		}
	}
	for _, l := range n.links {
		if l.Name == name {
			return l.MTU
		}
	}
	return 0
}
