package rules

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

func redirectRules() []Rule {
	return []Rule{
		{ID: "redirect-url", Severity: diag.Error, Summary: "A redirect leads to an https URL; where it keeps path and query, the URL has no query of its own.",
			Bad: `redirects: "old.example": to: "bakery.example"`, Good: `redirects: "old.example": to: "https://bakery.example"`, value: true, check: checkRedirectURLs},
		{ID: "redirect-loop", Severity: diag.Error, Summary: "No redirect leads back to itself, alone or by way of others.",
			Bad: `redirects: "old.example": to: "https://old.example/new"`, Good: `redirects: "old.example": to: "https://bakery.example/new"`, check: checkRedirectLoops},
		{ID: "redirect-dangling", Severity: diag.Warning, Summary: "A redirect to a name in a domain of the site leads to one that something answers for.",
			Bad: `redirects: "old.example": to: "https://shop.bakery.example"`, Good: `redirects: "old.example": to: "https://bakery.example/shop"`, check: checkRedirectDangling},
		{ID: "redirect-rules", Severity: diag.Error, Limit: true, Summary: "A domain has no more redirects than Cloudflare's free plan holds, 10; silence this on a bigger plan.",
			Bad: "import \"list\"\n\n" + `redirects: {for i in list.Range(0, 11, 1) {"old\(i).example.com": to: "https://example.net"}}`, Good: `redirects: "old.example.com": to: "https://example.net"`, check: checkRedirectCount},
	}
}

func checkRedirectURLs(c *checker) {
	for name, r := range c.spec.Redirects {
		c.fault(diag.Path{"redirects", name, "to"}, redirectFault(r.To, r.KeepPath))
	}
}

// maxRedirect leaves room for what stands around the URL in an expression, which has
// 4,096 characters at most (package rulelang).
const maxRedirect = 2048

func redirectFault(to string, keepPath bool) format.Fault {
	if !strings.Contains(to, "://") && !format.Hostname(to).Bad() {
		return format.Fault{What: fmt.Sprintf("%q is no URL", to), Meant: "https://" + to}
	}
	if f := format.URL(to); f.Bad() {
		return f
	}
	switch {
	case len(to) > maxRedirect:
		return format.Fault{What: fmt.Sprintf("the URL has %d characters, and %d is the most", len(to), maxRedirect), Hint: ""}
	case keepPath && strings.ContainsAny(to, "?#"):
		return format.Fault{What: "path and query of a request would stand behind the URL's own query", Hint: "say keepPath: false, or leave out what starts with ? or #"}
	}
	return format.Fault{}
}

// leadsTo is the hostname that a redirect sends to. A port is passed over: Cloudflare's
// rules look at the name alone.
func leadsTo(r site.Redirect) string {
	u, err := url.Parse(r.To)
	if err != nil {
		return ""
	}
	return strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
}

func checkRedirectLoops(c *checker) {
	next := map[string]site.Redirect{}
	for _, r := range c.site.Redirects {
		next[r.Hostname] = r
	}
	done := map[string]bool{}
	for _, start := range slices.Sorted(maps.Keys(next)) {
		var way []string
		on := map[string]int{}
		for name := start; !done[name]; name = leadsTo(next[name]) {
			if _, ok := next[name]; !ok {
				break
			}
			if i, again := on[name]; again {
				c.redirectLoop(next, way[i:])
				break
			}
			on[name] = len(way)
			way = append(way, name)
		}
		for _, name := range way {
			done[name] = true
		}
	}
}

func (c *checker) redirectLoop(next map[string]site.Redirect, way []string) {
	last := next[way[len(way)-1]]
	if len(way) == 1 {
		c.report(redirectPlace(last), "%q leads to itself", last.Hostname).WithHint("a redirect takes the whole hostname: for a part of it, let what answers there send visitors on")
		return
	}
	p := c.report(redirectPlace(last), "the redirects of %s lead to each other in a circle", format.AllOf(way)).WithHint("one of them has to lead somewhere else")
	for _, name := range way[:len(way)-1] {
		c.note(p, redirectPlace(next[name]), "%s", name)
	}
}

// redirectPlace is where the spec says what a redirect leads to.
func redirectPlace(r site.Redirect) diag.Path {
	if r.Client != "" {
		return r.At
	}
	return r.At.With("to")
}

// checkRedirectDangling knows of the hostnames and records that the spec gives; others
// may be made by hand.
func checkRedirectDangling(c *checker) {
	if len(c.spec.Redirects) == 0 {
		return
	}
	n := c.allNames()
	for _, r := range c.site.Redirects {
		target := leadsTo(r)
		zone := site.ZoneOf(n.zones, target)
		if zone == "" || r.Client != "" || redirectFault(r.To, r.KeepPath).Bad() {
			continue
		}
		switch found := n.find(target); {
		case found == "":
			p := c.report(redirectPlace(r), "nothing in the spec answers for %q", target).WithHint("silence this where its record is made elsewhere")
			if best := c.nearHostname(target, n.web()); best != "" {
				p.WithHint("%s", format.DidYouMean(best))
			}
		case found != target && n.bare[found]:
			p := c.report(redirectPlace(r), "%q leads into the tunnel, which answers 404 to a name that it does not serve itself", target).
				WithHint("list the name as a hostname of what it shall lead to")
			c.note(p, n.tunnel[found], "the domain's wildcard")
		}
	}
}

// freeRedirects is how many rules a zone's Single Redirects hold on Cloudflare's free
// plan; 25, 50 and 300 on the others (developers.cloudflare.com, Rules, Redirects,
// availability).
const freeRedirects = 10

func checkRedirectCount(c *checker) {
	count := map[string]int{}
	for _, r := range c.site.Redirects {
		if count[r.Zone]++; count[r.Zone] == freeRedirects+1 {
			c.reportName(r.At, "is redirect %d of the domain %q, and Cloudflare's free plan holds %d", freeRedirects+1, r.Zone, freeRedirects).
				WithHint("25 on the Pro plan, 50 on Business, 300 on Enterprise: silence this there")
		}
	}
}
