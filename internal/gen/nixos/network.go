package nixos

import (
	"net/netip"
	"strconv"

	"sitegen/internal/site"
)

// network fills network.nix.
type network struct {
	Open    []opening
	Devices []netdev
	Links   []link
}

// opening is a rule of the firewall, whose families are apart in nftables.
type opening struct {
	Family, Protocol string
	From             []netip.Prefix
	Ports            []int
}

// netdev is an interface that networkd makes.
type netdev struct {
	File, Name, Kind string
	MTU              string
	MAC              string // "" for a VLAN, which has that of what it is on
	VLAN             int    // its tag
	Bond             string // its mode
	LACP             bool
}

// link is what networkd is told about a card, a VLAN or a bond.
type link struct {
	File   string // in front of networkd's own
	MAC    string // finds a card
	Name   string // finds what networkd has made
	MTU    string // what networkd makes has it from the start too
	Online string // whether the host is online only with it
	Bond   string // that the card is of
	VLANs  []string
	DHCP   string
	IsDHCP bool
	Aside  bool // takes DHCP's address alone
	RA     bool

	Addresses []netip.Prefix
	More      []more
	Routes    []route
	DNS       []netip.Addr

	way4, way6 bool // to the internet
}

// more is an address that the host answers at, and does not send from by itself.
type more struct {
	Address netip.Prefix
	IPv6    bool
}

type route struct {
	To      string // "" for the internet
	Gateway netip.Addr
	OnLink  bool
}

// networkOf names the files so that what is found by its name comes before the cards:
// networkd takes the first file that matches, and a VLAN has the MAC of its card.
func networkOf(h *site.Host) network {
	n := network{Open: openingsOf(h), Devices: devicesOf(h)}
	for _, v := range h.VLANs {
		l := linkOf(h, &v.Link)
		l.File, l.Name = "05-"+v.Name, v.Name
		n.Links = append(n.Links, l)
	}
	for _, b := range h.Bonds {
		l := linkOf(h, &b.Link)
		l.File, l.Name = "05-"+b.Name, b.Name
		n.Links = append(n.Links, l)
	}
	for _, card := range h.NICs {
		l := linkOf(h, &card.Link)
		l.File, l.MAC, l.Bond = "10-"+card.Name, card.MAC, card.Bond
		n.Links = append(n.Links, l)
	}
	n.addDNS()
	return n
}

func openingsOf(h *site.Host) []opening {
	var all []opening
	for _, o := range h.Open {
		p := prefixesOf(o.From)
		if p == nil {
			continue
		}
		if len(p.V4) > 0 {
			all = append(all, opening{"ip", o.Protocol, p.V4, o.Ports})
		}
		if len(p.V6) > 0 {
			all = append(all, opening{"ip6", o.Protocol, p.V6, o.Ports})
		}
	}
	return all
}

// devicesOf are the VLANs and bonds: systemd.netdev(5).
func devicesOf(h *site.Host) []netdev {
	var all []netdev
	for _, b := range h.Bonds {
		all = append(all, netdev{File: "10-" + b.Name, Name: b.Name, Kind: "bond", MTU: mtuOf(h, &b.Link), MAC: b.MAC, Bond: b.Mode, LACP: b.Mode == "802.3ad"})
	}
	for _, v := range h.VLANs {
		all = append(all, netdev{File: "10-" + v.Name, Name: v.Name, Kind: "vlan", MTU: mtuOf(h, &v.Link), VLAN: v.ID})
	}
	return all
}

// mtuOf is the size of a link's packets where the spec says one, in text, as nixpkgs wants
// sizes in bytes (nixos/lib/systemd-lib.nix, assertByteFormat). A VLAN is told that of what
// it is on: else it would have what that has at the moment.
func mtuOf(h *site.Host, l *site.Link) string {
	if bytes, said := h.LinkMTU(l); said {
		return strconv.Itoa(bytes)
	}
	return ""
}

func linkOf(h *site.Host, from *site.Link) link {
	to := link{MTU: mtuOf(h, from), Online: "no", DHCP: "no", RA: from.RA, DNS: from.DNS}
	if from.IPv4.Mode == "dhcp" {
		to.DHCP, to.IsDHCP, to.way4 = "ipv4", true, from.DefaultRoute
		to.Aside = !from.DefaultRoute
	}
	to.way6 = from.RA
	to.add(from.IPv4.Address, from.IPv4.Gateway, from.IPv4.OnLink)
	to.add(from.IPv6.Address, from.IPv6.Gateway, from.IPv6.OnLink)
	for _, p := range from.Addresses {
		to.More = append(to.More, more{p, p.Addr().Is6()})
	}
	for _, r := range from.Routes {
		to.Routes = append(to.Routes, route{To: r.To.String(), Gateway: r.Via})
	}
	for _, v := range h.VLANs {
		if v.On == from.Name {
			to.VLANs = append(to.VLANs, v.Name)
		}
	}
	// A card in a private network must not hold up the start when its cable is out;
	// but one that has the node's address is what k3s waits for (nixpkgs, services.k3s:
	// after network-online.target). A cable that is out then costs two minutes, after
	// which the target is reached all the same (systemd-networkd-wait-online(8)); ssh
	// does not wait.
	if to.way4 || to.way6 || from.Has(h.NodeIP) {
		to.Online = "routable"
	}
	return to
}

func (l *link) add(address netip.Prefix, gateway netip.Addr, onLink bool) {
	if address.IsValid() {
		l.Addresses = append(l.Addresses, address)
	}
	if gateway.IsValid() {
		l.Routes = append(l.Routes, route{Gateway: gateway, OnLink: onLink})
		l.way4, l.way6 = l.way4 || gateway.Is4(), l.way6 || gateway.Is6()
	}
}

// addDNS gives public resolvers to a host that nobody else gives any: glibc and
// kubelet take three at most.
func (n *network) addDNS() {
	var way *link
	for i := range n.Links {
		l := &n.Links[i]
		if l.IsDHCP && !l.Aside || len(l.DNS) > 0 {
			return
		}
		if way == nil && (l.way4 || l.way6) {
			way = l
		}
	}
	if way == nil {
		return
	}
	if way.way4 {
		way.DNS = append(way.DNS, netip.AddrFrom4([4]byte{1, 1, 1, 1}), netip.AddrFrom4([4]byte{9, 9, 9, 9}))
	}
	if way.way6 {
		way.DNS = append(way.DNS, netip.AddrFrom16([16]byte{0x26, 0x06, 0x47, 0, 0x47, 0, 14: 0x11, 15: 0x11}))
	}
}
