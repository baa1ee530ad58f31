package prove

import (
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// proveNetwork looks at the networks of one host.
func (p *Proof) proveNetwork(h *host) {
	m, file := h.said, h.file("network.nix")
	if m.Name != h.name && m.Name != "" {
		p.find(RuleHost, p.line(h.file("default.nix"), "hostName"), "the folder is %s, and the host calls itself %q", h.name, m.Name)
	}
	carried := map[netip.Addr]bool{}
	macs, interfaces, leased, gateways := map[string]bool{}, map[string]bool{}, false, 0
	for _, name := range slices.Sorted(maps.Keys(m.Networks)) {
		n := m.Networks[name]
		if n.Mac != "" && macs[n.Mac] {
			p.find(RuleOwners, p.line(file, n.Mac), "two networks are of the card %s", n.Mac)
		}
		macs[n.Mac] = true
		if n.Mac == "" && n.Name == "" {
			p.find(RuleHost, p.line(file, name), "the network %s is of no card", name)
		}
		if n.Mac == "" && n.Name != "" && !slices.Contains(m.Netdevs, n.Name) {
			p.find(RuleHost, p.line(file, `"`+n.Name+`"`), "no netdev makes the interface %q", n.Name)
		}
		gateways += len(n.Gateways)
		interfaces[n.Name], leased = true, leased || n.DHCP != "no"
		for _, on := range append(slices.Clone(n.On), n.Bond) {
			if on != "" && !slices.Contains(m.Netdevs, on) {
				p.find(RuleHost, p.line(file, on), "no netdev makes the interface %q", on)
			}
		}
		var prefixes []netip.Prefix
		for _, a := range n.Address {
			prefix, err := netip.ParsePrefix(a)
			if err != nil {
				p.find(RuleHost, p.line(file, a), "%q is no address with its prefix", a)
				continue
			}
			if carried[prefix.Addr()] {
				p.find(RuleOwners, p.line(file, a), "the host has the address %s twice", prefix.Addr())
			}
			carried[prefix.Addr()] = true
			prefixes = append(prefixes, prefix.Masked())
		}
		p.proveGateways(file, n, prefixes)
	}
	if gateways == 0 && !leased && len(m.Networks) > 0 {
		p.find(RuleHost, Place{File: file}, "no card of %s has a gateway", h.name)
	}
	for _, d := range m.Netdevs {
		if !interfaces[d] {
			p.find(RuleOrphan, p.line(file, `"`+d+`"`), "no network is of the interface %q", d)
		}
	}
	if ip := m.flag("node-ip"); ip != "" {
		for part := range strings.SplitSeq(ip, ",") {
			if a, err := netip.ParseAddr(part); err != nil || !carried[a] && !leased {
				p.find(RuleHost, p.line(h.file("default.nix"), "--node-ip="), "k3s takes the node for %s, which no card of %s has", part, h.name)
			}
		}
	}
}

func (p *Proof) proveGateways(file string, n network, prefixes []netip.Prefix) {
	for _, g := range n.Gateways {
		addr, err := netip.ParseAddr(g.Gateway)
		if g.Gateway == "" || strings.HasPrefix(g.Gateway, "_") {
			continue
		}
		inside := slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(addr) })
		if err != nil || !inside && !g.OnLink && !addr.IsLinkLocalUnicast() {
			p.find(RuleHost, p.line(file, `"`+g.Gateway+`"`), "the gateway %s is in no network of the card, and not said to be on the link", g.Gateway)
		}
	}
}

// proveNodes compares what hosts say of each other, and k3s' prefixes with addresses.
func (p *Proof) proveNodes() {
	nodes, owner := map[string]bool{}, map[netip.Addr]string{}
	var server *host
	for _, h := range p.hosts {
		if h.said == nil {
			return
		}
		nodes[h.said.flag("node-ip")] = true
		if h.said.Role == "server" && server == nil {
			server = h
		}
		for _, n := range h.said.Networks {
			for _, a := range n.Address {
				prefix, err := netip.ParsePrefix(a)
				if err != nil {
					continue
				}
				if other := owner[prefix.Addr()]; other != "" && other != h.name {
					p.find(RuleOwners, p.line(h.file("network.nix"), a), "%s and %s both have the address %s", other, h.name, prefix.Addr())
				}
				owner[prefix.Addr()] = h.name
			}
		}
	}
	if server == nil {
		p.find(RuleHost, Place{File: "machines"}, "no host is a server of k3s")
		return
	}
	for _, h := range p.hosts {
		p.proveServerAddr(h, nodes)
		p.proveFirewall(h, nodes)
	}
	p.provePrefixes(server, owner)
}

func (p *Proof) proveServerAddr(h *host, nodes map[string]bool) {
	addr := strings.TrimPrefix(h.said.ServerAddr, "https://")
	where := p.line(h.file("default.nix"), "serverAddr")
	if addr == "" {
		if h.said.Role == "agent" {
			p.find(RuleHost, p.line(h.file("default.nix"), "role ="), "the agent %s names no server", h.name)
		}
		return
	}
	ap, err := netip.ParseAddrPort(addr)
	if err == nil && (!nodes[ap.Addr().String()] && !ap.Addr().IsLoopback() || ap.Port() != 6443 && !ap.Addr().IsLoopback()) {
		p.find(RuleHost, where, "%s looks for the server at %s, where no node of the tree is", h.name, addr)
	}
}

var fromNodes = regexp.MustCompile(`ip6? saddr \{ ([0-9a-fA-F.:, ]+) \}`)

// proveFirewall wants the firewall to let every other node in.
func (p *Proof) proveFirewall(h *host, nodes map[string]bool) {
	const file = "roles/k3s-cilium/default.nix"
	if len(p.hosts) < 2 || !p.has(file) {
		return
	}
	let := map[string]bool{}
	for _, m := range fromNodes.FindAllStringSubmatch(h.said.Firewall, -1) {
		for a := range strings.SplitSeq(m[1], ", ") {
			let[a] = true
		}
	}
	for node := range nodes {
		if node != "" && !let[node] {
			p.find(RuleHost, p.line(file, "nodes ="), "the firewall lets the node %s in nowhere", node)
		}
	}
	for a := range let {
		if !nodes[a] {
			p.find(RuleHost, p.line(file, `"`+a+`"`), "the firewall lets %s in, which is no node", a)
		}
	}
}

// provePrefixes wants the prefixes of the cluster apart from each other and from the hosts'.
func (p *Proof) provePrefixes(server *host, owner map[netip.Addr]string) {
	const file = "roles/k3s-cilium/default.nix"
	found := map[string]netip.Prefix{}
	for _, name := range []string{"cluster-cidr", "service-cidr"} {
		said := server.said.flag(name)
		if said == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(said)
		if err != nil || prefix != prefix.Masked() {
			p.find(RuleHost, p.line(file, "--"+name), "--%s: %q is no prefix", name, said)
			continue
		}
		for other, q := range found {
			if q.Overlaps(prefix) {
				p.find(RuleHost, p.line(file, "--"+name), "%s %s and %s %s overlap", name, prefix, other, q)
			}
		}
		found[name] = prefix
		for addr, host := range owner {
			if prefix.Contains(addr) {
				p.find(RuleHost, p.line(file, "--"+name), "the address %s of %s is in %s %s", addr, host, name, prefix)
			}
		}
	}
	if dns := server.said.flag("cluster-dns"); dns != "" {
		if a, err := netip.ParseAddr(dns); err != nil || !found["service-cidr"].Contains(a) {
			p.find(RuleHost, p.line(file, "--cluster-dns"), "the cluster's DNS %s is not in the services' prefix %s", dns, found["service-cidr"])
		}
	}
}
