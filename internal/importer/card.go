package importer

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"sitegen/internal/format"
)

// card is a network card as NixOS has it: of systemd.network.networks or networking.interfaces.
type card struct {
	unit, name, mac string // of systemd-networkd, of the interface
	addresses       []string
	gateways, dns   []string
	ra              bool
	dhcp            string // "yes", "no" or ""
	mtu             int
	unread          bool // an address is not known
}

// knownOfCards are the settings that cards are read from (systemd.network(5), NixOS
// nixos/modules/tasks/network-interfaces.nix).
var knownOfCards = regexp.MustCompile(`^(systemd\.network\.(enable|networks\.[^.]+\.(matchConfig\.(MACAddress|PermanentMACAddress|Name)|address|addresses|gateway|dns|DHCP|routes|linkConfig\.(RequiredForOnline|MTUBytes)|networkConfig\.(Address|Gateway|DNS|DHCP|IPv6AcceptRA)))|` +
	`networking\.(useNetworkd|nameservers|defaultGateway6?(\.address|\.interface)?|interfaces\.[^.]+\.(useDHCP|ipv[46]\.addresses)))$`)

// readOfCard tells whether all of a setting of a module is read.
func (h *host) readOfCard(p string, v any) bool {
	if !knownOfCards.MatchString(p) || strings.Contains(fmt.Sprint(v), unknownValue) {
		return false
	}
	if rest, ok := strings.CutPrefix(p, "systemd.network.networks."); ok {
		unit, field, _ := strings.Cut(rest, ".")
		if h.virtual(h.said("systemd.network.networks." + unit + ".matchConfig.Name")) {
			return false
		}
		switch field {
		case "routes":
			return !slices.ContainsFunc(items(v), func(r any) bool { return gatewayOf(r) == "" })
		case "addresses":
			return !slices.ContainsFunc(items(v), func(a any) bool { return len(beyond(a, "Address", "addressConfig.Address")) > 0 })
		}
	}
	if rest, ok := strings.CutPrefix(p, "networking.interfaces."); ok {
		name, _, _ := strings.Cut(rest, ".")
		return !h.virtual(name)
	}
	return true
}

// virtual tells whether an interface is a VLAN, a bond, a bridge or a tunnel, which are for
// their owner to say.
func (h *host) virtual(name string) bool {
	for p, v := range h.settings {
		device, _ := strings.CutPrefix(p, "networking.")
		kind, rest, _ := strings.Cut(device, ".")
		of, _, _ := strings.Cut(rest, ".")
		if strings.HasPrefix(p, "systemd.network.netdevs.") && strings.HasSuffix(p, ".netdevConfig.Name") && text(v) == name ||
			slices.Contains([]string{"vlans", "bonds", "bridges", "wireguard"}, kind) && of == name {
			return name != ""
		}
	}
	return name == "lo"
}

// gatewayOf is the router of a route that is the way to all, and nothing more.
func gatewayOf(r any) string {
	if inner := at(r, "routeConfig"); inner != nil { // of NixOS before 24.11
		r = inner
	}
	if to := text(r, "Destination"); to != "" && !strings.HasSuffix(to, "/0") || len(beyond(r, "Gateway", "GatewayOnLink", "Destination")) > 0 {
		return ""
	}
	return text(r, "Gateway")
}

// cards are those of a host's modules, by the names that the spec gives them.
func (h *host) cards() map[string]*card {
	all := map[string]*card{}
	get := func(unit, name string) *card {
		key := cmp.Or(unit, name)
		if all[key] == nil {
			all[key] = &card{unit: unit, name: name}
		}
		return all[key]
	}
	for _, name := range texts(h.flake, "NICs") {
		get("", name)
	}
	for _, p := range slices.Sorted(maps.Keys(h.settings)) {
		if rest, ok := strings.CutPrefix(p, "systemd.network.networks."); ok {
			unit, field, _ := strings.Cut(rest, ".")
			get(unit, "").networkd(field, h.settings[p])
		} else if rest, ok := strings.CutPrefix(p, "networking.interfaces."); ok {
			name, field, _ := strings.Cut(rest, ".")
			get("", name).scripted(field, h.settings[p])
		}
	}
	named := map[string]*card{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		c := all[key]
		if c.unit != "" && c.name == "" && c.mac == "" && len(c.addresses)+len(c.gateways) == 0 && c.dhcp == "" {
			continue // of a VLAN, a bridge or a kind of cards, which says nothing that is read
		}
		if h.virtual(c.name) {
			continue
		}
		name := c.name
		if c.unit != "" && all[name] == nil {
			name = strings.TrimLeft(c.unit, "0123456789-")
		}
		if name = slug(name); format.Label("a network card", name, 27).Bad() {
			name = "card"
		}
		for n, first := 2, name; named[name] != nil; n++ {
			if old := named[name]; old.mac == "" || c.mac == "" || old.mac == c.mac {
				c = old.with(c)
				break
			}
			name = fmt.Sprintf("%s-%d", first, n)
		}
		named[name] = c
	}
	h.ways(named)
	return named
}

// networkd takes a setting of systemd.network.networks.UNIT.
func (c *card) networkd(field string, v any) {
	switch strings.TrimPrefix(field, "networkConfig.") {
	case "matchConfig.MACAddress", "matchConfig.PermanentMACAddress":
		c.mac = strings.ToLower(text(v))
	case "matchConfig.Name":
		if name := text(v); !strings.ContainsAny(name, "*?[ !") && name != unknownValue {
			c.name = name
		}
	case "address", "Address":
		c.addresses = append(c.addresses, listed(v)...)
		c.unread = slices.Contains(c.addresses, unknownValue)
	case "gateway", "Gateway":
		c.gateways = append(c.gateways, listed(v)...)
	case "dns", "DNS":
		c.dns = append(c.dns, listed(v)...)
	case "DHCP":
		c.dhcp = map[bool]string{true: "yes", false: "no"}[slices.Contains([]string{"yes", "true", "ipv4"}, text(v))]
	case "IPv6AcceptRA":
		c.ra = slices.Contains([]string{"yes", "true"}, text(v))
	case "routes":
		for _, r := range items(v) {
			if g := gatewayOf(r); g != "" {
				c.gateways = append(c.gateways, g)
			}
		}
	case "addresses":
		for _, a := range items(v) {
			c.addresses = append(c.addresses, cmp.Or(text(a, "Address"), text(a, "addressConfig", "Address")))
		}
	case "linkConfig.MTUBytes":
		c.mtu = number(v)
	}
}

// scripted takes a setting of networking.interfaces.NAME.
func (c *card) scripted(field string, v any) {
	switch field {
	case "ipv4.addresses", "ipv6.addresses":
		for _, a := range items(v) {
			c.addresses = append(c.addresses, text(a, "address")+"/"+text(a, "prefixLength"))
			c.unread = c.unread || text(a, "address") == unknownValue
		}
	case "useDHCP":
		c.dhcp = map[bool]string{true: "yes", false: "no"}[text(v) == "true"]
	}
}

// listed are texts, of a list or a single one.
func listed(v any) []string {
	if t := text(v); t != "" {
		return []string{t}
	}
	return texts(v)
}

// with adds what another setting says of the same card.
func (c *card) with(o *card) *card {
	return &card{cmp.Or(c.unit, o.unit), cmp.Or(c.name, o.name), cmp.Or(c.mac, o.mac), append(c.addresses, o.addresses...), append(c.gateways, o.gateways...),
		append(c.dns, o.dns...), c.ra || o.ra, cmp.Or(c.dhcp, o.dhcp), max(c.mtu, o.mtu), c.unread || o.unread}
}

// ways gives networking's gateways and name servers to the card that reaches them: the one
// that is named, whose network has the address, or the only one with addresses.
func (h *host) ways(cards map[string]*card) {
	names := slices.Sorted(maps.Keys(cards))
	for _, setting := range []string{"networking.defaultGateway", "networking.defaultGateway6"} {
		gateway, err := netip.ParseAddr(cmp.Or(h.said(setting+".address"), h.said(setting)))
		if err != nil {
			continue
		}
		of := h.said(setting + ".interface")
		if cards[of] == nil {
			of = ""
		}
		for _, name := range names {
			for _, a := range cards[name].addresses {
				if p, err := netip.ParsePrefix(a); err == nil && (p.Contains(gateway) || of == "" && len(names) == 1 && p.Addr().Is4() == gateway.Is4()) {
					of = cmp.Or(of, name)
				}
			}
		}
		if of != "" {
			cards[of].gateways = append(cards[of].gateways, gateway.String())
		}
	}
	for _, name := range names {
		if servers := listed(h.settings["networking.nameservers"]); len(cards[name].gateways) > 0 && len(servers) > 0 {
			cards[name].dns = append(cards[name].dns, servers...)
			return
		}
	}
}
