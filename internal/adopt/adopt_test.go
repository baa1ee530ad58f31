package adopt

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"sitegen/internal/tfread"
)

// root is a small root of the shape of gen's.
const root = `
terraform {
  required_providers {
    cloudflare = { source = "cloudflare/cloudflare", version = "~> 5.22" }
    helm       = { source = "hashicorp/helm", version = "~> 3.1" }
    kubernetes = { source = "hashicorp/kubernetes", version = "~> 3.2" }
  }
}
locals {
  hostnames = ["example.com", "www.example.com"]
}
resource "random_bytes" "tunnel_secret" {
  length = 32
}
resource "cloudflare_zero_trust_tunnel_cloudflared" "site" {
  account_id    = "acc"
  name          = "web"
  tunnel_secret = random_bytes.tunnel_secret.base64
}
resource "cloudflare_dns_record" "tunnel" {
  for_each = toset(local.hostnames)
  zone_id  = "zone"
  name     = each.key
  type     = "CNAME"
  content  = "${cloudflare_zero_trust_tunnel_cloudflared.site.id}.cfargotunnel.com"
}
resource "cloudflare_dns_record" "record" {
  for_each = { "a" = "v=spf1 -all", "b" = "\"other\"" }
  zone_id  = "zone"
  name     = "example.com"
  type     = "TXT"
  content  = each.value
}
resource "cloudflare_zone_dnssec" "signed" {
  for_each = toset(["example.com"])
  zone_id  = cloudflare_zone.created[each.key].id
}
resource "cloudflare_zone" "created" {
  for_each = toset(["example.com"])
  name     = each.key
}
resource "kubernetes_secret_v1" "key" {
  metadata {
    name      = "key"
    namespace = "argocd"
  }
}
resource "helm_release" "argocd" {
  name      = "argocd"
  namespace = "argocd"
}
`

func read(t *testing.T, more string) *tfread.Root {
	t.Helper()
	r := tfread.Read("tf", map[string][]byte{"tf/gen.tf": []byte(root), "tf/mine.tf": []byte(more)}, tfread.Options{Named: true})
	if len(r.Faults) > 0 {
		t.Fatal(r.Faults)
	}
	return r
}

// in is an instance at an address, with attributes in pairs of name and value.
func in(at string, attrs map[string]any) tfread.Instance {
	block := at
	if strings.HasSuffix(at, "]") {
		block = at[:strings.LastIndex(at, "[")]
	}
	parts := strings.Split(block, ".")
	kind := parts[len(parts)-2]
	name, _, _ := strings.Cut(kind, "_")
	of := map[string]string{"cloudflare": "cloudflare/cloudflare", "github": "integrations/github"}
	return tfread.Instance{Address: at, Block: block, Mode: "managed", Kind: kind, Source: cmp.Or(of[name], "hashicorp/"+name), Attrs: attrs}
}

type attrs = map[string]any

func imports(p Plan) map[string]string {
	all := map[string]string{}
	for _, r := range p.Roots {
		for _, i := range r.Imports {
			all[i.To] = i.ID + i.Variable
		}
		for _, m := range r.Moves {
			all[m.To] = m.From
		}
	}
	return all
}

func TestMake(t *testing.T) {
	tunnel := in("cloudflare_tunnel.web", attrs{"id": "tid", "account_id": "acc", "name": "web", "secret": "c2VjcmV0"})
	for name, c := range map[string]struct {
		more  string
		state []tfread.Instance
		want  map[string]string
		plan  Plan // what else it says, but for New
	}{
		"version 4 of the provider": {
			state: []tfread.Instance{tunnel,
				in("cloudflare_record.apex", attrs{"id": "r1", "zone_id": "zone", "name": "@", "hostname": "example.com", "type": "CNAME", "value": "tid.cfargotunnel.com"}),
				in(`cloudflare_record.all["www"]`, attrs{"id": "r2", "zone_id": "zone", "name": "www", "hostname": "www.example.com", "type": "CNAME"})},
			want: map[string]string{"random_bytes.tunnel_secret": "adopted_tunnel_secret", "cloudflare_zero_trust_tunnel_cloudflared.site": "cloudflare_tunnel.web",
				`cloudflare_dns_record.tunnel["example.com"]`: "zone/r1", `cloudflare_dns_record.tunnel["www.example.com"]`: "zone/r2"},
			plan: Plan{Forget: []string{`cloudflare_record.all["www"]`, "cloudflare_record.apex"}},
		},
		"two records of a name and type go by their content": {
			state: []tfread.Instance{
				in("cloudflare_dns_record.x", attrs{"id": "r1", "zone_id": "zone", "name": "example.com", "type": "TXT", "content": `other`}),
				in("cloudflare_dns_record.y", attrs{"id": "r2", "zone_id": "zone", "name": "example.com", "type": "TXT", "content": `"v=spf1 -all"`})},
			want: map[string]string{`cloudflare_dns_record.record["a"]`: "zone/r2", `cloudflare_dns_record.record["b"]`: "zone/r1"},
			plan: Plan{Roots: []Root{{Removed: []string{"cloudflare_dns_record.x", "cloudflare_dns_record.y"}}}},
		},
		"one of them that gen has not stays": {
			state: []tfread.Instance{
				in("cloudflare_dns_record.x", attrs{"id": "r1", "zone_id": "zone", "name": "example.com", "type": "TXT", "content": "third"}),
				in("cloudflare_dns_record.y", attrs{"id": "r2", "zone_id": "zone", "name": "example.com", "type": "TXT", "content": "fourth"})},
			want: map[string]string{},
			plan: Plan{Roots: []Root{{Removed: []string{"cloudflare_dns_record.x", "cloudflare_dns_record.y"}}},
				Left: []Left{{"cloudflare_dns_record.x", "record example.com TXT"}, {"cloudflare_dns_record.y", "record example.com TXT"}}},
		},
		"an address record gives way": {
			state: []tfread.Instance{in("cloudflare_dns_record.old", attrs{"id": "r1", "zone_id": "zone", "name": "www.example.com", "type": "A", "content": "192.0.2.1"}),
				in("cloudflare_dns_record.old6", attrs{"id": "r2", "zone_id": "zone", "name": "www.example.com", "type": "AAAA", "content": "2001:db8::1"})},
			want: map[string]string{`cloudflare_dns_record.tunnel["www.example.com"]`: "zone/r1"},
			plan: Plan{Roots: []Root{{Removed: []string{"cloudflare_dns_record.old", "cloudflare_dns_record.old6"}}}, Left: []Left{{"cloudflare_dns_record.old6", "record www.example.com AAAA"}},
				Told: []string{"cloudflare_dns_record.old is replaced by the tunnel's record: the hostname moves to this server in that moment",
					"cloudflare_dns_record.old6 is in the way of the tunnel's record: delete it right before the apply"}},
		},
		"a tunnel with its rules in the dashboard is none of gen's": {
			state: []tfread.Instance{in("cloudflare_zero_trust_tunnel_cloudflared.mine", attrs{"id": "tid", "account_id": "acc", "name": "web", "config_src": "cloudflare"})},
			want:  map[string]string{},
			plan: Plan{Roots: []Root{{Removed: []string{"cloudflare_zero_trust_tunnel_cloudflared.mine"}}}, Left: []Left{{"cloudflare_zero_trust_tunnel_cloudflared.mine", "tunnel web"}},
				Told: []string{"cloudflare_zero_trust_tunnel_cloudflared.mine: its rules are Cloudflare's and in no file, which does not change for a tunnel that is there: gen's is another one, so give it another name (tunnel.name); docs/ADOPTING.md of gen, Import ids"}},
		},
		"nor is one with its rules in Terraform": {
			state: []tfread.Instance{in("cloudflare_tunnel.mine", attrs{"id": "tid", "account_id": "acc", "name": "web", "secret": "x"}), in("cloudflare_tunnel_config.mine", attrs{"tunnel_id": "tid"})},
			want:  map[string]string{},
			plan: Plan{Forget: []string{"cloudflare_tunnel.mine", "cloudflare_tunnel_config.mine"}, Left: []Left{{"cloudflare_tunnel.mine", "tunnel web"}, {"cloudflare_tunnel_config.mine", ""}},
				Told: []string{"cloudflare_tunnel.mine: its rules are Cloudflare's and in no file, which does not change for a tunnel that is there: gen's is another one, so give it another name (tunnel.name); docs/ADOPTING.md of gen, Import ids"}},
		},
		"the same address for the same thing is kept, for another is let go": {
			state: []tfread.Instance{in("helm_release.argocd", attrs{"name": "argocd", "namespace": "argo"}),
				in("cloudflare_zero_trust_tunnel_cloudflared.site", attrs{"id": "tid", "account_id": "acc", "name": "web", "tunnel_secret": "x"})},
			want: map[string]string{"random_bytes.tunnel_secret": "adopted_tunnel_secret"},
			plan: Plan{Kept: []string{"cloudflare_zero_trust_tunnel_cloudflared.site"}, Forget: []string{"helm_release.argocd"}, Left: []Left{{"helm_release.argocd", "release argo/argocd"}}},
		},
		"a zone by its name, and what is of it": {
			state: []tfread.Instance{in("cloudflare_zone.z", attrs{"id": "zid", "zone": "example.com"}), in("cloudflare_zone_dnssec.z", attrs{"id": "zid", "zone_id": "zid"})},
			want:  map[string]string{`cloudflare_zone.created["example.com"]`: "zid", `cloudflare_zone_dnssec.signed["example.com"]`: "zid"},
			plan:  Plan{Roots: []Root{{Removed: []string{"cloudflare_zone.z", "cloudflare_zone_dnssec.z"}}}},
		},
		"what the user's file declares stays in the state": {
			more:  `resource "github_repository" "site" { name = "site" }`,
			state: []tfread.Instance{in("github_repository.site", attrs{"name": "site"}), in("github_repository.other", attrs{"name": "other"}), in("module.dns[0].github_repository.x", attrs{"name": "x"})},
			want:  map[string]string{},
			plan: Plan{Forget: []string{"github_repository.other", "module.dns[0].github_repository.x"},
				Left: []Left{{"github_repository.other", "other"}, {"module.dns[0].github_repository.x", "x"}}},
		},
		"a policy of one application, by its newer name": {
			state: []tfread.Instance{in("cloudflare_zero_trust_access_policy.p", attrs{"id": "pid", "name": "Email", "application_id": "app"}), in("cloudflare_zero_trust_access_policy.all", attrs{"id": "pid2", "name": "Email"})},
			want:  map[string]string{},
			plan: Plan{Roots: []Root{{Removed: []string{"cloudflare_zero_trust_access_policy.all"}}}, Forget: []string{"cloudflare_zero_trust_access_policy.p"},
				Left: []Left{{"cloudflare_zero_trust_access_policy.p", "policy Email, which Cloudflare deletes when its application has gen's"}, {"cloudflare_zero_trust_access_policy.all", "policy Email"}}},
		},
		"what no plan can let go of: of another provider, of one with an alias, and what was replaced": {
			state: []tfread.Instance{
				in("hcloud_server.x", attrs{"name": "x"}), // in reads no source of it
				{Address: "helm_release.x", Block: "helm_release.x", Mode: "managed", Kind: "helm_release", Attrs: attrs{"name": "x"}},
				{Address: "helm_release.argocd", Block: "helm_release.argocd", Mode: "managed", Kind: "helm_release", Source: "hashicorp/helm", Deposed: true},
				in("helm_release.y", attrs{"name": "argocd", "namespace": "argocd"}),
				{Address: "random_id.r", Block: "random_id.r", Mode: "managed", Kind: "random_id"}},
			want: map[string]string{"helm_release.argocd": "argocd/argocd"},
			plan: Plan{Roots: []Root{{Removed: []string{"helm_release.y"}}}, Forget: []string{"hcloud_server.x", "helm_release.argocd", "helm_release.x", "random_id.r"},
				Left: []Left{{"hcloud_server.x", "x"}, {"helm_release.x", "release default/x"}, {"helm_release.argocd", ""}}},
		},
		"what was replaced under an address that stays": {
			state: []tfread.Instance{in("helm_release.argocd", attrs{"name": "argocd", "namespace": "argocd"}),
				{Address: "helm_release.argocd", Block: "helm_release.argocd", Mode: "managed", Kind: "helm_release", Source: "hashicorp/helm", Deposed: true}},
			want: map[string]string{},
			plan: Plan{Kept: []string{"helm_release.argocd"}, Told: []string{"helm_release.argocd was replaced, and the old one is not destroyed yet: apply the old files first, or the plan destroys it"}},
		},
		"the user's own, of names that only the run knows, and of a module": {
			more: `variable "n" {}
resource "helm_release" "mine" {
  count = 2
  name  = "x-${count.index}"
}
module "dns" {
  source = "./dns"
}`,
			state: []tfread.Instance{in("helm_release.mine[0]", attrs{"name": "x-0"}), in("module.dns.cloudflare_record.x", attrs{"id": "r", "hostname": "x.example.com", "type": "A"}),
				in("module.dns2.cloudflare_record.x", attrs{"id": "r", "hostname": "x.example.com", "type": "A"})},
			want: map[string]string{},
			plan: Plan{Forget: []string{"module.dns2.cloudflare_record.x"}, Left: []Left{{"module.dns2.cloudflare_record.x", "record x.example.com A"}}},
		},
		"a name in its zone, and one that led elsewhere": {
			state: []tfread.Instance{in("cloudflare_zone.z", attrs{"id": "zone", "name": "example.com"}),
				in("cloudflare_dns_record.at", attrs{"id": "r1", "zone_id": "zone", "name": "@", "type": "CNAME", "content": "tid.cfargotunnel.com"}),
				in("cloudflare_dns_record.www", attrs{"id": "r2", "zone_id": "zone", "name": "WWW", "type": "cname", "content": "old.example."})},
			want: map[string]string{`cloudflare_dns_record.tunnel["example.com"]`: "zone/r1", `cloudflare_dns_record.tunnel["www.example.com"]`: "zone/r2", `cloudflare_zone.created["example.com"]`: "zone"},
			plan: Plan{Roots: []Root{{Removed: []string{"cloudflare_dns_record.at", "cloudflare_dns_record.www", "cloudflare_zone.z"}}},
				Told: []string{`cloudflare_dns_record.www leads to "old.example", and to the tunnel from the apply on`}},
		},
		"records of data go by what it says": {
			more: `resource "cloudflare_dns_record" "caa" {
  for_each = toset(["a.example", "b.example"])
  zone_id  = "zone"
  name     = "example.com"
  type     = "CAA"
  data     = { flags = 0, tag = "issue", value = each.key }
}`,
			state: []tfread.Instance{
				in("cloudflare_record.x", attrs{"id": "r1", "zone_id": "zone", "hostname": "example.com", "type": "CAA", "value": `0 issue "b.example"`, "data": []any{attrs{"flags": "0", "tag": "issue", "value": "b.example"}}}),
				in("cloudflare_dns_record.y", attrs{"id": "r2", "zone_id": "zone", "name": "example.com", "type": "CAA", "data": attrs{"flags": attrs{"value": 0.0, "type": "number"}, "tag": "issue", "value": "a.example"}})},
			want: map[string]string{`cloudflare_dns_record.caa["a.example"]`: "zone/r2", `cloudflare_dns_record.caa["b.example"]`: "zone/r1"},
			plan: Plan{Roots: []Root{{Removed: []string{"cloudflare_dns_record.y"}}}, Forget: []string{"cloudflare_record.x"}},
		},
		"an application of a zone under gen's address, and an account that is none of Cloudflare's": {
			more: `resource "cloudflare_zero_trust_access_application" "site" {
  for_each = toset(["a.example.com", "b.example.com"])
  domain   = each.key
}`,
			state: []tfread.Instance{in("aws_role.r", attrs{"id": "r", "account_id": "123456789012"}), in(`cloudflare_zero_trust_access_application.site["a.example.com"]`, attrs{"id": "app", "domain": "a.example.com", "zone_id": "zone"}),
				in("cloudflare_access_application.b", attrs{"id": "app2", "domain": "b.example.com", "account_id": "acc2"})},
			want: map[string]string{`cloudflare_zero_trust_access_application.site["a.example.com"]`: "accounts/acc2/app", `cloudflare_zero_trust_access_application.site["b.example.com"]`: "accounts/acc2/app2"},
			plan: Plan{Forget: []string{"aws_role.r", "cloudflare_access_application.b", `cloudflare_zero_trust_access_application.site["a.example.com"]`}, Left: []Left{{"aws_role.r", "r"}}},
		},
		"an account that the state tells nowhere": {
			more:  "resource \"cloudflare_zero_trust_access_application\" \"site\" {\n  domain = \"a.example.com\"\n}",
			state: []tfread.Instance{in("cloudflare_access_application.a", attrs{"id": "app", "domain": "a.example.com", "zone_id": "zone"})},
			want:  map[string]string{"cloudflare_zero_trust_access_application.site": "accounts/ACCOUNT/app"},
			plan:  Plan{Forget: []string{"cloudflare_access_application.a"}, Told: []string{"the state tells no account of Cloudflare: write its id in adopt.tf where ACCOUNT stands"}},
		},
		"an object of another kind of resource, and a Secret that the state has as it is": {
			more: "resource \"kubernetes_namespace_v1\" \"argocd\" {\n  metadata {\n    name = \"argocd\"\n  }\n}",
			state: []tfread.Instance{in("kubectl_manifest.ns", attrs{"id": "/api/v1/namespaces/argocd", "yaml_body": "{apiVersion: v1, kind: Namespace, metadata: {name: argocd}}"}),
				in("kubernetes_secret_v1.key", attrs{"id": "argocd/key", "data": attrs{"a": "b"}, "metadata": []any{attrs{"name": "key", "namespace": "argocd"}}})},
			want: map[string]string{"kubernetes_namespace_v1.argocd": "argocd"},
			plan: Plan{Forget: []string{"kubectl_manifest.ns"}, Kept: []string{"kubernetes_secret_v1.key"}, Shown: []string{"kubernetes_secret_v1.key"}},
		},
		"the tunnel's secret at its address": {
			state: []tfread.Instance{in("cloudflare_zero_trust_tunnel_cloudflared.site", attrs{"id": "tid", "account_id": "acc", "name": "web", "tunnel_secret": "x"}), in("random_bytes.tunnel_secret", attrs{"base64": "x"})},
			want:  map[string]string{},
			plan:  Plan{Kept: []string{"cloudflare_zero_trust_tunnel_cloudflared.site", "random_bytes.tunnel_secret"}},
		},
		"an object of the cluster by its names": {
			state: []tfread.Instance{in("kubernetes_secret.k", attrs{"id": "argocd/key", "metadata": []any{attrs{"name": "key", "namespace": "argocd"}}}),
				in("random_id.x", attrs{"id": "x"})},
			want: map[string]string{"kubernetes_secret_v1.key": "argocd/key"},
			plan: Plan{Roots: []Root{{Removed: []string{"kubernetes_secret.k", "random_id.x"}}}, Shown: []string{"kubernetes_secret_v1.key"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := Make(c.state, []*tfread.Root{read(t, c.more)})
			if diff := gocmp.Diff(c.want, imports(got)); diff != "" {
				t.Errorf("imports (-want +got):\n%s", diff)
			}
			want := c.plan
			if want.Roots == nil {
				want.Roots = []Root{{}}
			}
			want.Roots[0].Dir, want.Roots[0].Moves, want.Roots[0].Imports, want.Roots[0].New = "tf", got.Roots[0].Moves, got.Roots[0].Imports, got.Roots[0].New
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestNothingLost holds, for random states, that each resource is let go of in exactly one way, that
// none is imported twice, and that no block lets go of what a root declares.
func TestNothingLost(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	kinds := []string{"cloudflare_record", "cloudflare_dns_record", "cloudflare_tunnel", "cloudflare_zone", "helm_release", "kubernetes_secret", "null_resource", "github_repository"}
	names := []string{"tunnel", "record", "site", "created", "argocd", "x"}
	root := read(t, "")
	for range 2000 {
		var state []tfread.Instance
		seen := map[string]bool{}
		for n := r.IntN(12); n > 0; n-- {
			at := kinds[r.IntN(len(kinds))] + "." + names[r.IntN(len(names))] + []string{"", "[0]", `["example.com"]`, `["a"]`}[r.IntN(4)]
			if seen[at] {
				continue
			}
			seen[at] = true
			state = append(state, in(at, attrs{"id": fmt.Sprint(n), "account_id": "acc", "zone_id": "zone", "name": []string{"web", "example.com", "www.example.com", "argocd"}[r.IntN(4)],
				"zone": "example.com", "type": []string{"CNAME", "A", "TXT"}[r.IntN(3)], "namespace": "argocd", "metadata": []any{attrs{"name": "key", "namespace": "argocd"}}}))
		}
		p := Make(state, []*tfread.Root{root})
		from := map[string]int{}
		for _, i := range p.Roots[0].Imports {
			if i.Variable == "" {
				from[i.From]++
			}
		}
		for at, n := range from {
			if n > 1 {
				t.Fatalf("%s is imported %d times", at, n)
			}
		}
		for _, s := range state {
			_, kept := root.Resources[s.Address]
			kept = kept && slices.Contains(p.Kept, s.Address)
			ways := 0
			moved := slices.ContainsFunc(p.Roots[0].Moves, func(m Move) bool { return m.From == s.Address })
			for _, is := range []bool{kept, moved, slices.Contains(p.Forget, s.Address), slices.Contains(p.Roots[0].Removed, s.Block)} {
				if is {
					ways++
				}
			}
			if ways != 1 {
				t.Fatalf("%s is kept, moved, forgotten or removed in %d ways: %+v", s.Address, ways, p)
			}
		}
		for _, removed := range p.Roots[0].Removed {
			for at := range root.Resources {
				if strings.SplitN(at, "[", 2)[0] == removed {
					t.Fatalf("a block removes %s, which is declared", removed)
				}
			}
		}
	}
}

func TestReady(t *testing.T) {
	if err := Ready(read(t, "")); err != nil {
		t.Error(err)
	}
	err := Ready(read(t, "resource \"cloudflare_record\" \"x\" {\n  name = \"x\"\n}"))
	if want := "tf/mine.tf:1: cloudflare_record.x is of version 4 of provider cloudflare, and gen's files are for 5: take the file over or delete it first (gen adopt)"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestFileReads holds that the blocks are as Terraform reads them, by the reader of roots.
func TestFileReads(t *testing.T) {
	r := Root{Dir: "tf", Imports: []Import{{From: "cloudflare_tunnel.web", To: `cloudflare_dns_record.record["a \"b\" $${c}"]`, ID: "zone/r1"}, {From: "its secret", To: "random_bytes.x", Variable: "adopted_x"}},
		Removed: []string{"null_resource.a", "module.dns.cloudflare_zone.b"}, Moves: []Move{{`module.dns["x"].cloudflare_tunnel.c[0]`, "cloudflare_zero_trust_tunnel_cloudflared.site"}}}
	data, err := r.File()
	if err != nil {
		t.Fatal(err)
	}
	got := tfread.Read("tf", map[string][]byte{"tf/adopt.tf": data}, tfread.Options{})
	if diff := gocmp.Diff(r.Removed, got.Removed); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff([]string{`cloudflare_dns_record.record["a \"b\" $${c}"]`, "random_bytes.x"}, got.Imports); diff != "" {
		t.Errorf("imports (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(map[string]string{`module.dns["x"].cloudflare_tunnel.c[0]`: "cloudflare_zero_trust_tunnel_cloudflared.site"}, got.Moves); diff != "" {
		t.Errorf("moved (-want +got):\n%s", diff)
	}
	if text := `to = cloudflare_dns_record.record["a \"b\" $${c}"]`; !strings.Contains(string(data), text) {
		t.Errorf("no %s in\n%s", text, data)
	}
	if nothing, err := (Root{}).File(); nothing != nil || err != nil {
		t.Errorf("a root without blocks has a file: %s, %v", nothing, err)
	}
}

func TestReadState(t *testing.T) {
	for text, want := range map[string]string{
		`{`:  "is no state of Terraform, which is JSON: unexpected end of JSON input",
		`[]`: "is no state of Terraform: all of it is of the wrong type (array)",
		`{"version":4,"resources":[{"mode":"managed","type":"a","name":"b\"]}"}]}`: `is no state of Terraform: "a.b\"]}" is no address of a resource`,
		`{"version":3}`: "is no state of Terraform in format 4, but in 3: terraform state pull of Terraform 0.12 or later prints one",
		`{"serial":1,"lineage":"x","encrypted_data":"…","encryption_version":"v0"}`: "is encrypted: tofu state pull prints it in clear text",
	} {
		if _, err := tfread.ReadState([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
	data, err := json.Marshal(attrs{"version": 4, "resources": []any{
		attrs{"module": "module.dns", "mode": "managed", "type": "a", "name": "b", "instances": []any{
			attrs{"index_key": 0, "attributes": attrs{"metadata": []any{attrs{"name": "x"}}}}, attrs{"index_key": "k\"${a}\a", "deposed": "1", "attributes": attrs{}}}},
		attrs{"mode": "data", "type": "c", "name": "d", "instances": []any{attrs{}}}}})
	if err != nil {
		t.Fatal(err)
	}
	state, err := tfread.ReadState(data)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range state {
		got = append(got, fmt.Sprint(i.Address, " ", i.Block, " ", i.Mode, " ", i.Deposed, " ", i.Text("metadata", "name")))
	}
	if diff := gocmp.Diff([]string{`module.dns.a.b[0] module.dns.a.b managed false x`, `module.dns.a.b["k\"$${a}\u0007"] module.dns.a.b managed true `, `data.c.d data.c.d data false `}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestOtherRoot holds that a root with a state of its own imports what is at the same address in the
// state of the first.
func TestOtherRoot(t *testing.T) {
	other := tfread.Read("b", map[string][]byte{"b/b.tf": []byte("resource \"cloudflare_dns_record\" \"x\" {\n  zone_id = \"zone\"\n  name = \"b.example\"\n  type = \"A\"\n}")}, tfread.Options{Named: true})
	p := Make([]tfread.Instance{in("cloudflare_dns_record.x", attrs{"id": "r", "zone_id": "zone", "name": "b.example", "type": "A"})}, []*tfread.Root{read(t, ""), other})
	if diff := gocmp.Diff([]Import{{From: "cloudflare_dns_record.x", To: "cloudflare_dns_record.x", ID: "zone/r"}}, p.Roots[1].Imports); diff != "" || p.Kept != nil {
		t.Errorf("kept %q, imports (-want +got):\n%s", p.Kept, diff)
	}
	if diff := gocmp.Diff([]string{"cloudflare_dns_record.x"}, p.Roots[0].Removed); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
}
