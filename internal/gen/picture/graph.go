package picture

import (
	"cmp"

	"sitegen/internal/graph"
	"sitegen/internal/site"
)

// Graph is the site as what leads where: hostname, by those who get in, to a Service, to
// the hosts that it may be on, and what they are made of. Which host a pod is on is the cluster's to choose.
func Graph(s *site.Site) *graph.Graph {
	g := &graph.Graph{}
	for _, r := range s.Routes {
		to := g.Add("service", target(r))
		g.Lead(g.Add("hostname", r.Hostname), to, cmp.Or(r.Access, "everybody"))
		for _, p := range r.AccessPaths {
			g.Lead(g.Add("hostname", r.Hostname+p.Path), to, cmp.Or(p.Access, "everybody"))
		}
		for _, p := range r.Bypass {
			g.Lead(g.Add("hostname", r.Hostname+p), to, "everybody")
		}
		for _, h := range s.Hosts {
			if r.Namespace != "" || r.Kind == site.RouteSSH && r.Owner == h.Name {
				g.Lead(to, g.Add("host", h.Name), "")
			}
		}
	}
	for _, r := range s.Redirects {
		g.Lead(g.Add("hostname", r.Hostname), g.Add("redirect", r.To), "everybody")
	}
	for _, h := range s.Hosts {
		host := g.Add("host", h.Name)
		in := func(kind, name string) string { return g.Add(kind, h.Name+" "+name) }
		for _, a := range h.Arrays {
			array := in("array", a.Name)
			g.Lead(host, array, "")
			for _, d := range a.Disks {
				g.Lead(array, in("disk", d), "")
			}
		}
		for _, p := range h.Pools {
			pool := in("pool", p.Name)
			g.Lead(host, pool, "")
			for _, d := range p.Disks {
				g.Lead(pool, in("disk", d), "")
			}
		}
		for _, d := range h.Disks {
			if d.Mount != "" {
				g.Lead(host, in("disk", d.Name), "")
			}
		}
		for _, n := range h.NICs {
			g.Lead(host, in("card", n.Name), "")
		}
	}
	return g
}
