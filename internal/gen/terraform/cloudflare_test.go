package terraform

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"sitegen/internal/site"
)

func TestZonesAndHostnames(t *testing.T) {
	src := body(t, generate(t, small(t))["cloudflare.tf"])
	got := map[string][]string{}
	for zone, v := range value(t, block(t, src, "locals"), "zones").AsValueMap() {
		if id := v.GetAttr("id"); !id.IsNull() {
			t.Errorf("%s has id %#v", zone, id)
		}
		for _, h := range v.GetAttr("hostnames").AsValueSlice() {
			got[zone] = append(got[zone], h.AsString())
		}
	}
	want := map[string][]string{
		"bakery.example": {"bakery.example", "www.bakery.example"},
		"example.com":    {"*.example.com", "argocd.example.com", "hubble.example.com", "invoices.example.com", "ssh.example.com"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestAccount: the account is the spec's, or the primary zone's by id or by name.
func TestAccount(t *testing.T) {
	account := func(s *site.Site) string {
		src := generate(t, s)["cloudflare.tf"]
		r := block(t, body(t, src), "locals").Attributes["account_id"].Expr.Range()
		return src[r.Start.Byte:r.End.Byte]
	}
	s := small(t)
	if got := account(s); got != `data.cloudflare_zone.by_name["example.com"].account.id` {
		t.Error(got)
	}
	s.Primary.ZoneID = "fedcba9876543210fedcba9876543210"
	if got := account(s); got != "data.cloudflare_zone.primary.account.id" {
		t.Error(got)
	}
	block(t, body(t, generate(t, s)["cloudflare.tf"]), "data", "cloudflare_zone", "primary")
	if got := account(wide(t)); got != `"0123456789abcdef0123456789abcdef"` {
		t.Error(got)
	}
}

// TestAccessGate: the ConfigMap that cloudflared's pods wait for gets the very keys
// that they ask for, and only from applications that are there.
func TestAccessGate(t *testing.T) {
	s := small(t)
	s.Routes = append(s.Routes, site.Route{Hostname: "*.dev.example.com", Zone: "example.com", Access: "staff", Session: "8h"})
	gate := block(t, body(t, generate(t, s)["cloudflare-access.tf"]), "resource", "kubernetes_config_map_v1", "access_applications")
	made := map[string]cty.Value{}
	for _, r := range s.Routes {
		if r.Access != "" {
			made[r.Hostname] = cty.ObjectVal(map[string]cty.Value{"aud": cty.StringVal("aud of " + r.Hostname)})
		}
	}
	data, diags := gate.Attributes["data"].Expr.Value(&hcl.EvalContext{
		Variables: map[string]cty.Value{"cloudflare_zero_trust_access_application": cty.ObjectVal(map[string]cty.Value{"site": cty.ObjectVal(made)})},
		Functions: map[string]function.Function{"replace": stdlib.ReplaceFunc},
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if diff := cmp.Diff(s.AccessKeys(), slices.Sorted(maps.Keys(data.AsValueMap()))); diff != "" {
		t.Error(diff)
	}
	for _, key := range s.AccessKeys() {
		if !regexp.MustCompile(`^[-._a-zA-Z0-9]+$`).MatchString(key) { // apimachinery validation.IsConfigMapKey
			t.Errorf("no ConfigMap takes the key %s", key)
		}
	}

	open := small(t)
	for i := range open.Routes {
		open.Routes[i].Access = ""
	}
	for name, src := range generate(t, open) {
		if strings.Contains(src, "access_applications") {
			t.Errorf("%s speaks of a gate, and there is nothing to guard", name)
		}
	}
}

func TestRecords(t *testing.T) {
	got := recordEntries(t, wide(t))
	for key, want := range map[string]string{
		"record shop.bakery.example A":  "192.0.2.7",
		"record v6.bakery.example AAAA": "2001:db8::7",
		"record bakery.example MX":      "mx.mailhost.example",
		"record bakery.example TXT":     `"v=spf1 include:mailhost.example -all"`,
	} {
		if v := got[key].GetAttr("content").AsString(); v != want {
			t.Errorf("%s: %s, want %s", key, v, want)
		}
	}
	if v := got["record bakery.example MX"].GetAttr("priority"); !v.RawEquals(cty.NumberIntVal(10)) {
		t.Errorf("MX priority %#v", v)
	}
	if v := got["record bakery.example TXT"]; !v.GetAttr("priority").IsNull() || !v.GetAttr("comment").IsNull() || !v.GetAttr("data").IsNull() {
		t.Error("an attribute that is not said must be null, not empty")
	}
	srv := got["record _sip._tcp.bakery.example SRV"]
	if !srv.GetAttr("priority").RawEquals(cty.NumberIntVal(5)) || !srv.GetAttr("content").IsNull() {
		t.Error("an SRV record has its priority twice and no content")
	}
	if v := srv.GetAttr("data").GetAttr("target").AsString(); v != "sip.example.net" {
		t.Error(v)
	}
	if v := got["record bakery.example CAA"].GetAttr("data").GetAttr("flags"); !v.RawEquals(cty.NumberIntVal(0)) {
		t.Errorf("CAA flags %#v", v)
	}
}

// unquote reads a TXT record's zone file form (RFC 1035, 5.1) back.
func unquote(t *testing.T, s string) (text string, longest int) {
	t.Helper()
	var b strings.Builder
	inside, n := false, 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			inside, n = !inside, 0
			continue
		case s[i] == '\\':
			i++
		case !inside && s[i] == ' ':
			continue
		case !inside:
			t.Fatalf("%q has text outside of quotes", s)
		}
		b.WriteByte(s[i])
		n++
		longest = max(longest, n)
	}
	return b.String(), longest
}

func TestText(t *testing.T) {
	for _, s := range []string{"", "v=spf1 -all", `say "hi" \ there`, strings.Repeat("a", 255), strings.Repeat("b", 256), strings.Repeat("\u00e6", 400), strings.Repeat(`"`, 300)} {
		got, longest := unquote(t, text(s))
		if got != s || longest > maxText {
			t.Errorf("%q reads back as %q, longest string %d", s, got, longest)
		}
	}
	for given, want := range map[string]string{
		`"one" "t\"wo"`:                      `"one" "t\"wo"`,
		`"a"b"`:                              `"\"a\"b\""`,
		`"a\"`:                               `"\"a\\\""`,
		`"` + strings.Repeat("a", 256) + `"`: `"` + strings.Repeat("a", 255) + `" "a"`,
	} {
		if got := text(given); got != want {
			t.Errorf("%s is written %s, want %s", given, got, want)
		}
	}
}

// TestHostile puts hostile text wherever the spec has free text, and reads it back.
func TestHostile(t *testing.T) {
	s := wide(t)
	bakery(s).Records = []site.Record{
		{Type: "TXT", Name: "bakery.example", Content: "first", TTL: 1},
		{Type: "TXT", Name: "bakery.example", Content: hostile, Comment: hostile, TTL: 1},
	}
	s.Tunnel.Name = hostile
	s.Groups[0].Name, s.Groups[0].Emails = hostile, []string{hostile}
	s.Routes = []site.Route{{Hostname: hostile, Zone: "bakery.example", Access: hostile, Session: hostile}}
	s.Repo.URL = hostile
	s.Terraform.S3.Key = hostile
	s.Versions.Charts.Cilium = hostile
	files := generate(t, s)

	zones := body(t, files["cloudflare.tf"])
	record := recordEntries(t, s)["more bakery.example TXT "+hostile]
	text, _ := unquote(t, record.GetAttr("content").AsString())
	for what, got := range map[string]string{
		"tunnel":  value(t, block(t, zones, "resource", "cloudflare_zero_trust_tunnel_cloudflared", "site"), "name").AsString(),
		"TXT":     text,
		"comment": record.GetAttr("comment").AsString(),
		"route":   value(t, block(t, zones, "locals"), "zones").AsValueMap()["bakery.example"].GetAttr("hostnames").AsValueSlice()[0].AsString(),
		"session": value(t, lastLocals(t, files["cloudflare-access.tf"]), "access").AsValueMap()[hostile].GetAttr("session").AsString(),
		"email":   value(t, lastLocals(t, files["cloudflare-access.tf"]), "access_who").AsValueMap()[hostile].GetAttr("emails").AsValueSlice()[0].AsString(),
		"s3 key":  value(t, block(t, block(t, body(t, files["versions.tf"]), "terraform"), "backend", "s3"), "key").AsString(),
		"version": value(t, block(t, body(t, files["cilium.tf"]), "resource", "helm_release", "cilium"), "version").AsString(),
	} {
		if got != hostile {
			t.Errorf("%s reads back as %q", what, got)
		}
	}
}

func lastLocals(t *testing.T, src string) *hclsyntax.Body {
	t.Helper()
	b := body(t, src)
	for i := len(b.Blocks) - 1; i >= 0; i-- {
		if b.Blocks[i].Type == "locals" {
			return b.Blocks[i].Body
		}
	}
	t.Fatal("no locals")
	return nil
}

// TestClientDiff: a client more changes only lines about it, however long its name.
func TestClientDiff(t *testing.T) {
	before, s := generate(t, small(t)), small(t)
	const zone = "the-longest-of-all-client-domains.example"
	s.Zones = append(s.Zones, site.Zone{Name: zone})
	for _, h := range []string{zone, "www." + zone} {
		s.Routes = append(s.Routes, site.Route{Hostname: h, Zone: zone, Kind: site.RouteClient, Owner: "longest"})
	}
	for name, after := range generate(t, s) {
		old := strings.SplitAfter(before[name], "\n")
		var added []string
		for _, line := range strings.SplitAfter(after, "\n") {
			if len(old) > 0 && old[0] == line {
				old = old[1:]
				continue
			}
			added = append(added, line)
		}
		if len(old) != 0 {
			t.Errorf("%s: lines were changed or taken away", name)
		}
		if want := map[bool]int{true: 7}[name == "cloudflare.tf"]; len(added) != want {
			t.Errorf("%s: %d lines more, want %d:\n%s", name, len(added), want, strings.Join(added, ""))
		}
	}
}

// TestManyAreSorted: the order of the output is that of the names.
func TestManyAreSorted(t *testing.T) {
	s := small(t)
	for i := range 30 {
		zone := fmt.Sprintf("c%02d.example", 29-i)
		s.Zones = append(s.Zones, site.Zone{Name: zone})
		s.Routes = append(s.Routes, site.Route{Hostname: zone, Zone: zone, Kind: site.RouteClient})
	}
	s.Primary = &s.Zones[1]
	var keys []string
	for _, line := range strings.Split(generate(t, s)["cloudflare.tf"], "\n") {
		if name, ok := strings.CutSuffix(line, `" = {`); ok && strings.HasPrefix(name, `    "`) {
			keys = append(keys, name)
		}
	}
	if len(keys) != 32 || !slices.IsSorted(keys) {
		t.Error(keys)
	}
}

// TestZonesGrowth: four times the zones and routes take about four times as long,
// not sixteen. The quickest of several runs of each is compared.
func TestZonesGrowth(t *testing.T) {
	quickest := func(n int) time.Duration {
		s := &site.Site{}
		for i := range n {
			name := fmt.Sprintf("zone%d.example", i)
			s.Zones = append(s.Zones, site.Zone{Name: name})
			s.Routes = append(s.Routes, site.Route{Hostname: name, Zone: name}, site.Route{Hostname: "www." + name, Zone: name})
		}
		best := time.Duration(math.MaxInt64)
		for range 4 {
			start := time.Now()
			zones(s)
			best = min(best, time.Since(start))
		}
		return best
	}
	for try := range 3 { // another program may have the processor
		small, large := quickest(2000), quickest(8000)
		factor := float64(large) / float64(small)
		switch {
		case factor <= 9:
			return
		case try == 2:
			t.Errorf("four times the zones take %.1f times as long (%v, %v)", factor, small, large)
		}
	}
}
