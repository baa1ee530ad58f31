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

func loginRules() []Rule {
	return []Rule{
		{ID: "idp", Severity: diag.Error, Summary: "An identity provider says what its type needs, and nothing that is another type's.",
			Bad: `idps: work: {type: "azureAD", clientId: "example"}`, Good: `idps: work: {type: "azureAD", clientId: "example", directoryId: "00000000-0000-4000-8000-000000000000"}`, check: checkIdPs},
		{ID: "access-idp", Severity: diag.Error, Summary: "Access groups name identity providers of the site, and their groups as these have them.",
			Bad: `idps: github: {type: "github", clientId: "example"}, access: admins: idp: gihub: ["example/board"]`, Good: `idps: github: {type: "github", clientId: "example"}, access: admins: idp: github: ["example/board"]`, check: checkAccessIdPs},
		{ID: "access-logins", Severity: diag.Error, Summary: "No access group lets in everybody who has an account at a provider where anybody gets one.",
			Bad: `idps: github: {type: "github", clientId: "example"}, access: admins: logins: ["github"]`, Good: `idps: github: {type: "github", clientId: "example"}, access: admins: require: logins: ["github"]`, check: checkAccessLogins},
	}
}

func checkIdPs(c *checker) {
	for name, idp := range c.spec.IdPs {
		at := diag.Path{"idps", name}
		for _, field := range []struct{ name, text, of string }{
			{"directoryId", idp.DirectoryID, "azureAD"}, {"domain", idp.Domain, "google-apps"}, {"account", idp.Account, "okta"},
			{"authURL", idp.AuthURL, "oidc"}, {"tokenURL", idp.TokenURL, "oidc"}, {"certsURL", idp.CertsURL, "oidc"},
			{"scopes", strings.Join(idp.Scopes, " "), "oidc"},
		} {
			switch {
			case field.text != "" && idp.Type != field.of:
				c.report(at.With(field.name), "is for %s, and this is %s", field.of, idp.Type).WithHint("leave it out")
			case field.text == "" && idp.Type == field.of && field.name != "scopes":
				c.reportName(at, "%s is missing, which %s needs", field.name, field.of)
			}
		}
		for field, text := range map[string]string{"account": idp.Account, "authURL": idp.AuthURL, "tokenURL": idp.TokenURL, "certsURL": idp.CertsURL} {
			if text != "" {
				c.fault(at.With(field), format.URL(text))
			}
		}
		if idp.Domain != "" {
			c.fault(at.With("domain"), format.Hostname(idp.Domain))
		}
		if idp.DirectoryID != "" && !isUUID(idp.DirectoryID) {
			c.report(at.With("directoryId"), "%q is no directory id", idp.DirectoryID).WithHint("the overview of the directory shows it: 8-4-4-4-12 hex digits")
		}
		if idp.Type == "oidc" && len(idp.Scopes) > 0 && !slices.Contains(idp.Scopes, "openid") {
			c.report(at.With("scopes"), "has no openid, without which there is no log-in").WithHint("add \"openid\"")
		}
	}
}

var uuidRE = format.Pattern(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func isUUID(text string) bool { return uuidRE().MatchString(text) }

func checkAccessIdPs(c *checker) {
	c.eachWho(func(w spec.Who, at diag.Path) {
		for i, name := range w.Logins {
			if c.spec.IdPs[name] == nil {
				unknownName(c, at.With("logins", i), "identity provider", name, c.spec.IdPs)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(w.IdP)) {
			at := at.With("idp", name)
			idp := c.spec.IdPs[name]
			switch {
			case idp == nil:
				unknownName(c, at, "identity provider", name, c.spec.IdPs)
				continue
			case len(w.IdP[name]) == 0:
				c.report(at, "names no group of %q", name).WithHint("name one, or leave it out; whoever logs in there is logins")
			}
			for i, group := range w.IdP[name] {
				c.fault(at.With(i), idpGroupFault(idp.Type, group))
			}
		}
	})
}

// githubRE is an organization, or one of its teams, by the names in their URLs.
var githubRE = format.Pattern(`^[A-Za-z0-9][A-Za-z0-9-]{0,38}(/[a-z0-9][a-z0-9_.-]*)?$`)

// idpGroupFault wants a group in the form that Access compares.
func idpGroupFault(kind, group string) format.Fault {
	fault := func(what, hint string) format.Fault {
		return format.Fault{What: format.Shorten(group) + " " + what, Hint: hint}
	}
	claim, value, _ := strings.Cut(group, "=")
	bare := strings.TrimSpace(group)
	if kind == "oidc" {
		bare = strings.TrimSpace(claim) + "=" + strings.TrimSpace(value)
	}
	switch {
	case claim != "" && value != "" && bare != group:
		return format.Fault{What: fmt.Sprintf("%q has blanks that are compared too", format.Shorten(group)), Meant: bare}
	case kind == "google":
		return fault("is no group: Google has none but for a Workspace", "name people by emails, or make the type google-apps")
	case kind == "github" && !githubRE().MatchString(group):
		return fault("is neither an organization nor a team", "write it as in its URL: \"example\", \"example/board\"")
	case kind == "google-apps":
		return format.Email(group)
	case kind == "azureAD" && !isUUID(group):
		return fault("is no object id of a group", "the group's page shows it: 8-4-4-4-12 hex digits; a name is not compared")
	case kind == "oidc" && (claim == "" || value == ""):
		return fault("is no claim with its value", "write it like \"groups=board\"")
	}
	return format.Fault{}
}

func checkAccessLogins(c *checker) {
	for name, g := range c.spec.Access {
		for i, login := range g.Logins {
			if idp := c.spec.IdPs[login]; idp != nil && (idp.Type == "github" || idp.Type == "google") {
				c.report(diag.Path{"access", name, "logins", i}, "everybody can get an account at %s", idp.Type).
					WithHint("name its groups under idp, or people, and put this under require")
			}
		}
	}
}

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
			p := c.report(at.With("require"), "asks for what only a log-in shows, and machines with a service token do not log in").WithHint("make two groups of it, or require ips alone")
			c.note(p, at.With("serviceTokens"), "the machines")
		case len(g.IPs) > 0 && g.Require.Identified():
			p := c.report(at.With("require"), "asks for what only a log-in shows, and the group lets networks in without one").WithHint("make two groups of it, or require ips alone")
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
// site: a network is no person, and machines alone leave everybody else out.
func checkAdminLogin(c *checker) {
	for _, r := range c.site.Routes {
		g := c.spec.Access[r.Access]
		if !r.Admin() || g == nil {
			continue
		}
		if g.Nobody() && len(g.ServiceTokens) > 0 {
			c.report(diag.Path{"access", r.Access, "serviceTokens"}, "nobody could log in to %s: the group has machines alone", r.Surface()).WithHint("add people; machines may stand beside them")
			return
		}
		if !g.NoLogin || len(g.IPs) == 0 {
			continue
		}
		at := diag.Path{"access", r.Access, "noLogin"}
		c.report(at, "%s would be open to whoever comes from the networks of the group", r.Surface()).WithHint("make a group of its own for these networks, or put them under require")
		return
	}
}
