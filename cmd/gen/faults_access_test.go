package main

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
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
				swap(accessTF, `(?s)^  include = concat\(.*?\n  \)\n`, "  include {\n    email = [\"ops@example.com\"]\n  }\n"),
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
				swap(accessTF, `\{ email = \{ email = address \} \}`, "{ email = [address] }"), swap(accessTF, `(email_domain = \{ )domain`, "${1}email_domain"),
				swap(accessTF, `for address in each\.value\.emails`, "for address in []"),
			},
		},
	}
}

// members are the keys of each object in a list of objects.
func members(b block, name string) [][]string {
	var all [][]string
	if a := b.Body.Attributes[name]; a != nil {
		items, _ := hcl.ExprList(a.Expr)
		for _, item := range items {
			pairs, _ := hcl.ExprMap(item)
			keys := []string{}
			for _, pair := range pairs {
				keys = append(keys, hcl.ExprAsKeyword(pair.Key))
			}
			all = append(all, keys)
		}
	}
	return all
}

// whoGetsIn evaluates each group's rules as Terraform does, and compares them with the
// people of the spec.
func whoGetsIn(r *output) []string {
	var f finding
	groups := r.local("access_groups")
	for _, b := range r.blocks("resource", "cloudflare_zero_trust_access_policy") {
		for _, g := range r.site.Groups {
			// A group need not have both kinds, so one of each is added.
			emails, domains := append(texts(groups, g.Name, "emails"), "probe@example.com"), append(texts(groups, g.Name, "email_domains"), "probe.example.com")
			var want []string
			for _, e := range append(slices.Clone(g.Emails), "probe@example.com") {
				want = append(want, "email "+e)
			}
			for _, d := range append(slices.Clone(g.EmailDomains), "probe.example.com") {
				want = append(want, "domain "+d)
			}
			got := included(r, b, map[string]cty.Value{"emails": words(emails), "email_domains": words(domains)})
			slices.Sort(want)
			slices.Sort(got)
			f.unless(slices.Equal(want, got), "%s: %q, want %q", g.Name, got, want)
		}
	}
	return f
}

func words(list []string) cty.Value {
	var values []cty.Value
	for _, x := range list {
		values = append(values, cty.StringVal(x))
	}
	return cty.TupleVal(values)
}

// included are those whom a policy lets in, in the form that provider cloudflare v5
// reads: an object with one key for each rule.
func included(r *output, b block, group map[string]cty.Value) []string {
	r.t.Helper()
	include := b.Body.Attributes["include"]
	if include == nil {
		return nil
	}
	each := cty.ObjectVal(map[string]cty.Value{"value": cty.ObjectVal(group)})
	v, diags := include.Expr.Value(&hcl.EvalContext{
		Variables: map[string]cty.Value{"each": each}, Functions: map[string]function.Function{"concat": stdlib.ConcatFunc},
	})
	if diags.HasErrors() {
		r.t.Fatal(diags)
	}
	var all []string
	for _, rule := range list(plain(v)) {
		switch kinds := entries(rule); {
		case slices.Equal(kinds, []string{"email"}):
			all = append(all, "email "+text(rule, "email", "email"))
		case slices.Equal(kinds, []string{"email_domain"}):
			all = append(all, "domain "+text(rule, "email_domain", "domain"))
		default:
			all = append(all, "another form")
		}
	}
	return all
}
