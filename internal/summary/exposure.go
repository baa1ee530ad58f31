package summary

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/site"
)

// exposure says who gets in where, and who did.
func exposure(old, new *site.Site) []Item {
	var items []Item
	was, is := guards(old), guards(new)
	var open []string
	for _, place := range slices.Sorted(maps.Keys(union(was, is))) {
		before, after := was[place], is[place]
		switch {
		case before == after || after == "":
		case before == "" && after == everybody:
			open = append(open, place)
		case before == "":
			items = append(items, Item{Layer: Exposure, Text: fmt.Sprintf("%s is new, for %s", place, after)})
		case after == everybody:
			items = append(items, Item{Layer: Exposure, Danger: Public, Text: fmt.Sprintf("%s becomes PUBLIC; it was for %s", place, before)})
		case before == everybody:
			items = append(items, Item{Layer: Exposure, Text: fmt.Sprintf("%s is guarded now, for %s", place, after)})
		default:
			items = append(items, Item{Layer: Exposure, Text: fmt.Sprintf("%s is for %s, and was for %s", place, after, before)})
		}
	}
	if len(open) > 0 {
		items = append(items, Item{Layer: Exposure, Text: "new, and open to everybody: " + some(open), Detail: strings.Join(open, "\n")})
	}
	// A path that is let by and no longer listed, of a hostname that stays, falls to the hostname's group.
	for _, place := range slices.Sorted(maps.Keys(was)) {
		host, path, isPath := strings.Cut(place, "/")
		if isPath && is[place] == "" && is[host] != "" && is[host] != was[place] {
			item := Item{Layer: Exposure, Text: fmt.Sprintf("%s/%s is for %s again, and was for %s", host, path, is[host], was[place])}
			if is[host] == everybody {
				item.Danger = Public
			}
			items = append(items, item)
		}
	}
	return append(items, people(old, new)...)
}

const everybody = "everybody"

// guards are all places of a site, hostnames and paths of them, with who gets in.
func guards(s *site.Site) map[string]string {
	all := map[string]string{}
	group := func(name string) string {
		if name == "" {
			return everybody
		}
		return "the group " + name
	}
	for _, r := range s.Routes {
		all[r.Hostname] = group(r.Access)
		for _, p := range r.AccessPaths {
			all[r.Hostname+p.Path] = group(p.Access)
		}
		for _, p := range r.Bypass {
			all[r.Hostname+p] = everybody
		}
	}
	return all
}

// people says who comes into each access group, and who leaves it.
func people(old, new *site.Site) []Item {
	var items []Item
	was, is := groups(old), groups(new)
	for _, name := range slices.Sorted(maps.Keys(union(was, is))) {
		if was[name] == nil || is[name] == nil {
			continue // what it guards says so
		}
		var comes, goes []string
		for _, who := range slices.Sorted(maps.Keys(union(was[name], is[name]))) {
			switch {
			case !was[name][who]:
				comes = append(comes, who)
			case !is[name][who]:
				goes = append(goes, who)
			}
		}
		if len(comes) > 0 {
			items = append(items, Item{Layer: Exposure, Text: fmt.Sprintf("the group %s lets in %s", name, some(comes)), Detail: strings.Join(comes, "\n")})
		}
		if len(goes) > 0 {
			items = append(items, Item{Layer: Exposure, Text: fmt.Sprintf("the group %s no longer lets in %s", name, some(goes)), Detail: strings.Join(goes, "\n"),
				Why: "who is logged in stays so until the session ends; Zero Trust, Users, revokes it"})
		}
	}
	return items
}

func groups(s *site.Site) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for _, g := range s.Groups {
		in := map[string]bool{}
		who(in, "", g.Who)
		who(in, "only with ", g.Require)
		who(in, "all but ", g.Exclude)
		for _, t := range g.ServiceTokens {
			in["the service token "+t] = true
		}
		if g.NoLogin {
			in["who needs no log-in"] = true
		}
		all[g.Name] = in
	}
	return all
}

func who(in map[string]bool, before string, w site.Who) {
	for _, e := range w.Emails {
		in[before+e] = true
	}
	for _, d := range w.EmailDomains {
		in[before+"everybody at "+d] = true
	}
	for idp, all := range w.IdP {
		for _, group := range all {
			in[before+group+" of "+idp] = true
		}
	}
	for _, l := range w.Logins {
		in[before+"everybody with a log-in by "+l] = true
	}
	for _, ip := range w.IPs {
		in[before+"the network "+ip] = true
	}
}
