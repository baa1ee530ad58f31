package nixos

import (
	"fmt"
	"testing"

	"sitegen/internal/gentest"
)

// TestIPv6Gateway: the way to the internet is where the one for IPv4 is, and never by a
// private network, whose link does not hold up the start either.
func TestIPv6Gateway(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ wan, lan, routes, dns string }{
		{`ipv6: address: "2001:db8:10::2/64"`, `ipv6: address: "fd00:1::2/64"`, "[]", "[1.1.1.1 9.9.9.9 2606:4700:4700::1111]"},
		{"", `ipv6: address: "2001:db8:77::2/64"`, "[]", "[1.1.1.1 9.9.9.9]"},
		{"", `ipv6: {address: "2001:db8:77::2/64", gateway: "fe80::1"}`, "[{ fe80::1 false}]", ""},
	} {
		lan := `hosts: web1: nics: lan: {mac: "a8:a1:59:0f:10:02", ipv4: address: "10.20.0.2/24", ` + tt.lan + `}`
		n := networkOf(gentest.Base(t, lan, `ipv6: address: "2001:db8:10::2/64"`, tt.wan).Server)
		if got := fmt.Sprint(n.Links[0].Routes); got != tt.routes {
			t.Errorf("%s: routes %s, want %s", tt.lan, got, tt.routes)
		}
		if online := n.Links[0].Online == "routable"; online != (tt.routes != "[]") {
			t.Errorf("%s: online is %q", tt.lan, n.Links[0].Online)
		}
		if got := fmt.Sprint(n.Links[1].DNS); tt.dns != "" && got != tt.dns {
			t.Errorf("%s: resolvers %s, want %s", tt.lan, got, tt.dns)
		}
	}
}

// TestManagement: DHCP beside the way to the internet gives an address alone.
func TestManagement(t *testing.T) {
	t.Parallel()
	s := newSite(t, `hosts: web1: nics: aside: {mac: "a8:a1:59:0f:10:02", ipv4: "dhcp", defaultRoute: false}`)
	networks := host(t, s, "web1", "7.0").at("network", "systemd", "network", "networks")
	networks.at("10-aside").is(attrs{
		"matchConfig":   attrs{"PermanentMACAddress": "a8:a1:59:0f:10:02"},
		"linkConfig":    attrs{"RequiredForOnline": "no"},
		"networkConfig": attrs{"DHCP": "ipv4", "IPv6AcceptRA": false},
		"dhcpV4Config":  attrs{"ClientIdentifier": "mac", "UseRoutes": false, "UseGateway": false, "UseDNS": false},
	})
	networks.at("10-wan", "dns").is(list("1.1.1.1", "9.9.9.9", "2606:4700:4700::1111"))
}
