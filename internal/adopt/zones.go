package adopt

import (
	"cmp"
	"strings"

	"sitegen/internal/tfread"
)

// findZones notes the ids of zones: of those in the state, and of those that records in it lie
// in; and whose they are.
func (p *plan) findZones(state []tfread.Instance, roots []*tfread.Root) {
	for _, root := range roots {
		for at, res := range root.Resources {
			if name := key.FindStringSubmatch(at); name != nil && res.Kind == "cloudflare_zone" {
				p.zones[name[1]] = ""
			}
		}
	}
	for _, in := range state {
		if !strings.HasPrefix(in.Kind, "cloudflare_") {
			continue
		}
		account := cmp.Or(in.Text("account_id"), in.Text("account", "id"))
		if account != "" && p.accounts[""] == "" {
			p.accounts[""] = account
		}
		if in.Kind == "cloudflare_zone" {
			id := cmp.Or(in.Text("zone_id"), in.Text("id"))
			p.accounts[id] = account
			for _, name := range []string{in.Text("zone"), in.Text("name")} {
				if name != "" {
					p.zones[name] = id
				}
			}
		}
	}
	for _, in := range state {
		if in.Mode != "managed" || kinds[in.Kind] != "record" {
			continue
		}
		name, of := cmp.Or(in.Text("hostname"), in.Text("name")), ""
		for zone := range p.zones { // the nearest, where one zone is of another
			if within(name, zone) && len(zone) > len(of) {
				of = zone
			}
		}
		if of != "" && p.zones[of] == "" {
			p.zones[of] = in.Text("zone_id")
		}
	}
	for name, id := range p.zones {
		if id != "" {
			p.names[id] = name
		}
	}
}
