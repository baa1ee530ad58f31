package nixos

import (
	"net/netip"

	"sitegen/internal/site"
)

// network fills network.nix.
type network struct{ NICs []nic }

type nic struct {
	Network string // its name in systemd-networkd, in front of networkd's own
	MAC     string
	Online  string // whether the host is online only with it
	DHCP    string
	IsDHCP  bool

	Addresses []netip.Prefix
	Routes    []route
	DNS       []netip.Addr
}

type route struct {
	Gateway netip.Addr
	OnLink  bool
}

func networkOf(h *site.Host) network {
	var n network
	for _, from := range h.NICs {
		to := nic{Network: "10-" + from.Name, MAC: from.MAC, Online: "no", DHCP: "no", DNS: from.DNS}
		if from.IPv4.Mode == "dhcp" {
			to.DHCP, to.IsDHCP = "ipv4", true
		}
		to.add(from.IPv4.Address, from.IPv4.Gateway, from.IPv4.OnLink)
		to.add(from.IPv6.Address, from.IPv6.Gateway, from.IPv6.OnLink)
		// A card in a private network must not hold up the start when its cable is out;
		// but one that has the node's address is what k3s waits for (nixpkgs, services.k3s:
		// after network-online.target). A cable that is out then costs two minutes, after
		// which the target is reached all the same (systemd-networkd-wait-online(8)); ssh
		// does not wait.
		if to.IsDHCP || len(to.Routes) > 0 || from.IPv4.Address.Addr() == h.NodeIP {
			to.Online = "routable"
		}
		n.NICs = append(n.NICs, to)
	}
	n.addDNS()
	return n
}

func (n *nic) add(address netip.Prefix, gateway netip.Addr, onLink bool) {
	if address.IsValid() {
		n.Addresses = append(n.Addresses, address)
	}
	if gateway.IsValid() {
		n.Routes = append(n.Routes, route{gateway, onLink})
	}
}

// addDNS gives public resolvers to a host that nobody else gives any: glibc and
// kubelet take three at most.
func (n *network) addDNS() {
	var way *nic
	for i := range n.NICs {
		if n.NICs[i].IsDHCP || len(n.NICs[i].DNS) > 0 {
			return
		}
		if way == nil && len(n.NICs[i].Routes) > 0 {
			way = &n.NICs[i]
		}
	}
	if way == nil {
		return
	}
	four, six := false, false
	for _, r := range way.Routes {
		four, six = four || r.Gateway.Is4(), six || r.Gateway.Is6()
	}
	if four {
		way.DNS = append(way.DNS, netip.AddrFrom4([4]byte{1, 1, 1, 1}), netip.AddrFrom4([4]byte{9, 9, 9, 9}))
	}
	if six {
		way.DNS = append(way.DNS, netip.AddrFrom16([16]byte{0x26, 0x06, 0x47, 0, 0x47, 0, 14: 0x11, 15: 0x11}))
	}
}
