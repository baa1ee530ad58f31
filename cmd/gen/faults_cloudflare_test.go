package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"sitegen/internal/site"
)

const (
	cloudflareTF = "k8s/terraform-*/cloudflare.tf"
	accessTF     = "k8s/terraform-*/cloudflare-access.tf"
)

// cloudflareFaults are arguments of provider cloudflare v4, and what differs from
// Cloudflare's own form at each plan.
func cloudflareFaults() []fault {
	return []fault{
		{
			name:   "DNS record with the arguments of v4",
			breaks: "v5 wants ttl, and calls the value content",
			check: func(r *output) []string {
				var f finding
				f.unless(len(r.blocks("resource", "cloudflare_dns_record")) > 0, "no record at all")
				for _, b := range r.blocks("resource", "cloudflare_dns_record") {
					for _, name := range []string{"zone_id", "name", "type", "ttl"} {
						f.unless(b.has(name), "%s has no %s", b, name)
					}
					f.unless((b.has("content") || b.has("data")) && !b.has("value"), "%s: content or data, and no value", b)
				}
				return f
			},
			again: []func(map[string]string){swap(cloudflareTF, `^  ttl +=.*\n`, ""), swap(cloudflareTF, `^  content( +=)`, "  value  $1")},
		},
		{
			name:   "tunnel that the dashboard configures",
			breaks: "cloudflared asks Cloudflare for its routes and ignores those in git",
			check: func(r *output) []string {
				var f finding
				for _, b := range r.blocks("resource", "cloudflare_zero_trust_tunnel_cloudflared") {
					f.unless(b.value("config_src") == "local", "config_src is %v", b.value("config_src"))
					f.unless(b.has("tunnel_secret") && !b.has("secret"), "the secret of a locally configured tunnel is tunnel_secret")
				}
				f.unless(len(r.blocks("resource", "cloudflare_zero_trust_tunnel_cloudflared")) == 1, "not one tunnel")
				return f
			},
			again: []func(map[string]string){
				swap(cloudflareTF, `^  config_src +=.*\n`, ""), swap(cloudflareTF, `"local"$`, `"cloudflare"`), swap(cloudflareTF, `^  tunnel_secret( +=)`, "  secret       $1"),
			},
		},
		{
			name:   "attribute set to an empty string",
			breaks: "Cloudflare gives null back, so that every plan wants to change it",
			check:  emptyStrings,
			again: []func(map[string]string){
				swap(cloudflareTF, `^(  proxied  = true\n)`, "$1  comment  = \"\"\n"), swap(cloudflareTF, `^locals \{\n`, "locals {\n  note = { x = \"\" }\n"),
				swap(accessTF, `^(  decision +=).*`, `$1 ""`),
			},
		},
		{
			name:   "API token that may do less than Terraform does, or more",
			breaks: "the first apply stops with 403 and 10000 half-way; or a leaked token opens more than it has to",
			check:  tokenPermissions,
			again: []func(map[string]string){
				swap(runbook, `^\| Account \| Cloudflare Tunnel \|.*\n`, ""), swap(runbook, `^\| Account \| Access: Apps and Policies \|.*\n`, ""),
				swap(runbook, `^\| Zone \| DNS \| Edit \|`, "| Zone | DNS | Read |"), swap(runbook, `^\| Zone \| Zone \| (Read|Edit) \|.*\n`, ""),
				swap(runbook, `^(\| Zone \| DNS \| Edit \|.*\n)`, "$1| Zone | SSL and Certificates | Edit | |\n"),
				beside(cloudflareTF, "lb.tf", "resource \"cloudflare_load_balancer\" \"lb\" {}\n"),
			},
		},
	}
}

// emptyStrings looks at what goes to Cloudflare and at the locals that it is made of.
func emptyStrings(r *output) []string {
	var f finding
	for _, b := range r.blocks("") {
		ours := b.Type == "resource" && strings.HasPrefix(b.Labels[0], "cloudflare_")
		ours = ours || b.Type == "locals" && !b.has("secrets_file")
		if !ours {
			continue
		}
		_ = hclsyntax.VisitAll(b.Body, func(n hclsyntax.Node) hcl.Diagnostics {
			if e, ok := n.(*hclsyntax.TemplateExpr); ok {
				v, diags := e.Value(nil)
				f.unless(diags.HasErrors() || v.AsString() != "", "%s: %s", b, e.Range())
			}
			return nil
		})
	}
	return f
}

// tokenPermissions: what each resource needs is in Cloudflare's API reference, under
// "Accepted Permissions" of the calls that the provider makes.
func tokenPermissions(r *output) []string {
	permission := map[string]string{
		"resource.cloudflare_dns_record":                                "Zone | DNS | Edit",
		"resource.cloudflare_ruleset":                                   "Zone | Single Redirect | Edit",
		"resource.cloudflare_zone":                                      "Zone | Zone | Edit",
		"resource.cloudflare_zone_dnssec":                               "Zone | DNS | Edit",
		"resource.cloudflare_zone_setting":                              "Zone | Zone Settings | Edit",
		"data.cloudflare_zone":                                          "Zone | Zone | Read",
		"resource.cloudflare_zero_trust_tunnel_cloudflared":             "Account | Cloudflare Tunnel | Edit",
		"resource.cloudflare_zero_trust_access_application":             "Account | Access: Apps and Policies | Edit",
		"resource.cloudflare_zero_trust_access_short_lived_certificate": "Account | Access: Apps and Policies | Edit",
		"resource.cloudflare_zero_trust_access_policy":                  "Account | Access: Apps and Policies | Edit",
		"resource.cloudflare_zero_trust_access_identity_provider":       "Account | Access: Organizations, Identity Providers, and Groups | Edit",
		"resource.cloudflare_zero_trust_access_service_token":           "Account | Access: Service Tokens | Edit",
		"resource.cloudflare_zero_trust_access_group":                   "Account | Access: Organizations, Identity Providers, and Groups | Edit",
	}
	listed, needed := map[string]bool{}, map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\| ((?:Account|Zone|User) \| [^|]+ \| (?:Edit|Read)) \|`).FindAllStringSubmatch(r.files[runbook], -1) {
		listed[m[1]] = true
	}
	var f finding
	looked := slices.ContainsFunc(r.site.Zones, func(z site.Zone) bool { return z.ZoneID == "" && !z.Create })
	made := slices.ContainsFunc(r.site.Zones, func(z site.Zone) bool { return z.Create })
	if made {
		permission["data.cloudflare_zone"] = permission["resource.cloudflare_zone"] // which reads as well
	}
	for _, b := range slices.Concat(r.blocks("resource"), r.blocks("data")) {
		if b.Labels[1] == "by_name" && !looked || b.Labels[1] == "created" && !made {
			continue // its for_each is empty
		}
		if strings.HasPrefix(b.Labels[0], "cloudflare_") {
			p := permission[b.Type+"."+b.Labels[0]]
			needed[p] = true
			f.unless(listed[p], "%s needs %q, which the runbook does not list", b, p)
		}
	}
	for p := range listed {
		f.unless(needed[p], "the runbook lists %q, which nothing needs", p)
	}
	return f
}

// recordFaults are about hostnames: what resolves, and what the tunnel does with it.
func recordFaults() []fault {
	clients := func(r *output) bool { return len(r.site.Clients) > 0 }
	return []fault{
		{
			name:   "record name that is not the full name",
			breaks: "@, a bare label or a trailing dot is accepted, and differs from Cloudflare's form at each plan",
			check:  fullNames,
			again: []func(map[string]string){
				swap(cloudflareTF, `^(        "[a-z*-]+)\.example\.(com|net)",`, `$1",`), swap(cloudflareTF, `^(        "[^"]*)",`, `$1.",`),
				swap(cloudflareTF, `^  name     = each.key$`, `  name     = "@"`), swap(cloudflareTF, `^  name     = each.key$`, `  name     = split(".", each.key)[0]`),
			},
		},
		{
			name:    "record in a list that is not a full name",
			breaks:  "as for the tunnel's own: mail records that each plan wants to replace",
			applies: func(r *output) bool { return len(listedRecords(r)) > 0 },
			check:   fullNamesListed,
			again:   []func(map[string]string){swap(cloudflareTF, `^(      name     = ")[^"]*`, "${1}@"), swap(cloudflareTF, `^(      name     = "[^"]*)"`, "$1.\"")},
		},
		{
			name:   "hostname with a record and no rule, or the other way about",
			breaks: "it resolves and answers 404, or it is served and does not resolve",
			check:  rulesAndRecords,
			again: []func(map[string]string){
				swap(configYAML, `^- hostname: (.*)\n  service: http:.*\n(- (?s:.*))`, "$2"), // the first with nothing more
				swap(cloudflareTF, `^      hostnames = \[\n        "[^*].*",\n`, "      hostnames = [\n"),
				swap(cloudflareTF, `^        "argocd\.|^        "deploy\.`, `        "elsewhere.`),
				swap(cloudflareTF, `^  for_each = local\.hostnames$`, "  for_each = {}"),
			},
		},
		{
			name:    "client's domain without www",
			breaks:  "half of the visitors type www. and get an error page",
			applies: clients,
			check:   wwwOfDomains,
			again:   []func(map[string]string){swap(configYAML, `^- hostname: www\..*\n(  .*\n)*`, "")},
		},
		{
			name:   "record or rule that is commented out",
			breaks: "adding a client means finding the lines to uncomment; forgetting one is silent",
			check:  commentedOut,
			again: []func(map[string]string){
				swap(cloudflareTF, `^  proxied  = true$`, "  # proxied = true"), swap(configYAML, `^- service: http_status`, "# - hostname: client9.example\n- service: http_status"),
				swap(cloudflareTF, `^resource "cloudflare_dns_record" "tunnel" \{`, "# resource \"cloudflare_dns_record\" \"client9\" {\n$0"),
			},
		},
	}
}
