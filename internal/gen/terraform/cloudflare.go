package terraform

import (
	"slices"

	"sitegen/internal/site"
	"sitegen/internal/tf"
)

// tunnelResource is the name of a connector's tunnel in Terraform.
func tunnelResource(c site.Connector) string { return underscored("site", c) }

// underscored is the name of a resource that each connector has.
func underscored(name string, c site.Connector) string { return site.Underscored(name, c.Number) }

func tunnelID(c site.Connector) tf.Expr {
	return tf.Ref("cloudflare_zero_trust_tunnel_cloudflared", tunnelResource(c), "id")
}

func tunnelSecret(c site.Connector) tf.Expr {
	return tf.Ref("random_bytes", underscored(random, c), "base64")
}

func cloudflare(f *tf.File, s *site.Site) {
	l := zoneLocals(f, s)
	l.Set("account_id", accountID(s))
	connectors := s.Connectors()
	l.Set("tunnel_id", tunnelID(connectors[0]))
	to := tunnelID(connectors[0])
	if len(connectors) > 1 {
		ids := fields{}
		for _, c := range connectors {
			ids[c.Tunnel] = tunnelID(c)
		}
		l.Set("tunnel_ids", tf.Map(ids))
		to = tf.Fixed("local.tunnel_ids[local.zones[each.value].tunnel]")
	}
	lookups(f, s)

	for i, c := range connectors {
		if i == 0 {
			f.Comment("A new secret comes by -replace: docs/RUNBOOK.md, The tunnel's secret. One that was imported has no keepers, and a",
				"length of its own, which are no reason for a new one.")
		}
		r := f.Block("resource", "random_bytes", underscored(random, c))
		r.Set("length", tf.Int(32))
		r.Block("lifecycle").Set("ignore_changes", tf.List(tf.Ref("keepers"), tf.Ref("length")))

		if i == 0 {
			f.Comment("local: the routes are in cloudflared's own configuration, in git, and not in the dashboard.")
		}
		r = f.Block("resource", "cloudflare_zero_trust_tunnel_cloudflared", tunnelResource(c))
		r.Set("account_id", tf.Ref("local", "account_id"))
		r.Set("name", tf.String(c.Tunnel))
		r.Set("config_src", tf.String("local"))
		r.Set("tunnel_secret", tunnelSecret(c))
	}
	tunnelRecords(f, to, "No hostname resolves before Access guards it; and a record that it takes the place of is gone.",
		tf.Ref("cloudflare_zero_trust_access_application", "site"))
	records(f, s)
}

// zoneLocals begins a block of locals with the zones, and their hostnames and ids.
func zoneLocals(f *tf.File, s *site.Site) *tf.Body {
	l := f.Block("locals")
	l.Comment(
		"Each zone with the hostnames in it that get a record of the tunnel. A zone without an id is looked up,",
		"unless Terraform makes it (cloudflare-zones.tf).",
	)
	l.Set("zones", zones(s))
	l.Blank()
	l.Set("zone_ids", tf.Fixed(`{
    for name, zone in local.zones : name => (
      contains(local.created_zones, name) ? cloudflare_zone.created[name].id :
      zone.id != null ? zone.id : data.cloudflare_zone.by_name[name].zone_id
    )
  }`))
	l.Set("hostnames", tf.Fixed(`merge([
    for name, zone in local.zones : { for hostname in zone.hostnames : hostname => name }
  ]...)`))
	return l
}

// tunnelRecords leads the hostnames to the tunnel with that id, when what it needs is there.
func tunnelRecords(f *tf.File, id tf.Expr, why string, needs ...tf.Expr) {
	f.Comment("Names in full and without a trailing dot: any other form differs from Cloudflare's at each plan.")
	r := f.Block("resource", "cloudflare_dns_record", "tunnel")
	r.Set("for_each", tf.Ref("local", "hostnames"))
	r.Set("zone_id", tf.Fixed("local.zone_ids[each.value]"))
	r.Set("name", tf.Ref("each", "key"))
	r.Set("type", tf.String("CNAME"))
	r.Set("content", tf.Template(id, tf.String(".cfargotunnel.com")))
	r.Set("proxied", tf.Bool(true))
	r.Set("ttl", tf.Int(1))
	r.Comment(why)
	for _, kind := range recordKinds() {
		needs = append(needs, tf.Ref("cloudflare_dns_record", kind.name))
	}
	r.Set("depends_on", tf.List(needs...))
}

// zones maps each zone to its id and hostnames. Every value is a block of lines, so
// that no zone's lines are aligned with another's: a client more is lines more.
func zones(s *site.Site) tf.Expr {
	all, routed := fields{}, map[string][]string{}
	for _, r := range s.Claims() {
		routed[r.Zone] = append(routed[r.Zone], r.Hostname)
	}
	for _, z := range s.Zones {
		hostnames := routed[z.Name]
		if z.Wildcard {
			hostnames = append(hostnames, "*."+z.Name)
		}
		slices.Sort(hostnames)
		zone := fields{"hostnames": tf.Strings(slices.Compact(hostnames)), "id": tf.StringOrNull(z.ZoneID)}
		if s.Tunnel.Shards > 1 || s.Terraform.Shards > 1 {
			zone["tunnel"] = tf.String(s.TunnelOf(z.Name))
		}
		all[z.Name] = tf.Object(zone)
	}
	return tf.Map(all)
}

// accountID is the account of the primary zone where the spec names none.
func accountID(s *site.Site) tf.Expr {
	switch {
	case s.Cloudflare.Account != "":
		return tf.String(s.Cloudflare.Account)
	case s.Primary.ZoneID != "" || !hasPrimary(s):
		return tf.Ref("data", "cloudflare_zone", "primary", "account", "id")
	default:
		return tf.Ref("data", "cloudflare_zone", "by_name").Index(tf.String(s.Primary.Name)).Attr("account").Attr("id")
	}
}

// hasPrimary tells whether the primary zone is in this root.
func hasPrimary(s *site.Site) bool {
	return slices.ContainsFunc(s.Zones, func(z site.Zone) bool { return z.Primary })
}

func lookups(f *tf.File, s *site.Site) {
	d := f.Block("data", "cloudflare_zone", "by_name")
	d.Set("for_each", tf.Fixed("toset([for name, zone in local.zones : name if zone.id == null && !contains(local.created_zones, name)])"))
	filter := fields{"name": tf.Ref("each", "key")}
	if s.Cloudflare.Account != "" {
		// A token may see the same name in two accounts.
		filter["account"] = tf.Object(fields{"id": tf.Ref("local", "account_id")})
	}
	d.Set("filter", tf.Object(filter))
	if s.Cloudflare.Account != "" || s.Primary.ZoneID == "" && hasPrimary(s) {
		return
	}
	f.Comment("Only for the account it is in.")
	d = f.Block("data", "cloudflare_zone", "primary")
	if s.Primary.ZoneID != "" {
		d.Set("zone_id", tf.String(s.Primary.ZoneID))
	} else {
		d.Set("filter", tf.Object(fields{"name": tf.String(s.Primary.Name)}))
	}
}
