package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func portRules() []Rule {
	return []Rule{
		{ID: "port-name", Severity: diag.Error, Summary: "More ports have names that Kubernetes takes, of letters, digits and hyphens, 15 at most, and each a number of its own.",
			Bad: `apps: invoices: ports: prometheus_metrics: 9090`, Good: `apps: invoices: ports: metrics: 9090`, check: checkPorts},
		{ID: "path-to", Severity: diag.Error, Summary: "A path of a client or an app leads to another port of it, or to another app that is there, at a port that it has.",
			Bad: `apps: invoices: paths: "/metrics": port: 9090`, Good: `apps: invoices: {ports: metrics: 9090, paths: "/metrics": port: 9090}`, check: checkPaths},
		{ID: "path-around", Severity: diag.Warning, Summary: "No path of a public hostname leads to an app that is behind Access, or to what a path of the app has behind it.",
			Bad:  "clients: bakery: paths: \"/pay\": app: \"invoices\"",
			Good: "clients: bakery: paths: \"/pay\": app: \"pay\"\napps: pay: image: \"ghcr.io/example/pay:1.0.0\"", check: checkPathAround},
	}
}

// portNameRE is the name of a port: an IANA service name (kubernetes apimachinery,
// IsValidPortName), without two hyphens in a row.
var portNameRE = format.Pattern(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func checkPorts(c *checker) {
	for _, w := range c.containers {
		used := map[int]diag.Path{w.Port: nil}
		if w.web != nil {
			used[80] = nil
		}
		for _, name := range slices.Sorted(maps.Keys(w.Ports)) {
			n, at := w.Ports[name], w.at.With("ports", name)
			first, taken := used[n]
			switch {
			case !portNameRE().MatchString(name) || len(name) > 15 || !strings.ContainsAny(name, "abcdefghijklmnopqrstuvwxyz"):
				c.reportName(at, "%q cannot name a port", format.Shorten(name)).WithHint("lower-case letters, digits and single hyphens, 15 at most: \"metrics\"")
			case name == "main" || strings.HasPrefix(name, "port-"):
				c.reportName(at, "%q is a name that gen gives to ports", name).WithHint("call it after what it is for: \"metrics\"")
			case taken && first != nil:
				c.note(c.report(at, "port %d has a name already", n).WithHint("leave one of them out"), first, "here")
			case taken:
				c.report(at, "port %d is in its Service anyway", n).WithHint("leave it out")
			default:
				used[n] = at
			}
		}
	}
}

var pathRE = format.Pattern(`^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+$`)

func checkPaths(c *checker) {
	for i, w := range c.site.Workloads() { // the clients and then the apps, as containers are
		own := c.containers[i]
		for _, path := range slices.Sorted(maps.Keys(own.Paths)) {
			p, at := own.Paths[path], own.at.With("paths", path)
			to, known := c.spec.Apps[p.App]
			switch {
			case len(w.Hostnames) == 0 && !c.serves(w):
				c.reportName(at, "there is no hostname whose path it is").WithHint("give it hostnames, or leave paths out")
			case !pathRE().MatchString(path) || dotted(path):
				f := c.reportName(at, "%q is no path", format.Shorten(path)).WithHint("write it like \"/api\", which is all below it too")
				if short := strings.TrimRight(path, "/*"); pathRE().MatchString(short) && !dotted(short) {
					f.WithHint("%s", format.DidYouMean(short))
				}
			case p.App == "" && p.Port == 0:
				c.reportName(at, "nothing says where it leads").WithHint("say port: of its own, or app: another one")
			case p.App == "":
				c.pathPort(at, own.name, own.Container, p.Port, true)
			case !known:
				unknownName(c, at.With("app"), "app", p.App, c.spec.Apps, own.name)
			case own.app != nil && p.App == own.name:
				c.report(at.With("app"), "%q is the app itself", p.App).WithHint("say port alone, for one of its own")
			case p.Port != 0:
				c.pathPort(at, p.App, &to.Container, p.Port, false)
			}
		}
	}
}

// pathPort wants a port that a path leads to to be one of the workload's.
func (c *checker) pathPort(at diag.Path, name string, of *spec.Container, port int, own bool) {
	ports := []string{fmt.Sprint(of.Port)}
	for _, n := range of.Ports {
		ports = append(ports, fmt.Sprint(n))
	}
	switch {
	case own && port == of.Port:
		c.report(at.With("port"), "leads where the hostname leads anyway").WithHint("leave the path out")
	case !slices.Contains(ports, fmt.Sprint(port)):
		slices.Sort(ports)
		c.report(at.With("port"), "%q has no port %d", name, port).WithHint("it has %s; more are said under its ports, by name", format.AllOf(ports))
	}
}

// checkPathAround: everybody reaches by the path what is behind Access by its own
// hostname.
func checkPathAround(c *checker) {
	done := map[string]bool{} // an app's path is one for all clients that it serves
	for _, page := range c.pages() {
		if page.route != nil || len(page.hostnames) == 0 || page.Access != "" || len(page.paths) == 0 {
			continue
		}
		own := site.Route{AccessPaths: site.AccessPaths(page.AccessPaths)}
		for _, lead := range page.paths {
			name := c.pathOf(lead.at).App
			app := c.spec.Apps[name]
			if app == nil {
				continue
			}
			if group, _ := own.PathGroup(lead.expression); group != nil {
				continue
			}
			path, _ := lead.at[len(lead.at)-1].(string)
			what, group, at := guardedPart(app, path, page.guarded)
			if group == "" || done[lead.at.String()] {
				continue
			}
			done[lead.at.String()] = true
			p := c.report(lead.at.With("app"), "everybody reaches by %q what is behind the access group %q by its own hostname", what, group).
				WithHint("say accessPaths: {%q: %q} too, or access", path, group)
			c.note(p, append(diag.Path{"apps", name}, at...), "the access group")
			if page.at[0] != lead.at[0] || page.at[1] != lead.at[1] {
				c.note(p.WithHint("say accessPaths: {%q: %q} of the client too, or access", path, group), page.at, "a client that the app serves")
			}
		}
	}
}

// guardedPart is a path of an app at or below which is what a group alone may see, of what
// another path leads to, and where the app says so; no group where there is none.
func guardedPart(app *spec.App, path string, done func(string) bool) (what, group string, at diag.Path) {
	if app.Access != "" {
		return path, app.Access, diag.Path{"access"}
	}
	for _, own := range slices.Sorted(maps.Keys(app.AccessPaths)) {
		group, at := app.AccessPaths[own], diag.Path{"accessPaths", own}
		switch {
		case format.Below(path, own):
			return path, group, at
		case format.Below(own, path) && !done(own):
			return own, group, at
		}
	}
	return "", "", nil
}

// pathOf is the path of a client or an app at a place of the spec.
func (c *checker) pathOf(at diag.Path) *spec.Path {
	name, path := at[1].(string), at[3].(string)
	if at[0] == "clients" {
		return c.spec.Clients[name].Paths[path]
	}
	return c.spec.Apps[name].Paths[path]
}
