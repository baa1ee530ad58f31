package terraform

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"sitegen/internal/site"
)

func moved(t *testing.T) *site.Site {
	t.Helper()
	return small(t, `redirects: {
	"old.bakery.example": to: "https://bakery.example/shop/"
	"old.example.com": {to: "https://example.net/?a=b", keepPath: false, status: 307}
}`)
}

func TestRedirects(t *testing.T) {
	files := generate(t, moved(t))
	got := value(t, block(t, body(t, files["cloudflare-redirects.tf"]), "locals"), "redirects")
	want := cty.ObjectVal(map[string]cty.Value{
		"bakery.example": cty.ObjectVal(map[string]cty.Value{"old.bakery.example": rule(`http.host eq "old.bakery.example"`, true, 301,
			cty.StringVal(`concat("https://bakery.example/shop", http.request.uri.path)`), cty.NullVal(cty.DynamicPseudoType))}),
		"example.com": cty.ObjectVal(map[string]cty.Value{"old.example.com": rule(`http.host eq "old.example.com"`, false, 307,
			cty.NullVal(cty.DynamicPseudoType), cty.StringVal("https://example.net/?a=b"))}),
	})
	if !got.RawEquals(want) {
		t.Errorf("got  %#v\nwant %#v", got, want)
	}
	if _, ok := generate(t, small(t))["cloudflare-redirects.tf"]; ok {
		t.Error("a site without redirects has rules for them")
	}
}

func rule(expression string, keep bool, status int64, target, value cty.Value) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{
		"expression": cty.StringVal(expression), "keep_query": cty.BoolVal(keep), "status": cty.NumberIntVal(status),
		"target": cty.ObjectVal(map[string]cty.Value{"expression": target, "value": value}),
	})
}

// TestRedirectKeepsRecord: a hostname that becomes a redirect changes no record, so that
// there is no moment without one, and nothing that Cloudflare could refuse.
func TestRedirectKeepsRecord(t *testing.T) {
	hostnames := func(s *site.Site) []string {
		zone := value(t, block(t, body(t, generate(t, s)["cloudflare.tf"]), "locals"), "zones").AsValueMap()["bakery.example"]
		var all []string
		for _, h := range zone.GetAttr("hostnames").AsValueSlice() {
			all = append(all, h.AsString())
		}
		return all
	}
	redirected := small(t, `clients: bakery: www: "redirect"`)
	if len(redirected.Redirects) != 1 {
		t.Fatal(redirected.Redirects)
	}
	if diff := cmp.Diff(hostnames(small(t)), hostnames(redirected)); diff != "" {
		t.Error(diff)
	}
}
