package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

func routeAroundRules() []Rule {
	return []Rule{
		{ID: "route-around", Severity: diag.Warning, Summary: "No route leads around the access groups that the same place, or paths of it, have at another hostname.",
			Bad: `routes: "pay.example.com": {to: "http://invoices.invoices:3000", public: true}`, Good: `routes: "pay.example.com": {to: "http://invoices.invoices:3000", access: "admins"}`, check: checkRouteAround},
	}
}

// A guard is who may see a place at a hostname, and paths of it.
type guard struct {
	at     diag.Path
	access string
	paths  map[string]string
}

// checkRouteAround looks for a second way to a place with another guard in front of it.
func checkRouteAround(c *checker) {
	if len(c.spec.Routes) == 0 {
		return
	}
	guards := c.guards()
	c.eachOrigin(func(to string, o *spec.Origin, at diag.Path) {
		r := c.spec.Routes[at[1].(string)]
		g, hit := guards[c.place(to)]
		if !hit || tellsHosts(o) || g.at.String() == at[:2].String() {
			return
		}
		if r.Public && g.access != "" {
			p := c.report(at.With("to"), "%s is behind the access group %q, and this public route leads around it", g.at, g.access).
				WithHint("say access: %q in place of public: true", g.access)
			c.note(p, g.at.With("access"), "the access group")
			return
		}
		for _, path := range slices.Sorted(maps.Keys(g.paths)) {
			if guardAt(r, path) == g.paths[path] {
				continue
			}
			p := c.report(at.With("to"), "%s has %q behind the access group %q, and this route leads around it", g.at, path, g.paths[path]).
				WithHint("say accessPaths: {%q: %q} here too", path, g.paths[path])
			c.note(p, g.at.With("accessPaths", path), "the access group")
			return
		}
	})
}

// guards are those of clients, apps and routes, by place. A place that a wildcard leads to
// tells hostnames apart itself, as a gateway does, and has none.
func (c *checker) guards() map[string]guard {
	all := map[string]guard{}
	add := func(place string, g guard) {
		if _, there := all[place]; !there && place != "" {
			all[place] = g
		}
	}
	for i, w := range c.site.Workloads() { // the clients and then the apps, as containers are
		if len(w.Hostnames) == 0 && w.Access == "" {
			continue // routes say who may see it
		}
		add(fmt.Sprintf("%s.%s:%d", w.Name, w.Namespace, w.ServicePort), guard{c.containers[i].at, w.Access, w.AccessPaths})
	}
	gateways := map[string]bool{}
	c.eachOrigin(func(to string, o *spec.Origin, at diag.Path) {
		hostname := at[1].(string)
		if r := c.spec.Routes[hostname]; !tellsHosts(o) && (r.Access != "" || len(r.AccessPaths) > 0) {
			add(c.place(to), guard{at[:2], r.Access, r.AccessPaths})
		}
		gateways[c.place(to)] = gateways[c.place(to)] || strings.HasPrefix(hostname, "*")
	})
	maps.DeleteFunc(all, func(place string, _ guard) bool { return gateways[place] })
	return all
}

// tellsHosts tells of an origin that its server looks at the name that it is asked for.
func tellsHosts(o *spec.Origin) bool { return o.HTTPHostHeader != "" || o.MatchSNIToHost }

// place is what a URL leads to, in one spelling, "" for none.
func (c *checker) place(to string) string {
	o, fault := format.ParseOrigin(to)
	if fault.Bad() || o.Status > 0 {
		return ""
	}
	if name, namespace, ok := c.site.ServiceName(o.Host); ok {
		o.Host = name + "." + namespace
	}
	return fmt.Sprintf("%s:%d", o.Host, o.Port)
}

// guardAt is the access group that a path of a route has, "" for none.
func guardAt(r *spec.Route, path string) string {
	group, longest := r.Access, ""
	for p, own := range r.AccessPaths {
		if format.Below(path, p) && len(p) > len(longest) {
			group, longest = own, p
		}
	}
	return group
}
