package rules

import (
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func accessPathRules() []Rule {
	return []Rule{
		{ID: "bypass", Severity: diag.Error, Summary: "A path without a log-in is a path of a page that wants one, and not the whole page.",
			Bad: `apps: invoices: bypass: ["/*"]`, Good: `apps: invoices: bypass: ["/hooks/*"]`, check: checkBypass},
		{ID: "access-path", Severity: diag.Error, Summary: "A path with an access group of its own is written so that Access and cloudflared match it alike, and the site has cloudflare.team.",
			Bad: `apps: invoices: accessPaths: "/admin": "admins"`, Good: "cloudflare: team: \"example\"\napps: invoices: accessPaths: \"/reports\": \"accountants\"\naccess: accountants: emails: [\"kim@example.org\"]", check: checkAccessPaths},
		{ID: "access-path-clash", Severity: diag.Error, Summary: "Every path of a page has one access group, or none: accessPaths, bypass and the paths of a route are told apart.",
			Bad:  "cloudflare: team: \"example\"\napps: invoices: {accessPaths: \"/hooks\": \"staff\", bypass: [\"/hooks/*\"]}\naccess: staff: emails: [\"kim@example.org\"]",
			Good: "cloudflare: team: \"example\"\napps: invoices: {accessPaths: \"/reports\": \"staff\", bypass: [\"/hooks/*\"]}\naccess: staff: emails: [\"kim@example.org\"]", check: checkAccessPathClash},
	}
}

// page is what has hostnames, and may have paths that others see: a client, an app or
// a route.
type page struct {
	at          diag.Path
	hostnames   []string
	Access      string
	AccessPaths map[string]string
	Bypass      []string
	paths       []leading
	route       *spec.Route // nil: of a client or an app
}

// leading is an expression for paths that lead elsewhere than the page.
type leading struct {
	expression string
	at         diag.Path
}

func leadings(paths map[string]*spec.Path, at diag.Path) []leading {
	var all []leading
	for _, path := range site.Longest(paths) {
		all = append(all, leading{site.PathExpression(path), at.With("paths", path)})
	}
	return all
}

func (c *checker) pages() []page {
	var all []page
	for i, w := range c.site.Workloads() { // the clients and then the apps, as containers are
		at := c.containers[i].at
		all = append(all, page{at, w.Hostnames, w.Access, w.AccessPaths, w.Bypass, leadings(w.Paths, at), nil})
	}
	for i, w := range c.site.Served {
		var paths []leading
		if app := c.spec.Apps[w.App]; app != nil {
			paths = leadings(app.Paths, diag.Path{"apps", w.App})
		}
		all = append(all, page{c.served[i].at, w.Hostnames, w.Access, w.AccessPaths, w.Bypass, paths, nil})
	}
	for _, name := range slices.Sorted(maps.Keys(c.spec.Routes)) {
		r := c.spec.Routes[name]
		at := diag.Path{"routes", name}
		var paths []leading
		for i, p := range r.Paths {
			paths = append(paths, leading{p.Path, at.With("paths", i, "path")})
		}
		all = append(all, page{at, []string{name}, r.Access, r.AccessPaths, r.Bypass, paths, r})
	}
	return all
}

// streams tells whether a page is none: it has no paths.
func (p page) streams() bool {
	if p.route == nil {
		return false
	}
	o, fault := format.ParseOrigin(p.route.To)
	return !fault.Bad() && !o.HTTP()
}

// guarded tells whether who opens a path has to log in.
func (p page) guarded(path string) bool {
	for own := range p.AccessPaths {
		if format.Below(path, own) {
			return true
		}
	}
	return p.Access != ""
}

func checkBypass(c *checker) {
	for _, p := range c.pages() {
		at := p.at.With("bypass")
		switch {
		case len(p.Bypass) == 0:
		case p.streams():
			c.report(at, "%s has no paths", p.route.To).WithHint("leave bypass out")
			continue
		case len(p.paths) > 0 && c.spec.Cloudflare.Team != "":
			problem := c.report(at, "cannot stand beside paths where cloudflared checks Access too").WithHint("leave one of them out: a request may match a path of both, and gen cannot tell which it should follow")
			c.note(problem, p.at.With("paths"), "the paths")
		}
		c.bypass(p, at)
	}
}

// Access takes one star between two slashes, and no query (Application paths); a path
// of another group has no star.
var (
	wholePage  = format.Pattern(`^/[*/]*$`)
	bypassPath = format.Pattern(`^(/[A-Za-z0-9._~-]*\*?[A-Za-z0-9._~-]*)+$`)
	groupPath  = format.Pattern(`^(/[A-Za-z0-9._-]+)+$`)
)

func (c *checker) bypass(page page, at diag.Path) {
	c.twice(page.Bypass, at, func(p string) string { return strings.TrimSuffix(p, "/") })
	for i, path := range page.Bypass {
		at := at.With(i)
		switch {
		case len(page.hostnames) == 0 || !page.guarded(path):
			c.report(at, "there is no log-in to go past").WithHint("say access, or leave bypass out")
		case wholePage().MatchString(path) || strings.HasPrefix(path, "/*"):
			c.report(at, "%q is the whole page", path).WithHint("name the path, like \"/hooks/*\"; a page for everyone is public: true")
		case !bypassPath().MatchString(path) || dotted(path):
			c.report(at, "%q is no path that Access takes", path).WithHint("write it like \"/hooks/*\": letters, digits, . _ ~ - and one star between two slashes")
		}
	}
}

// dotted tells of a path that is written in more ways than one.
func dotted(path string) bool {
	return strings.Contains(path, "//") || strings.Contains(path+"/", "/../") || strings.Contains(path+"/", "/./")
}

// maxKey is the longest key of a ConfigMap (kubernetes validation.IsConfigMapKey).
const maxKey = 253

func checkAccessPaths(c *checker) {
	for _, page := range c.pages() {
		if len(page.AccessPaths) == 0 {
			continue
		}
		at := page.at.With("accessPaths")
		switch {
		case page.streams():
			c.report(at, "%s has no paths", page.route.To).WithHint("leave accessPaths out")
			continue
		case len(page.hostnames) == 0:
			c.report(at, "there is no hostname whose paths they are").WithHint("give it hostnames, or leave accessPaths out")
			continue
		case slices.ContainsFunc(page.hostnames, func(h string) bool { return strings.HasPrefix(h, "*") }):
			// Which one Access takes of *.example.com/admin and a.example.com is not documented.
			c.report(at, "cannot stand beside a hostname with a star").WithHint("give the hostname that has these paths a place of its own")
		case c.spec.Cloudflare.Team == "":
			c.report(at, "wants cloudflared to check Access too").
				WithHint("say cloudflare: team: Access looks at a path as it is written, and servers read many ways to write it as the same")
		}
		for _, path := range slices.Sorted(maps.Keys(page.AccessPaths)) {
			at := at.With(path)
			short := strings.TrimRight(path, "*/")
			switch {
			case short == "":
				c.reportName(at, "%q is the whole page", path).WithHint("say access: %q of the page itself", page.AccessPaths[path])
			case short != path && groupPath().MatchString(short) && strings.HasSuffix(path, "*"):
				c.reportName(at, "%q would leave %q to others", path, short).WithHint("write %q, which is all below it too", short)
			case short != path && groupPath().MatchString(short):
				c.reportName(at, "ends with a slash").WithHint("%s", format.DidYouMean(short))
			case !groupPath().MatchString(path) || strings.Contains(path, ".."):
				c.reportName(at, "%q is no path that Access and cloudflared read alike", path).WithHint("write it like \"/admin\": letters, digits, . _ - and slashes, which is all below it too")
			default:
				c.pathTwice(page, path, at)
			}
			for _, h := range page.hostnames {
				if key := (site.Route{Hostname: h}).PathKey(site.AccessPath{Path: path}); len(key) > maxKey {
					c.reportName(at, "is too long behind %q: %d characters, and %d is the most", h, len(key), maxKey).WithHint("name a shorter path that it is below")
					break
				}
			}
		}
	}
}

// pathTwice looks for what says of a path what is so already: the same path in other
// letters, or the group that all around it has.
func (c *checker) pathTwice(page page, path string, at diag.Path) {
	around, above := page.Access, ""
	for _, other := range slices.Sorted(maps.Keys(page.AccessPaths)) {
		switch {
		case other == path:
		case strings.EqualFold(other, path):
			if other < path {
				p := c.reportName(at, "is there already, in other letters: cloudflared takes both for the same").WithHint("leave one of them out")
				c.note(p, page.at.With("accessPaths", other), "here")
			}
			return
		case format.Below(path, other) && len(other) > len(above):
			around, above = page.AccessPaths[other], other
		}
	}
	if around == page.AccessPaths[path] {
		c.report(at, "all around it is behind the access group %q too", around).WithHint("leave the path out")
	}
}

func checkAccessPathClash(c *checker) {
	for _, page := range c.pages() {
		for i, open := range page.Bypass {
			at := page.at.With("bypass", i)
			head, _, starred := strings.Cut(strings.TrimSuffix(open, "/*"), "*")
			for _, path := range slices.Sorted(maps.Keys(page.AccessPaths)) {
				var p *diag.Problem
				switch {
				case strings.EqualFold(strings.TrimRight(open, "*/"), path):
					p = c.report(at, "is open to everybody, and behind the access group %q at once", page.AccessPaths[path]).WithHint("leave one of them out")
				case starred && page.guarded(open) && mayMeet(head, path):
					p = c.report(at, "may be a path of the access group %q too, and which one Access takes is not sure", page.AccessPaths[path]).WithHint("name the paths without a star in the middle")
				default:
					continue
				}
				c.note(p, page.at.With("accessPaths", path), "the access group")
				break
			}
		}
		c.routePathClash(page)
	}
}

// mayMeet tells whether something that starts with a text may lie in a path.
func mayMeet(start, path string) bool {
	start, path = strings.ToLower(start), strings.ToLower(path)+"/"
	return strings.HasPrefix(path, start) || strings.HasPrefix(start, path)
}

// routePathClash wants each path of a route to lie in one access path, or in none:
// cloudflared takes one rule, and that one has to check the right group.
func (c *checker) routePathClash(page page) {
	if len(page.AccessPaths) == 0 {
		return
	}
	r := site.Route{AccessPaths: site.AccessPaths(page.AccessPaths)}
	for _, path := range page.paths {
		if _, clear := r.PathGroup(path.expression); !clear {
			p := c.report(path.at, "may match in paths of an access group, and elsewhere").
				WithHint("start it with ^ and a whole path, like %q, so that all it matches is in one of them or in none", "^/api/")
			if page.route == nil {
				p.WithHint("lead only what is in one of them as a whole, or in none: a server may read \"/api//admin\" as \"/api/admin\"")
			}
			c.note(p, page.at.With("accessPaths"), "the access groups")
		}
	}
}
