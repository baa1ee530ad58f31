package rules

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func routeRules() []Rule {
	return []Rule{
		{ID: "route-to", Severity: diag.Error, Summary: "A route leads to a URL without a path: http, https, tcp, ssh or rdp, with a Service of the cluster or a machine that pods can reach, or to a status alone.",
			Bad: `routes: "nas.example.com": {to: "http://localhost:5000", access: "admins"}`, Good: `routes: "nas.example.com": {to: "http://192.168.0.80:5000", access: "admins"}`, value: true, check: checkRouteTo},
		{ID: "route-service", Severity: diag.Error, Summary: "A route into the cluster leads to a namespace of the site, and in one that gen makes to a Service that is there, at its port; in the clients' also to one of a chart or a folder that may have Services there.",
			Bad: `routes: "pay.example.com": {to: "http://invoices.invoices:8080", access: "admins"}`, Good: `routes: "pay.example.com": {to: "http://invoices.invoices:3000", access: "admins"}`, check: checkRouteService},
		{ID: "route-access", Severity: diag.Error, Summary: "A route says who may see it: an access group, or public: true, and not both.",
			Bad: `routes: "nas.example.com": to: "http://192.168.0.80:5000"`, Good: `routes: "nas.example.com": {to: "http://192.168.0.80:5000", access: "admins"}`, check: checkRouteAccess},
		{ID: "access-wildcard", Severity: diag.Warning, Summary: "No public hostname lies below a wildcard that is behind Access, which asks there too.",
			Bad:  "cloudflare: team: \"example\"\nroutes: {\n\t\"*.example.com\": {to: \"http://192.168.0.80\", access: \"admins\"}\n\t\"status.example.com\": {to: \"http://192.168.0.81\", public: true}\n}",
			Good: "cloudflare: team: \"example\"\nroutes: {\n\t\"*.example.com\": {to: \"http://192.168.0.80\", access: \"admins\"}\n\t\"status.example.com\": {to: \"http://192.168.0.81\", access: \"admins\"}\n}", check: checkAccessWildcard},
		{ID: "route-open", Severity: diag.Warning, Summary: "No tcp, ssh or rdp is open to everyone.",
			Bad: `routes: "db.example.com": {to: "tcp://192.168.0.80:5432", public: true}`, Good: `routes: "db.example.com": {to: "tcp://192.168.0.80:5432", access: "admins"}`, check: checkRouteOpen},
	}
}

// eachOrigin calls f with everything that a route of the spec leads to.
func (c *checker) eachOrigin(f func(to string, o *spec.Origin, at diag.Path)) {
	for _, hostname := range slices.Sorted(maps.Keys(c.spec.Routes)) {
		r, at := c.spec.Routes[hostname], diag.Path{"routes", hostname}
		f(r.To, &r.Origin, at)
		for i := range r.Paths {
			f(r.Paths[i].To, &r.Paths[i].Origin, at.With("paths", i))
		}
	}
}

func checkRouteTo(c *checker) {
	c.eachOrigin(func(to string, _ *spec.Origin, at diag.Path) {
		if _, fault := format.ParseOrigin(to); to != "" {
			c.fault(at.With("to"), fault)
		}
	})
}

// checkRouteService looks at the Services that gen knows all of: those of clients
// and apps. What a chart or a folder makes is known when it is rendered.
func checkRouteService(c *checker) {
	c.eachOrigin(func(to string, _ *spec.Origin, at diag.Path) {
		o, fault := format.ParseOrigin(to)
		if fault.Bad() || o.Status > 0 {
			return
		}
		at = at.With("to")
		if a := format.ParseAddr(o.Host); a.IsValid() {
			c.clusterAddress(a, at)
			return
		}
		name, namespace, ok := c.site.ServiceName(o.Host)
		switch {
		case !ok:
			c.unknownNamespace(to, o.Host, at)
		case name == "kubernetes" && namespace == "default":
			c.report(at, "%q is the cluster's own API", to).WithHint("kubectl reaches it through ssh, as docs/RUNBOOK.md says")
		case slices.Contains([]string{"argocd", "cloudflared"}, namespace):
			p := c.report(at, "routes do not lead into the namespace %q", namespace)
			if namespace == "argocd" {
				p.WithHint("Argo CD has its own hostname: argocd: hostname")
			}
		case !slices.Contains(c.site.Namespaces(), namespace):
			p := c.report(at, "there is no namespace %q in the site", namespace)
			if best := c.near(namespace, c.site.Namespaces()); best != "" {
				p.WithHint("%s", format.DidYouMean(strings.Replace(to, "."+namespace, "."+best, 1)))
			}
		default:
			c.service(name, namespace, o.Port, to, at)
		}
	})
}

// clusterAddress reports an address of a pod or a Service: it is another one after the
// next start, and no network policy matches it (Cilium knows both by identity).
func (c *checker) clusterAddress(a netip.Addr, at diag.Path) {
	for what, p := range map[string]netip.Prefix{"pods": c.site.Cluster.Pods, "Services": c.site.Cluster.Services} {
		if p.IsValid() && p.Contains(a) {
			c.report(at, "%s is an address of the cluster's own %s, %s", a, what, p).WithHint("write the Service as SERVICE.NAMESPACE")
		}
	}
}

// unknownNamespace reports a name that is neither a Service of the site nor, by its
// end, a machine's: SERVICE.NAMESPACE of a namespace that nobody makes.
func (c *checker) unknownNamespace(to, host string, at diag.Path) {
	_, last, _ := strings.Cut(host, ".")
	if _, icann := publicsuffix.PublicSuffix(last); icann || strings.Contains(last, ".") || slices.Contains(privateEnds(), last) {
		return
	}
	p := c.report(at, "%q is no Service of the site: it makes no namespace %q", host, last)
	if best := c.near(last, c.site.Namespaces()); best != "" {
		p.WithHint("%s", format.DidYouMean(strings.Replace(to, "."+last, "."+best, 1)))
		return
	}
	p.WithHint("write a machine outside as its address, or its full name")
}

// privateEnds are top-level domains of networks of one's own (RFC 6762 appendix G,
// RFC 8375, ICANN's .internal), and those for examples.
func privateEnds() []string {
	return []string{"corp", "example", "home", "internal", "intranet", "lan", "local", "private", "test"}
}

// service looks for a Service among those that gen makes in a namespace; where it
// makes none, others do.
func (c *checker) service(name, namespace string, port int, to string, at diag.Path) {
	var names []string
	for _, w := range c.site.Workloads() {
		if w.Namespace != namespace {
			continue
		}
		if names = append(names, w.Name); w.Name != name {
			continue
		}
		if w.ServicePort != port && !slices.ContainsFunc(w.Ports, func(p site.Port) bool { return p.Number == port }) {
			p := c.report(at, "the Service of %q listens on port %d, and not on %d", name, w.ServicePort, port)
			if fixed := strings.Replace(to, ":"+strconv.Itoa(port), ":"+strconv.Itoa(w.ServicePort), 1); fixed != to {
				p.WithHint("%s", format.DidYouMean(fixed))
			}
		}
		return
	}
	if len(names) > 0 && !c.besideClients(namespace) {
		p := c.report(at, "there is no Service %q in the namespace %q", name, namespace)
		if best := c.near(name, names); best != "" {
			p.WithHint("%s", format.DidYouMean(strings.Replace(to, "//"+name, "//"+best, 1)))
		}
	}
}

// besideClients tells whether a chart or a folder may have Services in a namespace of the
// clients, whose policies let the tunnel into all pods. Those of an app's do not.
func (c *checker) besideClients(namespace string) bool {
	return (namespace == site.WebsitesNamespace || namespace == site.WebsitesBaselineNamespace) &&
		slices.ContainsFunc(c.site.Beside(), func(b *site.Beside) bool {
			return slices.Contains(b.Namespaces, namespace) && (slices.Contains(b.Kinds, site.ParseKind("Service")) || slices.Contains(b.Kinds, site.ParseKind("*")))
		})
}

func checkRouteAccess(c *checker) {
	for name, r := range c.spec.Routes {
		at := diag.Path{"routes", name}
		switch {
		case r.Public && r.Access != "":
			p := c.report(at.With("public"), "the route is public and behind the access group %q at once", r.Access).WithHint("leave one of them out")
			c.note(p, at.With("access"), "the access group")
		case !r.Public && r.Access == "":
			c.reportName(at, "nothing says who may see the route").WithHint("say access: %q, or public: true", cmp.Or(site.DefaultGroup(c.spec), "GROUP"))
		}
	}
}

// checkAccessWildcard: an Access application for *.example.com is that of every name
// one label below which has none of its own (developers.cloudflare.com, Access,
// application paths).
func checkAccessWildcard(c *checker) {
	guarded := map[string]site.Route{}
	for _, r := range c.site.Routes {
		if rest, wild := strings.CutPrefix(r.Hostname, "*."); wild && r.Access != "" {
			guarded[rest] = r
		}
	}
	if len(guarded) == 0 {
		return
	}
	for _, r := range c.site.Routes {
		_, above, _ := strings.Cut(r.Hostname, ".")
		wild, ok := guarded[above]
		if !ok || r.Access != "" || strings.HasPrefix(r.Hostname, "*") {
			continue
		}
		p := c.reportHostname(r.At, "%q is public, and lies below %q, where Access asks for a log-in of the group %q", r.Hostname, wild.Hostname, wild.Access).
			WithHint("give it the access group too, or take it out from below the wildcard")
		c.note(p, wild.At, "the wildcard")
	}
}

func checkRouteOpen(c *checker) {
	for name, r := range c.spec.Routes {
		if o, fault := format.ParseOrigin(r.To); r.Public && !fault.Bad() && !o.HTTP() {
			c.report(diag.Path{"routes", name, "public"}, "everyone can reach %s, with cloudflared access", r.To).
				WithHint("say access: %q in its place", cmp.Or(site.DefaultGroup(c.spec), "GROUP"))
		}
	}
}
