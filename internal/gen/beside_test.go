package gen

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// TestBeside puts a file beside gen's own, and wants what the programs that read
// the folder make of it.
func TestBeside(t *testing.T) {
	r := run(t)
	const tf, apps = "k8s/terraform-hetzner/", "k8s/argocd-hetzner/apps/"
	for name, test := range map[string]struct{ path, text, want string }{
		"provider":              {tf + "main.tf", "\nprovider \"cloudflare\" {}\n", "2 clash declares provider cloudflare, and so does providers.tf"},
		"another alias":         {tf + "main.tf", "provider \"cloudflare\" {\n  alias = \"other\"\n}\n", "0 Terraform"},
		"required providers":    {tf + "main.tf", "terraform {\n  required_providers {\n  }\n}\n", "2 clash declares required_providers, and so does versions.tf"},
		"version only":          {tf + "main.tf", "terraform {\n  required_version = \">= 1.5\"\n}\n", "0 Terraform"},
		"resource":              {tf + "main.tf", "resource \"cloudflare_dns_record\" \"tunnel\" {}\n", "1 clash declares resource cloudflare_dns_record.tunnel, and so does cloudflare.tf"},
		"resource of one's own": {tf + "main.tf", "resource \"cloudflare_dns_record\" \"mine\" {}\n", "0 Terraform"},
		"data":                  {tf + "main.tf", "data \"cloudflare_zone\" \"by_name\" {}\n", "1 clash declares data cloudflare_zone.by_name, and so does cloudflare.tf"},
		"local":                 {tf + "main.tf", "locals {\n  mine = 1\n  zones = {}\n}\n", "3 clash declares local.zones, and so does cloudflare.tf"},
		"json":                  {tf + "main.tf.json", `{"provider": {"cloudflare": {}}}`, "1 clash declares provider cloudflare, and so does providers.tf"},
		"in a comment":          {tf + "main.tf", "# provider \"cloudflare\" {}\n", "0 Terraform"},
		"in a text":             {tf + "main.tf", "locals {\n  a = \"provider \\\"cloudflare\\\" {}\"\n}\n", "0 Terraform"},
		"broken":                {tf + "main.tf", "provider {", "1 clash Terraform reads every file of this folder, and cannot read this one"},
		"override":              {tf + "my_override.tf", "provider \"cloudflare\" {}\n", "0 Terraform lets it replace parts of what gen declares"},
		"tofu":                  {tf + "providers.tofu", "", "0 OpenTofu reads it in place of providers.tf"},
		"variables":             {tf + "terraform.tfvars", "a = 1\n", ""},
		"below the root":        {tf + "mine/main.tf", "provider \"cloudflare\" {}\n", ""},
		"gen's own":             {tf + "providers.tf", "provider \"cloudflare\" {}\n", ""},
		"manifest":              {apps + "mine.yaml", "kind: ConfigMap\n", "0 Argo CD reads the folder whole, and applies it with gen's Applications"},
		"not to be read":        {apps + "values.yml", "# +argocd:skip-file-rendering\n", ""},
		"no manifest":           {apps + "README.md", "words\n", ""},
		"below apps":            {apps + "mine/a.yaml", "kind: ConfigMap\n", ""},
		"kustomization":         {apps + "kustomization.yaml", "", "0 clash Argo CD then no longer reads the folder as plain manifests"},
		"second kustomization":  {"k8s/argocd-hetzner/invoices/kustomization.yml", "", "0 clash kustomize takes one kustomization in a folder, and kustomization.yaml is there"},
		"listed by name":        {"k8s/argocd-hetzner/invoices/mine.yaml", "kind: ConfigMap\n", ""},
	} {
		for _, skip := range []bool{false, true} {
			found, err := r.Beside(fstest.MapFS{test.path: {Data: []byte(test.text)}}, func(p string) bool { return skip && p == test.path })
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, b := range found {
				if b.Path != test.path {
					t.Errorf("%s: about %s", name, b.Path)
				}
				kind := ""
				if b.Clash {
					kind = "clash "
				}
				what, _, _ := strings.Cut(b.What, ": ")
				lines = append(lines, string(rune('0'+b.Line))+" "+kind+what)
			}
			want := test.want
			if skip {
				want = ""
			}
			if diff := cmp.Diff(want, strings.Join(lines, "\n")); diff != "" {
				t.Errorf("%s: -want +got\n%s", name, diff)
			}
		}
	}
	if found, err := r.Beside(fstest.MapFS{}, func(string) bool { return false }); err != nil || len(found) > 0 {
		t.Errorf("an empty folder: %v, %v", found, err)
	}
}

// TestSecondRuleset: Cloudflare takes one ruleset of a phase for a zone, and gen's
// redirects may be it.
func TestSecondRuleset(t *testing.T) {
	s := gentest.Base(t, `redirects: "old.example.com": to: "https://example.net"`)
	r, err := Run(s, All())
	if err != nil {
		t.Fatal(err)
	}
	ruleset := func(phase, zone string) string {
		return fmt.Sprintf("\nresource \"cloudflare_ruleset\" \"mine\" {\n  phase = %q\n  zone_id = %s\n}\n", phase, zone)
	}
	const phase = site.RedirectPhase
	for text, want := range map[string]string{
		ruleset(phase, `local.zone_ids["example.com"]`):                 "2 clash",
		ruleset(phase, `local.zone_ids["bakery.example"]`):              "0 welcome",
		ruleset(phase, `var.zone`):                                      "2",
		ruleset("http_ratelimit", `local.zone_ids["example.com"]`):      "0 welcome",
		`resource "cloudflare_ruleset" "mine" { zone_id = "0123abcd" }`: "0 welcome",
	} {
		found, err := r.Beside(fstest.MapFS{"k8s/terraform-hetzner/main.tf": {Data: []byte(text)}}, func(string) bool { return false })
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %v, %v", text, found, err)
		}
		b := found[0]
		got := fmt.Sprint(b.Line)
		if b.Clash {
			got += " clash"
		}
		if b.Welcome {
			got += " welcome"
		}
		if got != want {
			t.Errorf("%s: %s, want %s: %s", text, got, want, b.What)
		}
	}
}

// TestDeclaredOnce: gen's own Terraform root declares nothing twice and all that it
// refers to, as the reader of declarations sees it, and enough for the test above to
// mean something.
func TestDeclaredOnce(t *testing.T) {
	r, seen := run(t), map[string]string{}
	for _, f := range r.Tree.Files() {
		if !isTerraform(f.Path) {
			continue
		}
		all, err := declarations(f.Path, f.Data)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			if was, twice := seen[d.what]; twice {
				t.Errorf("%s is in %s and %s", d.what, was, f.Path)
			}
			seen[d.what] = f.Path
		}
	}
	for _, f := range r.Tree.Files() {
		if !isTerraform(f.Path) {
			continue
		}
		all, err := references(f.Path, f.Data)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range all {
			if kind, rest, _ := strings.Cut(name, " "); seen[name] == "" && !strings.HasSuffix(name, ".") && (kind != "resource" || strings.Contains(strings.Split(rest, ".")[0], "_")) {
				t.Errorf("%s refers to %s, which nothing declares", f.Path, name)
			}
		}
	}
	if len(seen) < 20 {
		t.Errorf("%d declarations: %v", len(seen), seen)
	}
}
