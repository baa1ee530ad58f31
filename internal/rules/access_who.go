package rules

import (
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

// eachWho calls f with everything that says who a group lets in, wants or keeps out.
func (c *checker) eachWho(f func(w spec.Who, at diag.Path)) {
	for _, name := range slices.Sorted(maps.Keys(c.spec.Access)) {
		g, at := c.spec.Access[name], diag.Path{"access", name}
		f(g.Who, at)
		f(g.Require, at.With("require"))
		f(g.Exclude, at.With("exclude"))
	}
}

func checkAccessNoLogin(c *checker) {
	for name, g := range c.spec.Access {
		at := diag.Path{"access", name}
		switch {
		case len(g.IPs) > 0 && !g.NoLogin:
			c.report(at.With("ips"), "who comes from these networks would be let in without a log-in").
				WithHint("say noLogin: true if that is meant; to want a log-in from there, put them under require")
		case g.NoLogin && len(g.IPs) == 0:
			c.report(at.With("noLogin"), "nobody is let in without a log-in: the group names no networks").WithHint("give it ips, or leave noLogin out")
		case len(g.ServiceTokens) > 0 && g.Require.Identified():
			p := c.report(at.With("require"), "wants what a log-in tells, and machines do not log in").WithHint("make two groups of it, or require ips alone")
			c.note(p, at.With("serviceTokens"), "the machines")
		case len(g.IPs) > 0 && g.Require.Identified():
			p := c.report(at.With("require"), "wants what a log-in tells, and the group lets in without one").WithHint("make two groups of it, or require ips alone")
			c.note(p, at.With("ips"), "who needs no log-in")
		}
	}
}

const publicHint = "name the networks; a page for everyone is public: true of the app or route"

func checkAccessNetworks(c *checker) {
	c.eachWho(func(w spec.Who, at diag.Path) {
		for i, text := range w.IPs {
			p, at := format.ParsePrefix(text), at.With("ips", i)
			switch {
			case !p.IsValid() || p != p.Masked():
			case p.Bits() == 0:
				c.report(at, "%q is the whole internet", text).WithHint("%s", publicHint)
			case p.Bits() < 8 || p.Addr().Is6() && p.Bits() < 16:
				c.report(at, "%q is a large part of the internet", text).WithHint("%s", publicHint)
			case !p.Addr().IsGlobalUnicast() || p.Addr().IsPrivate():
				c.report(at, "no request reaches Cloudflare from %q", text).WithHint("write the network that the internet sees, which curl https://www.cloudflare.com/cdn-cgi/trace shows as ip")
			}
		}
	})
}

func checkAccessNarrow(c *checker) {
	for name, g := range c.spec.Access {
		at := diag.Path{"access", name}
		for field, w := range map[string]spec.Who{"require": g.Require, "exclude": g.Exclude} {
			if w.Nobody() && c.ix.Has(at.With(field)) {
				c.report(at.With(field), "names nobody").WithHint("leave it out, or give it emails, emailDomains, idp, logins or ips")
			}
		}
		for _, kind := range []struct {
			name               string
			exclude, elsewhere []string
		}{
			{"emails", g.Exclude.Emails, slices.Concat(g.Emails, g.Require.Emails)},
			{"emailDomains", g.Exclude.EmailDomains, slices.Concat(g.EmailDomains, g.Require.EmailDomains)},
			{"ips", g.Exclude.IPs, slices.Concat(g.IPs, g.Require.IPs)},
		} {
			for i, text := range kind.exclude {
				if slices.ContainsFunc(kind.elsewhere, func(other string) bool { return strings.EqualFold(other, text) }) {
					c.report(at.With("exclude", kind.name, i), "%q is let in and kept out at once", text).WithHint("leave it out in one of the two places")
				}
			}
		}
	}
}

// checkAdminLogin looks at what is reached over the built-in hostnames, which run the
// site: a network is no person.
func checkAdminLogin(c *checker) {
	for _, r := range c.site.Routes {
		g := c.spec.Access[r.Access]
		if !r.Admin() || g == nil || !g.NoLogin || len(g.IPs) == 0 {
			continue
		}
		at := diag.Path{"access", r.Access, "noLogin"}
		c.report(at, "%s would be open to whoever comes from the networks of the group", r.Surface()).WithHint("make a group of its own for these networks, or put them under require")
		return
	}
}
