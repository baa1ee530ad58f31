package site

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// resolveZones lists the declared zones and those that follow from clients and
// redirects. Shorter names come first, so that a client's domain inside another one's
// is no zone of its own.
func resolveZones(s *Site, sp *spec.Spec) {
	for name, d := range sp.Domains {
		z := Zone{*d, name, diag.Path{"domains", name}}
		z.Records = slices.Clone(d.Records) // before those that are made, so that they keep their places
		for _, r := range MadeRecords(name, d) {
			z.Records = append(z.Records, r.Record)
		}
		z.Records = resolveRecords(name, z.Records)
		s.Zones = append(s.Zones, z)
	}
	s.ZoneNames = make(map[string]bool, len(s.Zones)+len(sp.Clients)+len(sp.Redirects))
	for _, z := range s.Zones {
		s.ZoneNames[z.Name] = true
	}
	for _, z := range impliedZones(sp) {
		if ZoneOf(s.ZoneNames, z.Name) == "" {
			s.ZoneNames[z.Name] = true
			s.Zones = append(s.Zones, z)
		}
	}
	slices.SortFunc(s.Zones, func(a, b Zone) int { return cmp.Compare(a.Name, b.Name) })
	for i := range s.Zones {
		if s.Zones[i].Primary && s.Primary == nil {
			s.Primary = &s.Zones[i]
		}
	}
}

// impliedZones are the names that are zones where they lie in none, shorter ones first:
// the domains of clients, and redirects.
func impliedZones(sp *spec.Spec) []Zone {
	var zones []Zone
	for _, name := range slices.Sorted(maps.Keys(sp.Clients)) {
		if domain := sp.Clients[name].Domain; domain != "" {
			zones = append(zones, Zone{Name: domain, At: diag.Path{"clients", name, "domain"}})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sp.Redirects)) {
		zones = append(zones, Zone{Name: name, At: diag.Path{"redirects", name}})
	}
	slices.SortStableFunc(zones, func(a, b Zone) int { return cmp.Compare(len(a.Name), len(b.Name)) })
	return zones
}

// ZoneOf is the longest of the zones that the hostname lies in, or "".
func ZoneOf(zones map[string]bool, hostname string) string {
	for name := hostname; ; {
		if zones[name] {
			return name
		}
		_, rest, ok := strings.Cut(name, ".")
		if !ok {
			return ""
		}
		name = rest
	}
}

// ZoneAround is the zone that a zone lies in, or "".
func (s *Site) ZoneAround(zone string) string {
	_, above, _ := strings.Cut(zone, ".")
	return ZoneOf(s.ZoneNames, above)
}

// resolveRecords keeps the spec's order: where several of a type stand at one name,
// the first of them keeps its place in Terraform's state.
func resolveRecords(zone string, specs []spec.Record) []Record {
	records := slices.Clone(specs)
	for i, r := range records {
		records[i].Name = r.Name + "." + zone
		if r.Name == "@" {
			records[i].Name = zone
		}
	}
	return records
}

// resolveRoutes lists every hostname that the tunnel serves. A hostname outside
// of every zone has Zone "", and a rule says so.
func resolveRoutes(s *Site, sp *spec.Spec) {
	sessions := map[string]string{}
	for _, g := range s.Groups {
		sessions[g.Name] = g.Session
	}
	add := func(r Route) {
		r.Zone = ZoneOf(s.ZoneNames, r.Hostname)
		r.Session = sessions[r.Access]
		for i := range r.AccessPaths {
			r.AccessPaths[i].Session = sessions[r.AccessPaths[i].Access]
		}
		s.Routes = append(s.Routes, r)
	}
	for _, r := range builtinRoutes(s, sp) {
		add(r)
	}
	apps := make(map[string]*Workload, len(s.Apps))
	for _, a := range s.Apps {
		apps[a.Name] = a
	}
	for _, w := range s.Workloads() {
		paths := workloadPaths(w, apps)
		kind, field := RouteClient, "clients"
		if w.Kind == KindApp {
			kind, field = RouteApp, "apps"
		}
		for i, hostname := range w.Hostnames {
			add(Route{Hostname: hostname, Kind: kind, Owner: w.Name, Target: serviceTarget(w, 0), Paths: paths,
				Access: w.Access, AccessPaths: AccessPaths(w.AccessPaths), Bypass: Sorted(w.Bypass), At: hostnamePath(s, sp, field, w.Name, i)})
		}
	}
	for _, c := range s.Served {
		var target Target
		var paths []RoutePath
		if app := apps[c.App]; app != nil { // as it serves its own hostnames
			target, paths = serviceTarget(app, 0), workloadPaths(app, apps)
		}
		for i, hostname := range c.Hostnames {
			add(Route{Hostname: hostname, Kind: RouteClient, Owner: c.Name, Target: target, Paths: paths,
				Access: c.Access, AccessPaths: AccessPaths(c.AccessPaths), Bypass: Sorted(c.Bypass), At: hostnamePath(s, sp, "clients", c.Name, i)})
		}
	}
	for _, r := range ownRoutes(s, sp) {
		add(r)
	}
	slices.SortStableFunc(s.Routes, byPrecedence)
}

// byPrecedence sorts hostnames by name, and wildcards behind them, the longest
// first: cloudflared takes the first match, and its * stands for several labels
// (cloudflared ingress/ingress.go, matchHost).
func byPrecedence(a, b Route) int {
	return cmp.Or(cmp.Compare(breadth(a.Hostname), breadth(b.Hostname)), cmp.Compare(a.Hostname, b.Hostname))
}

// breadth is 0 for a name, and the greater the more a wildcard matches. A name has
// 253 characters at most.
func breadth(hostname string) int {
	if strings.HasPrefix(hostname, "*") {
		return 256 - len(hostname)
	}
	return 0
}

func service(name, namespace string, port int) Target {
	return Target{Service: fmt.Sprintf("http://%s.%s.svc.cluster.local:%d", name, namespace, port), Namespace: namespace}
}

// builtinRoutes are Argo CD, Hubble and a way to each host's sshd.
func builtinRoutes(s *Site, sp *spec.Spec) []Route {
	under := func(label string) string {
		if s.Primary == nil {
			return ""
		}
		return label + "." + s.Primary.Name
	}
	group := DefaultGroup(sp)
	routes := []Route{{Hostname: cmp.Or(sp.ArgoCD.Hostname, under("argocd")), Kind: RouteArgoCD, Access: cmp.Or(sp.ArgoCD.Access, group),
		Target: service("argocd-server", "argocd", 80), At: diag.Path{"argocd", "hostname"}}}
	if h := sp.Cluster.Hubble; h.Enabled {
		routes = append(routes, Route{Hostname: cmp.Or(h.Hostname, under("hubble")), Kind: RouteHubble, Access: cmp.Or(h.Access, group),
			Target: service("hubble-ui", "kube-system", 80), At: diag.Path{"cluster", "hubble", "hostname"}})
	}
	for _, h := range s.Hosts {
		label := "ssh"
		if h != s.Server {
			label = "ssh-" + h.Name
		}
		h.SSH.Hostname, h.SSH.Access = cmp.Or(h.SSH.Hostname, under(label)), cmp.Or(h.SSH.Access, group)
		r := Route{Hostname: h.SSH.Hostname, Kind: RouteSSH, Owner: h.Name, Access: h.SSH.Access, At: diag.Path{"hosts", h.Name, "ssh", "hostname"}}
		if h.NodeIP.IsValid() {
			r.Service = "ssh://" + net.JoinHostPort(h.NodeIP.String(), "22")
		}
		routes = append(routes, r)
	}
	return slices.DeleteFunc(routes, func(r Route) bool { return r.Hostname == "" })
}

// hostnamePath is where the spec gives the ith hostname of a workload: a client's
// domain gives the first ones.
func hostnamePath(s *Site, sp *spec.Spec, field, name string, i int) diag.Path {
	if field == "clients" {
		n := len(domainHostnames(s.ZoneNames, sp.Clients[name]))
		if i < n {
			return diag.Path{field, name, "domain"}
		}
		i -= n
	}
	return diag.Path{field, name, "hostnames", i}
}
