package rules

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

func domainRules() []Rule {
	return []Rule{
		{ID: "primary-domain", Severity: diag.Error, Summary: "Exactly one domain is the primary one.",
			Bad: `domains: "example.com": primary: false`, Good: `domains: "example.com": primary: true`, check: checkPrimary},
		{ID: "domain-nested", Severity: diag.Error, Summary: "No declared domain lies inside another one, unless delegated: true says that it is a zone of its own.",
			Bad: `domains: "dev.example.com": {}`, Good: `domains: "dev.example.com": delegated: true`, check: checkNested},
		{ID: "domain-registrable", Severity: diag.Error, Summary: "A domain is one that somebody can register: a client's that lies deeper needs its zone under domains.",
			Bad: `clients: bakery: domain: "shop.bakery.example"`, Good: `clients: bakery: domain: "bakery.example"`, check: checkRegistrable},
		{ID: "domain-suffix", Severity: diag.Warning, Summary: "A domain ends with a top-level domain that there is, and that Cloudflare's API makes records under.",
			Bad: `clients: bakery: domain: "bakery.comm"`, Good: `clients: bakery: domain: "bakery.example"`, value: true, check: checkSuffixes},
		{ID: "hostname-zone", Severity: diag.Error, Summary: "Every hostname lies in a domain of the site.",
			Bad: `apps: invoices: hostnames: ["invoices.exmaple.com"]`, Good: `apps: invoices: hostnames: ["invoices.example.com"]`, check: checkZones},
		{ID: "hostname-twice", Severity: diag.Error, Summary: "Every hostname leads to one place.",
			Bad: `apps: invoices: hostnames: ["argocd.example.com"]`, Good: `apps: invoices: hostnames: ["invoices.example.com"]`, check: checkHostnameTwice},
		{ID: "hostname-wildcard", Severity: diag.Error, Summary: "A * stands alone as the first label of a hostname, and not where the domain's own wildcard is.",
			Bad: `apps: invoices: hostnames: ["in*.example.com"]`, Good: `cloudflare: team: "example", apps: invoices: hostnames: ["*.invoices.example.com"]`, value: true, check: checkWildcards},
		{ID: "hostname-depth", Severity: diag.Warning, Summary: "Hostnames are one label below their domain, which is what Cloudflare's universal certificate covers.",
			Bad: `apps: invoices: hostnames: ["eu.invoices.example.com"]`, Good: `apps: invoices: hostnames: ["invoices.example.com"]`, check: checkDepth},
		{ID: "zone-records", Severity: diag.Error, Limit: true, Summary: "A domain has no more DNS records than Cloudflare's free plan holds, 200; silence this on a bigger plan.",
			Bad: "import \"list\"\n\n" + `domains: "example.com": records: [for i in list.Range(0, 300, 1) {type: "A", name: "n\(i)", content: "192.0.2.1"}]`, Good: `domains: "example.com": records: []`, check: checkZoneRecords},
	}
}

func checkPrimary(c *checker) {
	var primary []string
	for _, name := range slices.Sorted(maps.Keys(c.spec.Domains)) {
		if c.spec.Domains[name].Primary {
			primary = append(primary, name)
		}
	}
	if len(primary) == 0 {
		p := c.report(diag.Path{"domains"}, "no domain is the primary one").WithHint("Argo CD, Hubble and SSH get their hostnames under it: say primary: true")
		if len(c.spec.Domains) == 1 {
			p.WithHint("say primary: true for %q: Argo CD, Hubble and SSH get their hostnames under it", slices.Sorted(maps.Keys(c.spec.Domains))[0])
		}
		return
	}
	c.onlyOne(primary, "primary domain", func(name string) diag.Path { return diag.Path{"domains", name, "primary"} },
		"there is one: hostnames of the site's own pages go under it")
}

// outer is the domain among the declared ones that name lies in, itself left out.
func (c *checker) outer(name string) string {
	for _, rest, ok := strings.Cut(name, "."); ok; _, rest, ok = strings.Cut(rest, ".") {
		if _, declared := c.spec.Domains[rest]; declared {
			return rest
		}
	}
	return ""
}

func checkNested(c *checker) {
	for name, d := range c.spec.Domains {
		at := diag.Path{"domains", name}
		outer := c.outer(name)
		switch {
		case outer != "" && !d.Delegated:
			p := c.reportName(at, "%q lies inside the domain %q", name, outer).
				WithHint("leave it out: hostnames in it are records of %q; delegated: true says that it is a zone of its own at Cloudflare", outer)
			c.note(p, diag.Path{"domains", outer}, "the outer domain")
		case outer == "" && d.Delegated:
			c.report(at.With("delegated"), "%q lies in no other domain of the site", name).WithHint("leave delegated out")
		}
	}
}

func checkRegistrable(c *checker) {
	for name := range c.spec.Domains {
		if format.Hostname(name).Bad() {
			continue
		}
		if suffix, icann := publicsuffix.PublicSuffix(name); icann && suffix == name {
			c.reportName(diag.Path{"domains", name}, "%q is a domain that others register theirs in", name).WithHint("write your own domain, like %q", "example."+name)
		}
	}
	zones := slices.Sorted(maps.Keys(c.site.ZoneNames))
	for _, z := range c.site.Zones {
		if c.spec.Domains[z.Name] != nil || format.Hostname(z.Name).Bad() {
			continue
		}
		own, err := publicsuffix.EffectiveTLDPlusOne(z.Name)
		switch {
		case err != nil:
			c.reportHostname(z.At, "%q is a domain that others register theirs in", z.Name).WithHint("write the domain that is registered, like %q", "example."+z.Name)
		case own != z.Name && z.At[0] == "clients" && z.Name == "www."+own:
			c.reportHostname(z.At, "%q is not a domain of its own, but lies in %q", z.Name, own).WithHint("say domain: %q; its www. comes along", own)
		case own != z.Name:
			p := c.reportHostname(z.At, "%q is not a domain of its own, but lies in %q, which is no domain of the site", z.Name, own).
				WithHint("declare the zone: domains: %q: {}", own)
			if fixed := c.nearZone(z.Name, zones); fixed != "" && z.At[0] == "redirects" {
				p.WithHint("%s", format.DidYouMean(fixed))
			}
		}
	}
}

// checkSuffixes: the list of public suffixes, as of x/net; example is for examples
// (RFC 2606). The names that the API leaves out are Cloudflare's (developers.
// cloudflare.com, DNS FAQ).
func checkSuffixes(c *checker) {
	for _, z := range c.site.Zones {
		domain := z.Name
		if sameEnd(domain) || format.Hostname(domain).Bad() {
			continue
		}
		top := domain[strings.LastIndex(domain, ".")+1:]
		_, icann := publicsuffix.PublicSuffix(top)
		switch {
		case top == "example":
		case !icann:
			p := c.reportHostname(z.At, "there is no top-level domain %q", top).WithHint("silence this where it is newer than gen")
			if best := format.Nearest(top, []string{"com", "org", "net", "info", "dev", "app", "de", "dk", "eu", "io"}); best != "" && format.Distance(best, top, 3) < 2 {
				p.WithHint("%s", format.DidYouMean(strings.TrimSuffix(domain, top)+best))
			}
		case slices.Contains([]string{"cf", "ga", "gq", "ml", "tk"}, top):
			c.reportHostname(z.At, "Cloudflare's API makes no records under .%s", top).WithHint("make them by hand, or take another domain; silence this where Cloudflare has lifted the limit")
		}
	}
}

// sameEnd tells at once that nearly every domain ends well.
func sameEnd(domain string) bool {
	return strings.HasSuffix(domain, ".com") || strings.HasSuffix(domain, ".example")
}

func checkZones(c *checker) {
	var zones []string
	for _, r := range c.site.Routes {
		host := strings.TrimPrefix(r.Hostname, "*.")
		if r.Zone != "" || format.Hostname(host).Bad() {
			continue
		}
		if zones == nil {
			zones = slices.Sorted(maps.Keys(c.site.ZoneNames))
		}
		p := c.reportHostname(r.At, "%q lies in no domain of the site", r.Hostname)
		switch fixed := c.nearZone(host, zones); {
		case fixed != "":
			p.WithHint("%s", format.DidYouMean(strings.TrimSuffix(r.Hostname, host)+fixed))
		default:
			own, _ := publicsuffix.EffectiveTLDPlusOne(host)
			p.WithHint("declare its zone: domains: %q: {}", cmp.Or(own, host))
		}
	}
}

// nearZone is the hostname with its domain put right, if a domain of the site is
// near to what it ends with.
func (c *checker) nearZone(host string, zones []string) string {
	own, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return ""
	}
	if zone := c.near(own, zones); zone != "" {
		return strings.TrimSuffix(host, own) + zone
	}
	return ""
}

func checkHostnameTwice(c *checker) {
	claims := c.site.Claims()
	for i := 1; i < len(claims); i++ {
		first, r := claims[i-1], claims[i]
		if r.Hostname != first.Hostname {
			continue
		}
		if newer, _ := c.later(r.At, first.At); newer.Key() == first.At.Key() && c.ix.Has(first.At) {
			first, r = r, first
		}
		p := c.reportHostname(r.At, "%q leads to %s already", r.Hostname, first.Owner).WithHint("a hostname leads to one place")
		if c.ix.Has(first.At) {
			c.note(p, first.At, "the other place")
		} else {
			p.WithHint("that is its default; %s says another one", first.At)
		}
	}
}

func checkWildcards(c *checker) {
	for _, w := range c.owners() {
		for i, name := range w.hostnames() {
			c.wildcard(name, w.at.With("hostnames", i), c.report)
		}
	}
	for name := range c.spec.Routes {
		c.wildcard(name, diag.Path{"routes", name}, c.reportName)
	}
}

func (c *checker) wildcard(name string, at diag.Path, report func(diag.Path, string, ...any) *diag.Problem) {
	rest, wild := strings.CutPrefix(name, "*.")
	if name == "*" {
		report(at, "%q has no domain behind it", name).WithHint("\"*.example.com\" stands for every name below example.com")
		return
	}
	if strings.Contains(rest, "*") {
		report(at, "%q has a * that is not its whole first label", name).WithHint("\"*.%s\" stands for every name below", strings.TrimLeft(rest[strings.LastIndex(rest, "*")+1:], "."))
		return
	}
	if d := c.spec.Domains[rest]; wild && d != nil && d.Wildcard {
		p := report(at, "%q is the domain's own wildcard already", name).WithHint("leave out wildcard: true, if all names shall lead here")
		c.note(p, diag.Path{"domains", rest, "wildcard"}, "the domain's wildcard")
	}
}

// reportHostname adds a problem with a hostname where the spec says it, which is the
// name of a field under domains, routes and redirects, and a value elsewhere.
func (c *checker) reportHostname(at diag.Path, format string, args ...any) *diag.Problem {
	if len(at) == 2 && slices.Contains([]any{"domains", "routes", "redirects"}, at[0]) {
		return c.reportName(at, format, args...)
	}
	return c.report(at, format, args...)
}

func checkDepth(c *checker) {
	for _, r := range c.site.Claims() {
		below := strings.TrimSuffix(r.Hostname, r.Zone)
		if r.Zone == "" || strings.Count(below, ".") < 2 || format.Hostname(strings.TrimPrefix(r.Hostname, "*.")).Bad() {
			continue
		}
		if d := c.spec.Domains[r.Zone]; d != nil && d.AdvancedCertificate {
			continue
		}
		c.reportHostname(r.At, "%q is %d labels below %q, and Cloudflare's universal certificate covers one", r.Hostname, strings.Count(below, "."), r.Zone).
			WithHint("browsers would refuse it; advancedCertificate: true of the domain says that it has a certificate of its own")
	}
}

// freeRecords is how many records a zone holds on Cloudflare's free plan, if it
// was made since September 2024; older ones hold 1,000, paid ones 3,500 and more
// (developers.cloudflare.com, DNS, manage DNS records, quotas).
const freeRecords = 200

func checkZoneRecords(c *checker) {
	count := make(map[string]int, len(c.site.Zones))
	for _, r := range c.site.Claims() {
		count[r.Zone]++
	}
	for _, z := range c.site.Zones {
		n := count[z.Name] + len(z.Records)
		if z.Wildcard {
			n++
		}
		if n > freeRecords {
			c.reportName(z.At, "the domain %q gets %d DNS records, and Cloudflare's free plan holds %d", z.Name, n, freeRecords).
				WithHint("1,000 where the zone is older than September 2024, 3,500 on a paid plan: silence this there")
		}
	}
}
