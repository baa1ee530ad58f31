package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"sitegen/internal/site"
)

// accessFaults are about the log-in in front of hostnames.
func accessFaults() []fault {
	return []fault{
		{
			name:   "Access policies of an application, as in v4",
			breaks: "v5 has policies of the account, and an application that names them",
			check: func(r *output) []string {
				var f finding
				for _, b := range r.blocks("resource", "cloudflare_zero_trust_access_policy") {
					f.unless(b.has("account_id") && !b.has("application_id") && !b.has("zone_id"), "%s is not the account's", b)
					f.unless(b.has("include") && len(b.inner("include")) == 0 && !b.has("precedence"), "%s: include is a list of objects", b)
				}
				for _, b := range r.blocks("resource", "cloudflare_zero_trust_access_application") {
					f.unless(b.has("account_id") && strings.Contains(b.expr("policies"), "cloudflare_zero_trust_access_policy."), "%s names no policy", b)
				}
				f.unless(len(r.blocks("resource", "cloudflare_zero_trust_access_policy")) > 0, "no policy at all")
				f.unless(len(r.blocks("resource", "cloudflare_zero_trust_access_application")) > 0, "no application at all")
				return f
			},
			again: []func(map[string]string){
				swap(accessTF, `^  account_id( +=).*`, "  application_id$1 cloudflare_zero_trust_access_application.site.id"),
				swap(accessTF, `^  include +=.*\n`, "  include {\n    email = [\"ops@example.com\"]\n  }\n"),
				swap(accessTF, `(?s)^  policies = \[.*?\n  \]\n`, ""),
			},
		},
		{
			name:   "Access objects that leave Cloudflare a choice",
			breaks: "precedence and session that the API fills in differ at the next plan",
			check: func(r *output) []string {
				var f finding
				for _, b := range r.blocks("resource", "cloudflare_zero_trust_access_policy") {
					f.unless(b.has("session_duration"), "%s says no session", b)
				}
				for _, b := range r.blocks("resource", "cloudflare_zero_trust_access_application") {
					f.unless(b.has("session_duration") && b.has("type"), "%s says no session or no type", b)
					policies := members(b, "policies")
					f.unless(len(policies) > 0, "%s has no policies", b)
					for _, keys := range policies {
						f.unless(slices.Contains(keys, "id") && slices.Contains(keys, "precedence"), "%s: a policy says %q", b, keys)
					}
				}
				return f
			},
			again: []func(map[string]string){swap(accessTF, `^ +precedence = .*\n`, ""), swap(accessTF, `^ +id +=(.*)\n +precedence = .*\n`, "      id =$1\n"), swap(accessTF, `^  session_duration = .*\n`, ""), swap(accessTF, `^  type +=.*\n`, "")},
		},
		{
			name:   "Access rules in the form of v4",
			breaks: "v5 wants { email = { email = … } }, one object for each address: anything else stops the apply, or lets nobody in",
			check:  whoGetsIn,
			again: []func(map[string]string){
				swap(accessTF, `\{ email = \{ email = address \} \}`, "{ email = [address] }"), swap(accessTF, `for address in who\.emails`, "for address in []"),
			},
		},
		{
			name:   "Access rules about domains, networks and groups in the form of v4",
			breaks: "v5 has one object for each, and other names in it",
			applies: func(r *output) bool {
				return strings.Contains(r.files[matching(r.files, accessTF)[0]], "email_domain =")
			},
			check: whoGetsIn,
			again: []func(map[string]string){swap(accessTF, `(email_domain = \{ )domain`, "${1}email_domain")},
		},
		{
			name:   "path of another group that is reached without it",
			breaks: "the page is behind a log-in, but /Admin or //admin is not, or takes the token of the whole hostname",
			applies: func(r *output) bool {
				return slices.ContainsFunc(r.site.Routes, func(x site.Route) bool { return len(x.AccessPaths) > 0 })
			},
			check: pathsGuarded,
			again: []func(map[string]string){
				swap(configYAML, `path: \(\?i\)\^/\+admin.*`, "path: ^/admin(/|$)"), swap(configYAML, `path: \(\?i\)\^/\+`, "path: (?i)^/"), swap(configYAML, `aud:(.*)\.\.admin$`, "aud:$1"),
				swap(configYAML, `^- hostname: .*\n  path: \\\\.*\n  service: http_status:400\n`, ""),
				swap(accessTF, `^    "[^"]*/admin" = \{\n`, "    \"x.example\" = {\n"), swap(connectorYAML, `^ +- key: .*\.\.admin\n +path: .*\n`, ""),
				swap(accessTF, `replace\(replace\(path, "\*", "_"\), "/", "\.\."\)`, `replace(path, "*", "_")`),
			},
		},
		{
			name:    "wildcard behind a log-in that deeper names get around",
			breaks:  "Access asks at a.lab.example.com; DNS and tunnel lead a.b.lab.example.com to the same place, and nobody asks there",
			applies: func(r *output) bool { return slices.ContainsFunc(r.site.Routes, guardedWildcard) },
			check: func(r *output) []string {
				var f finding
				for _, x := range r.site.Routes {
					f.unless(!guardedWildcard(x) || r.audience(x.Hostname, "/") == "aud:"+x.AccessKey(), "%s is open below", x.Hostname)
				}
				return f
			},
			again: []func(map[string]string){swap(configYAML, `    access:\n      audTag:\n      - aud:_\..*\n      required: true\n      teamName: .*\n`, ""), swap(configYAML, `aud:_\.harbor\.`, "aud:")},
		},
		{
			name:   "Access policy that lets in others than its group",
			breaks: "the log-in asks, and the wrong people come in",
			check: func(r *output) []string {
				var f finding
				for _, b := range r.blocks("resource", "cloudflare_zero_trust_access_policy") {
					f.unless(b.expr("include") == "local.access_rules[each.key]" && b.expr("for_each") == "local.access_policies", "%s: %s", b, b.expr("include"))
				}
				return f
			},
			again: []func(map[string]string){swap(accessTF, `^  include +=.*`, "  include = local.access_rules[keys(local.access_rules)[0]]")},
		},
	}
}

func guardedWildcard(r site.Route) bool {
	return r.Access != "" && strings.HasPrefix(r.Hostname, "*")
}

// pathsGuarded asks for each path of another group as a person would, and as one who
// wants to get around the log-in: all of them need the token of the path's application.
func pathsGuarded(r *output) []string {
	var f finding
	guarded := r.local("access")
	var keys []string
	for _, item := range list(r.one(connectorYAML).v, "spec", "template", "spec", "volumes", 0, "configMap", "items") {
		keys = append(keys, text(item, "key"))
	}
	for _, b := range r.blocks("resource", "kubernetes_config_map_v1", "access_applications") {
		f.unless(strings.Contains(b.expr("data"), `replace(replace(path, "*", "_"), "/", "..")`), "the gate has other keys than the pods wait for")
	}
	for _, x := range r.site.Routes {
		for _, p := range x.AccessPaths {
			key := x.Hostname + strings.ReplaceAll(p.Path, "/", "..")
			f.unless(slices.Contains(keys, key), "no pod waits for %s", key)
			f.unless(slices.Contains(texts(guarded, x.Hostname+p.Path, "policies"), p.Access), "%s%s is not behind %s", x.Hostname, p.Path, p.Access)
			for _, asked := range []string{p.Path, p.Path + "/", strings.ToUpper(p.Path), "/" + p.Path, strings.ReplaceAll(p.Path, "/", "//"), p.Path + ";x"} {
				f.unless(r.audience(x.Hostname, asked) == "aud:"+key, "%s%s needs a token of %q", x.Hostname, asked, r.audience(x.Hostname, asked))
			}
			f.unless(r.audience(x.Hostname, "/a/.."+p.Path) == "refused", "%s/a/..%s is answered", x.Hostname, p.Path)
		}
	}
	return f
}

// audience is what cloudflared wants a token of for a request.
func (r *output) audience(hostname, path string) string {
	r.t.Helper()
	for _, x := range list(r.one(configYAML).v, "ingress") {
		if text(x, "hostname") != hostname || !regexp.MustCompile(text(x, "path")).MatchString(path) {
			continue
		}
		if text(x, "service") == "http_status:400" {
			return "refused"
		}
		return text(x, "originRequest", "access", "audTag", 0)
	}
	return ""
}

// members are the keys of each object in a list of objects, or of the one that makes
// a list.
func members(b block, name string) [][]string {
	a := b.Body.Attributes[name]
	if a == nil {
		return nil
	}
	items, _ := hcl.ExprList(a.Expr)
	if each, ok := a.Expr.(*hclsyntax.ForExpr); ok {
		items = []hcl.Expression{each.ValExpr}
	}
	var all [][]string
	for _, item := range items {
		pairs, _ := hcl.ExprMap(item)
		keys := []string{}
		for _, pair := range pairs {
			keys = append(keys, hcl.ExprAsKeyword(pair.Key))
		}
		all = append(all, keys)
	}
	return all
}

// whoGetsIn evaluates the rules as Terraform does, and compares them with the spec.
func whoGetsIn(r *output) []string {
	var f finding
	rules := accessRules(r)
	compare := func(name string, w site.Who, tokens ...string) {
		var want, got []string
		for _, token := range tokens {
			want = append(want, "service_token token_id id of "+token)
		}
		for _, login := range w.Logins {
			want = append(want, "login_method id id of "+login)
		}
		for idp, groups := range w.IdP {
			for _, group := range groups {
				want = append(want, idpRule(r.site, idp, group)...)
			}
		}
		for kind, list := range map[string][]string{"email email": w.Emails, "email_domain domain": w.EmailDomains, "ip ip": w.IPs} {
			for _, x := range list {
				want = append(want, kind+" "+x)
			}
		}
		for _, rule := range list(rules, name) {
			for _, kind := range entries(rule) {
				for _, key := range entries(rule, kind) {
					if x := text(rule, kind, key); x != "" {
						got = append(got, kind+" "+key+" "+x)
					}
				}
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		f.unless(slices.Equal(want, got), "%s: %q, want %q", name, got, want)
	}
	for _, g := range r.site.Groups {
		people := g.Who
		people.IPs = nil
		compare(g.Name, people)
		compare(g.Name+" no log-in", site.Who{IPs: g.IPs}, g.ServiceTokens...)
		compare(g.Name+" exclude", g.Exclude)
	}
	return f
}

// accessRules are the rules of each policy, exclude and require.
func accessRules(r *output) any {
	r.t.Helper()
	idps, tokens := map[string]cty.Value{}, map[string]cty.Value{}
	for _, idp := range r.site.Logins {
		idps[idp.Name] = cty.StringVal("id of " + idp.Name)
	}
	for _, name := range r.site.ServiceTokens() {
		tokens[name] = cty.ObjectVal(map[string]cty.Value{"id": cty.StringVal("id of " + name)})
	}
	for _, b := range r.blocks("locals") {
		rules := b.Body.Attributes["access_rules"]
		if rules == nil {
			continue
		}
		who, diags := b.Body.Attributes["access_who"].Expr.Value(nil)
		if diags.HasErrors() {
			r.t.Fatal(diags)
		}
		v, diags := rules.Expr.Value(&hcl.EvalContext{
			Variables: map[string]cty.Value{"local": cty.ObjectVal(map[string]cty.Value{"access_who": who, "idp_ids": cty.ObjectVal(idps)}),
				"cloudflare_zero_trust_access_service_token": cty.ObjectVal(map[string]cty.Value{"token": cty.ObjectVal(tokens)})},
			Functions: map[string]function.Function{"flatten": stdlib.FlattenFunc},
		})
		if diags.HasErrors() {
			r.t.Fatal(diags)
		}
		return plain(v)
	}
	return nil
}

// idpRule is what v5 says of a group of an identity provider.
func idpRule(s *site.Site, name, group string) []string {
	kind := s.IdPs[name].Type
	first, second, _ := strings.Cut(group, map[string]string{"github": "/", "oidc": "="}[kind]+"")
	rule := func(kind string, pairs ...string) []string {
		all := []string{kind + " identity_provider_id id of " + name}
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i+1] != "" {
				all = append(all, kind+" "+pairs[i]+" "+pairs[i+1])
			}
		}
		return all
	}
	switch kind {
	case "github":
		return rule("github_organization", "name", first, "team", second)
	case "oidc":
		return rule("oidc", "claim_name", first, "claim_value", second)
	case "azureAD":
		return rule("azure_ad", "id", group)
	case "okta":
		return rule("okta", "name", group)
	}
	return rule("gsuite", "email", group)
}
