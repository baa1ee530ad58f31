package rules

import (
	"net/netip"
	"slices"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

func clusterRules() []Rule {
	return []Rule{
		{ID: "cluster-network", Severity: diag.Error, Summary: "Pods and Services have IPv4 networks: room for a /24 for each node, and for the tenth address, which is the cluster's DNS.",
			Bad: `cluster: services: "10.43.0.0/29"`, Good: `cluster: services: "10.43.0.0/16"`, check: checkClusterNetworks},
		{ID: "cluster-network-public", Severity: diag.Warning, Summary: "Pods and Services have private networks: what they hide of the internet cannot be reached.",
			Bad: `cluster: services: "8.8.0.0/16"`, Good: `cluster: services: "10.43.0.0/16"`, check: checkClusterPublic},
		{ID: "network-overlap", Severity: diag.Error, Summary: "The networks of pods, Services and hosts do not overlap, nor do those of two cards of one host.",
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
			c.report(diag.Path{"cluster", []string{"pods", "services"}[i]}, "%s is an IPv6 network, but has to be an IPv4 one", p).WithHint("pods reach IPv6 through their node")
			six = true
		}
	}
	if six {
		return
	}
	for i, p := range []netip.Prefix{pods, services} {
		if why := reservedNetwork(p); why != "" {
			c.report(diag.Path{"cluster", []string{"pods", "services"}[i]}, "%s overlaps %s", p, why).WithHint("take a private network, like the defaults 10.42.0.0/16 and 10.43.0.0/16")
		}
	}
	if pods.IsValid() {
		room := 0
		if pods.Bits() <= nodeBits {
			room = 1 << (nodeBits - pods.Bits())
		}
		if n := len(c.spec.Hosts); room < n {
			c.report(diag.Path{"cluster", "pods"}, "%s has room for %s with a /%d each, and there are %d hosts", pods, format.Count(room, "node"), nodeBits, n).WithHint("10.42.0.0/16, the default, has room for 256")
		}
	}
	switch {
	case !services.IsValid():
	case services.Bits() > maxServicesBits:
		c.report(diag.Path{"cluster", "services"}, "%s is too small: its tenth address is the cluster's DNS", services).WithHint("10.43.0.0/16 is the default, a /%d the least", maxServicesBits)
	case services.Bits() < minServicesBits:
		c.report(diag.Path{"cluster", "services"}, "%s is larger than Kubernetes takes for Services", services).WithHint("10.43.0.0/16 is the default, a /%d the most", minServicesBits)
	}
}

// reservedNetwork names the addresses in a network that no pod can have (RFC 6890).
func reservedNetwork(p netip.Prefix) string {
	for _, r := range []struct{ prefix, what string }{
		{"0.0.0.0/8", "0.0.0.0/8, which stands for no address"},
		{"127.0.0.0/8", "127.0.0.0/8, the loopback addresses"},
		{"169.254.0.0/16", "169.254.0.0/16, the link-local addresses"},
		{"224.0.0.0/4", "224.0.0.0/4, the multicast addresses"},
		{"240.0.0.0/4", "240.0.0.0/4, which is reserved"},
	} {
		if p.IsValid() && p.Overlaps(netip.MustParsePrefix(r.prefix)) {
			return r.what
		}
	}
	return ""
}

// privateNetworks are for any network of one's own: RFC 1918, and RFC 6598 and
// RFC 2544, which are routed nowhere on the internet either.
func privateNetworks() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
		netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("198.18.0.0/15")}
}

func checkClusterPublic(c *checker) {
	for i, p := range []netip.Prefix{c.site.Cluster.Pods, c.site.Cluster.Services} {
		if !p.IsValid() || !p.Addr().Is4() || reservedNetwork(p) != "" {
			continue
		}
		private := slices.ContainsFunc(privateNetworks(), func(n netip.Prefix) bool { return n.Bits() <= p.Bits() && n.Contains(p.Addr()) })
		if !private {
			c.report(diag.Path{"cluster", []string{"pods", "services"}[i]}, "%s is no private network: what has these addresses on the internet is out of reach for the cluster", p).
				WithHint("10.42.0.0/16 and 10.43.0.0/16 are the defaults")
		}
	}
}

func checkOverlaps(c *checker) {
	var owners []prefixOwner
	add := func(p netip.Prefix, what, host string, at diag.Path) {
		if p.IsValid() {
			owners = append(owners, prefixOwner{p, what, host, at})
		}
	}
	add(c.site.Cluster.Pods, "the pods", "", diag.Path{"cluster", "pods"})
	add(c.site.Cluster.Services, "the Services", "", diag.Path{"cluster", "services"})
	c.eachStatic(func(s static) {
		add(s.Prefix, "the "+whatLink(s.link)+" "+s.link.Name+" of "+s.host.Name, s.host.Name, s.at)
	})
	for i, a := range owners {
		for _, b := range owners[:min(i, clusterOwners(owners))] {
			c.overlap(a, b)
		}
		if a.host == "" {
			continue
		}
		for j := i - 1; j >= 0 && owners[j].host == a.host; j-- {
			if owners[j].what != a.what { // several addresses in one network of a card are no matter
				c.overlap(a, owners[j])
			}
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
	if newer, _ := c.later(a.at, b.at); !c.ix.Has(a.at) || c.ix.Has(b.at) && newer.Key() == b.at.Key() {
		a, b = b, a
	}
	if !c.ix.Has(b.at) {
		b.what += " by default"
	}
	p := c.report(a.at, "%s, the network of %s, overlaps %s, that of %s", a.prefix.Masked(), a.what, b.prefix.Masked(), b.what).
		WithHint("take another network, from 10.0.0.0/8 for example")
	if c.ix.Has(b.at) {
		c.note(p, b.at, "the other network")
	}
}

// prefixOwner is a network of the site and what says so.
type prefixOwner struct {
	prefix netip.Prefix
	what   string
	host   string // "" for the cluster's own
	at     diag.Path
}
