package terraform

import (
	"sitegen/internal/site"
	"sitegen/internal/tf"
)

// madeZones writes the zones that Terraform makes, DNSSEC and settings. The first two
// are there in every site: Terraform protects what a block says prevent_destroy of, as
// long as there is the block.
func madeZones(f *tf.File, s *site.Site) {
	var created, signed []string
	settings := fields{}
	for _, z := range s.Zones {
		if z.Create {
			created = append(created, z.Name)
		}
		if z.DNSSEC {
			signed = append(signed, z.Name)
		}
		for id, value := range zoneSettings(z) {
			settings[z.Name+" "+id] = tf.Object(fields{"setting": tf.String(id), "value": value, "zone": tf.String(z.Name)})
		}
	}
	l := f.Block("locals")
	l.Set("created_zones", tf.Strings(created))
	l.Set("signed_zones", tf.Strings(signed))

	f.Comment(
		"A zone that goes takes every record in it along, and the domain from the internet. Terraform destroys",
		"none: docs/RUNBOOK.md, Giving up a zone.",
	)
	r := f.Block("resource", "cloudflare_zone", "created")
	r.Set("for_each", tf.Fixed("toset(local.created_zones)"))
	r.Set("account", tf.Object(fields{"id": tf.Ref("local", "account_id")}))
	r.Set("name", tf.Ref("each", "value"))
	r.Set("type", tf.String("full"))
	r.Block("lifecycle").Set("prevent_destroy", tf.Bool(true))

	f.Comment(
		"Resolvers refuse a domain that is not signed while its registrar has a DS record: docs/RUNBOOK.md, Ending",
		"DNSSEC. The status is pending until the registrar has it; what is not said here comes back as false.",
	)
	r = f.Block("resource", "cloudflare_zone_dnssec", "signed")
	r.Set("for_each", tf.Fixed("toset(local.signed_zones)"))
	r.Set("zone_id", tf.Fixed("local.zone_ids[each.value]"))
	r.Set("status", tf.String("active"))
	lifecycle := r.Block("lifecycle")
	lifecycle.Set("ignore_changes", tf.List(tf.Ref("dnssec_multi_signer"), tf.Ref("dnssec_presigned"), tf.Ref("dnssec_use_nsec3"), tf.Ref("status")))
	lifecycle.Set("prevent_destroy", tf.Bool(true))

	if len(settings) == 0 {
		return
	}
	f.Comment("A setting that goes from here stays as it is at Cloudflare.")
	l = f.Block("locals")
	l.Set("zone_settings", tf.Map(settings))
	r = f.Block("resource", "cloudflare_zone_setting", "said")
	r.Set("for_each", tf.Ref("local", "zone_settings"))
	r.Set("zone_id", tf.Fixed("local.zone_ids[each.value.zone]"))
	r.Set("setting_id", tf.Ref("each", "value", "setting"))
	r.Set("value", tf.Ref("each", "value", "value"))
}

// zoneSettings are the settings that the spec says, by their ids at Cloudflare
// (developers.cloudflare.com, API, zone settings). All fields of security_header are
// said, since those that are not would come back with Cloudflare's defaults.
func zoneSettings(z site.Zone) fields {
	all := fields{}
	if on := z.Settings.AlwaysHTTPS; on != nil {
		all["always_use_https"] = tf.String(map[bool]string{true: "on", false: "off"}[*on])
	}
	if v := z.Settings.MinTLS; v != "" {
		all["min_tls_version"] = tf.String(v)
	}
	if h := z.Settings.HSTS; h != nil {
		all["security_header"] = tf.Object(fields{"strict_transport_security": tf.Object(fields{
			"enabled": tf.Bool(true), "include_subdomains": tf.Bool(h.IncludeSubdomains), "max_age": tf.Int(h.MaxAge),
			"nosniff": tf.Bool(h.NoSniff), "preload": tf.Bool(h.Preload),
		})})
	}
	return all
}
