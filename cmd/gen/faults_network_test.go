package main

import (
	"net/netip"
	"slices"
	"strings"

	"sitegen/internal/site"
)

// networkFaults are about cards, addresses and routes.
func networkFaults() []fault {
	perHost := func(check func(f *finding, h *site.Host, modules any)) func(*output) []string {
		return func(r *output) []string {
			var f finding
			for _, h := range r.site.Hosts {
				check(&f, h, r.hosts[h.Name])
			}
			return f
		}
	}
	offLink := func(r *output) bool {
		return slices.ContainsFunc(r.site.Hosts, func(h *site.Host) bool {
			return slices.ContainsFunc(h.Links(), func(l *site.Link) bool { return l.IPv4.OnLink || l.IPv6.OnLink })
		})
	}
	ipv6 := func(r *output) bool {
		return slices.ContainsFunc(r.site.Hosts, func(h *site.Host) bool {
			return slices.ContainsFunc(h.Links(), func(l *site.Link) bool { return l.IPv6.Address.IsValid() })
		})
	}
	return []fault{
		{
			name: "card found by its name", nix: true,
			breaks: "the rescue system often calls it otherwise: the host starts without a network (nixos-anywhere#346)",
			check: perHost(func(f *finding, h *site.Host, modules any) {
				networks := dig(modules, "network", "systemd", "network", "networks")
				var macs []string
				made := entries(modules, "network", "systemd", "network", "netdevs")
				for _, name := range entries(networks) {
					match := dig(networks, name, "matchConfig")
					if slices.Contains(made, "10-"+text(match, "Name")) {
						continue // what networkd makes itself
					}
					f.unless(slices.Equal(entries(match), []string{"PermanentMACAddress"}), "%s: %s is found by %q", h.Name, name, entries(match))
					macs = append(macs, text(match, "PermanentMACAddress"))
				}
				for _, n := range h.NICs {
					f.unless(slices.Contains(macs, n.MAC), "%s: nothing for %s", h.Name, n.MAC)
				}
			}),
			again: []func(map[string]string){
				swap(networkNix, `matchConfig\.PermanentMACAddress = .*`, `matchConfig.Name = "enp1s0";`), swap(networkNix, `(matchConfig\.PermanentMACAddress = ").*"`, `${1}02:00:00:00:00:01"`),
			},
		},
		{
			name: "gateway outside of the prefix", nix: true,
			breaks:  "with a /32 the kernel refuses the route unless it is said to be on the link: no network",
			applies: offLink,
			check:   perHost(gatewaysReachable),
			again:   []func(map[string]string){swap(networkNix, `^ +GatewayOnLink = true;\n`, "")},
		},
		{
			name: "IPv6 that is left out", nix: true,
			breaks:  "the address that the provider routes is there and answers nothing: it wants a static address and fe80::1 as gateway",
			applies: ipv6,
			check:   perHost(addressesSet),
			again: []func(map[string]string){
				swap(networkNix, `^ +"2001:db8:.*::2/64"\n`, ""), swap(networkNix, `^ +\{\n +Gateway = "fe80::1";\n +\}\n`, ""), swap(networkNix, `IPv6AcceptRA = false`, "IPv6AcceptRA = true"),
			},
		},
		{
			name: "networkd that removes Cilium's routes", nix: true,
			breaks: "a restart of networkd cuts every pod off (systemd networkd.conf(5))",
			check: perHost(func(f *finding, h *site.Host, modules any) {
				config := dig(modules, "k3s", "systemd", "network", "config", "networkConfig")
				for _, name := range []string{"ManageForeignRoutes", "ManageForeignRoutingPolicyRules"} {
					f.unless(text(config, name) == "false", "%s: %s", h.Name, name)
				}
			}),
			again: []func(map[string]string){swap(k3sNix, `^ +ManageForeignRoutes = .*\n`, ""), swap(k3sNix, `^ +ManageForeignRoutingPolicyRules = .*\n`, "")},
		},
		{
			name: "dhcpcd on the interfaces of pods", nix: true,
			breaks: "it takes lxc* for cards of its own, gives them addresses and changes the default route",
			check: perHost(func(f *finding, h *site.Host, modules any) {
				n := dig(modules, "base", "networking")
				f.unless(text(n, "useNetworkd") == "true" && text(n, "useDHCP") == "false" && text(n, "dhcpcd", "enable") == "false", "%s", h.Name)
			}),
			again: []func(map[string]string){
				swap(baseNix, `^ +useDHCP = .*\n`, ""), swap(baseNix, `^ +useNetworkd = .*\n`, ""), swap(baseNix, `^ +dhcpcd\.enable = .*\n`, ""),
			},
		},
	}
}

// networkOf is what networkd is told about a card, a VLAN or a bond.
func networkOf(modules any, h *site.Host, l *site.Link) any {
	networks := dig(modules, "network", "systemd", "network", "networks")
	for _, name := range entries(networks) {
		mac := text(networks, name, "matchConfig", "PermanentMACAddress")
		card := slices.ContainsFunc(h.NICs, func(n *site.NIC) bool { return n.MAC == mac && &n.Link == l })
		if card || l.Kind != site.LinkNIC && text(networks, name, "matchConfig", "Name") == l.Name {
			return dig(networks, name)
		}
	}
	return nil
}

func gatewaysReachable(f *finding, h *site.Host, modules any) {
	for _, n := range h.Links() {
		card := networkOf(modules, h, n)
		for _, route := range list(card, "routes") {
			gateway, err := netip.ParseAddr(text(route, "Gateway"))
			if err != nil || gateway.IsLinkLocalUnicast() {
				continue
			}
			reached := text(route, "GatewayOnLink") == "true"
			for _, a := range texts(card, "address") {
				prefix, err := netip.ParsePrefix(a)
				reached = reached || err == nil && prefix.Contains(gateway)
			}
			f.unless(reached, "%s: %s is on no link of %s", h.Name, gateway, n.Name)
		}
	}
}

func addressesSet(f *finding, h *site.Host, modules any) {
	for _, n := range h.Links() {
		if !n.IPv6.Address.IsValid() || !n.IPv6.Gateway.IsValid() {
			continue
		}
		card := networkOf(modules, h, n)
		f.unless(slices.Contains(texts(card, "address"), n.IPv6.Address.String()), "%s: %s has no %s", h.Name, n.Name, n.IPv6.Address)
		f.unless(text(card, "networkConfig", "IPv6AcceptRA") == "false", "%s: %s also takes what routers say", h.Name, n.Name)
		routed := false
		for _, route := range list(card, "routes") {
			routed = routed || strings.Contains(text(route, "Gateway"), ":")
		}
		f.unless(routed, "%s: %s has no IPv6 route", h.Name, n.Name)
	}
}

// clusterFaults are about what the cluster needs of the host, and what it opens.
func clusterFaults() []fault {
	return []fault{
		{
			name: "strict reverse path filter", nix: true,
			breaks: "what pods send to the host is dropped before any rule can accept it: cilium#31565",
			check: eachHost(func(f *finding, host string, m any) {
				mode := text(m, "base", "networking", "firewall", "checkReversePath")
				f.unless(mode == "loose" || mode == "false", "%s: %q", host, mode)
			}),
			again: []func(map[string]string){swap(baseNix, `^ +checkReversePath = .*\n`, ""), swap(baseNix, `"loose"`, `"strict"`)},
		},
		{
			name: "pods that the firewall keeps from the host", nix: true,
			breaks: "what pods send to the host passes nftables: without their interfaces among the trusted ones, API, kubelet and sshd time out; the wildcard is * there, and + with iptables",
			check: eachHost(func(f *finding, host string, m any) {
				trusted := texts(m, "k3s", "networking", "firewall", "trustedInterfaces")
				wildcard := map[string]string{"true": "*"}[text(m, "base", "networking", "nftables", "enable")]
				if wildcard == "" {
					wildcard = "+"
				}
				slices.Sort(trusted)
				f.unless(slices.Equal(trusted, []string{"cilium_" + wildcard, "lxc" + wildcard}), "%s trusts %q", host, trusted)
			}),
			again: []func(map[string]string){
				swap(k3sNix, `^    "lxc\*"\n`, ""), swap(k3sNix, `^    "cilium_\*"\n`, ""), swap(k3sNix, `"lxc\*"`, `"lxc+"`), swap(baseNix, `nftables\.enable = true`, "nftables.enable = false"),
				swap(k3sNix, `"lxc\*"`, `"lxc*" "eth0"`),
			},
		},
		{
			name: "reverse path filter of each interface", nix: true,
			breaks: "the larger of `all` and the interface's own counts, and systemd sets 2 on each: 0 on `all` alone has no effect (kernel ip-sysctl)",
			check: eachHost(func(f *finding, host string, m any) {
				for _, name := range []string{"cilium_*", "lxc*"} {
					f.unless(text(m, "k3s", "boot", "kernel", "sysctl", "net.ipv4.conf."+name+".rp_filter") == "0", "%s: %s", host, name)
				}
			}),
			again: []func(map[string]string){
				both(swap(k3sNix, `^ +"net\.ipv4\.conf\.cilium_\*\.rp_filter" = 0;\n`, ""), swap(k3sNix, `"net\.ipv4\.conf\.lxc\*\.rp_filter"`, `"net.ipv4.conf.all.rp_filter"`)),
				swap(k3sNix, `rp_filter" = 0`, `rp_filter" = 1`),
			},
		},
		{
			name: "kubeconfig that everybody can read", nix: true,
			breaks: "any account of the host, and any pod with a host path, is the cluster's administrator",
			check:  k3sFlag("--write-kubeconfig-mode=600", "--write-kubeconfig-mode"),
			again:  []func(map[string]string){swap(k3sNix, `^ +"--write-kubeconfig-mode=600"\n`, ""), swap(k3sNix, `mode=600`, "mode=644")},
		},
		{
			name: "Kubernetes secrets in clear text on the disk", nix: true,
			breaks: "a copy of the cluster's database, or a disk that went back to the provider, holds every secret",
			check:  k3sFlag("--secrets-encryption", "--secrets-encryption"),
			again:  []func(map[string]string){swap(k3sNix, `^ +"--secrets-encryption"\n`, "")},
		},
		{
			name: "API and kubelet open to the internet", nix: true,
			breaks: "they listen on every address: the firewall is what stands between, with the other nodes as the only exception",
			check:  portsClosed,
			again: []func(map[string]string){
				swap(baseNix, `^    firewall = \{\n      enable = true;`, "    firewall = {\n      enable = false;"), swap(k3sNix, `^  boot\.kernel\.sysctl = \{`, "  networking.firewall.allowedTCPPorts = [ 6443 10250 ];\n$0"),
				swap(baseNix, `^    firewall = \{\n`, "    firewall = {\n      allowedTCPPortRanges = [ { from = 1; to = 65535; } ];\n"),
			},
		},
		{
			name: "node ports open to more than the nodes", nix: true,
			breaks:  "as above, on sites of several hosts",
			applies: func(r *output) bool { return r.site.Joined() },
			check:   portsClosed,
			again:   []func(map[string]string){swap(k3sNix, `^    \$\{fromNodes\} tcp`, "    tcp"), swap(k3sNix, `"ip saddr \{ .* \}"`, `""`)},
		},
	}
}
