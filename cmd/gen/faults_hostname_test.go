package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"sitegen/internal/site"
)

const configYAML = "k8s/argocd-*/cloudflared/config.yaml"

// rule is a rule of cloudflared's configuration.
type rule struct{ hostname, path, service string }

func (r *output) rules() []rule {
	r.t.Helper()
	var all []rule
	for _, x := range list(r.one(configYAML).v, "ingress") {
		all = append(all, rule{text(x, "hostname"), text(x, "path"), text(x, "service")})
	}
	return all
}

// leads is where cloudflared sends a request for the first page of a hostname: the first rule that matches counts
// (cloudflare/cloudflared ingress/ingress.go).
func (r *output) leads(hostname string) string {
	r.t.Helper()
	for _, x := range r.rules() {
		if !regexp.MustCompile(x.path).MatchString("/") {
			continue
		}
		if x.hostname == hostname || x.hostname == "" || strings.HasPrefix(x.hostname, "*.") && strings.HasSuffix(hostname, x.hostname[1:]) {
			return x.service
		}
	}
	return ""
}

// records maps each hostname that gets a record for the tunnel to its zone.
func (r *output) records() map[string]string {
	r.t.Helper()
	all := map[string]string{}
	for _, b := range r.blocks("resource", "cloudflare_dns_record") {
		if !strings.Contains(b.expr("content"), "cfargotunnel.com") || b.expr("for_each") != "local.hostnames" {
			continue
		}
		zones := r.local("zones")
		for _, zone := range entries(zones) {
			for _, h := range texts(zones, zone, "hostnames") {
				all[h] = zone
			}
		}
	}
	return all
}

func isFull(name, zone string) bool {
	return (name == zone || strings.HasSuffix(name, "."+zone)) && !strings.Contains(name, "@") && !strings.HasSuffix(name, ".")
}

func fullNames(r *output) []string {
	var f finding
	for _, b := range r.blocks("resource", "cloudflare_dns_record") {
		name := b.expr("name")
		f.unless(name == "each.key" || name == "each.value.name", "%s is named %s", b, name)
	}
	for hostname, zone := range r.records() {
		f.unless(isFull(hostname, zone), "%q in %s", hostname, zone)
	}
	return f
}

func fullNamesListed(r *output) []string {
	var f finding
	for _, v := range listedRecords(r) {
		f.unless(isFull(text(v, "name"), text(v, "zone")), "%q in %s", text(v, "name"), text(v, "zone"))
		f.unless((dig(v, "content") == nil) != (dig(v, "data") == nil), "%q: content or data", text(v, "name"))
	}
	return f
}

// listedRecords are those that the spec gives.
func listedRecords(r *output) []any {
	r.t.Helper()
	var all []any
	for _, name := range []string{"cname_records", "records", "more_records", "ns_records"} {
		for _, key := range entries(r.local(name)) {
			all = append(all, dig(r.local(name), key))
		}
	}
	return all
}

func rulesAndRecords(r *output) []string {
	var f finding
	records := r.records()
	elsewhere := map[string]bool{}
	for _, x := range r.site.Redirects {
		elsewhere[x.Hostname] = true
		f.unless(records[x.Hostname] != "", "%s is redirected and does not resolve", x.Hostname)
	}
	for hostname := range records {
		if elsewhere[hostname] {
			continue
		}
		// A wildcard record without a rule of its own is there for the names below it.
		f.unless(strings.HasPrefix(hostname, "*.") || !strings.HasPrefix(r.leads(hostname), "http_status:"), "%s resolves and leads nowhere", hostname)
	}
	for _, x := range r.rules() {
		if x.hostname != "" {
			f.unless(records[x.hostname] != "", "%s is served and does not resolve", x.hostname)
		}
	}
	for _, route := range r.site.Routes {
		f.unless(records[route.Hostname] != "" && r.leads(route.Hostname) == route.Service, "%s of %s does not lead to %s", route.Hostname, route.Kind, route.Service)
	}
	return f
}

// wwwOfDomains: where a client has the name of a zone it has www. too, unless the
// spec says that it has not.
func wwwOfDomains(r *output) []string {
	var f finding
	said := len(regexp.MustCompile(`www:\s+(false|"redirect")`).FindAllString(r.spec, -1))
	zones := entries(r.local("zones"))
	var bare []string
	for _, x := range r.rules() {
		client := slices.ContainsFunc(r.site.Routes, func(own site.Route) bool { return own.Kind == site.RouteClient && own.Hostname == x.hostname })
		if slices.Contains(zones, x.hostname) && client && x.path == "" && r.leads("www."+x.hostname) != x.service {
			bare = append(bare, x.hostname)
		}
	}
	f.unless(len(bare) == said, "%q have no www., and the spec says so of %d", bare, said)
	return f
}

// commentedOut: comments of the output are sentences, not code.
func commentedOut(r *output) []string {
	var f finding
	code := regexp.MustCompile(`^(resource|data|locals|module|provider|terraform)( "|\s*\{)|^"?[\w.-]+"?\s*=[^=]|^\}`)
	for _, p := range matching(r.files, anyTF) {
		tokens, diags := hclsyntax.LexConfig([]byte(r.files[p]), p, hcl.InitialPos)
		if diags.HasErrors() {
			r.t.Fatal(diags)
		}
		for _, token := range tokens {
			said := strings.TrimSpace(strings.TrimLeft(string(token.Bytes), "#/* "))
			f.unless(token.Type != hclsyntax.TokenComment || !code.MatchString(said), "%s: %s", token.Range, said)
		}
	}
	for _, p := range slices.Sorted(maps.Keys(r.files)) {
		if ok := strings.HasPrefix(p, "k8s/argocd-") && strings.HasSuffix(p, ".yaml"); !ok {
			continue
		}
		for i, line := range strings.Split(r.files[p], "\n") {
			entry := regexp.MustCompile(`^\s*#\s*(- )?[A-Za-z]+:\s+\S`).MatchString(line)
			f.unless(!entry, "%s", fmt.Sprintf("%s:%d: %s", p, i+1, line))
		}
	}
	return f
}
