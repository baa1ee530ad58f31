package rules

import (
	"net/url"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func accessLockoutRules() []Rule {
	return []Rule{
		{ID: "access-kept-out", Severity: diag.Error, Summary: "Whom an access group names by address or domain, its own require and exclude let through.",
			Bad:  `access: admins: exclude: emailDomains: ["example.com"]`,
			Good: `access: admins: {emailDomains: ["example.org"], exclude: emails: ["eve@example.org"]}`, check: checkAccessKeptOut},
		{ID: "idp-circle", Severity: diag.Error, Summary: "No URL of an identity provider is behind a log-in that wants this provider, and none that Cloudflare itself asks is behind any.",
			Bad:  `idps: sso: {type: "oidc", clientId: "cf", authURL: "https://invoices.example.com/authorize", tokenURL: "https://invoices.example.com/token", certsURL: "https://invoices.example.com/keys"}`,
			Good: `idps: sso: {type: "oidc", clientId: "cf", authURL: "https://sso.example.com/authorize", tokenURL: "https://sso.example.com/token", certsURL: "https://sso.example.com/keys"}`, check: checkIdPCircle},
	}
}

func checkAccessKeptOut(c *checker) {
	for name, g := range c.spec.Access {
		at := diag.Path{"access", name}
		for i, email := range g.Emails {
			at, domain := at.With("emails", i), email[strings.LastIndex(email, "@")+1:]
			switch j := indexFold(g.Exclude.EmailDomains, domain); {
			case j >= 0:
				p := c.report(at, "%q is let in and kept out at once", email).WithHint("leave it out in one of the two places")
				c.note(p, diag.Path{"access", name, "exclude", "emailDomains", j}, "its domain is kept out")
			case missesFold(g.Require.Emails, email):
				p := c.report(at, "%q never gets in: require wants other addresses", email).WithHint("add it to require, or leave it out")
				c.note(p, diag.Path{"access", name, "require", "emails"}, "the addresses")
			case missesFold(g.Require.EmailDomains, domain):
				p := c.report(at, "%q never gets in: require wants addresses at other domains", email).WithHint("add %q to require, or leave the address out", domain)
				c.note(p, diag.Path{"access", name, "require", "emailDomains"}, "the domains")
			}
		}
		for i, domain := range g.EmailDomains {
			elsewhere := !slices.ContainsFunc(g.Require.Emails, func(e string) bool { return strings.HasSuffix(strings.ToLower(e), "@"+strings.ToLower(domain)) })
			if len(g.Require.Emails) > 0 && elsewhere || missesFold(g.Require.EmailDomains, domain) {
				p := c.report(at.With("emailDomains", i), "nobody at %q gets in: require wants addresses at other domains", domain).WithHint("add it to require, or leave it out")
				c.note(p, at.With("require"), "what is required")
			}
		}
	}
}

func indexFold(list []string, text string) int {
	return slices.IndexFunc(list, func(other string) bool { return strings.EqualFold(other, text) })
}

// missesFold tells whether a list says something, and not this.
func missesFold(list []string, text string) bool { return len(list) > 0 && indexFold(list, text) < 0 }

// checkIdPCircle: the browser of who logs in opens authURL, and Cloudflare itself the
// other two, without a log-in (developers.cloudflare.com, Access, generic OIDC).
func checkIdPCircle(c *checker) {
	for name, idp := range c.spec.IdPs {
		for field, text := range map[string]string{"authURL": idp.AuthURL, "tokenURL": idp.TokenURL, "certsURL": idp.CertsURL} {
			u, err := url.Parse(text)
			if text == "" || err != nil {
				continue
			}
			r, group := c.guardOf(u.Hostname(), u.Path)
			g := c.spec.Access[group]
			if g == nil || field == "authURL" && !wants(g, name) {
				continue
			}
			p := c.report(diag.Path{"idps", name, field}, "%q is behind the access group %q, which Cloudflare cannot log in to", u.Host+u.Path, group).
				WithHint("say bypass for the paths of the identity provider, or public: true")
			if field == "authURL" {
				p.Message = strings.Replace(p.Message, "which Cloudflare cannot log in to", "whose log-in needs the provider itself", 1)
			}
			c.note(p, r.At, "the hostname")
		}
	}
}

// guardOf is the access group that a URL of the site is behind, "" for none.
func (c *checker) guardOf(hostname, path string) (r site.Route, group string) {
	i := slices.IndexFunc(c.site.Routes, func(r site.Route) bool { // wildcards come last
		rest, wild := strings.CutPrefix(r.Hostname, "*")
		return r.Hostname == hostname || wild && strings.HasSuffix(hostname, rest)
	})
	if i < 0 {
		return r, ""
	}
	r = c.site.Routes[i]
	for _, open := range r.Bypass {
		head, _, _ := strings.Cut(open, "*")
		if mayMeet(head, strings.TrimSuffix(path, "/")) {
			return r, ""
		}
	}
	for _, p := range r.AccessPaths {
		if format.Below(path, p.Path) {
			return r, p.Access
		}
	}
	return r, r.Access
}

// wants tells whether nobody fits a group without a log-in at the identity provider.
func wants(g *spec.Group, idp string) bool {
	named := func(w spec.Who) bool { return len(w.IdP[idp]) > 0 || slices.Contains(w.Logins, idp) }
	alone := func(w spec.Who) bool {
		return named(w) && len(w.IdP)+len(w.Logins) == 1
	}
	return alone(g.Require) || alone(g.Who) && len(g.Emails)+len(g.EmailDomains)+len(g.IPs)+len(g.ServiceTokens) == 0
}
