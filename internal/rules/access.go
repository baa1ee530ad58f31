package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

func accessRules() []Rule {
	return []Rule{
		{ID: "access-group", Severity: diag.Error, Summary: "Access groups that are named exist.",
			Bad: `apps: invoices: access: "admin"`, Good: `apps: invoices: access: "admins"`, check: checkAccessGroups},
		{ID: "access-empty", Severity: diag.Error, Summary: "Every access group lets somebody in.",
			Bad: `access: partners: {emails: []}`, Good: `access: partners: {emails: ["kim@example.org"]}`, check: checkAccessEmpty},
		{ID: "access-no-login", Severity: diag.Error, Summary: "An access group says noLogin where its networks need no log-in, and then requires nothing that only a log-in shows.",
			Bad: `access: office: ips: ["198.51.100.0/24"]`, Good: `access: office: {ips: ["198.51.100.0/24"], noLogin: true}`, check: checkAccessNoLogin},
		{ID: "access-network", Severity: diag.Error, Summary: "Networks of an access group are some that requests come from, and not the whole internet.",
			Bad: `access: office: {ips: ["0.0.0.0/0"], noLogin: true}`, Good: `access: office: {ips: ["198.51.100.0/24"], noLogin: true}`, value: true, check: checkAccessNetworks},
		{ID: "access-narrow", Severity: diag.Error, Summary: "require and exclude of an access group name somebody, and not those whom the other one names.",
			Bad: `access: admins: require: {}`, Good: `access: admins: require: ips: ["198.51.100.0/24"]`, check: checkAccessNarrow},
		{ID: "access-wide", Severity: diag.Warning, Summary: "No access group lets in everybody who has a mailbox at a public mail provider.",
			Bad: `access: admins: emailDomains: ["gmail.com"]`, Good: `access: admins: emailDomains: ["example.org"]`, value: true, check: checkAccessWide},
		{ID: "access-unused", Severity: diag.Warning, Summary: "Every access group is used.",
			Bad: `access: partners: {emails: ["kim@example.org"]}`, Good: `access: partners: {emails: ["kim@example.org"]}, argocd: access: "partners"`, check: checkAccessUnused},
		{ID: "access-default", Severity: diag.Error, Summary: "One access group at most is the default.",
			Bad: `access: partners: {emails: ["kim@example.org"], default: true}`, Good: `access: partners: {emails: ["kim@example.org"]}`, check: checkAccessDefault},
		{ID: "app-access", Severity: diag.Error, Summary: "An app that is reached from outside says who may see it: an access group, or public: true, and not both.",
			Bad: `apps: blog: {image: "ghcr.io/example/blog:1.0", hostnames: ["blog.example.com"]}`, Good: `apps: blog: {image: "ghcr.io/example/blog:1.0", hostnames: ["blog.example.com"], public: true}`, check: checkAppAccess},
		{ID: "admin-login", Severity: diag.Error, Summary: "Argo CD, Hubble and SSH are reached by people, who log in; machines with a service token may stand beside them.",
			Bad: `access: admins: {ips: ["198.51.100.0/24"], noLogin: true}`, Good: `access: admins: require: ips: ["198.51.100.0/24"]`, check: checkAdminLogin},
		{ID: "admin-access", Severity: diag.Error, Summary: "Argo CD, Hubble and SSH are never open to everyone.",
			Bad: `access: admins: default: false`, Good: `access: admins: default: true`, check: checkAdminAccess},
	}
}

// eachAccess calls f with every field that names an access group.
func (c *checker) eachAccess(f func(group string, at func() diag.Path)) {
	s := c.spec
	one := func(group string, at ...any) {
		if group != "" {
			f(group, func() diag.Path { return at })
		}
	}
	one(s.ArgoCD.Access, "argocd", "access")
	one(s.Cluster.Hubble.Access, "cluster", "hubble", "access")
	for _, name := range slices.Sorted(maps.Keys(s.Hosts)) {
		one(s.Hosts[name].SSH.Access, "hosts", name, "ssh", "access")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Routes)) {
		one(s.Routes[name].Access, "routes", name, "access")
	}
	for _, w := range c.owners() {
		if group := w.access(); group != "" {
			f(group, func() diag.Path { return w.at.With("access") })
		}
	}
	for _, p := range c.pages() {
		for _, path := range slices.Sorted(maps.Keys(p.AccessPaths)) {
			f(p.AccessPaths[path], func() diag.Path { return p.at.With("accessPaths", path) })
		}
	}
}

func (w container) access() string {
	if w.web != nil {
		return w.web.Access
	}
	return w.app.Access
}

func checkAccessGroups(c *checker) {
	c.eachAccess(func(group string, at func() diag.Path) {
		if _, ok := c.spec.Access[group]; !ok {
			p := unknownName(c, at(), "access group", group, c.spec.Access)
			if !format.Label("", group, 63).Bad() && !strings.HasPrefix(p.Hint, "did you mean") {
				p.WithHint("%s", strings.TrimPrefix(p.Hint+"; ", "; ")+"gen set "+diag.Path{"access", group, "emails"}.String()+" a@example.com b@example.com makes it, with the people in it")
			}
		}
	})
}

func checkAccessEmpty(c *checker) {
	for name, g := range c.spec.Access {
		if g.Nobody() && len(g.ServiceTokens) == 0 {
			c.reportName(diag.Path{"access", name}, "the access group %q lets nobody in", name).WithHint("give it emails, emailDomains, groups of an identity provider or serviceTokens")
		}
	}
}

// manyMailRE matches the providers that have one domain a country.
var manyMailRE = format.Pattern(`^(yahoo|hotmail|live|outlook|gmx|yandex|aol|googlemail)\.((com?\.)?[a-z]{2}|com|net)$`)

// publicMail tells of a domain, in any spelling, whether anybody gets a mailbox
// there.
func publicMail(domain string) bool {
	domain = strings.Trim(strings.ToLower(domain), "@. ")
	return manyMailRE().MatchString(domain) ||
		slices.Contains([]string{"gmail.com", "icloud.com", "me.com", "mac.com", "msn.com", "ymail.com", "proton.me", "protonmail.com", "pm.me", "web.de",
			"t-online.de", "mail.com", "mail.ru", "fastmail.com", "zoho.com", "tutanota.com", "tuta.com", "hey.com", "qq.com", "163.com", "126.com"}, domain)
}

func checkAccessWide(c *checker) {
	for name, g := range c.spec.Access {
		for i, d := range g.EmailDomains {
			if publicMail(d) {
				c.report(diag.Path{"access", name, "emailDomains", i}, "everybody can get a mailbox at %q", d).WithHint("list the people under emails")
			}
		}
	}
}

func checkAccessUnused(c *checker) {
	used := map[string]bool{}
	for _, r := range c.site.Routes {
		used[r.Access] = true
	}
	c.eachAccess(func(group string, _ func() diag.Path) { used[group] = true })
	for name := range c.spec.Access {
		if !used[name] {
			c.reportName(diag.Path{"access", name}, "nothing uses the access group %q", name).WithHint("remove it, or name it as access of an app")
		}
	}
}

func checkAccessDefault(c *checker) {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(c.spec.Access)) {
		if c.spec.Access[name].Default {
			names = append(names, name)
		}
	}
	c.onlyOne(names, "default", func(name string) diag.Path { return diag.Path{"access", name, "default"} }, "one group is the default at most")
}

func checkAppAccess(c *checker) {
	for _, w := range c.containers {
		if w.app == nil {
			continue
		}
		a := w.app
		switch {
		case a.Public && a.Access != "":
			p := c.report(w.at.With("public"), "the app is public and behind the access group %q at once", a.Access).WithHint("leave one of them out")
			c.note(p, w.at.With("access"), "the access group")
		case len(a.Hostnames) > 0 && !a.Public && a.Access == "":
			p := c.reportName(w.at, "nothing says who may see the app").WithHint("say access: %q, or public: true", cmp.Or(site.DefaultGroup(c.spec), "GROUP"))
			c.note(p, w.at.With("hostnames"), "it is reached from outside here")
		case len(a.Hostnames) == 0 && a.Public:
			c.report(w.at.With("public"), "the app is public, but has no hostname").WithHint("give it hostnames, or leave public out")
		}
	}
}

func checkAdminAccess(c *checker) {
	var open []string
	for _, r := range c.site.Routes {
		if r.Access == "" && r.Admin() {
			open = append(open, r.Surface())
		}
	}
	if len(open) == 0 {
		return
	}
	at := diag.Path{"access"}
	hint := "make a group of the administrators, with default: true"
	if names := slices.Sorted(maps.Keys(c.spec.Access)); len(names) > 0 {
		at = at.With(names[0])
		hint = fmt.Sprintf("say default: true for the group of the administrators, %s", format.AnyOf(names))
	}
	c.reportName(at, "%s would be open to everyone: no access group is the default", format.AllOf(open)).WithHint("%s", hint)
}
