package rules

import (
	"cmp"
	"maps"
	"net/netip"
	"regexp"
	"slices"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

// twoMore says two more cards of the base site, and twoHosts another host, for the rules' examples.
const (
	twoHosts  = hostTwo + `, nics: wan: {mac: "a8:a1:59:0f:20:01", ipv4: {address: "203.0.113.11/26", gateway: "203.0.113.1"}}}`
	vlanNodes = twoHosts + "\n" + `hosts: [string]: {node: "private", vlans: private: on: "wan"}` + "\n" +
		`hosts: web1: vlans: private: {id: 4000, mtu: 1400, ipv4: address: "10.20.0.11/24"}` + "\n" + `hosts: web2: vlans: private: ipv4: address: "10.20.0.12/24"`
	twoMore = `hosts: web1: nics: {a: mac: "a8:a1:59:0f:10:02", b: mac: "a8:a1:59:0f:10:03"}`
)

func vlanRules() []Rule {
	return []Rule{
		{ID: "link-name", Severity: diag.Error, Summary: "Cards, VLANs and bonds of a host have names of their own. Those of VLANs and bonds are names of interfaces that neither the kernel, nor Cilium, nor the firewall reads anything into.",
			Bad: `hosts: web1: vlans: local: {on: "wan", id: 4000}`, Good: `hosts: web1: vlans: private: {on: "wan", id: 4000}`, check: checkLinkNames},
		{ID: "vlan-on", Severity: diag.Error, Summary: "A VLAN is on a card or a bond of its host, and not on a card of a bond.",
			Bad: `hosts: web1: vlans: private: {on: "lan", id: 4000}`, Good: `hosts: web1: vlans: private: {on: "wan", id: 4000}`, check: checkVLANOn},
		{ID: "vlan-twice", Severity: diag.Error, Summary: "No two VLANs on one card or bond have one tag.",
			Bad: `hosts: web1: vlans: {private: {on: "wan", id: 4000}, storage: {on: "wan", id: 4000}}`, Good: `hosts: web1: vlans: {private: {on: "wan", id: 4000}, storage: {on: "wan", id: 4001}}`, check: checkVLANTwice},
		{ID: "vlan-idle", Severity: diag.Warning, Summary: "A VLAN has an address: Cilium drops the packets of one that has none, where the card has one.",
			Bad: `hosts: web1: vlans: private: {on: "wan", id: 4000}`, Good: `hosts: web1: vlans: private: {on: "wan", id: 4000, ipv4: address: "10.20.0.11/24"}`, check: checkVLANIdle},
		{ID: "vlan-mtu", Severity: diag.Error, Summary: "A VLAN's packets are no larger than those of what it is on.",
			Bad: `hosts: web1: vlans: private: {on: "wan", id: 4000, mtu: 9000}`, Good: `hosts: web1: {nics: wan: mtu: 9000, vlans: private: {on: "wan", id: 4000, mtu: 9000}}`, check: checkVLANMTU},
		{ID: "vswitch-mtu", Severity: diag.Warning, Summary: "A VLAN with a tag of Hetzner's vSwitches, 4000 to 4091, says its mtu: larger packets than 1400 bytes do not arrive there.",
			Bad: `hosts: web1: vlans: private: {on: "wan", id: 4000, ipv4: address: "10.20.0.11/24"}`, Good: `hosts: web1: vlans: private: {on: "wan", id: 4000, mtu: 1400, ipv4: address: "10.20.0.11/24"}`, check: checkVSwitchMTU},
		{ID: "foreign-source", Severity: diag.Warning, Summary: "A card, VLAN or bond with a public IPv4 address has the gateway: what it answers leaves by the one that has, whose network drops a foreign source.",
			Bad: `hosts: web1: vlans: public: {on: "wan", id: 4001, mtu: 1400, ipv4: address: "198.51.100.66/29"}`, Good: `hosts: web1: nics: wan: addresses: ["198.51.100.66/32"]`, check: checkForeignSource},
		{ID: "mtu", Severity: diag.Error, Summary: "Where a card, VLAN or bond has IPv6, its packets may have 1280 bytes: the kernel turns IPv6 off below that.",
			Bad: `hosts: web1: nics: wan: mtu: 1200`, Good: `hosts: web1: nics: wan: mtu: 1280`, check: checkMTU},
		{ID: "mtu-pods", Severity: diag.Warning, Summary: "What tunnels between nodes take off the smallest packets of a host leaves pods 1228 bytes, as QUIC needs them: cloudflared falls back to HTTP/2 below that.",
			Bad: twoHosts + "\n" + `hosts: web1: nics: wan: mtu: 1300`, Good: twoHosts + "\n" + `hosts: web1: nics: wan: mtu: 1400`, check: checkMTUPods},
		{ID: "node-vlan", Severity: diag.Warning, Summary: "Nodes that reach each other in one network have VLANs of one tag there, and packets of one size.",
			Bad: vlanNodes + "\n" + `hosts: web2: vlans: private: {id: 4001, mtu: 1400}`, Good: vlanNodes + "\n" + `hosts: web2: vlans: private: {id: 4000, mtu: 1400}`, check: checkNodeVLAN},
	}
}

// linkNames are names that something reads more into: Cilium takes no interface whose
// name begins with one of the first (cilium pkg/defaults, ExcludedDevicePrefixes), and
// drops what has the tag of a VLAN that it does not take; the firewall trusts some of
// them; the others are the kernel's and udev's own (systemd.net-naming-scheme(7)).
var linkNames = []struct{ re, why string }{
	{`^(lo|lxc|cni|docker|cilium)`, "Cilium leaves out interfaces with names that begin with %q"},
	{`^(eth|en|wl|ww|ib|sl)[0-9opsx]`, "the kernel gives cards names that begin with %q"},
	{`^(all|default)$`, "%q is the kernel's word for all interfaces"},
	{`^[0-9]+$`, "%q would be the number of an interface"},
}

func checkLinkNames(c *checker) {
	c.eachLink(func(h *site.Host, l *site.Link, at diag.Path) {
		for _, other := range h.Links() {
			if other != l && other.Name == l.Name && l.Kind > other.Kind {
				p := c.reportName(at, "there is a %s %q already, and both would be found by that name", whatLink(other), l.Name).WithHint("give one of them another name")
				c.note(p, linkPath(h, other), "the %s", whatLink(other))
			}
		}
		if l.Kind == site.LinkNIC {
			return
		}
		for _, n := range linkNames {
			if found := regexp.MustCompile(n.re).FindString(l.Name); found != "" {
				c.reportName(at, "a "+whatLink(l)+" cannot be called %q: "+n.why, l.Name, found).WithHint("\"private\" or \"bond0\" for example")
				return
			}
		}
	})
}

func checkVLANOn(c *checker) {
	for _, h := range c.site.Hosts {
		for _, v := range h.VLANs {
			at := diag.Path{"hosts", h.Name, "vlans", v.Name, "on"}
			said := c.spec.Hosts[h.Name]
			card := slices.IndexFunc(h.NICs, func(n *site.NIC) bool { return n.Name == v.On })
			switch {
			case said.Bonds[v.On] != nil:
			case card >= 0 && h.NICs[card].Bond != "":
				p := c.report(at, "%q is a card of the bond %q, which carries the VLANs", v.On, h.NICs[card].Bond).WithHint("say on: %q", h.NICs[card].Bond)
				c.note(p, diag.Path{"hosts", h.Name, "bonds", h.NICs[card].Bond}, "the bond")
			case card >= 0:
			case said.VLANs[v.On] != nil:
				c.report(at, "%q is a VLAN itself", v.On).WithHint("name the card or the bond that it is on")
			default:
				on := map[string]bool{}
				for name := range said.Bonds {
					on[name] = true
				}
				for name := range said.NICs {
					on[name] = true
				}
				unknownName(c, at, "card or bond", v.On, on)
			}
		}
	}
}

func checkVLANTwice(c *checker) {
	type tag struct {
		host, on string
		id       int
	}
	seen := map[tag]diag.Path{}
	for _, h := range c.site.Hosts {
		for _, v := range h.VLANs {
			at := diag.Path{"hosts", h.Name, "vlans", v.Name, "id"}
			t := tag{h.Name, v.On, v.ID}
			if first, ok := seen[t]; ok {
				newer, older := c.later(at, first)
				c.note(c.report(newer, "%d is the tag of another VLAN on %q", v.ID, v.On).WithHint("one VLAN may have several addresses: say addresses"), older, "of %s", older.Parent())
			}
			seen[t] = at
		}
	}
}

// checkVLANIdle: Cilium's program on the card lets a tag pass only where the VLAN's
// interface is one of its own, and those have addresses (cilium
// pkg/datapath/linux/devices_controller.go, config/config.go vlanFilterMacros).
func checkVLANIdle(c *checker) {
	for _, h := range c.site.Hosts {
		for _, v := range h.VLANs {
			on := slices.IndexFunc(h.Links(), func(l *site.Link) bool { return l.Name == v.On && l.Kind != site.LinkVLAN })
			if on >= 0 && carries(h.Links()[on]) && !carries(&v.Link) {
				c.report(diag.Path{"hosts", h.Name, "vlans", v.Name}, "the VLAN has no address, and Cilium drops its packets").
					WithHint("give it one: ipv4: address: \"10.20.0.11/24\"; silence this where a module of your own does")
			}
		}
	}
}

func carries(l *site.Link) bool {
	return l.IPv4.Mode != "none" || l.IPv6.Address.IsValid() || l.RA || len(l.Link.Addresses) > 0
}

func checkVLANMTU(c *checker) {
	for _, h := range c.site.Hosts {
		for _, v := range h.VLANs {
			at := diag.Path{"hosts", h.Name, "vlans", v.Name, "mtu"}
			for _, l := range h.Links() {
				if l.Name != v.On || l.Kind == site.LinkVLAN || v.MTU <= cmp.Or(l.MTU, site.Ethernet) {
					continue
				}
				p := c.report(at, "%d is more than the %d of the %s %q, and the kernel refuses it", v.MTU, cmp.Or(l.MTU, site.Ethernet), whatLink(l), l.Name).
					WithHint("say mtu: %d for %q too, where its network takes that; or leave it out here", v.MTU, l.Name)
				if c.ix.Has(linkPath(h, l).With("mtu")) {
					c.note(p, linkPath(h, l).With("mtu"), "the %s", whatLink(l))
				}
			}
		}
	}
}

func checkMTU(c *checker) {
	c.eachLink(func(h *site.Host, l *site.Link, at diag.Path) {
		if l.MTU == 0 || l.MTU >= 1280 {
			return
		}
		where := map[string]bool{"ipv6": l.IPv6.Address.IsValid(), "ra": l.RA, "addresses": slices.ContainsFunc(l.Link.Addresses, func(a string) bool { return format.ParsePrefix(a).Addr().Is6() })}
		for _, field := range slices.Sorted(maps.Keys(where)) {
			if where[field] {
				c.note(c.report(at.With("mtu"), "%d is less than the 1280 bytes that IPv6 needs", l.MTU).WithHint("say 1280 or more, or leave IPv6 out"), at.With(field), "IPv6 is said here")
				return
			}
		}
	})
}

// What tunnels take (cilium pkg/mtu/mtu.go, TunnelOverhead, WireguardOverhead), and
// what QUIC's first packet has with its headers (RFC 9000, 14.1).
const (
	vxlanBytes     = 50
	wireguardBytes = 80
	quicBytes      = 1200 + 28
)

func checkMTUPods(c *checker) {
	takes := vxlanBytes
	if c.site.Cluster.Encrypt {
		takes += wireguardBytes
	}
	c.eachLink(func(h *site.Host, l *site.Link, at diag.Path) {
		if l.MTU != 0 && l.MTU-takes < quicBytes {
			c.report(at.With("mtu"), "leaves pods packets of %d bytes, and cloudflared's QUIC needs %d", l.MTU-takes, quicBytes).
				WithHint("say %d or more, where the network takes it; silence this where HTTP/2 will do", quicBytes+takes)
		}
	})
}

// checkNodeVLAN compares the nodes of one network: the tag of a VLAN, and the size of
// packets, which has to be one where no router cuts them.
func checkNodeVLAN(c *checker) {
	type node struct {
		net   netip.Prefix
		bytes int
		vlan  *site.VLAN
		at    diag.Path
	}
	var nodes []node
	for _, h := range c.site.Hosts {
		for _, l := range h.Links() {
			if l.IPv4.Address.Addr() != h.NodeIP || !h.NodeIP.IsValid() || l.IPv4.Address.IsSingleIP() {
				continue
			}
			n := node{net: l.IPv4.Address.Masked(), at: linkPath(h, l)}
			n.bytes, _ = h.LinkMTU(l)
			for _, v := range h.VLANs {
				if &v.Link == l {
					n.vlan = v
				}
			}
			for _, other := range nodes {
				if other.net != n.net {
					continue
				}
				if n.vlan != nil && other.vlan != nil && n.vlan.ID != other.vlan.ID {
					p := c.report(n.at.With("id"), "the node's VLAN has the tag %d, and that of another node in %s has %d", n.vlan.ID, n.net, other.vlan.ID).
						WithHint("say one tag; silence this where the provider changes it on the way")
					c.note(p, other.at.With("id"), "the other node")
				}
				if n.bytes != other.bytes {
					at := n.at
					if c.ix.Has(at.With("mtu")) {
						at = at.With("mtu")
					}
					p := c.report(at, "the node sends packets of %d bytes, and another one in %s takes %d", n.bytes, n.net, other.bytes).
						WithHint("say one mtu for all nodes of the network")
					c.note(p, other.at, "the other node")
				}
				break
			}
			nodes = append(nodes, n)
		}
	}
}
