package importer

import (
	"strings"
	"testing"
)

// machine is a tree of one host with this module, and others.
func machine(t *testing.T, module string, more ...string) *Result {
	t.Helper()
	needNix(t)
	files := map[string]string{"machines/web1/default.nix": "{ lib, ... }: { system.stateVersion = \"25.11\";\n" + module + "\n}"}
	for i := 0; i < len(more); i += 2 {
		files[more[i]] = more[i+1]
	}
	return read(t, files)
}

// TestNetworkd: cards, addresses and gateways of systemd-networkd, in all its ways of saying them.
func TestNetworkd(t *testing.T) {
	r := machine(t, `
  networking.useNetworkd = true;
  systemd.network.enable = true;
  systemd.network.networks."10-wan" = {
    matchConfig.MACAddress = "A8:A1:59:0F:10:01";
    address = [ "203.0.113.10/26" "2001:db8:10::2/64" "203.0.113.11/26" ];
    routes = [ { Gateway = "203.0.113.1"; } { routeConfig = { Gateway = "fe80::1"; Destination = "::/0"; }; } ];
    networkConfig.DNS = [ "192.0.2.53" "192.0.2.54" ];
    linkConfig.RequiredForOnline = "routable";
    linkConfig.MTUBytes = "1400";
  };
  systemd.network.networks."20-lan" = {
    matchConfig.PermanentMACAddress = "a8:a1:59:0f:10:02";
    networkConfig = { Address = "10.20.0.2/24"; IPv6AcceptRA = true; };
  };
  systemd.network.networks."30-mgmt" = { matchConfig.Name = "eno3"; DHCP = "ipv4"; };
  systemd.network.networks."40-six" = { matchConfig.MACAddress = "a8:a1:59:0f:10:04"; addresses = [ { Address = "2001:db8:20::2/64"; } ]; };
  systemd.network.networks."50-routed" = { matchConfig.MACAddress = "a8:a1:59:0f:10:05"; address = [ "198.51.100.7/32" ]; };
`)
	has(t, r, `mac: "a8:a1:59:0f:10:01"`, `ipv4: {address: "203.0.113.10/26", gateway: "203.0.113.1"}`, `ipv6: {address: "2001:db8:10::2/64", gateway: "fe80::1"}`, `addresses: ["203.0.113.11/26"]`,
		`mtu: 1400`, `dns: ["192.0.2.53", "192.0.2.54"]`, `lan: {mac: "a8:a1:59:0f:10:02", ipv4: {address: "10.20.0.2/24"}}`, `mgmt: {`, `// the way to the internet is that of wan`, "six: {", `ipv4: "none"`,
		`ipv6: {address: "2001:db8:20::2/64", gateway: ""}`, `routed: {mac: "a8:a1:59:0f:10:05", ipv4: {address: "198.51.100.7/32"}}`)
	if l := r.line("machines/web1/default.nix"); l.State != "taken" {
		t.Errorf("%+v", l)
	}
	if strings.Contains(r.Spec, "node:") || strings.Contains(r.Spec, "ra: ") || !strings.Contains(strings.Join(r.Report.TODOs, "\n"), "nics.lan.ra: left out") {
		t.Errorf("%q\n%s", r.Report.TODOs, r.Spec)
	}
	r = machine(t, `systemd.network.networks."10-wan" = { matchConfig.MACAddress = "a8:a1:59:0f:10:01"; DHCP = "yes"; networkConfig.IPv6AcceptRA = true; };
  systemd.network.networks."20-xlan" = { matchConfig.MACAddress = "a8:a1:59:0f:10:02"; DHCP = "yes"; };`)
	has(t, r, `wan: {mac: "a8:a1:59:0f:10:01", ra: true}`, "defaultRoute: false", "// the way to the internet is that of wan")
}

// TestScripted: networking.interfaces, and gateways and name servers for all cards.
func TestScripted(t *testing.T) {
	r := machine(t, `
  networking.interfaces.eth0 = {
    ipv4.addresses = [ { address = "203.0.113.10"; prefixLength = 32; } { address = "203.0.113.66"; prefixLength = 29; } ];
    ipv6.addresses = [ { address = "2001:db8:10::2"; prefixLength = 64; } ];
  };
  networking.interfaces.eth1.ipv4.addresses = [ { address = "10.20.0.2"; prefixLength = 24; } ];
  networking.interfaces.eth2.useDHCP = true;
  networking.defaultGateway = { address = "198.51.100.1"; interface = "eth0"; };
  networking.defaultGateway6 = { address = "fe80::1"; interface = "eth0"; };
  networking.nameservers = [ "192.0.2.53" ];
`)
	has(t, r, `ipv4: {address: "203.0.113.10/32", gateway: "198.51.100.1", onLink: true}`, `ipv6: {address: "2001:db8:10::2/64", gateway: "fe80::1"}`, `addresses: ["203.0.113.66/29"]`,
		`ipv4: address: "10.20.0.2/24"`, `dns: ["192.0.2.53"]`, `mac: "00:00:5e:00:53:02"`)
	if l := r.line("machines/web1/default.nix"); l.State != "taken" {
		t.Errorf("%+v", l)
	}
	// the gateway without a name of a card is that of the network that it lies in
	r = machine(t, `
  networking.interfaces.eth0.ipv4.addresses = [ { address = "10.20.0.2"; prefixLength = 24; } ];
  networking.interfaces.eth1.ipv4.addresses = [ { address = "203.0.113.10"; prefixLength = 26; } ];
  networking.defaultGateway = "203.0.113.1";
`)
	has(t, r, `ipv4: address: "10.20.0.2/24"`, `ipv4: {address: "203.0.113.10/26", gateway: "203.0.113.1"}`)
}

// TestCardsTogether: one card in the flake, in two modules and by two names is one; a VLAN is none.
func TestCardsTogether(t *testing.T) {
	const flake = `{ outputs = _: { nixosConfigurations = { web1 = lib.mkHost { NICs = [ "eth0" ]; roles = [ "net" ]; }; }; }; }`
	r := machine(t, `
  services.k3s.enable = true;
  systemd.network.networks."10-wan" = { matchConfig.Name = "eth0"; address = [ "203.0.113.10/26" ]; gateway = [ "203.0.113.1" ]; };
  systemd.network.networks."20-tag" = { matchConfig.Name = "private"; address = [ "10.20.0.2/24" ]; };
`, "flake.nix", flake, "roles/net/default.nix", `{ systemd.network.netdevs."20-tag".netdevConfig = { Kind = "vlan"; Name = "private"; };
  systemd.network.networks."10-wan".dns = [ "192.0.2.53" ]; }`)
	has(t, r, "nics: eth0: {", `ipv4: {address: "203.0.113.10/26", gateway: "203.0.113.1"}`, `dns: ["192.0.2.53"]`)
	if strings.Contains(r.Spec, "10.20.0.2") {
		t.Errorf("the VLAN is a card:\n%s", r.Spec)
	}
	if needs := strings.Join(r.line("machines/web1/default.nix").Needs, "\n"); !strings.Contains(needs, "systemd.network.networks.20-tag.address") || strings.Contains(needs, "10-wan") {
		t.Error(needs)
	}
	if needs := strings.Join(r.line("roles/net/default.nix").Needs, "\n"); needs != "take systemd.network.networks.10-wan.dns out of it: nics of hosts.web1 says the same" {
		t.Error(needs)
	}
	// what is not known, or has no field, is told
	r = machine(t, `systemd.network.networks."10-wan" = { matchConfig.MACAddress = "a8:a1:59:0f:10:01"; address = [ lib.secret ]; routes = [ { Gateway = "203.0.113.1"; Table = 7; } ]; vlan = [ "x" ]; };`)
	needs := strings.Join(r.line("machines/web1/default.nix").Needs, "\n")
	for _, want := range []string{"10-wan.address", "10-wan.routes", "10-wan.vlan"} {
		if !strings.Contains(needs, want) {
			t.Errorf("nothing is said of %s: %s", want, needs)
		}
	}
}
