package nixos

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

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
	if got := fmt.Sprint(n.NICs[0].DNS, n.NICs[1].DNS); got != "[] [2606:4700:4700::1111]" {
		t.Error(got)
	}
	h.NICs[0].IPv4.Mode = "dhcp"
	if got := networkOf(h).NICs[1].DNS; got != nil {
		t.Errorf("%v beside those of DHCP", got)
	}
	h.NICs[1].IPv6.Gateway = netip.Addr{}
	h.NICs[0].IPv4.Mode = "static"
	if got := networkOf(h).NICs[1].DNS; got != nil {
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
	own := cases(t)["own"]
	if got, want := imports(own, "web1"), "scan/not-detected.nix web1/disko.nix web1/network.nix"; got != want {
		t.Errorf("imports %s, want %s", got, want)
	}
	eval(t, "import "+write(t, own)+"/hosts/web1.nix").is(attrs{
		"name": "web1", "roles": list("base", "boot", "k3s-cilium"), "machine": list("web1"), "NICs": []any{}, "users": []any{}, "cpuCores": 8.0,
	})
}
