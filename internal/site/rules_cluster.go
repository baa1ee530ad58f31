package site

import "net/netip"

func clusterRules() []Rule {
	return []Rule{
		{ID: "cluster-network", Severity: Error, Summary: "Pods and Services have IPv4 networks: room for a /24 for each node, and for the tenth address, which is the cluster's DNS.",
			Bad: `cluster: services: "10.43.0.0/29"`, Good: `cluster: services: "10.43.0.0/16"`, check: checkClusterNetworks},
		{ID: "network-overlap", Severity: Error, Summary: "The networks of pods, Services and hosts do not overlap, nor do those of two cards of one host.",
			Bad: `cluster: services: "10.42.128.0/20"`, Good: `cluster: services: "10.43.0.0/16"`, check: checkOverlaps},
	}
}

// Sizes of the cluster's networks. The API server takes no more than 20 bits of
// Services (kubernetes cmd/kube-apiserver/app/options/validation.go, maxCIDRBits).
const (
	nodeBits        = 24
	minServicesBits = 12
	maxServicesBits = 28
)

func checkClusterNetworks(c *checker) {
	pods, services := c.site.Cluster.Pods, c.site.Cluster.Services
	six := false
	for i, p := range []netip.Prefix{pods, services} {
		if p.IsValid() && !p.Addr().Is4() {
			c.report(Path{"cluster", []string{"pods", "services"}[i]}, "%s is an IPv6 network, but has to be an IPv4 one", p).hint("pods reach IPv6 through their node")
			six = true
		}
	}
	if six {
		return
	}
	if pods.IsValid() {
		room := 0
		if pods.Bits() <= nodeBits {
			room = 1 << (nodeBits - pods.Bits())
		}
		if n := len(c.spec.Hosts); room < n {
			c.report(Path{"cluster", "pods"}, "%s has room for %s with a /%d each, and there are %d hosts", pods, count(room, "node"), nodeBits, n).hint("10.42.0.0/16, the default, has room for 256")
		}
	}
	switch {
	case !services.IsValid():
	case services.Bits() > maxServicesBits:
		c.report(Path{"cluster", "services"}, "%s is too small: its tenth address is the cluster's DNS", services).hint("10.43.0.0/16 is the default, a /%d the least", maxServicesBits)
	case services.Bits() < minServicesBits:
		c.report(Path{"cluster", "services"}, "%s is larger than Kubernetes takes for Services", services).hint("10.43.0.0/16 is the default, a /%d the most", minServicesBits)
	}
}

func checkOverlaps(c *checker) {
	var owners []prefixOwner
	add := func(p netip.Prefix, what, host string, at Path) {
		if p.IsValid() {
			owners = append(owners, prefixOwner{p, what, host, at})
		}
	}
	add(c.site.Cluster.Pods, "the pods", "", Path{"cluster", "pods"})
	add(c.site.Cluster.Services, "the Services", "", Path{"cluster", "services"})
	c.eachStatic(func(h *Host, n *NIC, p netip.Prefix, at Path) {
		add(p, "the card "+n.Name+" of "+h.Name, h.Name, at)
	})
	for i, a := range owners {
		for _, b := range owners[:min(i, clusterOwners(owners))] {
			c.overlap(a, b)
		}
		if a.host == "" {
			continue
		}
		for j := i - 1; j >= 0 && owners[j].host == a.host; j-- {
			c.overlap(a, owners[j])
		}
	}
}

// clusterOwners is how many of the networks, at the front, are the cluster's
// own: those are compared with all others, a host's only with the same host's.
func clusterOwners(owners []prefixOwner) int {
	n := 0
	for n < len(owners) && owners[n].host == "" {
		n++
	}
	return n
}

func (c *checker) overlap(a, b prefixOwner) {
	if !a.prefix.Overlaps(b.prefix) || a.prefix.Addr() == b.prefix.Addr() && a.host != "" && b.host != "" {
		return // the same address twice is another rule's
	}
	if newer, _ := c.later(a.at, b.at); !c.ix.has(a.at) || c.ix.has(b.at) && newer.key() == b.at.key() {
		a, b = b, a
	}
	if !c.ix.has(b.at) {
		b.what += " by default"
	}
	p := c.report(a.at, "%s, the network of %s, overlaps %s, that of %s", a.prefix.Masked(), a.what, b.prefix.Masked(), b.what).
		hint("take another network, from 10.0.0.0/8 for example")
	if c.ix.has(b.at) {
		c.note(p, b.at, "the other network")
	}
}
