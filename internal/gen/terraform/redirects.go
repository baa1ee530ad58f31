package terraform

import (
	"sitegen/internal/rulelang"
	"sitegen/internal/site"
	"sitegen/internal/tf"
)

// redirects writes Cloudflare's Single Redirects: rules that answer before a request
// goes to the tunnel. The hostnames have the tunnel's records all the same, so that one
// that begins or ends to be a redirect keeps its record: what is proxied needs an
// address, not a server behind it.
func redirects(f *tf.File, s *site.Site) {
	l := f.Block("locals")
	l.Comment("The hostnames that lead elsewhere, by zone. What they match and where they lead is in Cloudflare's Rules language.")
	l.Set("redirects", redirectsByZone(s))

	f.Comment(
		"A zone has one ruleset of this phase, and one that was made in the dashboard is not taken over (20217).",
		"With a ref of its own a rule stays the same one when others come and go.",
	)
	r := f.Block("resource", "cloudflare_ruleset", "redirects")
	r.Set("for_each", tf.Ref("local", "redirects"))
	r.Set("zone_id", tf.Fixed("local.zone_ids[each.key]"))
	r.Set("name", tf.String("redirects"))
	r.Set("kind", tf.String("zone"))
	r.Set("phase", tf.String(site.RedirectPhase))
	r.Set("rules", tf.Fixed(`[
    for hostname, redirect in each.value : {
      ref         = replace(hostname, ".", "_")
      description = hostname
      enabled     = true
      expression  = redirect.expression
      action      = "redirect"
      action_parameters = {
        from_value = {
          preserve_query_string = redirect.keep_query
          status_code           = redirect.status
          target_url            = redirect.target
        }
      }
    }
  ]`))
}

func redirectsByZone(s *site.Site) tf.Expr {
	zones := map[string]fields{}
	for _, r := range s.Redirects {
		if zones[r.Zone] == nil {
			zones[r.Zone] = fields{}
		}
		target := fields{"expression": tf.Null(), "value": tf.String(r.To)}
		if r.KeepPath {
			path := rulelang.Field("http.request.uri.path")
			target = fields{"expression": inRules(rulelang.Concat(rulelang.String(r.To), path)), "value": tf.Null()}
		}
		zones[r.Zone][r.Hostname] = tf.Object(fields{
			"expression": inRules(rulelang.Equal(rulelang.Field("http.host"), rulelang.String(r.Hostname))),
			"keep_query": tf.Bool(r.KeepPath),
			"status":     tf.Int(r.Status),
			"target":     tf.Object(target),
		})
	}
	all := fields{}
	for zone, rules := range zones {
		all[zone] = tf.Map(rules)
	}
	return tf.Map(all)
}

// inRules is an expression of the Rules language as a string of Terraform.
func inRules(e rulelang.Expr) tf.Expr { return tf.StringOf(e.Text()) }
