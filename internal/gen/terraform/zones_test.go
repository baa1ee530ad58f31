package terraform

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
)

// TestZonesAreKept: what would take a domain off the internet is protected by its block,
// which therefore is there when nothing is left in it.
func TestZonesAreKept(t *testing.T) {
	src := body(t, generate(t, small(t))["cloudflare-zones.tf"])
	for _, names := range [][]string{{"cloudflare_zone", "created"}, {"cloudflare_zone_dnssec", "signed"}} {
		r := block(t, src, "resource", names[0], names[1])
		if !value(t, block(t, r, "lifecycle"), "prevent_destroy").True() {
			t.Errorf("%s may be destroyed", names)
		}
	}
}

func TestZoneSettings(t *testing.T) {
	src := generate(t, small(t, `cloudflare: account: "0123456789abcdef0123456789abcdef"
domains: "example.com": {create: true, dnssec: true, settings: {alwaysHTTPS: false, hsts: maxAge: 0}}`))
	zones := body(t, src["cloudflare-zones.tf"])
	for name, want := range map[string]string{"created_zones": "example.com", "signed_zones": "example.com"} {
		if v := value(t, block(t, zones, "locals"), name); v.LengthInt() != 1 || v.AsValueSlice()[0].AsString() != want {
			t.Errorf("%s is %#v", name, v)
		}
	}
	got := map[string]cty.Value{}
	for key, v := range value(t, lastLocals(t, src["cloudflare-zones.tf"]), "zone_settings").AsValueMap() {
		got[key] = v.GetAttr("value")
	}
	if len(got) != 2 || !got["example.com always_use_https"].RawEquals(cty.StringVal("off")) {
		t.Errorf("%#v", got)
	}
	header := map[string]bool{}
	for name := range got["example.com security_header"].GetAttr("strict_transport_security").AsValueMap() {
		header[name] = true
	}
	// What is not said comes back from Cloudflare, and differs at each plan.
	if diff := cmp.Diff(map[string]bool{"enabled": true, "include_subdomains": true, "max_age": true, "nosniff": true, "preload": true}, header); diff != "" {
		t.Error(diff)
	}
	outputs := body(t, src["outputs.tf"])
	block(t, outputs, "output", "name_servers")
	block(t, outputs, "output", "dnssec_ds")
}
