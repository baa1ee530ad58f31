package rules

import (
	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

func renamedRules() []Rule {
	return []Rule{
		{ID: "renamed", Severity: diag.Error, Summary: "What has been renamed had another name before, which nothing else has now.",
			Bad: `apps: bills: {renamed: from: "invoices", public: true, hostnames: ["bills.example.com"], image: "ghcr.io/example/bills:1.0", port: 3000}`, Good: `apps: invoices: renamed: from: "bills"`, check: checkRenamed},
	}
}

// checkRenamed runs when those that could be renamed have the name of before.
func checkRenamed(c *checker) {
	for name, client := range c.spec.Clients {
		renamed(c, diag.Path{"clients", name}, name, client.Renamed)
	}
	for name, app := range c.spec.Apps {
		renamed(c, diag.Path{"apps", name}, name, app.Renamed)
	}
}

func renamed(c *checker, at diag.Path, name string, r *spec.Renamed) {
	now, _ := c.ix.User(at)[1].(string)
	if now != name {
		c.faultName(at, format.Label("a client or an app", now, maxLabel))
	}
	if r == nil || r.From == name && now != name {
		return
	}
	from := at.With("renamed", "from")
	if f := format.Label("a client or an app", r.From, maxLabel); f.Bad() {
		c.fault(from, f)
		return
	}
	if r.From == name {
		c.report(from, "it is called %q", name).WithHint("leave renamed out, or say the name that it had before")
		return
	}
	p := c.report(from, "%q is the name of another, which would have to share its pods and its data", r.From).WithHint("leave renamed out: %q starts anew then", name)
	c.note(p, diag.Path{at[0], r.From}, "the other one")
}
