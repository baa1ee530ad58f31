package rules

import (
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

// nameSet is what the names of the site's domains stand for: records of the spec,
// and hostnames that lead into the tunnel.
type nameSet struct {
	zones  map[string]bool
	there  map[string]bool // names that have a record or lead into the tunnel
	alias  map[string]alias
	tunnel map[string]diag.Path
	bare   map[string]bool // wildcards of domains, which the tunnel answers 404 to
}

type alias struct {
	target string
	at     diag.Path
}

// dnsNames is nil where the spec gives no records.
func (c *checker) dnsNames() *nameSet {
	for _, d := range c.spec.Domains {
		if hasRecords(d) {
			return c.allNames()
		}
	}
	return nil
}

func (c *checker) allNames() *nameSet {
	n := &nameSet{c.site.ZoneNames, map[string]bool{}, map[string]alias{}, map[string]diag.Path{}, map[string]bool{}}
	c.eachRecord(func(zone string, r spec.Record, at diag.Path) {
		name := fullName(zone, r)
		n.there[name] = true
		if r.Type == "CNAME" {
			n.alias[name] = alias{strings.TrimSuffix(r.Content, "."), at}
		}
	})
	for _, r := range c.site.Claims() {
		n.there[r.Hostname], n.tunnel[r.Hostname] = true, r.At
	}
	for zone, d := range c.spec.Domains {
		if d.Wildcard {
			n.bare["*."+zone] = !n.there["*."+zone]
			n.there["*."+zone], n.tunnel["*."+zone] = true, diag.Path{"domains", zone, "wildcard"}
		}
	}
	return n
}

// web are the hostnames that answer, sorted.
func (n *nameSet) web() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(n.tunnel)), func(name string) bool { return strings.HasPrefix(name, "*") })
}

// find is the name whose records answer for a name: its own, or the wildcard that
// covers it (RFC 4592); "" where there are none.
func (n *nameSet) find(name string) string {
	zone := site.ZoneOf(n.zones, name)
	if zone == "" || n.there[name] {
		return name
	}
	for p := name; p != zone; {
		_, p, _ = strings.Cut(p, ".")
		if n.there["*."+p] {
			return "*." + p
		}
		if n.there[p] && p != zone {
			break // a name in between that is there hides wildcards above it
		}
	}
	return ""
}

func checkRecordLoops(c *checker) {
	n := c.dnsNames()
	if n == nil {
		return
	}
	done := map[string]bool{}
	for _, start := range slices.Sorted(maps.Keys(n.alias)) {
		var way []string
		on := map[string]int{}
		name := start
		for {
			a, ok := n.alias[name]
			if !ok || done[name] {
				break
			}
			if i, again := on[name]; again {
				c.loop(n, way[i:])
				break
			}
			on[name] = len(way)
			way = append(way, name)
			name = n.find(a.target)
		}
		for _, w := range way {
			done[w] = true
		}
	}
}

func (c *checker) loop(n *nameSet, way []string) {
	at := n.alias[way[len(way)-1]].at
	if len(way) == 1 {
		p := c.report(at.With("content"), "the name points at itself").WithHint("say where it shall lead, or leave the record out")
		if strings.HasPrefix(way[0], "*") {
			p.Message = "the wildcard covers its own target"
			p.WithHint("give the target a record of its own")
		}
		return
	}
	p := c.report(at.With("content"), "the names %s point at each other in a circle", format.AllOf(way)).WithHint("one of them has to lead somewhere else")
	for _, w := range way[:len(way)-1] {
		c.note(p, n.alias[w].at, "%s", w)
	}
}

// eachTarget calls f with every name that a record of the spec points at.
func (c *checker) eachTarget(f func(r spec.Record, target string, at diag.Path)) {
	c.eachRecord(func(_ string, r spec.Record, at diag.Path) {
		switch {
		case r.Type == "SRV" && r.SRV != nil:
			f(r, strings.TrimSuffix(r.SRV.Target, "."), at.With("srv", "target"))
		case r.Type == "MX" || r.Type == "NS" || r.Type == "CNAME":
			f(r, strings.TrimSuffix(r.Content, "."), at.With("content"))
		}
	})
}

// checkRecordTargets: what MX, NS and SRV records name must be no alias (RFC 2181,
// 10.3; RFC 2782), as all hostnames of the tunnel are.
func checkRecordTargets(c *checker) {
	n := c.dnsNames()
	if n == nil {
		return
	}
	c.eachTarget(func(r spec.Record, target string, at diag.Path) {
		name := n.find(target)
		tunnel, inTunnel := n.tunnel[name]
		a, isAlias := n.alias[name]
		switch {
		case name == "":
		case inTunnel && r.Type == "CNAME" && name == target:
			p := c.report(at, "%q leads into the tunnel, which answers 404 to a name that it does not serve itself", target).WithHint("list the name as a hostname of what it shall lead to")
			c.note(p, tunnel, "the hostname is set here")
		case inTunnel && r.Type != "CNAME":
			p := c.report(at, "%q leads into the tunnel, where only web traffic goes", target).WithHint("give the server a name of its own, with an A record")
			c.note(p, tunnel, "the hostname is set here")
		case isAlias && r.Type != "CNAME":
			p := c.report(at, "%q is an alias, and %s records name servers by their own names", target, r.Type).WithHint("write where the alias leads to, or give %q an A record", target)
			if a.target != "" && a.target != target && n.find(a.target) != name {
				p.WithHint("write where the alias leads to: %q", a.target)
			}
			c.note(p, a.at, "the alias")
		}
	})
}

func checkRecordDangling(c *checker) {
	n := c.dnsNames()
	if n == nil {
		return
	}
	c.eachTarget(func(_ spec.Record, target string, at diag.Path) {
		zone := site.ZoneOf(n.zones, target)
		if d := c.spec.Domains[zone]; d == nil || len(d.Records) == 0 || n.find(target) != "" || format.Hostname(target).Bad() {
			return
		}
		p := c.report(at, "nothing gives %q an address", target).WithHint("add its record; silence this where it is made elsewhere")
		var known []string
		for name := range n.there {
			if _, web := n.tunnel[name]; !web && site.ZoneOf(n.zones, name) == zone && !strings.HasPrefix(name, "*") && !strings.HasPrefix(name, "_") {
				known = append(known, name)
			}
		}
		if best := c.nearHostname(target, site.Sorted(known)); best != "" {
			p.WithHint("%s", format.DidYouMean(best))
		}
	})
}

// checkRecordDelegations: developers.cloudflare.com, DNS, nameserver options: NS
// records at the top of a domain count only with multi-provider DNS.
func checkRecordDelegations(c *checker) {
	c.eachRecord(func(zone string, r spec.Record, at diag.Path) {
		switch {
		case r.Type != "NS":
		case r.Name == "@":
			c.report(at.With("name"), "Cloudflare passes over NS records of %q itself, unless it shares the domain with another provider", zone).
				WithHint("leave the record out; silence this with multi-provider DNS")
		case strings.HasPrefix(r.Name, "*"):
			c.report(at.With("name"), "a wildcard delegates nothing: resolvers follow names one by one").WithHint("name what is delegated")
		}
	})
}

// checkRecordShadowed: developers.cloudflare.com, DNS, shadowed records.
func checkRecordShadowed(c *checker) {
	delegated, glue := map[string]diag.Path{}, map[string]bool{}
	c.eachRecord(func(zone string, r spec.Record, at diag.Path) {
		if r.Type == "NS" && r.Name != "@" {
			delegated[fullName(zone, r)] = at
			glue[strings.TrimSuffix(r.Content, ".")] = true
		}
	})
	if len(delegated) == 0 {
		return
	}
	above := func(name, zone string) string {
		for p := name; p != zone; {
			var ok bool
			if _, p, ok = strings.Cut(p, "."); !ok {
				return ""
			}
			if _, yes := delegated[p]; yes && p != zone { // a zone of its own is what it is delegated to
				return p
			}
		}
		return ""
	}
	c.eachRecord(func(zone string, r spec.Record, at diag.Path) {
		name := fullName(zone, r)
		if by := above(name, zone); by != "" && !(glue[name] && (r.Type == "A" || r.Type == "AAAA")) {
			c.shadowed(name, by, at.With("name"), delegated[by])
		}
	})
	for _, r := range c.site.Claims() {
		if r.Zone == "" {
			continue
		}
		if by := above(r.Hostname, r.Zone); by != "" {
			c.shadowed(r.Hostname, by, r.At, delegated[by])
		}
	}
}

func (c *checker) shadowed(name, by string, at, delegation diag.Path) {
	p := c.report(at, "%q lies below %q, for which other name servers answer", name, by).WithHint("make the record there, or take the delegation away")
	c.note(p, delegation, "delegated here")
}
