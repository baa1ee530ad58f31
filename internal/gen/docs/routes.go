package docs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sitegen/internal/site"
)

// routes is what the page of hostnames reads.
type routes struct {
	Site   string
	Routes []route
}

// route is a hostname: what it leads to, and by what.
type route struct{ Hostname, Zone, Access, Target, By string }

// newRoutes lists every hostname of the site's zones, by zone and name: what a tunnel
// serves, what Cloudflare redirects, and what the spec's own records lead elsewhere.
func newRoutes(s *site.Site) routes {
	all := routes{Site: s.Name}
	for _, r := range s.Routes {
		all.Routes = append(all.Routes, route{r.Hostname, r.Zone, access(s, r), target(r), "tunnel " + s.TunnelOf(r.Zone)})
	}
	for _, r := range s.Redirects {
		to := r.To
		if r.KeepPath {
			to += ", with path and query"
		}
		all.Routes = append(all.Routes, route{r.Hostname, r.Zone, "everybody", to, fmt.Sprintf("redirect %d", r.Status)})
	}
	for _, z := range s.Zones {
		elsewhere := map[string][]string{}
		for _, r := range z.Records {
			if slices.Contains([]string{"A", "AAAA", "CNAME"}, r.Type) && !strings.Contains(r.Name, "_") { // with one it is no host's name
				elsewhere[r.Name] = append(elsewhere[r.Name], r.Content)
			}
		}
		for name, to := range elsewhere {
			slices.Sort(to)
			all.Routes = append(all.Routes, route{name, z.Name, "not guarded here", strings.Join(to, ", "), "record"})
		}
	}
	slices.SortFunc(all.Routes, func(a, b route) int {
		return cmp.Or(cmp.Compare(a.Zone, b.Zone), cmp.Compare(a.Hostname, b.Hostname))
	})
	return all
}

// access is who gets in, and at which paths others do.
func access(s *site.Site, r site.Route) string {
	who := "everybody"
	if r.Access != "" {
		who = fmt.Sprintf("%s (Access, %s%s)", r.Access, r.Session, noLogin(s.Group(r.Access)))
	}
	for _, p := range r.AccessPaths {
		who += fmt.Sprintf("; %s at %s (Access, %s%s)", p.Access, p.Path, p.Session, noLogin(s.Group(p.Access)))
	}
	if len(r.Bypass) > 0 {
		who += "; everybody at " + strings.Join(r.Bypass, ", ")
	}
	return who
}

// noLogin tells who of a group comes in without a log-in.
func noLogin(g site.AccessGroup) string {
	if len(g.IPs) == 0 {
		return ""
	}
	return "; no log-in from " + strings.Join(g.IPs, ", ")
}

func target(r site.Route) string {
	to := r.Service
	switch r.Kind {
	case site.RouteArgoCD:
		to = "Argo CD"
	case site.RouteHubble:
		to = "Hubble"
	case site.RouteSSH:
		to = "SSH on " + r.Owner
	case site.RouteClient, site.RouteApp:
		to = fmt.Sprintf("%s %s", r.Kind, r.Owner)
	}
	for _, p := range r.Paths {
		to += fmt.Sprintf("; %s at %s", p.Service, p.Path)
	}
	return to
}
