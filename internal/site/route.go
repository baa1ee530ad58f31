package site

import (
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

// ownRoutes are the routes that the spec gives itself.
func ownRoutes(s *Site, sp *spec.Spec) []Route {
	var all []Route
	for _, hostname := range slices.Sorted(maps.Keys(sp.Routes)) {
		r := sp.Routes[hostname]
		own := Route{Hostname: hostname, Kind: RouteOwn, Access: r.Access, AccessPaths: AccessPaths(r.AccessPaths), Bypass: Sorted(r.Bypass),
			Target: s.target(r.To, r.Origin), At: diag.Path{"routes", hostname}}
		for _, p := range r.Paths {
			own.Paths = append(own.Paths, RoutePath{p.Path, s.target(p.To, p.Origin)})
		}
		all = append(all, own)
	}
	return all
}

// resolveNamespaces lists the namespaces of the cluster, and whether routes may lead
// to their Services.
func resolveNamespaces(s *Site) {
	s.namespaces = map[string]bool{"argocd": false, "cloudflared": false, "default": true, "kube-system": true}
	for _, w := range s.Workloads() {
		s.namespaces[w.Namespace] = true
	}
	for _, b := range s.Beside() {
		s.namespaces[b.Namespace] = true
		if slices.Contains(b.Namespaces, WebsitesNamespace) { // gen makes it without clients too
			s.namespaces[WebsitesNamespace] = true
		}
	}
}

// Namespaces are those whose Services routes may lead to, sorted.
func (s *Site) Namespaces() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.namespaces)), func(n string) bool { return !s.namespaces[n] })
}

// target reads what a route leads to; a URL that does not parse leads nowhere.
func (s *Site) target(to string, origin Origin) Target {
	o, fault := format.ParseOrigin(to)
	if fault.Bad() {
		return Target{}
	}
	t := Target{Service: to}
	if origin != (Origin{}) {
		t.Origin = &origin
	}
	if o.Status > 0 {
		return t
	}
	if name, namespace, ok := s.ServiceName(o.Host); ok {
		t.Namespace, o.Host = namespace, fmt.Sprintf("%s.%s.svc.cluster.local", name, namespace)
	} else {
		t.Port, t.Addr = o.Port, format.ParseAddr(o.Host)
		t.Node = slices.ContainsFunc(s.Hosts, func(h *Host) bool { return t.Addr.IsValid() && (h.NodeIP == t.Addr || h.Static(t.Addr)) })
	}
	t.Service = o.Scheme + "://" + net.JoinHostPort(o.Host, strconv.Itoa(o.Port))
	return t
}

// ServiceName takes the name of a Service apart: SERVICE.NAMESPACE of a namespace
// that is known, or any with .svc or .svc.cluster.local behind it.
func (s *Site) ServiceName(host string) (name, namespace string, ok bool) {
	short, svc := strings.CutSuffix(strings.TrimSuffix(host, ".cluster.local"), ".svc")
	name, namespace, ok = strings.Cut(short, ".")
	_, known := s.namespaces[namespace]
	ok = ok && !strings.Contains(namespace, ".") && (svc || known)
	return name, namespace, ok
}

// resolveTunneled lists the ports of apps that the tunnel has to reach.
func resolveTunneled(s *Site) {
	reached := map[string][]int{}
	for _, a := range s.Apps {
		reached[a.Namespace] = nil
	}
	for _, r := range s.Routes {
		for _, t := range r.Targets() {
			if of, app := reached[t.Namespace]; app {
				reached[t.Namespace] = append(of, t.servicePort())
			}
		}
	}
	for _, a := range s.Apps {
		slices.Sort(reached[a.Namespace])
		a.TunnelPorts = slices.Compact(reached[a.Namespace])
	}
}

// Targets are all that a route leads to: those of its paths, then its own.
func (r Route) Targets() []Target {
	var all []Target
	for _, p := range r.Paths {
		all = append(all, p.Target)
	}
	return append(all, r.Target)
}

// NodePorts are the ports of nodes that the spec's routes lead to, sorted.
func (s *Site) NodePorts() []int {
	var all []int
	for _, r := range s.Routes {
		for _, t := range r.Targets() {
			if t.Node {
				all = append(all, t.Port)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Admin tells whether the route leads to what runs the site.
func (r Route) Admin() bool {
	return r.Kind == RouteArgoCD || r.Kind == RouteHubble || r.Kind == RouteSSH
}

// SSH tells whether a browser can show the route as a terminal.
func (r Route) SSH() bool { return r.Kind == RouteSSH || strings.HasPrefix(r.Service, "ssh:") }

// HTTP tells whether requests go to the route's target, and not streams that a
// program like cloudflared access opens.
func (r Route) HTTP() bool {
	return strings.HasPrefix(r.Service, "http")
}
