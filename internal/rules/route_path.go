package rules

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func routePathRules() []Rule {
	return []Rule{
		{ID: "route-path", Severity: diag.Error, Summary: "A path of a route is a regular expression as Go has them, for http and https; it matches some path, and none before it takes all that it does.",
			Bad:  `routes: "nas.example.com": {to: "http://192.168.0.80:5000", access: "admins", paths: [{path: "^/a", to: "http://192.168.0.81"}, {path: "^/api/", to: "http://192.168.0.82"}]}`,
			Good: `routes: "nas.example.com": {to: "http://192.168.0.80:5000", access: "admins", paths: [{path: "^/api/", to: "http://192.168.0.82"}, {path: "^/a", to: "http://192.168.0.81"}]}`, check: checkRoutePath},
		{ID: "route-path-anywhere", Severity: diag.Warning, Summary: "A path of a route starts with ^, or ends with $: without them cloudflared finds it anywhere in the path.",
			Bad:  `routes: "nas.example.com": {to: "http://192.168.0.80:5000", access: "admins", paths: [{path: "/api/", to: "http://192.168.0.82"}]}`,
			Good: `routes: "nas.example.com": {to: "http://192.168.0.80:5000", access: "admins", paths: [{path: "^/api/", to: "http://192.168.0.82"}]}`, check: checkRoutePathAnywhere},
		{ID: "route-path-block", Severity: diag.Warning, Summary: "No path that everybody reaches is closed by a status in paths: the expression matches neither //admin nor /Admin, and many servers take both for /admin.",
			Bad:  `routes: "nas.example.com": {to: "http://192.168.0.80:5000", public: true, paths: [{path: "^/admin/", to: "http_status:403"}]}`,
			Good: "cloudflare: team: \"example\"\nroutes: \"nas.example.com\": {to: \"http://192.168.0.80:5000\", public: true, accessPaths: \"/admin\": \"admins\"}", check: checkRoutePathBlock},
	}
}

func checkRoutePath(c *checker) {
	for name, r := range c.spec.Routes {
		for i, p := range r.Paths {
			at := diag.Path{"routes", name, "paths", i, "path"}
			if _, err := regexp.Compile(p.Path); err != nil {
				c.report(at, "%q is no regular expression: %s", p.Path, strings.TrimPrefix(err.Error(), "error parsing regexp: ")).WithHint("its language is RE2: https://github.com/google/re2/wiki/Syntax")
				continue
			}
			if o, fault := format.ParseOrigin(r.To); !fault.Bad() && !o.HTTP() {
				c.report(at, "%s has no paths", r.To).WithHint("leave paths out, or make to an http URL")
				continue
			}
			if fault := noPath(p.Path); fault.Bad() {
				c.fault(at, fault)
				continue
			}
			for j, before := range r.Paths[:i] {
				if covers(before.Path, p.Path) {
					q := c.report(at, "%q never counts: all that it matches is matched before", p.Path).WithHint("put it first")
					c.note(q, diag.Path{"routes", name, "paths", j, "path"}, "by this one")
					break
				}
			}
		}
	}
}

func checkRoutePathAnywhere(c *checker) {
	for name, r := range c.spec.Routes {
		for i, p := range r.Paths {
			if re, err := syntax.Parse(p.Path, syntax.Perl); err != nil || anchored(re.Simplify()) || endsText(re.Simplify()) {
				continue
			}
			report := c.report(diag.Path{"routes", name, "paths", i, "path"}, "%q is found anywhere in a path, as in %q", p.Path, "/other/"+strings.TrimPrefix(p.Path, "/"))
			if strings.HasPrefix(p.Path, "/") || strings.HasPrefix(p.Path, `\/`) {
				report.WithHint("%s", format.DidYouMean("^"+p.Path))
			}
		}
	}
}

// anchored tells whether an expression matches at the start of a text alone.
func anchored(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginText:
		return true
	case syntax.OpConcat, syntax.OpCapture:
		return len(re.Sub) > 0 && anchored(re.Sub[0])
	case syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(s *syntax.Regexp) bool { return !anchored(s) })
	}
	return false
}

// endsText tells of an expression about the end of a path, like \.css$.
func endsText(re *syntax.Regexp) bool {
	return re.Op == syntax.OpConcat && re.Sub[len(re.Sub)-1].Op == syntax.OpEndText
}

// covers tells of two expressions whether the first one certainly matches all paths
// that the second one does: they are equal, or the first is plain text that stands in
// the plain text which the second starts with. Whether it does in general is a hard
// question; this much finds what people write.
func covers(first, second string) bool {
	if first == second || strings.Trim(first, "^") == "/" || first == ".*" || first == "^.*" || first == "^/.*" {
		return true // every path starts with a slash
	}
	a, err := syntax.Parse(first, syntax.Perl)
	if err != nil {
		return false
	}
	b, err := syntax.Parse(second, syntax.Perl)
	if err != nil {
		return false
	}
	textA, wholeA := plainText(a.Simplify())
	textB, _ := plainText(b.Simplify())
	switch {
	case !wholeA || textA == "" || textB == "":
		return false
	case anchored(a.Simplify()):
		return anchored(b.Simplify()) && strings.HasPrefix(textB, textA)
	}
	return strings.Contains(textB, textA)
}

// plainText is the plain text at the start of an expression, behind ^, and whether the
// expression is nothing else.
func plainText(re *syntax.Regexp) (text string, whole bool) {
	parts := []*syntax.Regexp{re}
	if re.Op == syntax.OpConcat {
		parts = re.Sub
	}
	if parts[0].Op == syntax.OpBeginText {
		parts = parts[1:]
	}
	if len(parts) == 0 || parts[0].Op != syntax.OpLiteral || parts[0].Flags&syntax.FoldCase != 0 {
		return "", false
	}
	return string(parts[0].Rune), len(parts) == 1
}

// noPath finds what no path has that a request may have. cloudflared looks at the decoded
// path without its query (proxy/proxy.go, FindMatchingRule(req.Host, req.URL.Path)).
func noPath(expression string) format.Fault {
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return format.Fault{}
	}
	switch text := literals(tree); {
	case strings.Contains(text, "?"):
		return format.Fault{What: fmt.Sprintf("%q never matches: the query behind ? is no part of the path", format.Shorten(expression)), Hint: "end it before the query"}
	case regexp.MustCompile(`%[0-9A-Fa-f]{2}`).MatchString(text):
		return format.Fault{What: fmt.Sprintf("%q never matches: cloudflared decodes the path first", format.Shorten(expression)), Hint: "write the character itself in place of %XX"}
	case !startsPath(tree):
		return format.Fault{What: fmt.Sprintf("%q never matches: every path starts with a slash", format.Shorten(expression)), Meant: format.Suggest("^/"+strings.TrimLeft(expression, "^"), noPath)}
	}
	return format.Fault{}
}

// literals are the plain texts in an expression.
func literals(re *syntax.Regexp) string {
	if re.Op == syntax.OpLiteral {
		return string(re.Rune)
	}
	var all []string
	for _, sub := range re.Sub {
		all = append(all, literals(sub))
	}
	return strings.Join(all, " ")
}

// startsPath tells whether an expression can match at the start of a path, or elsewhere.
func startsPath(re *syntax.Regexp) bool {
	prog, err := syntax.Compile(re.Simplify())
	if err != nil || prog.StartCond()&syntax.EmptyBeginText == 0 {
		return true
	}
	seen := make([]bool, len(prog.Inst))
	var first func(pc uint32) bool
	first = func(pc uint32) bool {
		if seen[pc] {
			return false
		}
		seen[pc] = true
		switch in := &prog.Inst[pc]; in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			return first(in.Out) || first(in.Arg)
		case syntax.InstEmptyWidth:
			return syntax.EmptyOp(in.Arg)&(syntax.EmptyEndText|syntax.EmptyWordBoundary) == 0 && first(in.Out) // a slash comes next
		case syntax.InstCapture, syntax.InstNop:
			return first(in.Out)
		case syntax.InstMatch:
			return true
		case syntax.InstFail:
			return false
		default:
			return in.MatchRune('/')
		}
	}
	return first(uint32(prog.Start))
}

// checkRoutePathBlock looks at paths that are to be closed on a page that is open: an
// expression names one way to write a path.
func checkRoutePathBlock(c *checker) {
	for name, r := range c.spec.Routes {
		for i, p := range r.Paths {
			o, _ := format.ParseOrigin(p.To)
			if o.Status < 400 || o.Status >= 500 || noPath(p.Path).Bad() || !reachedFreely(r, p.Path) {
				continue
			}
			c.report(diag.Path{"routes", name, "paths", i, "path"}, "%q does not close the path: it matches neither // nor capital letters, and many servers take both for the same path", p.Path).
				WithHint("say accessPaths with an access group, which wants cloudflare: team, or close it in the server itself")
		}
	}
}

// reachedFreely tells whether requests without a log-in may match an expression.
func reachedFreely(r *spec.Route, expression string) bool {
	if group, _ := (site.Route{AccessPaths: site.AccessPaths(r.AccessPaths)}).PathGroup(expression); group != nil {
		return false
	}
	start := format.PathStart(expression)
	return r.Public || slices.ContainsFunc(r.Bypass, func(open string) bool {
		head, _, _ := strings.Cut(open, "*")
		return mayMeet(head, start)
	})
}
