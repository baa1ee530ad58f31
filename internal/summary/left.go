package summary

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

// left says what still leads to something that the change takes away, and what stays of a domain
// that has lost its last hostname.
func left(old, new *site.Site) []Item {
	items := slices.Concat(redirectsLeft(old, new), routesLeft(old, new))
	for _, z := range new.Zones {
		if !inZone(old, z.Name) || inZone(new, z.Name) {
			continue
		}
		text := "the zone " + z.Name + " stays, without a hostname"
		if n := len(z.Records); n > 0 {
			text += ", and so does " + format.Count(n, "record") + " of it"
			if n > 1 {
				text = strings.Replace(text, "so does", "so do", 1)
			}
		}
		if slices.ContainsFunc(z.Records, func(r site.Record) bool { return r.Type == "MX" }) {
			text += ", those of its mail too"
		}
		items = append(items, Item{Layer: DNS, Text: text, At: z.At, Why: "where they have no use any more: gen unset '" + z.At.String() + "', then docs/RUNBOOK.md, Giving up a zone"})
	}
	return items
}

// inZone tells whether a site answers to a hostname of a zone.
func inZone(s *site.Site, zone string) bool {
	return slices.ContainsFunc(s.Claims(), func(c site.Claim) bool { return c.Zone == zone })
}

// redirectsLeft are the redirects that lead to a hostname which goes.
func redirectsLeft(old, new *site.Site) []Item {
	var items []Item
	was, is := owners(old), owners(new)
	for _, r := range new.Redirects {
		to, err := url.Parse(r.To)
		if err != nil {
			continue
		}
		if host := to.Hostname(); was[host] != "" && is[host] == "" {
			items = append(items, Item{Layer: DNS, At: r.At, Text: fmt.Sprintf("the redirect of %s still leads to %s, which goes", r.Hostname, host),
				Why: r.At.String() + ": say where it leads now, or take it away"})
		}
	}
	return items
}

// routesLeft are the spec's routes that lead to a Service of a chart, folder, client or app which goes:
// those of a chart or folder are not known by name, so that its namespace counts.
func routesLeft(old, new *site.Site) []Item {
	var items []Item
	goes := goneFrom(old, new)
	for _, hostname := range slices.Sorted(maps.Keys(new.Spec.Routes)) {
		r, at := new.Spec.Routes[hostname], diag.Path{"routes", hostname}
		to := []string{r.To}
		for _, p := range r.Paths {
			to = append(to, p.To)
		}
		for _, text := range to {
			o, fault := format.ParseOrigin(text)
			name, namespace, ok := old.ServiceName(o.Host)
			if fault.Bad() || !ok {
				continue
			}
			if what := cmp.Or(goes[namespace+"/"+name], goes[namespace]); what != "" && !serves(new, name, namespace) {
				items = append(items, Item{Layer: DNS, At: at, Text: fmt.Sprintf("%s still leads to %s, in the namespace of %s, which goes", hostname, text, what),
					Why: at.String() + ": say where it leads now, or take it away"})
			}
		}
	}
	return items
}

// goneFrom is what goes, in words: by the Service of a client or app, and by the namespace of a
// chart or folder.
func goneFrom(old, new *site.Site) map[string]string {
	goes := map[string]string{}
	for _, w := range old.Workloads() {
		if !serves(new, w.Name, w.Namespace) {
			goes[w.Namespace+"/"+w.Name] = fmt.Sprintf("the %s %s", w.Kind, w.Name)
		}
	}
	for _, b := range old.Beside() {
		if slices.ContainsFunc(new.Beside(), func(n *site.Beside) bool { return n.Name == b.Name }) {
			continue
		}
		goes[b.Namespace] = "the folder " + b.Name
		if b.Chart != nil {
			goes[b.Namespace] = "the chart " + b.Name
		}
	}
	return goes
}

// serves tells whether a Service is that of a client or an app.
func serves(s *site.Site, name, namespace string) bool {
	return slices.ContainsFunc(s.Workloads(), func(w *site.Workload) bool { return w.Name == name && w.Namespace == namespace })
}
