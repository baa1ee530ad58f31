package facts

import (
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

// network prints cards, bonds and VLANs; a card with neither link nor address is there as
// a comment.
func (f *fragment) network(m *Machine) {
	n := newNetwork(m)
	f.open("nics: {")
	for _, wan := range []bool{true, false} {
		for i := range n.cards {
			c := n.cards[i]
			if name := n.names[c.Name]; name != "" && wan == (name == "wan") {
				member := n.carries(c.Name, "bond")
				if member {
					c.MTU = 0 // the bond's
				}
				f.notes(n.notes[c.Name])
				f.card(name, &c, member || n.carries(c.Name, "vlan"))
			}
		}
	}
	f.close("}")
	for _, kind := range []string{"bond", "vlan"} {
		links := slices.DeleteFunc(slices.Clone(n.links), func(l Link) bool { return l.Kind != kind })
		if len(links) == 0 {
			continue
		}
		f.line("")
		f.open("%ss: {", kind)
		for i := range links {
			f.link(n, &links[i])
		}
		f.close("}")
	}
}

func (f *fragment) notes(all []string) {
	for _, text := range all {
		f.line("// %s", text)
	}
}

func (f *fragment) link(n *network, l *Link) {
	c := &Card{Addresses: l.Addresses, Gateways: l.Gateways, MTU: l.MTU}
	f.notes(n.notes[l.Name])
	f.open("%s: { // %s in the system that looked", diag.Path{n.names[l.Name]}.String(), plain(l.Name))
	if l.Kind == "vlan" {
		on := n.under(l.On[0])
		f.line("on: %s", spec.Quote(n.names[on]))
		f.line("id: %d", l.ID)
		if below := n.mtu(on); c.MTU == below {
			c.MTU = 0 // as its card has it
		} else if c.MTU == 0 {
			c.MTU = 1500
		}
	} else {
		f.bond(n, l)
	}
	f.addresses(c)
	f.close("}")
}

func (f *fragment) bond(n *network, l *Link) {
	var nics []string
	for _, on := range l.On {
		nics = append(nics, spec.Quote(n.names[on]))
	}
	f.line("nics: [%s]", strings.Join(nics, ", "))
	switch l.Mode {
	case "active-backup", "":
	case "802.3ad":
		f.line("mode: %s", spec.Quote(l.Mode))
	default:
		f.line("// it was in mode %s, which gen does not make; active-backup, the default, works with any switch", plain(l.Mode))
	}
	first := slices.IndexFunc(n.cards, func(c Card) bool { return c.Name == l.On[0] })
	if mac := strings.ToLower(l.MAC); first >= 0 && !format.MAC(mac).Bad() && mac != n.cards[first].mac() {
		f.line("mac: %s", spec.Quote(mac))
	}
}
