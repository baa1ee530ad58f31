package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

// What examples of rules about two hosts begin and end with.
const (
	hostTwo   = `hosts: web2: {role: "agent", release: "26.05", stateVersion: "26.05", cpu: vendor: "amd", age: "age1rlmspzgcker7g9g2wj62m2q29psc7msp4vv67jshz8fzmpdxt35sng7j7l", disks: a: device: "/dev/disk/by-id/nvme-EXAMPLE_SN200001", users: maria: {keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBY0JKrrzZRBKd4Hc9iU0Hur3/w+KTzJFUyuvEfDbZXF maria"], groups: ["wheel"]}`
	nodeOnLAN = `hosts: web1: {node: "lan", nics: lan: {mac: "a8:a1:59:0f:10:02", ipv4: address: "10.0.0.2/24"}}`
)

func hostRules() []Rule {
	return []Rule{
		{ID: "release", Severity: diag.Error, Summary: "The NixOS release exists, and is one that the output is written for.",
			Bad: `hosts: web1: release: "26.5"`, Good: `hosts: web1: release: "26.05"`, value: true, check: checkRelease},
		{ID: "state-version", Severity: diag.Error, Summary: "stateVersion is a NixOS release, and not a newer one than release.",
			Bad: `hosts: web1: {release: "25.11", stateVersion: "26.05"}`, Good: `hosts: web1: {release: "26.05", stateVersion: "25.11"}`, check: checkStateVersion},
		{ID: "installer-kernel", Severity: diag.Error, Summary: "Arrays are not made by a newer kernel than the one that has to start from them: an older one refuses their superblock.",
			Bad: `hosts: web1: {kernel: "release", installer: kernel: "6.19"}`, Good: `hosts: web1: {kernel: "release", installer: kernel: "6.12"}`, check: checkInstallerKernel},
		{ID: "node-address", Severity: diag.Error, Summary: "An IPv4 address of each host is known, since the cluster is IPv4 only: a static one, or address or node, where DHCP gives it.",
			Bad: `hosts: web1: nics: wan: ipv4: "dhcp"`, Good: `hosts: web1: {address: "203.0.113.10", nics: wan: ipv4: "dhcp"}`, check: checkNodeAddress},
		{ID: "node", Severity: diag.Error, Summary: "A host's node is one of its cards, VLANs or bonds with a static IPv4 address, or an IPv4 address that DHCP gives one, and none of their more addresses; no two hosts have one address there, and none is inside the cluster's networks.",
			Bad: `hosts: web1: node: "lan"`, Good: `hosts: web1: {node: "lan", nics: lan: {mac: "a8:a1:59:0f:10:02", ipv4: address: "10.0.0.2/24"}}`, check: checkNode},
		{ID: "node-network", Severity: diag.Warning, Summary: "A node with a private address is reached by all other nodes: each has a card, VLAN or bond in its network, a route there, a router in a private network, or a card that DHCP gives its address.",
			Bad:  hostTwo + `, nics: wan: {mac: "a8:a1:59:0f:20:01", ipv4: {address: "203.0.113.11/26", gateway: "203.0.113.1"}}}` + "\n" + nodeOnLAN,
			Good: hostTwo + `, node: "lan", nics: {wan: {mac: "a8:a1:59:0f:20:01", ipv4: {address: "203.0.113.11/26", gateway: "203.0.113.1"}}, lan: {mac: "a8:a1:59:0f:20:02", ipv4: address: "10.0.0.3/24"}}}` + "\n" + nodeOnLAN, check: checkNodeNetwork},
		{ID: "node-source", Severity: diag.Error, Summary: "Packets from one node to another leave with the node's own address, which the firewall of the other knows: all nodes are in one network, or all reach each other by the links that have their addresses.",
			Bad:  hostTwo + `, nics: {wan: {mac: "a8:a1:59:0f:20:01", ipv4: {address: "203.0.113.11/26", gateway: "203.0.113.1"}}, lan: {mac: "a8:a1:59:0f:20:02", ipv4: address: "10.0.0.3/24"}}}` + "\n" + nodeOnLAN,
			Good: hostTwo + `, node: "lan", nics: {wan: {mac: "a8:a1:59:0f:20:01", ipv4: {address: "203.0.113.11/26", gateway: "203.0.113.1"}}, lan: {mac: "a8:a1:59:0f:20:02", ipv4: address: "10.0.0.3/24"}}}` + "\n" + nodeOnLAN, check: checkNodeSource},
		{ID: "host-address", Severity: diag.Error, Summary: "A host's address is on one of its cards, unless DHCP gives it or node says another one for the cluster, and no name of the tunnel.",
			Bad: `hosts: web1: address: "203.0.113.11"`, Good: `hosts: web1: address: "203.0.113.10"`, check: checkHostAddress},
		{ID: "k3s-flag", Severity: diag.Error, Summary: "More flags for k3s do not touch those that gen sets.",
			Bad: `cluster: k3s: flags: ["--flannel-backend=vxlan"]`, Good: `cluster: k3s: flags: ["--tls-san=k8s.example.com"]`, value: true, check: checkK3sFlags},
		{ID: "k3s-flag-unknown", Severity: diag.Warning, Summary: "Flags for k3s are some that its server knows: it does not start with others.",
			Bad: `cluster: k3s: flags: ["--tls-sans=k8s.example.com"]`, Good: `cluster: k3s: flags: ["--tls-san=k8s.example.com"]`, value: true, check: checkK3sUnknown},
	}
}

// oldestRelease is the oldest NixOS release whose options the output uses.
const oldestRelease = "25.11"

// releaseKernel is the default kernel of a release (nixpkgs
// pkgs/top-level/linux-kernels.nix, packageAliases.linux_default).
func releaseKernel(release string) string {
	if release <= "25.11" {
		return "6.12"
	}
	return "6.18" // 26.05; those after it have this one or a newer one
}

var releaseRE = format.Pattern(`^(1[3-9]|[2-9][0-9])\.(03|04|05|09|10|11|12)$`)

// isRelease tells whether there is, or will be, a NixOS release of that name:
// May and November since 2021, March and September before.
func isRelease(text string) bool {
	if !releaseRE().MatchString(text) {
		return false
	}
	year, month, _ := strings.Cut(text, ".")
	switch {
	case year >= "21":
		return month == "05" || month == "11"
	case year >= "16":
		return month == "03" || month == "09"
	}
	return slices.Contains([]string{"13.10", "14.04", "14.12", "15.09"}, text)
}

func releaseHint(text string) string {
	var year, month int
	if n, _ := fmt.Sscanf(text, "%d.%d", &year, &month); n == 2 {
		if fixed := fmt.Sprintf("%02d.%02d", year%100, month); fixed != text && isRelease(fixed) {
			return format.DidYouMean(fixed)
		}
	}
	return "releases come in May and November: \"25.11\", \"26.05\""
}

func checkRelease(c *checker) {
	for name, h := range c.spec.Hosts {
		at := diag.Path{"hosts", name, "release"}
		switch {
		case !isRelease(h.Release):
			c.report(at, "%q is no NixOS release", h.Release).WithHint("%s", releaseHint(h.Release))
		case h.Release < oldestRelease:
			c.report(at, "%q is older than %s, the oldest release that the output is written for", h.Release, oldestRelease).
				WithHint("say a newer release; stateVersion stays as it is")
		}
	}
}

func checkStateVersion(c *checker) {
	for name, h := range c.spec.Hosts {
		at := diag.Path{"hosts", name, "stateVersion"}
		switch {
		case !isRelease(h.StateVersion):
			c.report(at, "%q is no NixOS release", h.StateVersion).WithHint("%s", releaseHint(h.StateVersion))
		case isRelease(h.Release) && h.StateVersion > h.Release:
			p := c.report(at, "%q is newer than the release, %q", h.StateVersion, h.Release).WithHint("it is the release that the host was first installed with")
			c.note(p, diag.Path{"hosts", name, "release"}, "the release")
		}
	}
}

func checkInstallerKernel(c *checker) {
	for _, h := range c.site.Hosts {
		at := diag.Path{"hosts", h.Name, "installer", "kernel"}
		major, minor, ok := kernelVersion(h.Installer.Kernel)
		if h.Installer.Kernel != "" && !ok {
			c.report(at, "%q is no kernel version", h.Installer.Kernel).WithHint("write it like \"6.12\"; `uname -r` in the installer shows it")
			continue
		}
		if h.Kernel != "release" || len(h.Arrays) == 0 || !isRelease(h.Release) {
			continue
		}
		target := releaseKernel(h.Release)
		wantMajor, wantMinor, _ := kernelVersion(target)
		switch {
		case !ok:
			c.report(diag.Path{"hosts", h.Name, "kernel"}, "arrays that the installer makes may be too new for the kernel of NixOS %s, %s", h.Release, target).
				WithHint("say which kernel the installer has, as installer.kernel, or leave kernel at \"latest\"")
		case major > wantMajor || major == wantMajor && minor > wantMinor:
			p := c.report(at, "the installer's kernel, %s, is newer than that of NixOS %s, %s, which would not start from the arrays", h.Installer.Kernel, h.Release, target).
				WithHint("use an older installer, or leave kernel at \"latest\"")
			c.note(p, diag.Path{"hosts", h.Name, "kernel"}, "the release's kernel is chosen here")
		}
	}
}

var kernelRE = format.Pattern(`^(\d{1,3})\.(\d{1,3})(\.\d+)?$`)

func kernelVersion(text string) (major, minor int, ok bool) {
	m := kernelRE().FindStringSubmatch(text)
	if m == nil {
		return 0, 0, false
	}
	major, _ = strconv.Atoi(m[1])
	minor, _ = strconv.Atoi(m[2])
	return major, minor, true
}

// hasBadAddress tells whether the rule on addresses has something to say, so that
// the rules that need them can keep quiet.
func (c *checker) hasBadAddress(host string) bool {
	h, bad := c.spec.Hosts[host], false
	c.eachSpecLink(func(ipv4 spec.IPv4, l *spec.Link, at diag.Path) {
		bad = bad || at[1] == host && (ipv4.Mode == "static" && format.Interface(ipv4.Address, 4).Bad() || l.IPv6 != nil && format.Interface(l.IPv6.Address, 6).Bad())
	})
	return bad || looksLikeAddress(h.Address) && format.Address(h.Address).Bad()
}

// addressInTunnel: address is the way to a host on which nothing runs yet.
func (c *checker) addressInTunnel(h *site.Host) {
	for _, r := range c.site.Claims() {
		if r.Hostname == c.spec.Hosts[h.Name].Address {
			p := c.report(diag.Path{"hosts", h.Name, "address"}, "%q leads into the tunnel, which is not there before the host runs", r.Hostname).
				WithHint("say the IP address, or a name that has an A record")
			if c.ix.Has(r.At) {
				c.note(p, r.At, "the hostname is set here")
			}
		}
	}
}

func checkHostAddress(c *checker) {
	for _, h := range c.site.Hosts {
		c.addressInTunnel(h)
		a := format.ParseAddr(c.spec.Hosts[h.Name].Address)
		if !a.IsValid() || c.hasBadAddress(h.Name) || c.spec.Hosts[h.Name].Node != "" {
			continue // with a node of its own it may be a router's, which passes ssh on
		}
		var own []string
		for _, l := range h.Links() {
			for _, p := range l.Statics() {
				own = append(own, p.Addr().String())
			}
		}
		if !h.Carries(a) {
			p := c.report(diag.Path{"hosts", h.Name, "address"}, "no card of the host has the address %q", a).WithHint("its cards have %s", cmp.Or(strings.Join(own, ", "), "none"))
			if l := behindRouter(h); l != nil && !a.IsPrivate() {
				p.WithHint("say node: %q too, where it is the address of a router that passes ssh on to %s; else say the host's own", l.Name, l.IPv4.Address.Addr())
			}
		}
	}
}

// behindRouter is the link by which a host with a private address reaches the internet.
func behindRouter(h *site.Host) *site.Link {
	for _, l := range h.Links() {
		if a := l.IPv4.Address.Addr(); l.IPv4.Gateway.IsValid() && a.IsPrivate() {
			return l
		}
	}
	return nil
}
