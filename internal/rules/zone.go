package rules

import (
	"sitegen/internal/diag"
)

func zoneRules() []Rule {
	return []Rule{
		{ID: "zone-create", Severity: diag.Error, Summary: "A domain that Terraform makes has no id yet, and an account to be made in.",
			Bad: `domains: "example.com": create: true`, Good: `cloudflare: account: "0123456789abcdef0123456789abcdef", domains: "example.com": create: true`, check: checkZoneCreate},
		{ID: "zone-hsts", Severity: diag.Error, Summary: "Browsers are told to speak https alone where http is sent there, and a domain goes into their list with a year and all names below it.",
			Bad: `domains: "example.com": settings: hsts: {maxAge: 86400, preload: true}`, Good: `domains: "example.com": settings: hsts: {maxAge: 31536000, includeSubdomains: true, preload: true}`, check: checkHSTS},
	}
}

func checkZoneCreate(c *checker) {
	for name, d := range c.spec.Domains {
		at := diag.Path{"domains", name, "create"}
		switch {
		case !d.Create:
		case d.ZoneID != "":
			p := c.report(at, "the zone has an id, so it is there already").WithHint("leave create out; or zoneId, if the zone shall be made anew")
			c.note(p, at.Parent().With("zoneId"), "its id")
		case c.spec.Cloudflare.Account == "" && d.Primary:
			c.report(at, "the account is that of the primary domain, which is not there yet").WithHint("say cloudflare: account, the account's id: the dashboard shows it on the overview page of any domain")
		}
	}
}

// yearInSeconds is what hstspreload.org asks of domains in the list.
const yearInSeconds = 31536000

func checkHSTS(c *checker) {
	for name, d := range c.spec.Domains {
		h, at := d.Settings.HSTS, diag.Path{"domains", name, "settings", "hsts"}
		if h == nil {
			continue
		}
		if https := d.Settings.AlwaysHTTPS; https != nil && !*https && h.MaxAge > 0 {
			p := c.report(at.Parent().With("alwaysHTTPS"), "http is served, and browsers are told to speak https alone").WithHint("say alwaysHTTPS: true, or leave hsts out")
			c.note(p, at, "what browsers are told")
		}
		if h.Preload && (h.MaxAge < yearInSeconds || !h.IncludeSubdomains) {
			c.report(at.With("preload"), "the list of browsers takes domains that say a year, and all names below them").WithHint("say maxAge: %d and includeSubdomains: true, or leave preload out", yearInSeconds)
		}
	}
}
