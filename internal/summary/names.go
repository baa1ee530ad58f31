package summary

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/format"
	"sitegen/internal/site"
)

// dns says which hostnames and records appear, lead elsewhere, and vanish.
func dns(old, new *site.Site) []Item {
	var items []Item
	was, is := owners(old), owners(new)
	var appear, vanish, move []string
	for _, name := range slices.Sorted(maps.Keys(union(was, is))) {
		switch {
		case was[name] == "":
			appear = append(appear, name)
		case is[name] == "":
			vanish = append(vanish, name)
		case was[name] != is[name]:
			move = append(move, fmt.Sprintf("%s leads to %s, and led to %s", name, is[name], was[name]))
		}
	}
	if len(appear) > 0 {
		items = append(items, Item{Layer: DNS, Text: "hostnames new: " + some(appear), Detail: strings.Join(appear, "\n")})
	}
	for _, name := range bare(new, appear, is) {
		items = append(items, Item{Layer: DNS, Text: fmt.Sprintf("www.%s leads nowhere", name), Why: fmt.Sprintf("a redirect is of one hostname: redirects: %q: to: … takes that one along", "www."+name)})
	}
	for _, text := range move {
		items = append(items, Item{Layer: DNS, Text: text})
	}
	if len(vanish) > 0 {
		items = append(items, Item{Layer: DNS, Danger: Vanish, Text: "hostnames gone: " + some(vanish), Detail: strings.Join(vanish, "\n"),
			Why: "who asks for one gets no answer; redirects in the spec send visitors elsewhere"})
	}
	return append(items, records(old, new)...)
}

// bare are the domains that are redirected now, and whose www. nothing answers for.
func bare(s *site.Site, appear []string, owners map[string]string) []string {
	var all []string
	for _, r := range s.Redirects {
		if r.Client != "" || r.Hostname != r.Zone || !slices.Contains(appear, r.Hostname) || owners["www."+r.Hostname] != "" || owners["*."+r.Hostname] != "" {
			continue
		}
		answers := func(rec site.Record) bool { return rec.Name == "www."+r.Zone || rec.Name == "*."+r.Zone }
		if !slices.ContainsFunc(s.Zones, func(z site.Zone) bool { return z.Name == r.Zone && slices.ContainsFunc(z.Records, answers) }) {
			all = append(all, r.Hostname)
		}
	}
	return all
}

// owners are the hostnames of a site with what has them, in words.
func owners(s *site.Site) map[string]string {
	all := map[string]string{}
	for _, c := range s.Claims() {
		all[c.Hostname] = c.Owner
	}
	return all
}

// records compares the spec's own records of each zone that both sites have.
func records(old, new *site.Site) []Item {
	var items []Item
	was, is := recordsOf(old), recordsOf(new)
	for _, key := range slices.Sorted(maps.Keys(union(was, is))) {
		mail := ""
		if strings.HasSuffix(key, " MX") || strings.Contains(key, "_domainkey") || strings.Contains(key, "_dmarc") || strings.HasSuffix(key, " TXT") {
			mail = "mail may depend on it"
		}
		switch {
		case len(was[key]) == 0:
			items = append(items, Item{Layer: DNS, Text: fmt.Sprintf("record %s new: %s", key, list(is[key]))})
		case len(is[key]) == 0:
			items = append(items, Item{Layer: DNS, Danger: Vanish, Text: fmt.Sprintf("record %s goes, which was %s", key, list(was[key])), Why: mail})
		case !slices.Equal(was[key], is[key]):
			items = append(items, Item{Layer: DNS, Text: fmt.Sprintf("record %s: %s → %s", key, list(was[key]), list(is[key])), Why: mail})
		}
	}
	for _, zone := range slices.Sorted(maps.Keys(union(old.ZoneNames, new.ZoneNames))) {
		switch {
		case !new.ZoneNames[zone]:
			items = append(items, Item{Layer: DNS, Danger: Vanish, Text: "the zone " + zone + " is no longer the site's", Why: "docs/RUNBOOK.md, Giving up a zone"})
		case !old.ZoneNames[zone]:
			items = append(items, Item{Layer: DNS, Text: "the zone " + zone + " is new", Why: "docs/RUNBOOK.md, Adding a client: the account, the token and the registrar have to know it"})
		}
	}
	return items
}

func recordsOf(s *site.Site) map[string][]string {
	all := map[string][]string{}
	for _, z := range s.Zones {
		for _, r := range z.Records {
			key := r.Name + " " + r.Type
			all[key] = append(all[key], recordText(r))
			slices.Sort(all[key])
		}
	}
	return all
}

func recordText(r site.Record) string {
	text := r.Content
	switch {
	case r.CAA != nil:
		text = r.CAA.Tag + " " + r.CAA.Value
	case r.SRV != nil:
		text = fmt.Sprintf("%d %d %d %s", r.SRV.Priority, r.SRV.Weight, r.SRV.Port, r.SRV.Target)
	}
	if r.Priority != nil {
		text = fmt.Sprintf("%d %s", *r.Priority, text)
	}
	if r.Proxied {
		text += " (proxied)"
	}
	return text
}

func list(all []string) string {
	short := make([]string, len(all))
	for i, text := range all {
		short[i] = format.Shorten(text)
	}
	return strings.Join(short, ", ")
}
