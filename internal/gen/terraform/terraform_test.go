package terraform

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// body parses a generated file.
func body(t *testing.T, src string) *hclsyntax.Body {
	t.Helper()
	f, diags := hclsyntax.ParseConfig([]byte(src), "x.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s\n%s", diags, src)
	}
	return f.Body.(*hclsyntax.Body)
}

// block finds the block with the given type and labels.
func block(t *testing.T, b *hclsyntax.Body, path ...string) *hclsyntax.Body {
	t.Helper()
	for _, bl := range b.Blocks {
		if slices.Equal(append([]string{bl.Type}, bl.Labels...), path) {
			return bl.Body
		}
	}
	t.Fatalf("no block %v", path)
	return nil
}

func value(t *testing.T, b *hclsyntax.Body, name string) cty.Value {
	t.Helper()
	attr := b.Attributes[name]
	if attr == nil {
		t.Fatalf("no attribute %q", name)
	}
	v, diags := attr.Expr.Value(nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return v
}

func TestFileNames(t *testing.T) {
	got := slices.Sorted(maps.Keys(generate(t, small(t))))
	want := []string{
		".gitignore", "argocd.tf", "cilium.tf", "cloudflare-access.tf", "cloudflare-zones.tf", "cloudflare.tf", "outputs.tf", "providers.tf",
		"secrets.tf", "terraform.tfvars.example", "variables.tf", "versions.tf",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestRequiredProvidersOnce: a second required_providers block is an error, and so
// is a provider that is used and not declared.
func TestRequiredProvidersOnce(t *testing.T) {
	used := map[string]bool{}
	var declared []string
	for name, src := range generate(t, wide(t)) {
		if !strings.HasSuffix(name, ".tf") {
			continue
		}
		for _, b := range body(t, src).Blocks {
			switch b.Type {
			case "terraform":
				if name != "versions.tf" {
					t.Errorf("terraform block in %s", name)
				}
				for _, inner := range b.Body.Blocks {
					if inner.Type == "required_providers" {
						declared = append(declared, slices.Sorted(maps.Keys(inner.Body.Attributes))...)
					}
				}
			case "resource", "data", "ephemeral":
				provider, _, _ := strings.Cut(b.Labels[0], "_")
				used[provider] = true
			}
		}
	}
	slices.Sort(declared)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(used)), declared); diff != "" {
		t.Errorf("used and declared providers differ:\n%s", diff)
	}
}

// TestMoreProviders: what the spec adds stands among gen's own, in the site's own root
// alone.
func TestMoreProviders(t *testing.T) {
	src := generate(t, gentest.Base(t, `terraform: providers: {hcloud: {source: "hetznercloud/hcloud", version: "~> 1.50"}, "null": {source: "hashicorp/null", version: "~> 3.2"}}`))["versions.tf"]
	for _, b := range body(t, src).Blocks[0].Body.Blocks {
		hcloud := b.Body.Attributes["hcloud"]
		if b.Type != "required_providers" || hcloud == nil || b.Body.Attributes["null"] == nil || len(b.Body.Attributes) != 8 {
			t.Fatalf("%s", src)
		}
		v, diags := hcloud.Expr.Value(nil)
		if diags.HasErrors() || v.GetAttr("source").AsString() != "hetznercloud/hcloud" || v.GetAttr("version").AsString() != "~> 1.50" {
			t.Errorf("%s", src)
		}
	}
}

// TestCurrentNames holds the names that the providers of today know.
func TestCurrentNames(t *testing.T) {
	known := map[string]bool{
		"cloudflare_dns_record": true, "cloudflare_zero_trust_tunnel_cloudflared": true, "cloudflare_zero_trust_access_policy": true,
		"cloudflare_zero_trust_access_application": true, "cloudflare_zone": true, "cloudflare_ruleset": true, "cloudflare_zone_dnssec": true, "cloudflare_zone_setting": true, "helm_release": true, "kubectl_manifest": true,
		"kubernetes_namespace_v1": true, "kubernetes_secret_v1": true, "kubernetes_config_map_v1": true, "random_bytes": true, "sops_file": true,
	}
	for _, s := range []*site.Site{small(t), wide(t), moved(t)} {
		for name, src := range generate(t, s) {
			if !strings.HasSuffix(name, ".tf") {
				continue
			}
			for _, b := range body(t, src).Blocks {
				if len(b.Labels) == 2 && !known[b.Labels[0]] {
					t.Errorf("%s: %s %q", name, b.Type, b.Labels[0])
				}
			}
		}
	}
	helm := block(t, body(t, generate(t, small(t))["providers.tf"]), "provider", "helm")
	if helm.Attributes["kubernetes"] == nil || len(helm.Blocks) != 0 {
		t.Error("helm's kubernetes is an attribute")
	}
}

// TestSecretsStayOut: what comes out of the encrypted file may go only where
// Terraform keeps nothing: provider configuration and write-only arguments.
func TestSecretsStayOut(t *testing.T) {
	for name, src := range generate(t, wide(t)) {
		if !strings.HasSuffix(name, ".tf") {
			continue
		}
		for _, b := range body(t, src).Blocks {
			for attr, a := range b.Body.Attributes {
				for _, ref := range a.Expr.Variables() {
					if ref.RootName() == "ephemeral" && attr != "data_wo" && b.Type != "provider" {
						t.Errorf("%s: %s of %v holds a secret", name, attr, b.Labels)
					}
				}
				if b.Type == "resource" && b.Labels[0] == "kubernetes_secret_v1" && (attr == "data" || attr == "binary_data") {
					t.Errorf("%s: %v keeps its data in the state", name, b.Labels)
				}
			}
		}
	}
}

func TestRepositorySecret(t *testing.T) {
	for kind, keys := range map[site.RepoKind][]string{
		site.RepoSSH:   {"sshPrivateKey", "type", "url"},
		site.RepoToken: {"password", "type", "url", "username"},
	} {
		s := small(t)
		s.Repo.Kind = kind
		src := body(t, generate(t, s)["secrets.tf"])
		r := block(t, src, "resource", "kubernetes_secret_v1", "repository")
		labels := value(t, block(t, r, "metadata"), "labels")
		if got := labels.GetAttr("argocd.argoproj.io/secret-type").AsString(); got != "repository" {
			t.Errorf("label %q", got)
		}
		var got []string
		for _, item := range r.Attributes["data_wo"].Expr.(*hclsyntax.ObjectConsExpr).Items {
			v, _ := item.KeyExpr.Value(nil)
			got = append(got, v.AsString())
		}
		if diff := cmp.Diff(keys, got); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
	}
	s := small(t)
	s.Repo.Kind = site.RepoPublic
	for name, src := range generate(t, s) {
		if strings.Contains(src, "kubernetes_secret_v1.repository") || strings.Contains(src, `"repository"`) {
			t.Errorf("%s: a public repository has no secret", name)
		}
	}
}

// TestOrder: nothing runs in the cluster before Cilium, Argo CD has its keys, and
// no hostname resolves before Access guards it.
func TestOrder(t *testing.T) {
	files := generate(t, small(t))
	deps := func(file string, path ...string) []string {
		var names []string
		for _, ref := range block(t, body(t, files[file]), path...).Attributes["depends_on"].Expr.Variables() {
			name := ref.RootName()
			for _, step := range ref[1:] {
				name += "." + step.(hcl.TraverseAttr).Name
			}
			names = append(names, name)
		}
		return names
	}
	for _, c := range []struct {
		got, want []string
	}{
		{deps("secrets.tf", "resource", "kubernetes_namespace_v1", "argocd"), []string{"helm_release.cilium"}},
		{deps("secrets.tf", "resource", "kubernetes_namespace_v1", "cloudflared"), []string{"helm_release.cilium"}},
		{deps("argocd.tf", "resource", "helm_release", "argocd"),
			[]string{"kubernetes_namespace_v1.argocd", "kubernetes_secret_v1.sops_age_key", "kubernetes_secret_v1.repository"}},
		{deps("argocd.tf", "resource", "kubectl_manifest", "platform_project"), []string{"helm_release.argocd"}},
		{deps("argocd.tf", "resource", "kubectl_manifest", "app_of_apps"),
			[]string{"kubectl_manifest.platform_project", "kubernetes_secret_v1.cloudflared_credentials", "kubernetes_config_map_v1.access_applications"}},
		{deps("cloudflare.tf", "resource", "cloudflare_dns_record", "tunnel"), []string{"cloudflare_zero_trust_access_application.site",
			"cloudflare_dns_record.cname", "cloudflare_dns_record.record", "cloudflare_dns_record.more", "cloudflare_dns_record.ns"}},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestBackend(t *testing.T) {
	s := small(t)
	for _, b := range block(t, body(t, generate(t, s)["versions.tf"]), "terraform").Blocks {
		if b.Type == "backend" {
			t.Error("a backend that the spec does not give")
		}
	}
	b := block(t, block(t, body(t, generate(t, wide(t))["versions.tf"]), "terraform"), "backend", "s3")
	if got := value(t, b, "endpoints").GetAttr("s3").AsString(); got != "https://s3.example.net" {
		t.Errorf("endpoint %q", got)
	}
	s.Terraform.S3 = &site.S3{Bucket: "b", Key: "k", Region: "eu-west-1"}
	b = block(t, block(t, body(t, generate(t, s)["versions.tf"]), "terraform"), "backend", "s3")
	for _, name := range []string{"endpoints", "skip_credentials_validation", "use_path_style"} {
		if b.Attributes[name] != nil {
			t.Errorf("%s is not for AWS", name)
		}
	}
}

// TestNextSteps: what to look at next needs no ssh tunnel that was there for the apply.
func TestNextSteps(t *testing.T) {
	steps := value(t, block(t, body(t, generate(t, small(t))["outputs.tf"]), "output", "next_steps"), "value").AsValueSlice()
	if len(steps) == 0 || steps[0].AsString() != "ssh web1 k3s kubectl -n argocd get applications" {
		t.Errorf("%v", steps)
	}
	for _, s := range steps {
		if strings.HasPrefix(s.AsString(), "kubectl") {
			t.Error(s.AsString())
		}
	}
}

// TestOwnValues: values of the user's come behind gen's, and count where both have one.
func TestOwnValues(t *testing.T) {
	s := small(t)
	s.Cluster.Cilium.ValuesFile, s.Spec.ArgoCD.ValuesFile = "values/cilium.yaml", "k8s/own/argocd.yaml"
	files := generate(t, s)
	for name, own := range map[string]string{"cilium": "values/cilium.yaml", "argocd": "k8s/own/argocd.yaml"} {
		want := `[file("${path.module}/values/` + name + `.yaml"), file("${path.module}/../../` + own + `")]`
		if !strings.Contains(files[name+".tf"], want) {
			t.Errorf("%s: not %s:\n%s", name, want, files[name+".tf"])
		}
	}
}
