package rules

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func servedRules() []Rule {
	return []Rule{
		{ID: "client-app", Severity: diag.Error, Summary: "A client that an app serves names an app that there is, and says nothing of pods: it has none.",
			Bad: `clients: bakery: {app: "invoices", image: "ghcr.io/example/bakery-site:1.4.2"}`, Good: `clients: cafe: {domain: "cafe.example", app: "invoices", access: "admins"}`, check: checkServed},
		{ID: "client-app-around", Severity: diag.Warning, Summary: "No client that an app serves leads around the access groups that the app, or paths of it, have.",
			Bad: `clients: cafe: {domain: "cafe.example", app: "invoices"}`, Good: `clients: cafe: {domain: "cafe.example", app: "invoices", access: "admins"}`, check: checkServedAround},
	}
}

// ofPods are the fields of a client that say what its pods are.
func ofPods() []string {
	fields := []string{"internet", "selector"}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[spec.Container]()) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			fields = append(fields, name)
		}
	}
	slices.Sort(fields)
	return fields
}

// serves tells whether an app serves clients.
func (c *checker) serves(w *site.Workload) bool {
	return w.Kind == site.KindApp && slices.ContainsFunc(c.site.Served, func(s site.Served) bool { return s.App == w.Name })
}

func checkServed(c *checker) {
	if len(c.served) == 0 {
		return
	}
	fields := ofPods()
	for _, w := range c.served {
		if c.spec.Apps[w.web.App] == nil {
			unknownName(c, w.at.With("app"), "app", w.web.App, c.spec.Apps)
		}
		for _, field := range fields {
			if at := w.at.With(field); c.ix.Has(at) {
				p := c.reportName(at, "the app %q serves this client, which has no pods of its own", w.web.App).WithHint("say it of the app, or leave app out")
				c.note(p, w.at.With("app"), "the app")
			}
		}
	}
}

// checkServedAround: an app answers at the hostnames of its clients too, where the client
// says who may see it. Any group of the client will do: its people may be others.
func checkServedAround(c *checker) {
	paths := map[string][]string{} // sorted once for all clients of an app
	for i, w := range c.served {
		name := w.web.App
		app := c.spec.Apps[name]
		if app == nil || w.web.Access != "" || len(c.site.Served[i].Hostnames) == 0 {
			continue
		}
		const hint = " of the client too, or another group; where the app shows its own pages at its own hostname alone, silence client-app-around"
		at := w.at.With("app")
		if app.Access != "" {
			p := c.report(at, "everybody reaches by the client's hostnames what is behind the access group %q of the app %q", app.Access, name).
				WithHint("say access: %q"+hint, app.Access)
			c.note(p, diag.Path{"apps", name, "access"}, "the access group")
			continue
		}
		if paths[name] == nil {
			paths[name] = slices.Sorted(maps.Keys(app.AccessPaths))
		}
		open := page{AccessPaths: w.web.AccessPaths}
		for _, path := range paths[name] {
			if group := app.AccessPaths[path]; w.web.AccessPaths[path] == "" && !open.guarded(path) {
				p := c.report(at, "everybody reaches by the client's hostnames %q of the app %q, which is behind the access group %q", path, name, group).
					WithHint("say accessPaths: {%q: %q}"+hint, path, group)
				c.note(p, diag.Path{"apps", name, "accessPaths", path}, "the access group")
				break
			}
		}
	}
}
