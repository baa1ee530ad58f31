package importer

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"sitegen/internal/format"
)

// network says the cards. A MAC that no file has is on the machine alone.
func (r *reading) network(h *host, o *object) {
	cards := h.cards()
	if len(cards) == 0 {
		cards["wan"] = &card{}
	}
	var nics object
	static := false
	names := slices.Sorted(maps.Keys(cards))
	way := map[bool]string{} // the card with the way to the internet, by whether it is IPv4's
	for _, name := range slices.Backward(names) {
		for _, g := range cards[name].gateways {
			if a, err := netip.ParseAddr(g); err == nil {
				way[a.Is4()] = name
			}
		}
	}
	for i, name := range names {
		c := cards[name]
		if c.asks() && way[true] == "" {
			way[true] = name
		}
		if c.unread {
			r.todo("hosts.%s.nics.%s.ipv4: its address is in no file", h.name, name)
		}
		if c.ra && cmp.Or(way[false], name) != name {
			c.ra = false
			r.todo("hosts.%s.nics.%s.ra: left out, since the way to the internet for IPv6 is that of %s", h.name, name, way[false])
		}
		var nic object
		if mac := c.mac; mac != "" && !format.MAC(mac).Bad() {
			nic.set("mac", mac)
		} else {
			nic.set("mac", fmt.Sprintf("%s%02x", todoMAC[:len(todoMAC)-2], i+1), "TODO: of "+name+", as ip link on the host shows it")
			r.todo("hosts.%s.nics.%s.mac: as ip link on the host shows it (gen probe prints cards and disks)", h.name, name)
		}
		static = c.say(&nic) || static
		if c.asks() && way[true] != name {
			nic.set("defaultRoute", false, "the way to the internet is that of "+way[true])
		}
		nics.set(name, nic)
	}
	if !static {
		r.todo("hosts.%s.node: the IPv4 address that DHCP gives the host", h.name)
		o.set("node", todoNode, "TODO: the IPv4 address that DHCP gives it")
	}
	o.set("nics", nics)
}

// asks tells whether DHCP gives a card its IPv4 address: networkd asks where it is told to,
// and NixOS for each card that it is not told more of (networking.useDHCP).
func (c *card) asks() bool {
	four := slices.ContainsFunc(c.addresses, func(a string) bool { p, err := netip.ParsePrefix(a); return err == nil && p.Addr().Is4() })
	return !four && (c.unread || c.dhcp == "yes" || c.dhcp == "" && c.unit == "")
}

// say says the addresses of a card, and tells whether it has an IPv4 address of its own.
func (c *card) say(nic *object) bool {
	var more []string
	first := map[bool]netip.Prefix{} // by whether it is IPv4
	for _, text := range c.addresses {
		p, err := netip.ParsePrefix(text)
		if _, has := first[p.Addr().Is4()]; err != nil || has {
			if err == nil && !slices.Contains(more, text) {
				more = append(more, text)
			}
			continue
		}
		first[p.Addr().Is4()] = p
	}
	for _, four := range []bool{true, false} {
		p, has := first[four]
		switch {
		case !has && four && !c.asks():
			nic.set("ipv4", "none")
		case has:
			ip := object{{name: "address", value: p.String()}}
			i := slices.IndexFunc(c.gateways, func(g string) bool { a, err := netip.ParseAddr(g); return err == nil && a.Is4() == four })
			if i >= 0 {
				gateway := netip.MustParseAddr(c.gateways[i])
				ip.set("gateway", gateway.String())
				if !p.Contains(gateway) && !gateway.IsLinkLocalUnicast() {
					ip.set("onLink", true)
				}
			} else if !four {
				ip.set("gateway", "")
			}
			nic.set(map[bool]string{true: "ipv4", false: "ipv6"}[four], ip)
		}
	}
	if len(more) > 0 {
		nic.set("addresses", more)
	}
	if c.mtu >= 576 && c.mtu <= 9216 {
		nic.set("mtu", c.mtu)
	}
	if c.ra {
		nic.set("ra", true)
	}
	var dns []string
	for _, server := range c.dns {
		if _, err := netip.ParseAddr(server); err == nil && !slices.Contains(dns, server) {
			dns = append(dns, server)
		}
	}
	if len(dns) > 0 {
		nic.set("dns", dns)
	}
	_, static := first[true]
	return static
}
