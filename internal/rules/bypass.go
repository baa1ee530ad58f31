package rules

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

func bypassRules() []Rule {
	return []Rule{{ID: "bypass", Severity: diag.Error, Summary: "A path without a log-in is a path of a page that wants one, and not the whole page.",
		Bad: `apps: invoices: bypass: ["/*"]`, Good: `apps: invoices: bypass: ["/hooks/*"]`, check: checkBypass}}
}

func checkBypass(c *checker) {
	for _, w := range c.containers {
		bypass, hostnames := []string(nil), true
		if w.web != nil {
			bypass = w.web.Bypass
		} else {
			bypass, hostnames = w.app.Bypass, len(w.app.Hostnames) > 0
		}
		c.bypass(bypass, w.access() != "" && hostnames, w.at.With("bypass"))
	}
	for _, name := range slices.Sorted(maps.Keys(c.spec.Routes)) {
		r, at := c.spec.Routes[name], diag.Path{"routes", name, "bypass"}
		o, fault := format.ParseOrigin(r.To)
		switch {
		case len(r.Bypass) == 0:
		case !fault.Bad() && !o.HTTP():
			c.report(at, "%s has no paths", r.To).WithHint("leave bypass out")
			continue
		case len(r.Paths) > 0 && c.spec.Cloudflare.Team != "":
			p := c.report(at, "cannot stand beside paths where cloudflared checks Access too").WithHint("leave one of them out: which of the two a request fits is no question for a list of expressions")
			c.note(p, diag.Path{"routes", name, "paths"}, "the paths")
		}
		c.bypass(r.Bypass, r.Access != "", at)
	}
}

// bypass looks at the paths of one page.
func (c *checker) bypass(paths []string, guarded bool, at diag.Path) {
	c.twice(paths, at, func(p string) string { return strings.TrimSuffix(p, "/") })
	// Access takes one star between two slashes, and no query (Application paths).
	whole := regexp.MustCompile(`^/[*/]*$`)
	form := regexp.MustCompile(`^(/[A-Za-z0-9._~-]*\*?[A-Za-z0-9._~-]*)+$`)
	for i, path := range paths {
		at := at.With(i)
		switch {
		case !guarded:
			c.report(at, "there is no log-in to go past").WithHint("say access, or leave bypass out")
		case whole.MatchString(path) || strings.HasPrefix(path, "/*"):
			c.report(at, "%q is the whole page", path).WithHint("name the path, like \"/hooks/*\"; a page for everyone is public: true")
		case !form.MatchString(path) || strings.Contains(path, "//") || strings.Contains(path+"/", "/../") || strings.Contains(path+"/", "/./"):
			c.report(at, "%q is no path that Access takes", path).WithHint("write it like \"/hooks/*\": letters, digits, . _ ~ - and one star between two slashes")
		}
	}
}
