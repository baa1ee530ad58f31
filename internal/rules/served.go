package rules

import (
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
			Bad: `clients: bakery: {app: "invoices", image: "ghcr.io/example/bakery-site:1.4.2"}`, Good: `clients: cafe: {domain: "cafe.example", app: "invoices"}`, check: checkServed},
	}
}

// ofPods are the fields of a client that say what its pods are.
func ofPods() []string {
	fields := []string{"internet"}
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
