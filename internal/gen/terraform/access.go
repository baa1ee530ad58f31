package terraform

import (
	"maps"
	"slices"

	"sitegen/internal/site"
	"sitegen/internal/tf"
)

// What a policy of Access decides: whoever fits comes in after a log-in, or without one
// ("Service Auth"). Bypass would switch Access off, its log too (Cloudflare One, Access
// policies).
const (
	allow = "allow"
	auth  = "non_identity"
)

// policy is one policy of Access. Whoever fits one of include comes in, unless they fit
// one of exclude, or none of a list of require.
type policy struct {
	name, decision   string
	include, exclude who
	require          map[string]who // by the name of the rule group
	session          string
}

// who are conditions of Access by their kind; each is what the kind's rule needs of it.
type who map[string][]tf.Expr

// kinds are those that a who may have, with the rules that Access has for them.
func kinds() []struct {
	name string
	rule tf.Expr
} {
	return []struct {
		name string
		rule tf.Expr
	}{
		{"everyone", tf.Fixed("[for all in who.everyone : { everyone = {} }]")},
		{"emails", tf.Fixed("[for address in who.emails : { email = { email = address } }]")},
		{"email_domains", tf.Fixed("[for domain in who.email_domains : { email_domain = { domain = domain } }]")},
		{"github", tf.Fixed("[for of in who.github : { github_organization = { identity_provider_id = local.idp_ids[of.idp], name = of.organization, team = of.team } }]")},
		{"google_groups", tf.Fixed("[for of in who.google_groups : { gsuite = { identity_provider_id = local.idp_ids[of.idp], email = of.email } }]")},
		{"azure_groups", tf.Fixed("[for of in who.azure_groups : { azure_ad = { identity_provider_id = local.idp_ids[of.idp], id = of.id } }]")},
		{"okta_groups", tf.Fixed("[for of in who.okta_groups : { okta = { identity_provider_id = local.idp_ids[of.idp], name = of.name } }]")},
		{"oidc_claims", tf.Fixed("[for of in who.oidc_claims : { oidc = { identity_provider_id = local.idp_ids[of.idp], claim_name = of.name, claim_value = of.value } }]")},
		{"logins", tf.Fixed("[for idp in who.logins : { login_method = { id = local.idp_ids[idp] } }]")},
		{"service_tokens", tf.Fixed("[for name in who.service_tokens : { service_token = { token_id = cloudflare_zero_trust_access_service_token.token[name].id } }]")},
		{"ips", tf.Fixed("[for network in who.ips : { ip = { ip = network } }]")},
	}
}

// policies are those of a group: one for people, and one for who needs no log-in.
// Access looks at the latter first, whatever their order.
func policies(s *site.Site, g site.AccessGroup) []policy {
	people := g.Who
	people.IPs = nil
	var all []policy
	add := func(name, decision string, include who, require, exclude site.Who) {
		if len(include) == 0 {
			return
		}
		p := policy{name: name, decision: decision, include: include, exclude: conditions(s, exclude), require: map[string]who{}, session: g.Session}
		for kind, list := range conditions(s, require) {
			p.require[g.Name+" require "+kind] = who{kind: list}
		}
		all = append(all, p)
	}
	add(g.Name, allow, conditions(s, people), g.Require, g.Exclude)
	machines := conditions(s, site.Who{IPs: g.IPs})
	for _, name := range g.ServiceTokens {
		machines["service_tokens"] = append(machines["service_tokens"], tf.String(name))
	}
	// Who does not log in has no address that could be excluded.
	add(g.Name+" no log-in", auth, machines, g.Require, site.Who{IPs: g.Exclude.IPs})
	return all
}

func conditions(s *site.Site, w site.Who) who {
	all := who{}
	for kind, list := range map[string][]string{"emails": w.Emails, "email_domains": w.EmailDomains, "logins": w.Logins, "ips": w.IPs} {
		for _, text := range list {
			all[kind] = append(all[kind], tf.String(text))
		}
	}
	for _, idp := range s.Logins {
		for _, group := range w.IdP[idp.Name] {
			kind, fields := idpGroup(idp, group)
			all[kind] = append(all[kind], tf.Object(fields))
		}
	}
	return all
}

// access writes the policies and the applications that use them.
func access(f *tf.File, s *site.Site) {
	idps(f, s)
	if tokens := s.ServiceTokens(); len(tokens) > 0 {
		f.Comment("Good for a year; one that is made anew is there before the old one goes.")
		r := f.Block("resource", "cloudflare_zero_trust_access_service_token", "token")
		r.Set("for_each", tf.Call("toset", tf.Strings(tokens)))
		r.Set("account_id", tf.Ref("local", "account_id"))
		r.Set("name", tf.Template(tf.String(s.Name+": "), tf.Ref("each", "key")))
		r.Set("duration", tf.String("8760h"))
		replacedFirst(r)
	}
	all, named := map[string]who{}, fields{}
	var required, excluded bool
	for _, g := range s.Groups {
		for _, p := range policies(s, g) {
			entry := fields{"decision": tf.String(p.decision), "session": tf.String(p.session)}
			all[p.name] = p.include
			if len(p.exclude) > 0 {
				all[p.name+" exclude"], excluded = p.exclude, true
			}
			if len(p.require) > 0 {
				maps.Copy(all, p.require)
				entry["require"], required = tf.Strings(slices.Sorted(maps.Keys(p.require))), true
			}
			named[p.name] = tf.Object(entry)
		}
	}
	if slices.ContainsFunc(s.Routes, func(r site.Route) bool { return len(r.Bypass) > 0 }) {
		all[everyone] = who{"everyone": {tf.String("all")}}
		named[everyone] = tf.Object(fields{"decision": tf.String("bypass"), "session": tf.String("24h")})
	}
	l := f.Block("locals")
	l.Set("access_who", whos(all))
	l.Blank()
	l.Comment("Each policy lets in whom access_who has under its name.")
	l.Set("access_policies", tf.Map(named))
	l.Blank()
	if hasAccessPaths(s) {
		l.Comment("The hostnames, and the paths of them, that want a log-in; all others are public.")
	} else {
		l.Comment("The hostnames that want a log-in; all others are public.")
	}
	l.Set("access", guarded(s))
	l.Blank()
	l.Set("access_rules", rules(all))

	if required {
		f.Comment("A policy wants all that it requires; of each kind in here one is enough.")
		r := f.Block("resource", "cloudflare_zero_trust_access_group", "require")
		r.Set("for_each", tf.Fixed(`toset(flatten([for policy in local.access_policies : try(policy.require, [])]))`))
		r.Set("account_id", tf.Ref("local", "account_id"))
		r.Set("name", tf.Template(tf.String(s.Name+": "), tf.Ref("each", "key")))
		r.Set("include", tf.Fixed("local.access_rules[each.key]"))
		replacedFirst(r)
	}
	f.Comment("In the account, used by all applications of a group.")
	r := f.Block("resource", "cloudflare_zero_trust_access_policy", "group")
	r.Set("for_each", tf.Ref("local", "access_policies"))
	r.Set("account_id", tf.Ref("local", "account_id"))
	r.Set("name", tf.Template(tf.String(s.Name+": "), tf.Ref("each", "key")))
	r.Set("decision", tf.Ref("each", "value", "decision"))
	r.Set("session_duration", tf.Ref("each", "value", "session"))
	r.Set("include", tf.Fixed("local.access_rules[each.key]"))
	if excluded {
		r.Set("exclude", tf.Fixed(`try(local.access_rules["${each.key} exclude"], null)`))
	}
	if required {
		r.Set("require", tf.Fixed(`try([for name in each.value.require : { group = { id = cloudflare_zero_trust_access_group.require[name].id } }], null)`))
	}
	replacedFirst(r)
	applications(f, s)
}

// replacedFirst has what uses the resource be changed before it goes: Cloudflare deletes
// nothing that an application still names (the provider's page of the policy).
func replacedFirst(r *tf.Body) {
	r.Block("lifecycle").Set("create_before_destroy", tf.Bool(true))
}

func applications(f *tf.File, s *site.Site) {
	r := f.Block("resource", "cloudflare_zero_trust_access_application", "site")
	r.Set("for_each", tf.Ref("local", "access"))
	r.Set("account_id", tf.Ref("local", "account_id"))
	r.Set("name", tf.Ref("each", "key"))
	r.Set("domain", tf.Ref("each", "key"))
	r.Set("type", tf.Ref("each", "value", "type"))
	r.Set("session_duration", tf.Ref("each", "value", "session"))
	if hasAccessPaths(s) {
		r.Comment("The cookie of a path is for that path, beside the one of the hostname.")
		r.Set("path_cookie_attribute", tf.Fixed(`strcontains(each.key, "/")`))
	}
	r.Comment("The precedence is said because one that Cloudflare chooses differs at the next plan.")
	r.Set("policies", tf.Fixed(`[
    for i, name in each.value.policies : {
      id         = cloudflare_zero_trust_access_policy.group[name].id
      precedence = i + 1
    }
  ]`))
	bypass(f, s)
	certificates(f, s)
	if len(s.AccessKeys()) > 0 {
		accessGate(f, s)
	}
}

// everyone is the policy of paths without a log-in.
const everyone = "everyone, no log-in"

// bypass has Access let by the paths that need no log-in: an application for a path
// takes the place of the hostname's there (Cloudflare One, Application paths).
func bypass(f *tf.File, s *site.Site) {
	var paths []string
	for _, r := range s.Routes {
		for _, path := range r.Bypass {
			paths = append(paths, r.Hostname+path)
		}
	}
	if len(paths) == 0 {
		return
	}
	f.Comment("Paths that everybody reaches.")
	r := f.Block("resource", "cloudflare_zero_trust_access_application", "bypass")
	r.Set("for_each", tf.Call("toset", tf.Strings(paths)))
	r.Set("account_id", tf.Ref("local", "account_id"))
	r.Set("name", tf.Ref("each", "key"))
	r.Set("domain", tf.Ref("each", "key"))
	r.Set("type", tf.String("self_hosted"))
	r.Set("session_duration", tf.String("24h"))
	r.Set("policies", tf.Fixed(`[
    {
      id         = cloudflare_zero_trust_access_policy.group["everyone, no log-in"].id
      precedence = 1
    },
  ]`))
	r.Comment("Of a path that changes from one resource to the other, the old application goes first.")
	r.Set("depends_on", tf.List(tf.Ref("cloudflare_zero_trust_access_application", "site")))
}

// certificates are the authorities that sign SSH certificates, one for each host.
func certificates(f *tf.File, s *site.Site) {
	hostnames := certified(s)
	if len(hostnames) == 0 {
		return
	}
	f.Comment("What signs SSH certificates for those who log in to these hostnames: sshd has its public key from the site spec.")
	r := f.Block("resource", "cloudflare_zero_trust_access_short_lived_certificate", "ssh")
	r.Set("for_each", tf.Call("toset", tf.Strings(hostnames)))
	r.Set("account_id", tf.Ref("local", "account_id"))
	r.Set("app_id", tf.Fixed("cloudflare_zero_trust_access_application.site[each.key].id"))
}

// certified are the hostnames of hosts with certificates, sorted.
func certified(s *site.Site) []string {
	var all []string
	for _, h := range s.Hosts {
		if h.SSH.Certificates {
			all = append(all, h.SSH.Hostname)
		}
	}
	slices.Sort(all)
	return all
}

// whos writes conditions; each has the kinds that any of the site has.
func whos(all map[string]who) tf.Expr {
	entries := fields{}
	for name, w := range all {
		entry := fields{}
		for _, k := range kinds() {
			if used(all, k.name) {
				entry[k.name] = tf.List(w[k.name]...)
			}
		}
		entries[name] = tf.Object(entry)
	}
	return tf.Map(entries)
}

// rules are the conditions as Access has them.
func rules(all map[string]who) tf.Expr {
	var list []tf.Expr
	for _, k := range kinds() {
		if used(all, k.name) {
			list = append(list, k.rule)
		}
	}
	return tf.For("name", "who", tf.Ref("local", "access_who"), tf.Ref("name"), tf.Call("flatten", tf.List(list...)))
}

func used(all map[string]who, kind string) bool {
	for _, w := range all {
		if len(w[kind]) > 0 {
			return true
		}
	}
	return false
}

func hasAccessPaths(s *site.Site) bool {
	return slices.ContainsFunc(s.Routes, func(r site.Route) bool { return len(r.AccessPaths) > 0 })
}

func guarded(s *site.Site) tf.Expr {
	names := map[string][]tf.Expr{}
	for _, g := range s.Groups {
		for _, p := range policies(s, g) {
			names[g.Name] = append(names[g.Name], tf.String(p.name))
		}
	}
	all := fields{}
	for _, r := range s.Routes {
		for _, p := range r.AccessPaths {
			all[r.Hostname+p.Path] = tf.Object(fields{"policies": tf.Tuple(names[p.Access]...), "session": tf.String(p.Session), "type": tf.String("self_hosted")})
		}
		if r.Access == "" {
			continue
		}
		kind := "self_hosted"
		if r.SSH() {
			kind = "ssh"
		}
		all[r.Hostname] = tf.Object(fields{"policies": tf.Tuple(names[r.Access]...), "session": tf.String(r.Session), "type": tf.String(kind)})
	}
	return tf.Map(all)
}

// accessGate tells the cluster which hostnames, and paths of them, Access guards. A key
// has no star and no slash, as site.Route.AccessKey and PathKey have it.
func accessGate(f *tf.File, s *site.Site) {
	f.Comment(
		"A pod of cloudflared starts only when each guarded hostname it leads to is in here: a name that",
		"the wildcard record has led to the tunnel all along answers nobody before it wants a log-in.",
	)
	r := f.Block("resource", "kubernetes_config_map_v1", "access_applications")
	m := r.Block("metadata")
	m.Set("name", tf.String(site.AccessConfigMap))
	m.Set("namespace", tf.Fixed(`kubernetes_namespace_v1.cloudflared.metadata[0].name`))
	if hasAccessPaths(s) {
		r.Set("data", tf.Fixed(`{
    for path, application in cloudflare_zero_trust_access_application.site : replace(replace(path, "*", "_"), "/", "..") => application.aud
  }`))
		return
	}
	r.Set("data", tf.Fixed(`{
    for hostname, application in cloudflare_zero_trust_access_application.site : replace(hostname, "*", "_") => application.aud
  }`))
}
