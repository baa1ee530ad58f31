package summary

import (
	"slices"
	"strings"
	"testing"
)

// TestPartitionLabels reads labels however the sets around them are written.
func TestPartitionLabels(t *testing.T) {
	for text, want := range map[string][]string{
		`{ disko.devices.disk.a.content.partitions = { boot = { size = "1G"; }; root = { label = "mine"; size = "100%"; }; }; }`: {"disk-a-boot", "mine"},
		`{ lib, ... }: {
  disko.devices = {
    disk."b" = { # partitions = { no = {}; };
      content = { type = "gpt"; partitions.files.size = "1G"; partitions."x-y".label = "{;}"; };
    };
    zpool.tank.partitions.no.size = "1G";
  };
}`: {"disk-b-files", "{;}"},
		`let p = { size = "1G"; }; in { disko.devices.disk.a.content.partitions.root = p; }`: {"disk-a-root"},
		`import ./disks.nix`: nil,
		`{ "`:                nil,
	} {
		if got := partitionLabels(text); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// TestTaken: what the files tell, and nothing where they say the same.
func TestTaken(t *testing.T) {
	const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: sites}
spec: {selector: {matchLabels: {app: web}}, template: {spec: {}}}
`
	const p, other = "k8s/argocd-x/web.yaml", "k8s/argocd-x/other.yaml"
	for _, c := range []struct {
		name, old, new, elsewhere string
		want                      []Danger
	}{
		{"another form", "# mine\n---\n" + web, web, "", nil},
		{"another selector", "kind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {x: web}}}\n", web, "", []Danger{Never}},
		{"gone", web + "---\r\nkind: Service\nmetadata: {name: web, namespace: sites}\n", web, "", []Danger{Vanish}},
		{"elsewhere", web + "---\nkind: Service\nmetadata: {name: web, namespace: sites}\n", web, "kind: Service\nmetadata: {name: web, namespace: sites}\n", nil},
		{"a namespace", "kind: Namespace\nmetadata: {name: sites}\n", web, "", []Danger{Data}},
	} {
		var got []Danger
		for _, i := range Taken([]string{p}, map[string][]byte{p: []byte(c.old), other: []byte(c.elsewhere)}, map[string][]byte{p: []byte(c.new), other: []byte(c.elsewhere)}) {
			if i.Danger != "" {
				got = append(got, i.Danger)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestTakenTerraform: a resource that goes is destroyed, unless a file says that it is let go.
func TestTakenTerraform(t *testing.T) {
	const p, beside = "k8s/terraform-x/dns.tf", "k8s/terraform-x/mine.tf"
	for said, want := range map[string]bool{
		"": true,
		"removed {\n  from = random_bytes.mine\n  lifecycle {\n    destroy = false\n  }\n}\n":       false,
		"removed {\n  from = random_bytes.mine\n  lifecycle {\n    destroy = true\n  }\n}\n":        true,
		"moved {\n  from = random_bytes.mine\n  to   = random_bytes.gens\n}\n":                      false,
		"resource \"random_bytes\" \"mine\" {\n  length = 8\n}\n# in another file of the owner's\n": false,
	} {
		old := map[string][]byte{p: []byte("resource \"random_bytes\" \"mine\" {\n  length = 8\n}\n"), beside: []byte(said)}
		new := map[string][]byte{p: []byte("resource \"random_bytes\" \"gens\" {\n  length = 8\n}\n"), beside: []byte(said)}
		got := slices.ContainsFunc(Taken([]string{p}, old, new), func(i Item) bool { return i.Danger == Destroy })
		if got != want {
			t.Errorf("%q: destroyed %v, want %v", said, got, want)
		}
	}
}

// TestTakenOver: what import and moved blocks go on with is neither made nor replaced, and what version 5
// of the provider does not know stops a plan rather than being destroyed.
func TestTakenOver(t *testing.T) {
	const p, beside = "k8s/terraform-x/cloudflare.tf", "k8s/terraform-x/adopt.tf"
	const is = `resource "cloudflare_zero_trust_tunnel_cloudflared" "site" {
  account_id = local.account_id
  name       = "web"
  config_src = "local"
}
resource "cloudflare_dns_record" "tunnel" {
  zone_id = local.zone_id
  name    = "example.com"
}
`
	old := map[string][]byte{p: []byte(`resource "cloudflare_tunnel" "web" {
  account_id = data.sops_file.k8s.data["account"]
  name       = "web"
}
resource "cloudflare_record" "apex" {
  zone_id = "zone"
  name    = "@"
}
`)}
	for blocks, want := range map[string]string{
		"": "k8s/terraform-x: 2 to create",
		"moved {\n  from = cloudflare_tunnel.web\n  to   = cloudflare_zero_trust_tunnel_cloudflared.site\n}\nimport {\n  to = cloudflare_dns_record.tunnel\n  id = \"zone/r1\"\n}\n": "k8s/terraform-x: 1 to import, 1 to change",
	} {
		var got []string
		for _, i := range Taken([]string{p}, old, map[string][]byte{p: []byte(is), beside: []byte(blocks)}) {
			got = append(got, i.Text)
			if i.Danger != "" {
				t.Errorf("%q: %s is of %s", blocks, i.Text, i.Danger)
			}
		}
		if len(got) != 2 || got[0] != want || !strings.HasPrefix(got[1], "version 5 of provider cloudflare does not know cloudflare_record.apex") {
			t.Errorf("%q: %q", blocks, got)
		}
	}
}
