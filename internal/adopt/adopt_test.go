package adopt

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/tfread"
)

// root is a small root of the shape of gen's.
const root = `
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
	return tfread.Instance{Address: at, Block: block, Mode: "managed", Kind: parts[len(parts)-2], Attrs: attrs}
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
			plan: Plan{Roots: []Root{{Removed: []string{"github_repository.other"}}}, Forget: []string{"module.dns[0].github_repository.x"},
				Left: []Left{{"github_repository.other", "other"}, {"module.dns[0].github_repository.x", "x"}}},
		},
		"a policy of one application, by its newer name": {
			state: []tfread.Instance{in("cloudflare_zero_trust_access_policy.p", attrs{"id": "pid", "name": "Email", "application_id": "app"}), in("cloudflare_zero_trust_access_policy.all", attrs{"id": "pid2", "name": "Email"})},
			want:  map[string]string{},
			plan: Plan{Roots: []Root{{Removed: []string{"cloudflare_zero_trust_access_policy.all"}}}, Forget: []string{"cloudflare_zero_trust_access_policy.p"},
				Left: []Left{{"cloudflare_zero_trust_access_policy.p", "policy Email, which Cloudflare deletes when its application has gen's"}, {"cloudflare_zero_trust_access_policy.all", "policy Email"}}},
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
			if diff := cmp.Diff(c.want, imports(got)); diff != "" {
				t.Errorf("imports (-want +got):\n%s", diff)
			}
			want := c.plan
			if want.Roots == nil {
				want.Roots = []Root{{}}
			}
			want.Roots[0].Dir, want.Roots[0].Moves, want.Roots[0].Imports, want.Roots[0].New = "tf", got.Roots[0].Moves, got.Roots[0].Imports, got.Roots[0].New
			if diff := cmp.Diff(want, got); diff != "" {
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
	r := Root{Dir: "tf", Imports: []Import{{From: "cloudflare_tunnel.web", To: `cloudflare_dns_record.record["a \"b\" ${c}"]`, ID: "zone/r1"}, {From: "its secret", To: "random_bytes.x", Variable: "adopted_x"}},
		Removed: []string{"null_resource.a", "module.dns.cloudflare_zone.b"}, Moves: []Move{{`module.dns["x"].cloudflare_tunnel.c[0]`, "cloudflare_zero_trust_tunnel_cloudflared.site"}}}
	data, err := r.File()
	if err != nil {
		t.Fatal(err)
	}
	got := tfread.Read("tf", map[string][]byte{"tf/adopt.tf": data}, tfread.Options{})
	if diff := cmp.Diff(r.Removed, got.Removed); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{`cloudflare_dns_record.record["a \"b\" $${c}"]`, "random_bytes.x"}, got.Imports); diff != "" {
		t.Errorf("imports (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{`module.dns["x"].cloudflare_tunnel.c[0]`: "cloudflare_zero_trust_tunnel_cloudflared.site"}, got.Moves); diff != "" {
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
		`{`:             "is no state of Terraform, which is JSON: unexpected end of JSON input",
		`{"version":3}`: "is no state of Terraform in format 4, but in 3: terraform state pull of Terraform 0.12 or later prints one",
		`{"serial":1,"lineage":"x","encrypted_data":"…","encryption_version":"v0"}`: "is encrypted: tofu state pull prints it in clear text",
	} {
		if _, err := tfread.ReadState([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
	data, err := json.Marshal(attrs{"version": 4, "resources": []any{
		attrs{"module": "module.dns", "mode": "managed", "type": "a", "name": "b", "instances": []any{
			attrs{"index_key": 0, "attributes": attrs{"metadata": []any{attrs{"name": "x"}}}}, attrs{"index_key": "k\"", "deposed": "1", "attributes": attrs{}}}},
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
	if diff := cmp.Diff([]string{`module.dns.a.b[0] module.dns.a.b managed false x`, `module.dns.a.b["k\""] module.dns.a.b managed true `, `data.c.d data.c.d data false `}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
