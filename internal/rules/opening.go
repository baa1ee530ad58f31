package rules

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

func staticRouteRules() []Rule {
	return []Rule{
		{ID: "static-route", Severity: diag.Error, Summary: "A static route leads to a network of its own through a router in a network of its card, VLAN or bond; the way to the internet is gateway, and pods and Services are the cluster's.",
			Bad: `hosts: web1: nics: wan: routes: [{to: "10.0.0.0/8", via: "10.20.0.1"}]`, Good: `hosts: web1: nics: wan: routes: [{to: "10.0.0.0/8", via: "203.0.113.2"}]`, check: checkStaticRoutes},
	}
}

func openingRules() []Rule {
	return []Rule{
		{ID: "opening", Severity: diag.Error, Summary: "What the firewall opens has ports and prefixes, each once, and is not ssh, which ssh.from is for; that one names a prefix where it is said.",
			Bad: `hosts: web1: open: [{ports: [22], from: ["198.51.100.0/24"]}]`, Good: `hosts: web1: ssh: from: ["198.51.100.0/24"]`, check: checkOpenings},
		{ID: "opening-closed", Severity: diag.Error, Summary: "Ports of the cluster, which gen keeps closed, are opened to no one's but known networks.",
			Bad: `hosts: web1: open: [{ports: [6443], from: ["0.0.0.0/0"]}]`, Good: `hosts: web1: open: [{ports: [6443], from: ["198.51.100.0/24"]}]`, check: checkOpeningsClosed},
		{ID: "opening-cluster", Severity: diag.Warning, Summary: "Ports that nodes alone use are opened to no one: nodes reach each other without that.",
			Bad: `hosts: web1: open: [{ports: [10250], from: ["198.51.100.0/24"]}]`, Good: `hosts: web1: open: [{ports: [9100], from: ["198.51.100.0/24"]}]`, check: checkOpeningsCluster},
	}
}

func checkStaticRoutes(c *checker) {
	c.eachLink(func(h *site.Host, l *site.Link, at diag.Path) {
		for i, said := range l.Link.Routes {
			to, via := format.ParsePrefix(said.To), format.ParseAddr(said.Via)
			if !to.IsValid() || !via.IsValid() || to != to.Masked() {
				continue // another rule's
			}
			c.staticRoute(h, l, to, via, at.With("routes", i))
		}
	})
	for _, h := range c.site.Hosts {
		c.routesTwice(h)
	}
}

func (c *checker) staticRoute(h *site.Host, l *site.Link, to netip.Prefix, via netip.Addr, at diag.Path) {
	near := func(p netip.Prefix) bool { return p.Contains(via) && !p.IsSingleIP() }
	switch {
	case to.Bits() == 0:
		c.report(at.With("to"), "%s is the whole internet", to).WithHint("the way there is the gateway of ipv4 or ipv6")
	case to.Bits() < 4: // 0.0.0.0/1, and 2000::/3, which are all that is routed
		c.report(at.With("to"), "%s is a large part of the internet", to).WithHint("the way there is the gateway of ipv4 or ipv6; name the networks behind the router")
	case to.Addr().Is4() != via.Is4():
		c.report(at.With("via"), "%s and %s are of two families", via, to).WithHint("name the router's address in the family of the network")
	case h.Static(via):
		c.report(at.With("via"), "%s is the host's own address", via).WithHint("name the router")
	case via.Is6() && via.IsLinkLocalUnicast():
	case !slices.ContainsFunc(l.Statics(), near) && l.IPv4.Mode == "dhcp" && via.Is4(): // DHCP may give its network
	case !slices.ContainsFunc(l.Statics(), near):
		p := c.report(at.With("via"), "%s is in no network of the %s %q", via, whatLink(l), l.Name)
		p.WithHint("name a router in %s", networksOf(l))
		for _, other := range h.Links() {
			if other != l && slices.ContainsFunc(other.Statics(), near) {
				p.WithHint("say it with the %s %q, whose network has %s", whatLink(other), other.Name, via)
			}
		}
	}
	for _, own := range []struct {
		what string
		p    netip.Prefix
	}{{"pods", c.site.Cluster.Pods}, {"Services", c.site.Cluster.Services}} {
		if own.p.IsValid() && to.Bits() >= own.p.Bits() && own.p.Overlaps(to) {
			c.report(at.With("to"), "%s overlaps %s, the network of the %s, and would take their packets", to, own.p, own.what).WithHint("take another network for the %s", own.what)
		}
	}
	for _, other := range h.Links() {
		for _, p := range other.Statics() {
			if !p.IsSingleIP() && to.Bits() >= p.Bits() && p.Overlaps(to) {
				c.report(at.With("to"), "%s is in the network of the %s %q, %s, and reached without a router", to, whatLink(other), other.Name, p.Masked()).WithHint("leave the route out")
				return
			}
		}
	}
}

// networksOf lists the networks of a link in words.
func networksOf(l *site.Link) string {
	var all []string
	for _, p := range l.Statics() {
		if !p.IsSingleIP() {
			all = append(all, p.Masked().String())
		}
	}
	if len(all) == 0 {
		return "one: give it an address with a prefix length"
	}
	return format.AllOf(all)
}

func (c *checker) routesTwice(h *site.Host) {
	seen := map[netip.Prefix]diag.Path{}
	for _, l := range h.Links() {
		for i, said := range l.Link.Routes {
			to, at := format.ParsePrefix(said.To).Masked(), linkPath(h, l).With("routes", i, "to")
			if !to.IsValid() {
				continue
			}
			if first, ok := seen[to]; ok {
				newer, older := c.later(at, first)
				c.note(c.report(newer, "there is a route to %s already", to).WithHint("leave one of them out"), older, "here")
			}
			seen[to] = at
		}
	}
}

// An openPort is one port of an opening.
type openPort struct {
	port     int
	protocol string
	at       diag.Path // of the port
	of       diag.Path // of the opening
	from     []netip.Prefix
}

func (c *checker) eachOpened(f func(h *site.Host, o openPort)) {
	for _, h := range c.site.Hosts {
		for i, o := range h.Open {
			at := diag.Path{"hosts", h.Name, "open", i}
			for j, port := range o.Ports {
				f(h, openPort{port, o.Protocol, at.With("ports", j), at, o.From})
			}
		}
	}
}

func checkOpenings(c *checker) {
	for _, h := range c.site.Hosts {
		for i, o := range h.Open {
			at := diag.Path{"hosts", h.Name, "open", i}
			if len(o.Ports) == 0 {
				c.report(at.With("ports"), "opens no port").WithHint("name the ports, or take the opening out")
			}
			if len(o.Opening.From) == 0 {
				c.report(at.With("from"), "opens the ports to nobody").WithHint("name the prefixes; \"0.0.0.0/0\" and \"::/0\" are everyone")
			}
		}
	}
	for name, h := range c.spec.Hosts {
		if at := (diag.Path{"hosts", name, "ssh", "from"}); len(h.SSH.From) == 0 && c.ix.Has(at) {
			c.report(at, "names nobody, and ssh would be open to everyone").WithHint("name the prefixes, or leave it out where everyone may ask")
		}
	}
	seen := map[string][]openPort{}
	c.eachOpened(func(h *site.Host, o openPort) {
		if o.port == 22 && o.protocol == "tcp" {
			c.report(o.at, "22 is ssh").WithHint("say who reaches it as hosts.%s.ssh.from: everyone does by default", h.Name)
		}
		key := fmt.Sprint(h.Name, o.protocol, o.port)
		for _, first := range seen[key] {
			if first.of.Key() == o.of.Key() || slices.ContainsFunc(o.from, func(p netip.Prefix) bool { return slices.ContainsFunc(first.from, p.Overlaps) }) {
				newer, older := c.later(o.at, first.at)
				c.note(c.report(newer, "%d is open to the same addresses already", o.port).WithHint("leave one of them out"), older, "here")
				break
			}
		}
		seen[key] = append(seen[key], o)
	})
}

// clusterPorts are those that the firewall opens to nodes alone, and what they are.
// The API is of use to people too.
var clusterPorts = map[string]string{
	"tcp 2379": "etcd", "tcp 2380": "etcd among servers", "tcp 4240": "Cilium's health", "tcp 4244": "Hubble of a node", "tcp 6443": "the Kubernetes API", "tcp 10250": "the kubelet",
	"udp 8472": "the pods' packets between nodes", "udp 51871": "WireGuard between nodes",
}

func clusterPort(o openPort) string { return clusterPorts[fmt.Sprint(o.protocol, " ", o.port)] }

// toEveryone is the first prefix that stands for more than a network that somebody may know.
func toEveryone(from []netip.Prefix) string {
	for _, p := range from {
		if p.Addr().Is4() && p.Bits() < 8 || p.Addr().Is6() && p.Bits() < 20 {
			return p.String()
		}
	}
	return ""
}

func checkOpeningsClosed(c *checker) {
	c.eachOpened(func(h *site.Host, o openPort) {
		what, wide := clusterPort(o), toEveryone(o.from)
		if what == "" || wide == "" {
			return
		}
		hint := "leave it out: nodes reach each other without it"
		if strings.Contains(what, "API") {
			hint = "name the networks of those who use it; or reach it with ssh, as the runbook says"
		}
		c.note(c.report(o.at, "%d is %s, and would be open to everyone", o.port, what).WithHint("%s", hint), o.of.With("from"), "%s is everyone", wide)
	})
}

func checkOpeningsCluster(c *checker) {
	c.eachOpened(func(h *site.Host, o openPort) {
		what := clusterPort(o)
		if what == "" || o.port == 6443 || toEveryone(o.from) != "" {
			return
		}
		c.report(o.at, "%d is %s, which nodes alone use", o.port, what).WithHint("leave it out: nodes reach each other without it")
	})
}
