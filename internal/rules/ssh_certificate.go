package rules

import (
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func sshCertificateRules() []Rule {
	users := "hosts: web1: {ssh: certificates: true, users: maria: emails: [%s]}"
	good := strings.Replace(users, "%s", `"ops@example.com"`, 1)
	idp := "\n" + `idps: sso: {type: "google-apps", clientId: "0123456789", domain: "example.com"}`
	return []Rule{
		{ID: "ssh-certificate", Severity: diag.Error, Summary: "A host whose SSH takes certificates of Access says for whom, and those can log in to Access.",
			Bad: "hosts: web1: ssh: certificates: true", Good: good, check: checkCertificates},
		{ID: "ssh-principal", Severity: diag.Error, Summary: "Nobody else gets a certificate that opens a user: it says only what stands before the @ of an address.",
			Bad: strings.Replace(users, "%s", `"ops@example.com"`, 1) + "\naccess: admins: emailDomains: [\"example.org\"]", Good: good, check: checkPrincipals},
		{ID: "ssh-principal-open", Severity: diag.Warning, Summary: "Where certificates open users, the access group names the addresses or the domains that it lets in.",
			Bad: good + idp + "\naccess: admins: logins: [\"sso\"]", Good: good + idp + "\naccess: admins: {logins: [\"sso\"], require: emailDomains: [\"example.com\"]}", check: checkPrincipalsOpen},
		{ID: "ssh-ca", Severity: diag.Warning, Summary: "A host with certificates has the key that signs them, once Terraform has made it.",
			Bad: good, Good: good + "\n" + `hosts: web1: ssh: ca: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBY0JKrrzZRBKd4Hc9iU0Hur3/w+KTzJFUyuvEfDbZXF open-ssh-ca@cloudflareaccess.org"`, check: checkCA},
	}
}

// principalRE is what a line of a file of principals takes for one name (sshd(8), and
// auth2-pubkey.c, process_principals: no blank, and no # at its start).
var principalRE = format.Pattern(`^[A-Za-z0-9._%+-]+$`)

func checkCertificates(c *checker) {
	for _, h := range c.site.Hosts {
		at := diag.Path{"hosts", h.Name, "ssh"}
		if h.SSH.CA != "" {
			c.fault(at.With("ca"), format.SSHKey(h.SSH.CA))
		}
		some := slices.ContainsFunc(h.Users, func(u *site.User) bool { return len(u.Emails) > 0 })
		switch {
		case h.SSH.CA != "" && !h.SSH.Certificates:
			c.report(at.With("ca"), "nothing signs certificates").WithHint("say certificates: true, or leave ca out")
		case h.SSH.Certificates && !some:
			c.report(at.With("certificates"), "opens no user").WithHint("say which: users: NAME: emails: [ADDRESS]")
		}
		said := map[string]diag.Path{} // the first address of each name
		for _, u := range h.Users {
			for i, address := range u.Emails {
				at := diag.Path{"hosts", h.Name, "users", u.Name, "emails", i}
				c.certificate(h, address, at)
				name, _, _ := strings.Cut(strings.ToLower(address), "@")
				first, ok := said[name]
				if !ok {
					said[name] = at
				} else if other := c.spec.Hosts[h.Name].Users[first[3].(string)].Emails[first[5].(int)]; !strings.EqualFold(other, address) {
					p := c.report(at, "certificates for it and for %q say the same, %q", other, name).WithHint("one of the two people needs another address, or keys")
					c.note(p, first, "the other address")
				}
			}
		}
	}
}

// certificate looks at one address of a user.
func (c *checker) certificate(h *site.Host, address string, at diag.Path) {
	local, _, _ := strings.Cut(address, "@")
	g := c.spec.Access[h.SSH.Access]
	switch {
	case format.Email(address).Bad(): // another rule's
	case !h.SSH.Certificates:
		p := c.report(at, "the host takes no certificates").WithHint("say ssh: certificates: true, or leave emails out")
		c.note(p, diag.Path{"hosts", h.Name}, "the host")
	case !principalRE().MatchString(local):
		c.report(at, "%q cannot stand in a list of names that sshd reads", local).WithHint("letters, digits and . _ %% + - before the @")
	case g != nil && !mayBe(*g, address):
		p := c.report(at, "the access group %q does not let in %q", h.SSH.Access, address).WithHint("add it there, or leave it out here")
		c.note(p, diag.Path{"access", h.SSH.Access}, "the access group")
	}
}

// mayBe tells whether a group may let in an address, as far as addresses tell.
func mayBe(g spec.Group, address string) bool {
	_, domain, _ := strings.Cut(address, "@")
	in := func(emails, domains []string) bool {
		same := func(s string) func(string) bool { return func(o string) bool { return strings.EqualFold(s, o) } }
		return slices.ContainsFunc(emails, same(address)) || slices.ContainsFunc(domains, same(domain))
	}
	r := g.Require
	return (anyAddress(g) || in(g.Emails, g.EmailDomains)) && (len(r.Emails) == 0 || in(r.Emails, nil)) &&
		(len(r.EmailDomains) == 0 || in(nil, r.EmailDomains)) && !in(g.Exclude.Emails, g.Exclude.EmailDomains)
}

// anyAddress tells whether a group lets in people whose addresses it does not name.
func anyAddress(g spec.Group) bool { return len(g.Logins) > 0 || len(g.IdP) > 0 }

// eachPrincipal calls f with every name that opens a user of a host, and the host's
// access group.
func (c *checker) eachPrincipal(f func(g spec.Group, h *site.Host, u *site.User, name string, at diag.Path)) {
	for _, h := range c.site.Hosts {
		g := c.spec.Access[h.SSH.Access]
		if !h.SSH.Certificates || g == nil {
			continue
		}
		for _, u := range h.Users {
			for i, address := range u.Emails {
				if local, _, _ := strings.Cut(address, "@"); !format.Email(address).Bad() {
					f(*g, h, u, local, diag.Path{"hosts", h.Name, "users", u.Name, "emails", i})
				}
			}
		}
	}
}

func checkPrincipals(c *checker) {
	c.eachPrincipal(func(g spec.Group, h *site.Host, u *site.User, name string, at diag.Path) {
		var others []string
		for _, address := range slices.Concat(g.Emails, g.Require.Emails) {
			if local, _, _ := strings.Cut(address, "@"); strings.EqualFold(local, name) {
				others = append(others, address)
			}
		}
		for _, domain := range slices.Concat(g.EmailDomains, g.Require.EmailDomains) {
			others = append(others, name+"@"+domain)
		}
		for _, other := range others {
			own := slices.ContainsFunc(u.Emails, func(e string) bool { return strings.EqualFold(e, other) })
			if !own && mayBe(g, other) {
				p := c.report(at, "%q opens the user %q too: a certificate says only %q", other, u.Name, name).
					WithHint("list the people of the access group under its emails, or make one for SSH alone: hosts: %s: ssh: access", h.Name)
				c.note(p, diag.Path{"access", h.SSH.Access}, "the access group")
				return
			}
		}
	})
}

func checkPrincipalsOpen(c *checker) {
	seen := map[string]bool{}
	c.eachPrincipal(func(g spec.Group, h *site.Host, u *site.User, name string, _ diag.Path) {
		if !anyAddress(g) || len(g.Require.Emails)+len(g.Require.EmailDomains) > 0 || seen[h.Name] {
			return
		}
		seen[h.Name] = true
		p := c.report(diag.Path{"hosts", h.Name, "ssh", "certificates"}, "whoever the identity provider lets in with an address that starts with %q opens the user %q", name+"@", u.Name).
			WithHint("say require: emailDomains of the access group")
		c.note(p, diag.Path{"access", h.SSH.Access}, "the access group")
	})
}

func checkCA(c *checker) {
	for _, h := range c.site.Hosts {
		if h.SSH.Certificates && h.SSH.CA == "" {
			c.report(diag.Path{"hosts", h.Name, "ssh", "certificates"}, "sshd takes no certificates before it has the key that signs them").
				WithHint("say it as ca once Terraform has made it: tofu -chdir=%s output ssh_ca", c.site.TerraformDir())
		}
	}
}
