package main

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const (
	anyTF       = "k8s/terraform-*/*.tf"
	argocdTF    = "k8s/terraform-*/argocd.tf"
	providersTF = "k8s/terraform-*/providers.tf"
	secretsTF   = "k8s/terraform-*/secrets.tf"
	versionsTF  = "k8s/terraform-*/versions.tf"
	runbook     = "docs/RUNBOOK.md"
)

// terraformFaults are those that `init` and `validate` stop at, and deprecations
// that they do not mention.
func terraformFaults() []fault {
	return []fault{
		{
			name:   "required_providers in two files",
			breaks: "init stops: a module has one required_providers block",
			check:  providersDeclaredTwice,
			again: []func(map[string]string){
				beside(versionsTF, "main.tf", "terraform {\n  required_providers {\n    null = { source = \"hashicorp/null\" }\n  }\n}\n"),
			},
		},
		{
			name:   "provider that nobody declares",
			breaks: "init guesses hashicorp/NAME and takes any version of it, or finds nothing",
			check:  providersUndeclared,
			again: []func(map[string]string){
				swap(versionsTF, `    random = \{\n.*\n.*\n    \}\n`, ""),
				swap(versionsTF, `    kubectl = \{\n      source  = ".*"\n`, "    kubectl = {\n"),
				beside(versionsTF, "wait.tf", "resource \"time_sleep\" \"wait\" {}\n"),
			},
		},
		{
			name:   "map key with a dot and without quotes",
			breaks: "plan stops with an ambiguous attribute key",
			check:  keysWithDots,
			again: []func(map[string]string){
				swap(secretsTF, `"keys.txt"( += )`, "keys.txt$1"),
				swap(secretsTF, `"credentials.json"( += )`, "credentials.json$1"),
			},
		},
		{
			name:   "resource names of provider cloudflare v4",
			breaks: "validate stops with an invalid resource type under v5",
			check:  cloudflareNames,
			again: []func(map[string]string){
				swap(anyTF, "cloudflare_dns_record", "cloudflare_record"),
				swap(anyTF, "cloudflare_zero_trust_tunnel_cloudflared", "cloudflare_tunnel"),
				swap(anyTF, "cloudflare_zero_trust_access_application", "cloudflare_access_application"),
				swap(anyTF, "cloudflare_zero_trust_access_policy", "cloudflare_access_policy"),
			},
		},
		{
			name:   "kubernetes block in provider helm",
			breaks: "validate stops: it is an attribute since v3",
			check: func(r *output) []string {
				var f finding
				f.unless(len(r.blocks("provider", "helm")) == 1, "no provider helm")
				for _, b := range r.blocks("provider", "helm") {
					f.unless(len(b.inner("kubernetes")) == 0 && b.has("kubernetes"), "it has no attribute kubernetes")
				}
				return f
			},
			again: []func(map[string]string){swap(providersTF, `kubernetes = \{`, "kubernetes {")},
		},
		{
			name:   "kubernetes resources without a version",
			breaks: "deprecated in provider kubernetes v3, which `validate` does not say",
			check: func(r *output) (f []string) {
				for _, b := range slices.Concat(r.blocks("resource"), r.blocks("data")) {
					if strings.HasPrefix(b.Labels[0], "kubernetes_") && !regexp.MustCompile(`_v\d+$`).MatchString(b.Labels[0]) {
						f = append(f, b.String())
					}
				}
				return f
			},
			again: []func(map[string]string){swap(anyTF, "kubernetes_namespace_v1", "kubernetes_namespace"), swap(anyTF, "kubernetes_secret_v1", "kubernetes_secret")},
		},
	}
}

func providersDeclaredTwice(r *output) []string {
	n := map[string]int{} // by the folder of a root
	for _, p := range matching(r.files, "k8s/terraform-*/*.tf") {
		for _, b := range within(r.terraform(p), r.files[p], "terraform") {
			n[path.Dir(p)] += len(b.inner("required_providers"))
		}
	}
	var f finding
	for dir, blocks := range n {
		f.unless(blocks == 1, "%s: %d required_providers blocks", dir, blocks)
	}
	f.unless(len(n) > 0, "no required_providers block")
	return f
}

func providersUndeclared(r *output) []string {
	var f finding
	declared := map[string]bool{}
	for _, b := range r.blocks("terraform") {
		for _, p := range b.inner("required_providers") {
			for name := range p.Body.Attributes {
				declared[name] = text(p.value(name), "source") != "" && text(p.value(name), "version") != ""
			}
		}
	}
	for _, b := range slices.Concat(r.blocks("resource"), r.blocks("data"), r.blocks("ephemeral")) {
		provider, _, _ := strings.Cut(b.Labels[0], "_")
		f.unless(declared[provider], "%s: no source and version for %s", b, provider)
	}
	return f
}

// keysWithDots: a dotted key without quotes is a reference to hcl, which terraform
// refuses only when it evaluates the map (hashicorp/hcl hclsyntax.ObjectConsKeyExpr).
func keysWithDots(r *output) []string {
	var f finding
	for _, b := range r.blocks("") {
		_ = hclsyntax.VisitAll(b.Body, func(n hclsyntax.Node) hcl.Diagnostics {
			if key, ok := n.(*hclsyntax.ObjectConsKeyExpr); ok && !key.ForceNonLiteral {
				ref, isRef := key.Wrapped.(*hclsyntax.ScopeTraversalExpr)
				f.unless(!isRef || len(ref.Traversal) == 1, "%s: %s", b, key.Range())
			}
			return nil
		})
	}
	return f
}

// cloudflareNames: what the output uses of provider cloudflare, by the names of its
// version 5 (cloudflare/terraform-provider-cloudflare docs/guides/version-5-upgrade.md).
func cloudflareNames(r *output) []string {
	known := []string{
		"resource.cloudflare_dns_record", "resource.cloudflare_zero_trust_tunnel_cloudflared",
		"resource.cloudflare_zero_trust_access_application", "resource.cloudflare_zero_trust_access_policy", "resource.cloudflare_zero_trust_access_group", "resource.cloudflare_zero_trust_access_service_token", "resource.cloudflare_zero_trust_access_short_lived_certificate", "resource.cloudflare_zero_trust_access_identity_provider", "resource.cloudflare_ruleset", "resource.cloudflare_zone", "resource.cloudflare_zone_dnssec", "resource.cloudflare_zone_setting", "data.cloudflare_zone", "data.cloudflare_zero_trust_tunnel_cloudflared",
	}
	var f finding
	for _, b := range slices.Concat(r.blocks("resource"), r.blocks("data")) {
		name := b.Type + "." + b.Labels[0]
		f.unless(!strings.HasPrefix(b.Labels[0], "cloudflare_") || slices.Contains(known, name), "%s is not known in v5", name)
	}
	return f
}

// stateFaults are about what lies in Terraform's state, and where that lies.
func stateFaults() []fault {
	local := func(r *output) bool { return len(r.blocks("terraform")[0].inner("backend")) == 0 }
	return []fault{
		{
			name:   "secrets in the state",
			breaks: "whoever reads the state of a laptop or a bucket has the deploy key and the key that opens every app's secrets",
			check:  secretsInState,
			again: []func(map[string]string){
				both(swap(anyTF, `^ephemeral "sops_file"`, `data "sops_file"`), swap(anyTF, `ephemeral\.sops_file`, "data.sops_file")),
				swap(secretsTF, `^  data_wo = `, "  data = "),
				swap(secretsTF, `ephemeral\.sops_file\.k8s\.data\["argocd_age_key"\]`, `file("~/.config/sops/age/keys.txt")`),
				beside(secretsTF, "debug.tf", "output \"key\" {\n  value = ephemeral.sops_file.k8s.data[\"argocd_age_key\"]\n}\n"),
			},
		},
		{
			name:   "write-only secret that is never written again",
			breaks: "a rotated key stays the old one in the cluster: data_wo is sent only when data_wo_revision changes",
			check:  revisions,
			again: []func(map[string]string){
				swap(secretsTF, `^  data_wo_revision = .*\n`, ""),
				swap(secretsTF, `^  data_wo_revision = .*`, "  data_wo_revision = 1"),
				swap(secretsTF, `local\.secrets_hash, |local\.secrets_hash`, ""),
				swap(secretsTF, `, random_bytes\.tunnel_secret\.base64\]`, "]"),
			},
		},
		{
			name:   "state and keys that git would take",
			breaks: "the next `git add -A` publishes the tunnel's secret, or the private key of a host",
			check:  ignoredByGit,
			again: []func(map[string]string){
				swap("k8s/terraform-*/.gitignore", `^\*\.tfstate(\.\*)?\n`, ""),
				swap("k8s/terraform-*/.gitignore", `^terraform\.tfvars\n`, ""),
				without("k8s/terraform-*/.gitignore"),
			},
		},
		{
			name:    "state in clear text on a laptop, and nobody is told",
			breaks:  "the tunnel's secret is in it in any case, so it has to be encrypted or elsewhere",
			applies: local,
			check: func(r *output) []string {
				var f finding
				f.unless(strings.Contains(r.files[runbook], "export TF_ENCRYPTION='\n"), "the runbook does not say how the state is encrypted")
				f.unless(strings.Contains(r.files[runbook], "bucket"), "the runbook does not name a bucket as the other way")
				return f
			},
			again: []func(map[string]string){swap(runbook, `^export TF_ENCRYPTION='$`, ""), swap(runbook, `bucket`, "")},
		},
	}
}

// secretsInState: Terraform keeps nothing of ephemeral values, and lets them go into
// provider configuration and write-only arguments only.
func secretsInState(r *output) []string {
	var f finding
	f.unless(len(r.blocks("ephemeral", "sops_file")) == 1, "no ephemeral sops_file")
	for _, b := range r.blocks("data", "sops_file") {
		f.unless(b.expr("source_file") == `"${path.module}/../../secrets/idp-secrets.yaml"`, "a data source keeps what it reads: %s", b.expr("source_file"))
	}
	for _, b := range r.blocks("") {
		for name, a := range b.Body.Attributes {
			for _, ref := range a.Expr.Variables() {
				f.unless(ref.RootName() != "ephemeral" || b.Type == "provider" || strings.HasSuffix(name, "_wo"), "%s: %s", b, name)
			}
		}
		if b.Type == "resource" && strings.HasPrefix(b.Labels[0], "kubernetes_secret") {
			f.unless(b.has("data_wo") && !b.has("data") && !b.has("binary_data"), "%s is not write-only", b)
			f.unless(!strings.Contains(b.expr("data_wo"), "file("), "%s holds a file in clear text", b)
		}
	}
	return f
}

// revisions: each has to change with everything that the data comes from.
func revisions(r *output) []string {
	var f finding
	written := 0
	for _, b := range r.blocks("resource") {
		if !b.has("data_wo") {
			continue
		}
		written++
		revision := b.expr("data_wo_revision")
		for _, ref := range b.Body.Attributes["data_wo"].Expr.Variables() {
			from := string(ref.SourceRange().SliceBytes([]byte(b.src)))
			if ref.RootName() == "ephemeral" {
				from = "local.secrets_hash"
			}
			f.unless(strings.Contains(revision, from), "%s: the revision does not follow %s", b, from)
		}
	}
	f.unless(written >= 2, "%d write-only secrets", written)
	hash := ""
	for _, b := range r.blocks("locals") {
		hash += b.expr("secrets_hash")
	}
	f.unless(strings.Contains(hash, "filesha256("), "local.secrets_hash follows no file")
	return f
}

// ignoredByGit asks git.
func ignoredByGit(r *output) []string {
	need(r.t, "git", "git")
	dir := r.t.TempDir()
	for p, data := range r.files {
		if filepath.Base(p) != ".gitignore" {
			continue
		}
		file := filepath.Join(dir, filepath.FromSlash(p))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
	if out, err := exec.Command("git", "-C", dir, "init", "-q").CombinedOutput(); err != nil {
		r.t.Fatalf("%v\n%s", err, out)
	}
	root := filepath.ToSlash(filepath.Dir(matching(r.files, versionsTF)[0]))
	paths := []string{root + "/terraform.tfstate", root + "/terraform.tfstate.backup", root + "/terraform.tfvars", root + "/.terraform/x"}
	if _, ours := r.files[".gitignore"]; ours {
		for _, h := range r.site.Hosts {
			paths = append(paths, h.Name+".key")
		}
	}
	var f finding
	out, _ := exec.Command("git", append([]string{"-C", dir, "check-ignore"}, paths...)...).Output()
	ignored := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		ignored[strings.TrimSpace(line)] = true
	}
	for _, p := range paths {
		f.unless(ignored[p], "git takes %s", p)
	}
	// What everybody needs has to get in.
	out, _ = exec.Command("git", "-C", dir, "check-ignore", root+"/.terraform.lock.hcl", "flake.lock").Output()
	f.unless(len(out) == 0, "git leaves out %s", out)
	return f
}
