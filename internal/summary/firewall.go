package summary

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"sitegen/internal/site"
)

// firewall says what the hosts' firewalls let in from now on, and no longer, beside what
// nodes have with each other.
func firewall(old, new *site.Site) []Item {
	var items []Item
	before, after := byName(old), byName(new)
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if after[name] == nil {
			continue
		}
		was, is := openings(before[name]), openings(after[name])
		var public, opens, closes []string
		for _, what := range slices.Sorted(maps.Keys(union(was, is))) {
			switch {
			case was[what] && !is[what]:
				closes = append(closes, what)
			case is[what] && !was[what] && strings.HasSuffix(what, " to everybody"):
				public = append(public, what)
			case is[what] && !was[what]:
				opens = append(opens, what)
			}
		}
		if len(public) > 0 {
			items = append(items, Item{Layer: Exposure, Danger: Public, Text: fmt.Sprintf("the firewall of %s opens %s", name, some(public)), Detail: strings.Join(public, "\n")})
		}
		if len(opens) > 0 {
			items = append(items, Item{Layer: Exposure, Text: fmt.Sprintf("the firewall of %s opens %s", name, some(opens)), Detail: strings.Join(opens, "\n")})
		}
		if len(closes) > 0 {
			items = append(items, Item{Layer: Exposure, Text: fmt.Sprintf("the firewall of %s no longer opens %s", name, some(closes)), Detail: strings.Join(closes, "\n")})
		}
	}
	if len(before) > 1 && len(after) > 1 && old.Cluster.Encrypt != new.Cluster.Encrypt {
		item := Item{Layer: Exposure, Text: "traffic between nodes is encrypted from now on"}
		if old.Cluster.Encrypt {
			item.Danger, item.Text = Public, "traffic between nodes is NO LONGER ENCRYPTED"
		}
		item.Why = "until both the bootstrap and all hosts are done, pods on different nodes do not reach each other"
		items = append(items, item)
	}
	return items
}

// openings are what a host lets in, in words.
func openings(h *site.Host) map[string]bool {
	all := map[string]bool{}
	to := func(what, from string) {
		if p, err := netip.ParsePrefix(from); err == nil && p.Bits() == 0 {
			from = "everybody"
		}
		all[what+" to "+from] = true
	}
	for _, o := range h.Open {
		for _, port := range o.Ports {
			for _, from := range o.From {
				to(fmt.Sprintf("%s %d", o.Protocol, port), from.String())
			}
		}
	}
	if len(h.SSH.From) == 0 {
		to("ssh", "0.0.0.0/0")
	}
	for _, from := range h.SSH.From {
		to("ssh", from)
	}
	return all
}
