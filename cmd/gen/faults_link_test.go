package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sitegen/internal/site"
)

// linkFaults are about VLANs, bonds, more addresses and what the firewall opens.
func linkFaults() []fault {
	perHost := func(check func(f *finding, h *site.Host, modules any)) func(*output) []string {
		return func(r *output) []string {
			var f finding
			for _, h := range r.site.Hosts {
				check(&f, h, r.hosts[h.Name])
			}
			return f
		}
	}
	has := func(what func(h *site.Host) bool) func(*output) bool {
		return func(r *output) bool { return slices.ContainsFunc(r.site.Hosts, what) }
	}
	vlans := has(func(h *site.Host) bool { return len(h.VLANs) > 0 })
	bonds := has(func(h *site.Host) bool { return len(h.Bonds) > 0 })
	device := func(modules any, name string) any {
		return dig(modules, "network", "systemd", "network", "netdevs", "10-"+name)
	}
	return []fault{
		{
			name:   "interfaces or packets' size that Cilium is told",
			breaks: "hosts have other interfaces: one that is not named has no Cilium, or drops its VLANs' packets, and a size for all is too large where a VLAN takes less",
			check: func(r *output) []string {
				var f finding
				for _, key := range []string{"devices", "MTU", "nodePort"} {
					f.unless(dig(r.values("cilium"), key) == nil, "%s is set", key)
				}
				return f
			},
			again: []func(map[string]string){swap("k8s/terraform-*/values/cilium.yaml", `^bpf:\n`, "MTU: 1500\nbpf:\n"), swap("k8s/terraform-*/values/cilium.yaml", `^bpf:\n`, "devices: [eth0]\nbpf:\n")},
		},
		{
			name: "VLAN that is taken for its card", nix: true,
			breaks:  "both have one MAC: what is found by it, or by a name in a file behind the card's, may get the other's addresses (systemd.network(5): the first file that matches)",
			applies: vlans,
			check: perHost(func(f *finding, h *site.Host, modules any) {
				networks := dig(modules, "network", "systemd", "network", "networks")
				for _, l := range h.Links() {
					if l.Kind == site.LinkNIC {
						continue
					}
					files := entries(networks)
					at := slices.IndexFunc(files, func(name string) bool { return text(networks, name, "matchConfig", "Name") == l.Name })
					card := slices.IndexFunc(files, func(name string) bool { return text(networks, name, "matchConfig", "PermanentMACAddress") != "" })
					f.unless(at >= 0 && at < card, "%s: %s in %q", h.Name, l.Name, files)
				}
			}),
			again: []func(map[string]string){swap(networkNix, `"05-private"`, `"20-private"`), swap(networkNix, `matchConfig\.Name = "private"`, `matchConfig.PermanentMACAddress = "a8:a1:59:0f:60:01"`)},
		},
		{
			name: "VLAN whose packets are too large", nix: true,
			breaks:  "a vSwitch takes 1400 bytes: connections between nodes open, and hang with the first full packet",
			applies: vlans,
			check: perHost(func(f *finding, h *site.Host, modules any) {
				for _, v := range h.VLANs {
					d := device(modules, v.Name)
					f.unless(v.MTU == 0 || text(d, "netdevConfig", "MTUBytes") == strconv.Itoa(v.MTU), "%s: %s", h.Name, v.Name)
					f.unless(text(d, "netdevConfig", "Kind") == "vlan" && text(d, "vlanConfig", "Id") == strconv.Itoa(v.ID), "%s: %s has another tag", h.Name, v.Name)
				}
			}),
			again: []func(map[string]string){swap(networkNix, `^ +MTUBytes = "1400";\n`, ""), swap(networkNix, `"1400"`, `"1500"`), swap(networkNix, `Id = 4000`, "Id = 400")},
		},
		{
			name: "VLAN on nothing", nix: true,
			breaks:  "networkd makes it where the card or bond says it: without that the node has no address, and k3s does not start",
			applies: vlans,
			check: perHost(func(f *finding, h *site.Host, modules any) {
				for _, l := range h.Links() {
					for _, v := range h.VLANs {
						on := slices.Contains(texts(networkOf(modules, h, l), "vlan"), v.Name)
						f.unless(on == (v.On == l.Name), "%s: %s on %s: %v", h.Name, v.Name, l.Name, on)
					}
				}
			}),
			again: []func(map[string]string){swap(networkNix, `^ +vlan = \[\n.*\n +\];\n`, "")},
		},
		{
			name: "bond that goes on over a dead link", nix: true,
			breaks:  "networkd's default is never to look at the links (systemd.netdev(5), MIIMonitorSec)",
			applies: bonds,
			check: perHost(func(f *finding, h *site.Host, modules any) {
				for _, b := range h.Bonds {
					f.unless(text(device(modules, b.Name), "bondConfig", "MIIMonitorSec") == "100ms", "%s: %s", h.Name, b.Name)
					for _, n := range h.NICs {
						in := slices.Equal(texts(networkOf(modules, h, &n.Link), "bond"), []string{b.Name})
						f.unless(in == slices.Contains(b.NICs, n.Name), "%s: %s in %s: %v", h.Name, n.Name, b.Name, in)
					}
				}
			}),
			again: []func(map[string]string){swap(networkNix, `^ +MIIMonitorSec = .*\n`, ""), swap(networkNix, `^ +bond = \[ "wan" \];\n`, "")},
		},
		{
			name: "bond with an address that nobody knows", nix: true,
			breaks:  "networkd makes one up of the machine's id, and the provider's switch drops it",
			applies: bonds,
			check: perHost(func(f *finding, h *site.Host, modules any) {
				for _, b := range h.Bonds {
					mac := text(device(modules, b.Name), "netdevConfig", "MACAddress")
					f.unless(mac != "" && mac == b.MAC, "%s: %s has %q", h.Name, b.Name, mac)
				}
			}),
			again: []func(map[string]string){swap(networkNix, `^ +MACAddress = .*\n`, "")},
		},
		{
			name: "host that waits for each card of a bond", nix: true,
			breaks:  "with one link dead the start waits two minutes, though the bond is up",
			applies: bonds,
			check: perHost(func(f *finding, h *site.Host, modules any) {
				for _, n := range h.NICs {
					f.unless(n.Bond == "" || text(networkOf(modules, h, &n.Link), "linkConfig", "RequiredForOnline") == "no", "%s: %s", h.Name, n.Name)
				}
			}),
			again: []func(map[string]string){swap(networkNix, `RequiredForOnline = "no"`, `RequiredForOnline = "routable"`)},
		},
		{
			name: "second address that the host sends from", nix: true,
			breaks: "mail and what has a list of allowed addresses see another one than the host's own, and pods leave from the lowest (cilium pkg/datapath/tables/node_address.go)",
			applies: has(func(h *site.Host) bool {
				return slices.ContainsFunc(h.Links(), func(l *site.Link) bool { return len(l.Addresses) > 0 })
			}),
			check: perHost(func(f *finding, h *site.Host, modules any) {
				for _, l := range h.Links() {
					var got, want []string
					for _, a := range list(networkOf(modules, h, l), "addresses") {
						got = append(got, fmt.Sprint(text(a, "Address"), text(a, "Scope"), text(a, "PreferredLifetime")))
					}
					for _, p := range l.Addresses {
						mark := "link"
						if p.Addr().Is6() {
							mark = "0"
						}
						want = append(want, fmt.Sprint(p, mark))
					}
					f.unless(slices.Equal(got, want), "%s: %s has %q", h.Name, l.Name, got)
				}
			}),
			again: []func(map[string]string){swap(networkNix, `^ +Scope = "link";\n`, ""), swap(networkNix, `^ +PreferredLifetime = 0;\n`, ""), swap(networkNix, `^ +Address = "203\.0\.113\.64/32";\n`, "          Address = \"203.0.113.64/29\";\n")},
		},
		{
			name: "SLAAC with an address that changes", nix: true,
			breaks: "privacy addresses are used in its place, and a new one each day",
			applies: has(func(h *site.Host) bool {
				return slices.ContainsFunc(h.Links(), func(l *site.Link) bool { return l.RA })
			}),
			check: perHost(func(f *finding, h *site.Host, modules any) {
				for _, l := range h.Links() {
					config := dig(networkOf(modules, h, l), "networkConfig")
					f.unless(!l.RA || text(config, "IPv6AcceptRA") == "true" && text(config, "IPv6PrivacyExtensions") == "no", "%s: %s", h.Name, l.Name)
				}
			}),
			again: []func(map[string]string){swap(networkNix, `^ +IPv6PrivacyExtensions = .*\n`, ""), swap(networkNix, `IPv6AcceptRA = true`, `IPv6AcceptRA = false`)},
		},
		{
			name: "opening for more than it says", nix: true,
			breaks:  "an exporter that shall answer one monitor answers everybody",
			applies: has(func(h *site.Host) bool { return len(h.Open) > 0 }),
			check: perHost(func(f *finding, h *site.Host, modules any) {
				var want []string
				for _, o := range h.Open {
					for _, family := range []string{"ip", "ip6"} {
						var from, ports []string
						for _, p := range o.From {
							if p.Addr().Is6() == (family == "ip6") {
								from = append(from, p.String())
							}
						}
						for _, p := range o.Ports {
							ports = append(ports, strconv.Itoa(p))
						}
						if len(from) > 0 {
							want = append(want, fmt.Sprintf("%s saddr { %s } %s dport { %s } accept\n", family, strings.Join(from, ", "), o.Protocol, strings.Join(ports, ", ")))
						}
					}
				}
				got := text(modules, "network", "networking", "firewall", "extraInputRules")
				f.unless(got == strings.Join(want, ""), "%s:\n%s", h.Name, got)
			}),
			again: []func(map[string]string){swap(networkNix, `"\$\{family\} saddr \{.*?\} \$\{protocol\}`, `"${protocol}`), swap(networkNix, `^ +9100\n`, "      9100\n      6443\n"), swap(networkNix, `"192\.0\.2\.40/32"`, `"0.0.0.0/0"`)},
		},
	}
}
