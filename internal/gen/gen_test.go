package gen

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/rules"
	"sitegen/internal/spec"
)

func run(t *testing.T, exclude ...string) *Result {
	t.Helper()
	s, problems := rules.Load(spec.Source{Path: "../../site.cue"})
	if s == nil {
		t.Fatal(problems)
	}
	s.Output.Exclude = exclude
	r, err := Run(s, All())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestExclude leaves paths to the user, and says which patterns leave out none.
func TestExclude(t *testing.T) {
	all := run(t)
	r := run(t, "docs", "flake.nix", "flake.*", "docs/RUNBOK.md")
	var excluded []string
	for _, f := range r.Excluded {
		if of, _ := all.Tree.Lookup(f.Path); string(of.Data) != string(f.Data) {
			t.Errorf("%s is not kept as it would be written", f.Path)
		}
		excluded = append(excluded, f.Path)
	}
	if diff := cmp.Diff([]string{"docs/RUNBOOK.md", "flake.nix"}, excluded); diff != "" {
		t.Errorf("excluded: -want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"docs/RUNBOK.md"}, r.Idle); diff != "" {
		t.Errorf("idle: -want +got\n%s", diff)
	}
	if all.Tree.Len() != r.Tree.Len()+2 {
		t.Errorf("%d files without the excluded ones, %d with them", r.Tree.Len(), all.Tree.Len())
	}
	if needs := r.Needs(); len(needs) > 0 {
		t.Errorf("nobody reads these: %v", needs)
	}
}

// TestNeeds finds the file that reads an excluded one, in each language.
func TestNeeds(t *testing.T) {
	for p, by := range map[string]string{
		"machines/web1/disko.nix":                               "machines/web1/default.nix",
		"machines/web1/default.nix":                             "flake.nix",
		"roles/base/default.nix":                                "machines/web1/default.nix",
		"k8s/argocd-hetzner/app-of-apps.yaml":                   "k8s/terraform-hetzner/argocd.tf",
		"k8s/terraform-hetzner/values/cilium.yaml":              "k8s/terraform-hetzner/cilium.tf",
		"k8s/argocd-hetzner/websites/bakery/deployment.yaml":    "k8s/argocd-hetzner/websites/bakery/kustomization.yaml",
		"k8s/argocd-hetzner/invoices/secret-generator.yaml":     "k8s/argocd-hetzner/invoices/kustomization.yaml",
		"k8s/argocd-hetzner/websites/bakery/kustomization.yaml": "k8s/argocd-hetzner/apps/website-bakery.yaml",
		"k8s/argocd-hetzner/invoices/kustomization.yaml":        "k8s/argocd-hetzner/apps/invoices.yaml",
		"k8s/argocd-hetzner/cloudflared/config.yaml":            "k8s/argocd-hetzner/cloudflared/kustomization.yaml",
	} {
		if diff := cmp.Diff([]Need{{Path: p, By: by}}, run(t, p).Needs()); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
	if needs := run(t, "k8s/argocd-hetzner/invoices").Needs(); len(needs) > 0 {
		t.Errorf("a folder that is the user's altogether: %v", needs)
	}
}
