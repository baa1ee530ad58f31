package terraform

import (
	"slices"

	"sitegen/internal/site"
	"sitegen/internal/tf"
)

func tunnelID() tf.Expr {
	return tf.Ref("cloudflare_zero_trust_tunnel_cloudflared", tunnel, "id")
}

func cloudflare(f *tf.File, s *site.Site) {
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
	l.Set("account_id", accountID(s))
	l.Set("tunnel_id", tunnelID())
	lookups(f, s)

	r := f.Block("resource", "random_bytes", random)
	r.Set("length", tf.Int(32))
	r.Set("keepers", tf.Object(fields{"rotation": tf.Ref("var", "tunnel_secret_rotation")}))

	f.Comment("local: the routes are in cloudflared's own configuration, in git, and not in the dashboard.")
	r = f.Block("resource", "cloudflare_zero_trust_tunnel_cloudflared", tunnel)
	r.Set("account_id", tf.Ref("local", "account_id"))
	r.Set("name", tf.String(s.Tunnel.Name))
	r.Set("config_src", tf.String("local"))
	r.Set("tunnel_secret", tf.Ref("random_bytes", random, "base64"))

	f.Comment("Names in full and without a trailing dot: any other form differs from Cloudflare's at each plan.")
	r = f.Block("resource", "cloudflare_dns_record", "tunnel")
	r.Set("for_each", tf.Ref("local", "hostnames"))
	r.Set("zone_id", tf.Fixed("local.zone_ids[each.value]"))
	r.Set("name", tf.Ref("each", "key"))
	r.Set("type", tf.String("CNAME"))
	r.Set("content", tf.Template(tunnelID(), tf.String(".cfargotunnel.com")))
	r.Set("proxied", tf.Bool(true))
	r.Set("ttl", tf.Int(1))
	r.Comment("No hostname resolves before Access guards it; and a record that it takes the place of is gone.")
	needs := []tf.Expr{tf.Ref("cloudflare_zero_trust_access_application", "site")}
	for _, kind := range recordKinds() {
		needs = append(needs, tf.Ref("cloudflare_dns_record", kind.name))
	}
	r.Set("depends_on", tf.List(needs...))

	records(f, s)
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
		all[z.Name] = tf.Object(fields{"hostnames": tf.Strings(slices.Compact(hostnames)), "id": tf.StringOrNull(z.ZoneID)})
	}
	return tf.Map(all)
}

// accountID is the account of the primary zone where the spec names none.
func accountID(s *site.Site) tf.Expr {
	switch {
	case s.Cloudflare.Account != "":
		return tf.String(s.Cloudflare.Account)
	case s.Primary.ZoneID != "":
		return tf.Ref("data", "cloudflare_zone", "primary", "account", "id")
	default:
		return tf.Ref("data", "cloudflare_zone", "by_name").Index(tf.String(s.Primary.Name)).Attr("account").Attr("id")
	}
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
	if s.Cloudflare.Account == "" && s.Primary.ZoneID != "" {
		f.Comment("Only for the account it is in.")
		f.Block("data", "cloudflare_zone", "primary").Set("zone_id", tf.String(s.Primary.ZoneID))
	}
}
