package nixos

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// TestCardsByMAC: the name that a card has in the rescue system is often not the
// one it has when installed (nixos-anywhere#346).
func TestCardsByMAC(t *testing.T) {
	t.Parallel()
	networks := func(s *site.Site, name string) value {
		return host(t, s, name, "7.0").at("network", "systemd", "network", "networks")
	}
	networks(newSite(t), "web1").is(attrs{"10-wan": attrs{
		"matchConfig":   attrs{"PermanentMACAddress": "a8:a1:59:0f:10:01"},
		"linkConfig":    attrs{"RequiredForOnline": "routable"},
		"networkConfig": attrs{"DHCP": "no", "IPv6AcceptRA": false},
		"address":       list("203.0.113.10/26", "2001:db8:10::2/64"),
		"routes":        []any{attrs{"Gateway": "203.0.113.1"}, attrs{"Gateway": "fe80::1"}},
		"dns":           list("1.1.1.1", "9.9.9.9", "2606:4700:4700::1111"),
	}})
	networks(withAgent(t), "web2").is(attrs{
		"10-lan": attrs{
			"matchConfig":   attrs{"PermanentMACAddress": "a8:a1:59:0f:20:02"},
			"linkConfig":    attrs{"RequiredForOnline": "no"},
			"networkConfig": attrs{"DHCP": "no", "IPv6AcceptRA": false},
			"address":       list("10.20.0.2/24"),
		},
		"10-wan": attrs{
			"matchConfig":   attrs{"PermanentMACAddress": "a8:a1:59:0f:20:01"},
			"linkConfig":    attrs{"RequiredForOnline": "routable"},
			"networkConfig": attrs{"DHCP": "no", "IPv6AcceptRA": false},
			"address":       list("198.51.100.7/32"),
			"routes":        []any{attrs{"Gateway": "198.51.100.1", "GatewayOnLink": true}},
			"dns":           list("192.0.2.53"),
		},
	})
}

// TestNodeCard: k3s starts when the address is there that the nodes reach it at.
func TestNodeCard(t *testing.T) {
	t.Parallel()
	s := withAgent(t)
	agent := s.Hosts[slices.IndexFunc(s.Hosts, func(h *site.Host) bool { return h.Name == "web2" })]
	agent.NodeIP = netip.MustParseAddr("10.20.0.2")
	networks := host(t, s, "web2", "7.0").at("network", "systemd", "network", "networks")
	for _, card := range []string{"10-lan", "10-wan"} {
		networks.at(card, "linkConfig").is(attrs{"RequiredForOnline": "routable"})
	}
}

// TestVLAN: the nodes of golden/vlan's shape: what networkd makes, with its packets'
// size, is found by its name before the card that has the same address.
func TestVLAN(t *testing.T) {
	t.Parallel()
	s := newSite(t, `hosts: web1: {node: "private", nics: wan: {mtu: 1500, addresses: ["198.51.100.64/31", "198.51.100.98/28", "2001:db8:10::7/128"]}}
		hosts: web1: vlans: private: {on: "wan", id: 4000, mtu: 1400, ipv4: address: "10.20.0.11/24", routes: [{to: "10.30.0.0/16", via: "10.20.0.1"}]}
		hosts: web1: vlans: storage: {on: "wan", id: 4001}`)
	network := host(t, s, "web1", "7.0").at("network", "systemd", "network")
	vlan := func(name string, mtu string, id float64) attrs {
		return attrs{"netdevConfig": attrs{"Name": name, "Kind": "vlan", "MTUBytes": mtu}, "vlanConfig": attrs{"Id": id}}
	}
	network.at("netdevs").is(attrs{"10-private": vlan("private", "1400", 4000), "10-storage": vlan("storage", "1500", 4001)})
	network.at("networks", "05-private").is(attrs{
		"matchConfig":   attrs{"Name": "private"},
		"linkConfig":    attrs{"MTUBytes": "1400", "RequiredForOnline": "routable"},
		"networkConfig": attrs{"DHCP": "no", "IPv6AcceptRA": false},
		"address":       list("10.20.0.11/24"),
		"routes":        []any{attrs{"Destination": "10.30.0.0/16", "Gateway": "10.20.0.1"}},
	})
	network.at("networks", "05-storage", "linkConfig").is(attrs{"MTUBytes": "1500", "RequiredForOnline": "no"})
	card := network.at("networks", "10-wan")
	card.at("vlan").is(list("private", "storage"))
	card.at("linkConfig").is(attrs{"MTUBytes": "1500", "RequiredForOnline": "routable"})
	card.at("address").is(list("203.0.113.10/26", "2001:db8:10::2/64"))
	second := func(address string) attrs { return attrs{"Address": address, "Scope": "link"} }
	card.at("addresses").is([]any{second("198.51.100.64/32"), second("198.51.100.65/32"), second("198.51.100.98/28"), attrs{"Address": "2001:db8:10::7/128", "PreferredLifetime": 0.0}})
	machine := host(t, s, "web1", "7.0").at("machine", "services", "k3s")
	machine.at("extraFlags").is(list("--node-ip=10.20.0.11"))
}

func TestBond(t *testing.T) {
	t.Parallel()
	bond := func(more string) value {
		s := newSite(t, `hosts: web1: {nics: {left: mac: "a8:a1:59:0f:10:02", right: mac: "a8:a1:59:0f:10:03"}, bonds: trunk: {nics: ["right", "left"], ipv4: "none", `+more+`}}`)
		return host(t, s, "web1", "7.0").at("network", "systemd", "network")
	}
	network := bond(`mode: "802.3ad", mtu: 9000, dns: ["192.0.2.53"]`)
	network.at("netdevs").is(attrs{"10-trunk": attrs{
		"netdevConfig": attrs{"Name": "trunk", "Kind": "bond", "MTUBytes": "9000", "MACAddress": "a8:a1:59:0f:10:03"},
		"bondConfig":   attrs{"Mode": "802.3ad", "MIIMonitorSec": "100ms", "LACPTransmitRate": "fast", "TransmitHashPolicy": "layer2+3"},
	}})
	network.at("networks", "05-trunk").is(attrs{
		"matchConfig":   attrs{"Name": "trunk"},
		"linkConfig":    attrs{"MTUBytes": "9000", "RequiredForOnline": "no"},
		"networkConfig": attrs{"DHCP": "no", "IPv6AcceptRA": false},
		"dns":           list("192.0.2.53"),
	})
	network.at("networks", "10-left").is(attrs{
		"matchConfig": attrs{"PermanentMACAddress": "a8:a1:59:0f:10:02"},
		"linkConfig":  attrs{"RequiredForOnline": "no"},
		"bond":        list("trunk"),
	})
	network = bond(`mac: "A8:A1:59:0F:10:02"`)
	network.at("netdevs", "10-trunk", "netdevConfig", "MACAddress").is("a8:a1:59:0f:10:02")
	network.at("netdevs", "10-trunk", "bondConfig").is(attrs{"Mode": "active-backup", "MIIMonitorSec": "100ms"})
}

// TestAdvertisements: the address that follows from them stays, and the way to the
// internet is theirs.
func TestAdvertisements(t *testing.T) {
	t.Parallel()
	s := gentest.Base(t, `hosts: web1: nics: wan: {ra: true, dns: ["192.0.2.53"]}`, `ipv6: address: "2001:db8:10::2/64"`, "")
	card := host(t, s, "web1", "7.0").at("network", "systemd", "network", "networks", "10-wan")
	card.at("networkConfig").is(attrs{"DHCP": "no", "IPv6AcceptRA": true, "IPv6PrivacyExtensions": "no"})
	card.at("ipv6AcceptRAConfig").is(attrs{"UseDNS": false})
	card.at("routes").is([]any{attrs{"Gateway": "203.0.113.1"}})
}

func TestOpenings(t *testing.T) {
	t.Parallel()
	s := newSite(t, `hosts: web1: open: [{ports: [9100, 9101], from: ["198.51.100.0/24", "2001:db8:7::/48"]}, {ports: [161], protocol: "udp", from: ["192.0.2.1/32"]}]`)
	host(t, s, "web1", "7.0").at("network", "networking", "firewall", "extraInputRules").is("ip saddr { 198.51.100.0/24 } tcp dport { 9100, 9101 } accept\n" +
		"ip6 saddr { 2001:db8:7::/48 } tcp dport { 9100, 9101 } accept\nip saddr { 192.0.2.1/32 } udp dport { 161 } accept\n")
}

func TestDHCP(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Server.NICs[0].IPv4, s.Server.NICs[0].IPv6 = site.IPv4{Mode: "dhcp"}, site.IP{}
	card := host(t, s, "web1", "7.0").at("network", "systemd", "network", "networks", "10-wan")
	card.is(attrs{
		"matchConfig":   attrs{"PermanentMACAddress": "a8:a1:59:0f:10:01"},
		"linkConfig":    attrs{"RequiredForOnline": "routable"},
		"networkConfig": attrs{"DHCP": "ipv4", "IPv6AcceptRA": false},
		"dhcpV4Config":  attrs{"ClientIdentifier": "mac"},
	})
	s.Server.NICs[0].DNS = []netip.Addr{netip.MustParseAddr("192.0.2.53")}
	card = host(t, s, "web1", "7.0").at("network", "systemd", "network", "networks", "10-wan")
	card.at("dhcpV4Config").is(attrs{"ClientIdentifier": "mac", "UseDNS": false})
	card.at("dns").is(list("192.0.2.53"))
}

// TestResolvers: public ones only where nobody else gives any, and of a family
// that has a way out.
func TestResolvers(t *testing.T) {
	h := newSite(t, `hosts: web1: nics: lan: {mac: "a8:a1:59:0f:10:02", ipv4: address: "10.20.0.2/24"}`).Server
	h.NICs[1].IPv4 = site.IPv4{Mode: "none"}
	n := networkOf(h)
	if got := fmt.Sprint(n.Links[0].DNS, n.Links[1].DNS); got != "[] [2606:4700:4700::1111]" {
		t.Error(got)
	}
	h.NICs[0].IPv4.Mode = "dhcp"
	if got := networkOf(h).Links[1].DNS; got != nil {
		t.Errorf("%v beside those of DHCP", got)
	}
	h.NICs[1].IPv6.Gateway = netip.Addr{}
	h.NICs[0].IPv4.Mode = "static"
	if got := networkOf(h).Links[1].DNS; got != nil {
		t.Errorf("%v without a way out", got)
	}
}

func TestFlake(t *testing.T) {
	t.Parallel()
	dir := write(t, withAgent(t))
	flake := eval(t, fmt.Sprintf(`
		let
		  flake = import %s/flake.nix;
		  nixpkgs = name: { lib.nixosSystem = { modules }: { packages = name; modules = map toString modules; }; };
		in {
		  inherit (flake) inputs;
		  outputs = flake.outputs {
		    nixpkgs = nixpkgs "26.05";
		    nixpkgs-25-11 = nixpkgs "25.11";
		    disko.nixosModules.disko = "disko";
		    sops-nix.nixosModules.sops = "sops";
		  };
		}`, dir))
	follows := func(names ...string) attrs {
		inputs := attrs{}
		for _, name := range names {
			inputs[name] = attrs{"follows": name}
		}
		return inputs
	}
	flake.at("inputs").is(attrs{
		"nixpkgs":        attrs{"url": "github:NixOS/nixpkgs/nixos-26.05"},
		"nixpkgs-25-11":  attrs{"url": "github:NixOS/nixpkgs/nixos-25.11"},
		"disko":          attrs{"url": "github:nix-community/disko", "inputs": follows("nixpkgs")},
		"nixos-anywhere": attrs{"url": "github:nix-community/nixos-anywhere", "inputs": follows("disko", "nixpkgs")},
		"sops-nix":       attrs{"url": "github:Mic92/sops-nix", "inputs": follows("nixpkgs")},
	})
	flake.at("outputs").is(attrs{"nixosConfigurations": attrs{
		"web1": attrs{"packages": "26.05", "modules": list("disko", "sops", dir+"/machines/web1")},
		"web2": attrs{"packages": "25.11", "modules": list("disko", "sops", dir+"/machines/web2")},
	}})
}

// TestImports: a hand-written flake's mkHost brings the roles, and the user's
// own modules are found from the output root.
func TestImports(t *testing.T) {
	t.Parallel()
	imports := func(s *site.Site, name string) string {
		var ends []string
		for _, path := range host(t, s, name, "7.0").at("machine", "imports").v.([]any) {
			parts := strings.Split(path.(string), "/")
			ends = append(ends, strings.Join(parts[max(0, len(parts)-2):], "/"))
		}
		return strings.Join(ends, " ")
	}
	s := withAgent(t)
	if got, want := imports(s, "web2"), "scan/not-detected.nix roles/base roles/boot roles/k3s-cilium web2/disko.nix web2/network.nix modules/backup.nix"; got != want {
		t.Errorf("imports %s, want %s", got, want)
	}
	own := newSite(t, `output: flake: "own", hosts: web1: {cpu: cores: 8, imports: ["roles/core", "roles/k8s/node.nix"]}`)
	if got, want := imports(own, "web1"), "scan/not-detected.nix web1/disko.nix web1/network.nix k8s/node.nix"; got != want {
		t.Errorf("imports %s, want %s", got, want)
	}
	eval(t, "import "+write(t, own)+"/hosts/web1.nix").is(attrs{
		"name": "web1", "roles": list("base", "boot", "k3s-cilium", "core"), "machine": list("web1"), "NICs": []any{}, "users": []any{}, "cpuCores": 8.0,
	})
}
