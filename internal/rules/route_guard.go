package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func routeGuardRules() []Rule {
	return []Rule{
		{ID: "access-wildcard-team", Severity: diag.Error, Summary: "A wildcard behind Access is in a site with cloudflare.team: it leads deeper names to the tunnel too, which Access does not ask at.",
			Bad:  `routes: "*.lab.example.com": {to: "http://192.168.0.80", access: "admins"}`,
			Good: "cloudflare: team: \"example\"\nroutes: \"*.lab.example.com\": {to: \"http://192.168.0.80\", access: \"admins\"}", check: checkWildcardTeam},
		{ID: "route-platform", Severity: diag.Error, Summary: "A route to what runs the cluster wants a log-in of everyone: kube-system, a host's Kubernetes API, kubelet, etcd, sshd.",
			Bad:  `routes: "api.example.com": {to: "https://203.0.113.10:6443", public: true}`,
			Good: `routes: "api.example.com": {to: "https://203.0.113.10:6443", access: "admins"}`, check: checkRoutePlatform},
		{ID: "route-circle", Severity: diag.Warning, Summary: "A route leads to no hostname of the tunnel: requests would come back to it from outside.",
			Bad:  `routes: "nas.example.com": {to: "https://nas.example.com", access: "admins"}`,
			Good: `routes: "nas.example.com": {to: "https://192.168.0.80:5001", access: "admins"}`, check: checkRouteCircle},
	}
}

// checkWildcardTeam: the star of a DNS record (RFC 4592) and of a tunnel rule (cloudflared
// ingress/ingress.go, matchHost) stands for any number of labels, that of an Access
// application for one (developers.cloudflare.com, Access, application paths). With team
// cloudflared wants the application's token of every name.
func checkWildcardTeam(c *checker) {
	if c.spec.Cloudflare.Team != "" {
		return
	}
	for _, r := range c.site.Routes {
		if rest, wild := strings.CutPrefix(r.Hostname, "*."); wild && r.Access != "" {
			c.reportHostname(r.At, "%q leads deeper names to the tunnel too, such as %q, where Access asks for no log-in", r.Hostname, "a.b."+rest).
				WithHint("say cloudflare: team, the name of the Zero Trust team: cloudflared then wants the log-in of the group %q at every name", r.Access)
		}
	}
}

// platformPorts are those of a host on which what runs the cluster listens: sshd, etcd,
// the Kubernetes API and its local balancer (k3s, requirements, networking), kubelet.
var platformPorts = map[int]string{22: "sshd", 2379: "etcd", 2380: "etcd", 6443: "the Kubernetes API", 6444: "the Kubernetes API", 10250: "the kubelet"}

// platform names what of the cluster itself a URL leads to; "" for anything else.
func (c *checker) platform(to string) string {
	o, fault := format.ParseOrigin(to)
	if fault.Bad() || o.Status > 0 {
		return ""
	}
	if _, namespace, ok := c.site.ServiceName(o.Host); ok {
		if namespace == "kube-system" {
			return namespace
		}
		return ""
	}
	what, known := platformPorts[o.Port]
	a := format.ParseAddr(o.Host)
	for _, h := range c.site.Hosts {
		if known && (a.IsValid() && (h.NodeIP == a || h.Static(a)) || o.Host == c.spec.Hosts[h.Name].Address) {
			return fmt.Sprintf("%s of the host %q", what, h.Name)
		}
	}
	return ""
}

// checkRoutePlatform looks at each way past a log-in: public, bypass, and groups that let
// networks in without one.
func checkRoutePlatform(c *checker) {
	hint := fmt.Sprintf("say access: %q in its place", cmp.Or(site.DefaultGroup(c.spec), "GROUP"))
	done := map[string]bool{}
	c.eachOrigin(func(to string, _ *spec.Origin, at diag.Path) {
		name := at[1].(string)
		what, r, at := c.platform(to), c.spec.Routes[name], at[:2]
		if what == "" || done[name] {
			return
		}
		done[name] = true
		if r.Public {
			c.report(at.With("public"), "the route leads to %s, which is no place for everyone", what).WithHint("%s", hint)
		}
		if len(r.Bypass) > 0 {
			c.report(at.With("bypass"), "the route leads to %s, which is no place for everyone", what).WithHint("leave bypass out")
		}
		c.platformGroup(r.Access, what, at.With("access"))
		for path, group := range r.AccessPaths {
			c.platformGroup(group, what, at.With("accessPaths", path))
		}
	})
}

func (c *checker) platformGroup(group, what string, at diag.Path) {
	if g := c.spec.Access[group]; g != nil && g.NoLogin && len(g.IPs) > 0 {
		p := c.report(at, "the route leads to %s, and the group lets whole networks in without a log-in", what).WithHint("name a group of people")
		c.note(p, diag.Path{"access", group, "noLogin"}, "the group")
	}
}

// checkRouteCircle looks at names that the tunnel answers. A name below a wildcard that
// has a record of its own is not one of them.
func checkRouteCircle(c *checker) {
	recorded := map[string]bool{}
	c.eachRecord(func(zone string, r spec.Record, _ diag.Path) { recorded[fullName(zone, r)] = true })
	c.eachOrigin(func(to string, _ *spec.Origin, at diag.Path) {
		o, _ := format.ParseOrigin(to)
		i := slices.IndexFunc(c.site.Routes, func(r site.Route) bool {
			rest, wild := strings.CutPrefix(r.Hostname, "*")
			return o.Host != "" && (r.Hostname == o.Host || wild && strings.HasSuffix(o.Host, rest) && !recorded[o.Host])
		})
		if i < 0 {
			return
		}
		p := c.report(at.With("to"), "%q is a hostname of the tunnel itself: requests would come back from outside", o.Host).WithHint("write the Service or the machine behind it")
		c.note(p, c.site.Routes[i].At, "the hostname")
	})
}
