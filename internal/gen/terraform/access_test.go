package terraform

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// made is what Terraform would make of cloudflare-access.tf: the attributes of each
// instance of a resource, by TYPE.NAME and key, as JSON. An id is TYPE of KEY.
func made(t *testing.T, s *site.Site) map[string]map[string]any {
	t.Helper()
	src := body(t, generate(t, s)["cloudflare-access.tf"])
	vars := map[string]cty.Value{"local": cty.ObjectVal(map[string]cty.Value{"account_id": cty.StringVal("account")})}
	all := map[string]map[string]any{}
	for _, b := range src.Blocks {
		switch {
		case b.Type == "locals":
			locals := vars["local"].AsValueMap()
			for _, a := range slices.SortedFunc(maps.Values(b.Body.Attributes), func(x, y *hclsyntax.Attribute) int { return x.SrcRange.Start.Byte - y.SrcRange.Start.Byte }) {
				vars["local"] = cty.ObjectVal(locals)
				locals[a.Name] = evaluate(t, a.Expr, vars)
			}
			vars["local"] = cty.ObjectVal(locals)
		case b.Type == "resource" && b.Body.Attributes["for_each"] != nil:
			ids := map[string]cty.Value{}
			all[b.Labels[0]+"."+b.Labels[1]] = map[string]any{}
			for it := evaluate(t, b.Body.Attributes["for_each"].Expr, vars).ElementIterator(); it.Next(); {
				key, v := it.Element()
				if v.Type() == cty.String {
					key = v
				}
				vars["each"] = cty.ObjectVal(map[string]cty.Value{"key": key, "value": v})
				attrs := map[string]cty.Value{}
				for name, a := range b.Body.Attributes {
					if name != "for_each" {
						attrs[name] = evaluate(t, a.Expr, vars)
					}
				}
				ids[key.AsString()] = cty.ObjectVal(map[string]cty.Value{"id": cty.StringVal(b.Labels[1] + " " + key.AsString())})
				all[b.Labels[0]+"."+b.Labels[1]][key.AsString()] = plain(t, cty.ObjectVal(attrs))
			}
			if len(ids) > 0 {
				vars[b.Labels[0]] = cty.ObjectVal(map[string]cty.Value{b.Labels[1]: cty.ObjectVal(ids)})
			}
		}
	}
	return all
}

func evaluate(t *testing.T, e hclsyntax.Expression, vars map[string]cty.Value) cty.Value {
	t.Helper()
	toset := function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
		Type:   function.StaticReturnType(cty.Set(cty.String)),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if args[0].LengthInt() == 0 {
				return cty.SetValEmpty(cty.String), nil
			}
			return cty.SetVal(args[0].AsValueSlice()), nil
		},
	})
	v, diags := e.Value(&hcl.EvalContext{Variables: vars, Functions: map[string]function.Function{
		"flatten": stdlib.FlattenFunc, "try": tryfunc.TryFunc, "toset": toset, "replace": stdlib.ReplaceFunc, "concat": stdlib.ConcatFunc,
		"merge": stdlib.MergeFunc, "strcontains": function.New(&function.Spec{
			Params: []function.Parameter{{Name: "text", Type: cty.String}, {Name: "part", Type: cty.String}},
			Type:   function.StaticReturnType(cty.Bool),
			Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
				return cty.BoolVal(strings.Contains(args[0].AsString(), args[1].AsString())), nil
			},
		}),
	}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return v
}

func plain(t *testing.T, v cty.Value) any {
	t.Helper()
	text, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func get(t *testing.T, v any, path ...string) any {
	t.Helper()
	for _, p := range path {
		m, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("%v has no %s", v, p)
		}
		v = m[p]
	}
	return v
}

type object = map[string]any

const (
	policyType = "cloudflare_zero_trust_access_policy.group"
	appType    = "cloudflare_zero_trust_access_application.site"
)

func TestAccess(t *testing.T) {
	all := made(t, small(t))
	got := map[string]string{}
	for hostname, v := range all[appType] {
		got[hostname] = get(t, v, "type").(string) + " " + get(t, v, "session_duration").(string)
		for _, p := range get(t, v, "policies").([]any) {
			got[hostname] += " " + get(t, p, "id").(string)
		}
	}
	want := map[string]string{
		"argocd.example.com": "self_hosted 24h group admins", "hubble.example.com": "self_hosted 24h group admins",
		"invoices.example.com": "self_hosted 8h group staff", "ssh.example.com": "ssh 24h group admins",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	staff := all[policyType]["staff"]
	if n := len(get(t, staff, "include").([]any)); n != 3 || get(t, staff, "decision") != "allow" || get(t, staff, "session_duration") != "8h" {
		t.Errorf("%v", staff)
	}
	for _, field := range []string{"exclude", "require"} {
		if v, ok := staff.(object)[field]; ok {
			t.Errorf("%s of a group that says none: %v", field, v)
		}
	}
}

// TestAccessPaths: a path of another group is an application of its own, with a key in
// the gate and a cookie of its own.
func TestAccessPaths(t *testing.T) {
	s := gentest.Base(t, `
cloudflare: team: "example"
access: staff: {emails: ["kim@example.org"], session: "1h"}
clients: bakery: accessPaths: "/admin": "staff"
`)
	apps := made(t, s)[appType]
	for name, want := range map[string][3]any{
		"bakery.example/admin": {"group staff", "1h", true}, "www.bakery.example/admin": {"group staff", "1h", true}, "invoices.example.com": {"group admins", "24h", false},
	} {
		app := apps[name]
		if app == nil {
			t.Errorf("no application for %s", name)
			continue
		}
		id := get(t, get(t, app, "policies").([]any)[0], "id")
		if got := [3]any{id, get(t, app, "session_duration"), get(t, app, "path_cookie_attribute")}; got != want || get(t, app, "domain") != name {
			t.Errorf("%s: %v of %v, want %v", name, got, get(t, app, "domain"), want)
		}
	}
	if apps["bakery.example"] != nil {
		t.Error("the hostname itself is guarded")
	}
	for _, b := range body(t, generate(t, s)["cloudflare-access.tf"]).Blocks {
		if b.Labels == nil || b.Labels[0] != "kubernetes_config_map_v1" {
			continue
		}
		audiences := map[string]cty.Value{}
		for name := range apps {
			audiences[name] = cty.ObjectVal(map[string]cty.Value{"aud": cty.StringVal("aud of " + name)})
		}
		made := cty.ObjectVal(map[string]cty.Value{"site": cty.ObjectVal(audiences)})
		data := plain(t, evaluate(t, b.Body.Attributes["data"].Expr, map[string]cty.Value{"cloudflare_zero_trust_access_application": made})).(object)
		if got := data["www.bakery.example..admin"]; got != "aud of www.bakery.example/admin" {
			t.Errorf("the gate has %v", data)
		}
		if keys := slices.Sorted(maps.Keys(data)); !slices.Equal(keys, s.AccessKeys()) {
			t.Errorf("the gate has %q, and the pods wait for %q", keys, s.AccessKeys())
		}
	}
}

// TestCertificates: each host that takes certificates has an authority of its own
// application, whose public key can be read.
func TestCertificates(t *testing.T) {
	s := gentest.Base(t, `hosts: web1: {ssh: {certificates: true, hostname: "shell.example.com"}, users: maria: emails: ["ops@example.com"]}`)
	all := made(t, s)["cloudflare_zero_trust_access_short_lived_certificate.ssh"]
	if len(all) != 1 || get(t, all["shell.example.com"], "app_id") != "site shell.example.com" || get(t, all["shell.example.com"], "account_id") != "account" {
		t.Errorf("authorities: %v", all)
	}
	if !strings.Contains(generate(t, s)["outputs.tf"], `output "ssh_ca"`) {
		t.Error("nothing prints their keys")
	}
	if text := generate(t, small(t)); strings.Contains(text["cloudflare-access.tf"]+text["outputs.tf"], "short_lived") {
		t.Error("an authority that nobody asked for")
	}
}

// TestBypassOrder: Access has one application for a path, so the old one of a path that
// gets a log-in, or loses it, has to go first.
func TestBypassOrder(t *testing.T) {
	s := gentest.Base(t, `apps: invoices: bypass: ["/hooks/*"]`)
	for _, b := range body(t, generate(t, s)["cloudflare-access.tf"]).Blocks {
		if len(b.Labels) != 2 || b.Labels[1] != "bypass" {
			continue
		}
		needs := b.Body.Attributes["depends_on"]
		if needs == nil || len(needs.Expr.Variables()) != 1 || needs.Expr.Variables()[0].RootName() != "cloudflare_zero_trust_access_application" {
			t.Error("nothing orders the applications")
		}
		return
	}
	t.Error("no application for the path")
}

// TestAccessConditions: people log in, networks of noLogin do not, each required kind
// wants one of its values, and nobody who logs in is let in for where they are.
func TestAccessConditions(t *testing.T) {
	s := gentest.Base(t, `
access: office: {
	emails: ["kim@example.org"]
	ips: ["198.51.100.0/24"]
	noLogin: true
	require: ips: ["198.51.100.0/25", "203.0.113.0/24"]
	exclude: {emails: ["jo@example.org"], emailDomains: ["old.example.org"], ips: ["198.51.100.9/32"]}
	session: "1h"
}
access: robots: {ips: ["192.0.2.0/24"], noLogin: true, serviceTokens: ["ci"]}
apps: desk: {hostnames: ["a.example.com"], access: "office", image: "ghcr.io/example/desk:1.0.0"}
apps: hook: {hostnames: ["b.example.com"], access: "robots", image: "ghcr.io/example/hook:1.0.0"}
`)
	all := made(t, s)
	required := []any{object{"group": object{"id": "require office require ips"}}}
	want := map[string]any{
		"office": object{
			"decision": "allow", "session_duration": "1h", "name": "hetzner: office", "account_id": "account",
			"include": []any{object{"email": object{"email": "kim@example.org"}}},
			"exclude": []any{object{"email": object{"email": "jo@example.org"}}, object{"email_domain": object{"domain": "old.example.org"}}, object{"ip": object{"ip": "198.51.100.9/32"}}},
			"require": required,
		},
		"office no log-in": object{
			"decision": "non_identity", "session_duration": "1h", "name": "hetzner: office no log-in", "account_id": "account",
			"include": []any{object{"ip": object{"ip": "198.51.100.0/24"}}},
			"exclude": []any{object{"ip": object{"ip": "198.51.100.9/32"}}},
			"require": required,
		},
		"robots no log-in": object{
			"decision": "non_identity", "session_duration": "24h", "name": "hetzner: robots no log-in", "account_id": "account",
			"include": []any{object{"service_token": object{"token_id": "token ci"}}, object{"ip": object{"ip": "192.0.2.0/24"}}}, "exclude": nil, "require": nil,
		},
	}
	got := all[policyType]
	delete(got, "admins")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if v := get(t, all["cloudflare_zero_trust_access_group.require"]["office require ips"], "include"); len(v.([]any)) != 2 {
		t.Errorf("%v", v)
	}
	for hostname, want := range map[string][]any{
		"a.example.com": {object{"id": "group office", "precedence": 1.0}, object{"id": "group office no log-in", "precedence": 2.0}},
		"b.example.com": {object{"id": "group robots no log-in", "precedence": 1.0}},
	} {
		if diff := cmp.Diff(want, get(t, all[appType][hostname], "policies")); diff != "" {
			t.Errorf("%s: %s", hostname, diff)
		}
	}
}

// TestIdPs: each type gets what the provider takes for it, and a secret of its own.
func TestIdPs(t *testing.T) {
	src := generate(t, gentest.Base(t, `
idps: {
	github: {type: "github", clientId: "hub"}
	entra: {type: "azureAD", clientId: "e", directoryId: "00000000-0000-4000-8000-000000000002"}
	sso: {type: "oidc", clientId: "s", authURL: "https://a.example", tokenURL: "https://t.example", certsURL: "https://c.example"}
}
access: admins: {idp: sso: ["groups=board", "mfa=yes", "groups=staff"], require: idp: entra: ["00000000-0000-4000-8000-000000000003"]}
`))["cloudflare-access.tf"]
	want := object{
		"entra":  object{"type": "azureAD", "config": object{"client_id": "e", "directory_id": "00000000-0000-4000-8000-000000000002", "support_groups": true}},
		"github": object{"type": "github", "config": object{"client_id": "hub"}},
		"sso": object{"type": "oidc", "config": object{"client_id": "s", "auth_url": "https://a.example", "token_url": "https://t.example", "certs_url": "https://c.example",
			"scopes": []any{"openid", "email", "profile"}, "claims": []any{"groups", "mfa"}}},
	}
	for _, b := range body(t, src).Blocks {
		if b.Type == "locals" && b.Body.Attributes["idps"] != nil {
			if diff := cmp.Diff(want, plain(t, value(t, b.Body, "idps"))); diff != "" {
				t.Error(diff)
			}
		}
	}
	r := block(t, body(t, src), "resource", "cloudflare_zero_trust_access_identity_provider", "idp")
	vars := map[string]cty.Value{
		"each": cty.ObjectVal(map[string]cty.Value{"key": cty.StringVal("github"), "value": cty.ObjectVal(map[string]cty.Value{"config": cty.ObjectVal(map[string]cty.Value{"client_id": cty.StringVal("hub")})})}),
		"data": cty.ObjectVal(map[string]cty.Value{"sops_file": cty.ObjectVal(map[string]cty.Value{"idps": cty.ObjectVal(map[string]cty.Value{"data": cty.MapVal(map[string]cty.Value{"github": cty.StringVal("secret")})})})}),
	}
	if diff := cmp.Diff(object{"client_id": "hub", "client_secret": "secret"}, plain(t, evaluate(t, r.Attributes["config"].Expr, vars))); diff != "" {
		t.Error(diff)
	}
}
