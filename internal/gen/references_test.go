package gen

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func missing(t *testing.T, r *Result, folder fs.FS) []Reference {
	t.Helper()
	found, err := r.Missing(folder)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestMissingFiles finds the file that refers to an excluded one, in each language,
// as long as the user's is not there.
func TestMissingFiles(t *testing.T) {
	for p, by := range map[string]string{
		"machines/web1/disko.nix":                               "machines/web1/default.nix",
		"machines/web1/default.nix":                             "flake.nix",
		"roles/base/default.nix":                                "machines/web1/default.nix",
		"roles/boot/default.nix":                                "machines/web1/default.nix",
		"k8s/argocd-hetzner/app-of-apps.yaml":                   "k8s/terraform-hetzner/argocd.tf",
		"k8s/terraform-hetzner/values/cilium.yaml":              "k8s/terraform-hetzner/cilium.tf",
		"k8s/argocd-hetzner/websites/bakery/deployment.yaml":    "k8s/argocd-hetzner/websites/bakery/kustomization.yaml",
		"k8s/argocd-hetzner/invoices/secret-generator.yaml":     "k8s/argocd-hetzner/invoices/kustomization.yaml",
		"k8s/argocd-hetzner/websites/bakery/kustomization.yaml": "k8s/argocd-hetzner/apps/website-bakery.yaml",
		"k8s/argocd-hetzner/invoices/kustomization.yaml":        "k8s/argocd-hetzner/apps/invoices.yaml",
		"k8s/argocd-hetzner/cloudflared/config.yaml":            "k8s/argocd-hetzner/cloudflared/kustomization.yaml",
	} {
		r := run(t, p)
		if diff := cmp.Diff([]Reference{{Path: p, By: by}}, missing(t, r, nil)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if found := missing(t, r, fstest.MapFS{p: {}}); len(found) > 0 {
			t.Errorf("it is there: %v", found)
		}
	}
	other := fstest.MapFS{"k8s/argocd-hetzner/invoices/Kustomization": {}}
	if found := missing(t, run(t, "k8s/argocd-hetzner/invoices/kustomization.yaml"), other); len(found) > 0 {
		t.Errorf("a kustomization by another name: %v", found)
	}
}

// TestMissingFolder: an Application applies a folder that is the user's altogether.
// What is in it is theirs, as long as something is.
func TestMissingFolder(t *testing.T) {
	const folder, apps = "k8s/argocd-hetzner/invoices", "k8s/argocd-hetzner/apps"
	r := run(t, folder)
	want := []Reference{{Path: folder + "/kustomization.yaml", By: apps + "/invoices.yaml", Folder: folder}}
	for name, there := range map[string]fs.FS{"nothing": nil, "another one": fstest.MapFS{folder + "2/a.yaml": {}}, "empty": fstest.MapFS{folder: {Mode: fs.ModeDir}}} {
		got := missing(t, r, there)
		if len(got) == 1 {
			got[0].Path = folder + "/kustomization.yaml" // any file of the folder will do
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
	if found := missing(t, r, fstest.MapFS{folder + "/a.yaml": {}}); len(found) > 0 {
		t.Errorf("there is a manifest: %v", found)
	}
	if found := missing(t, run(t, folder, apps+"/invoices.yaml"), nil); len(found) > 0 {
		t.Errorf("no Application is left: %v", found)
	}
	if found := missing(t, run(t, apps), nil); len(found) != 1 || found[0].By != "k8s/argocd-hetzner/app-of-apps.yaml" {
		t.Errorf("the root Application: %v", found)
	}
	if found := missing(t, runIn(t, "infra/prod", folder), nil); len(found) != 1 || found[0].Folder != folder {
		t.Errorf("below the top of the repository: %v", found)
	}
}

// TestMissingDeclarations: what an excluded file of Terraform would declare may be in
// any file of the folder.
func TestMissingDeclarations(t *testing.T) {
	const dir = "k8s/terraform-hetzner/"
	r := run(t, dir+"secrets.tf")
	got := missing(t, r, nil)
	if len(got) != 1 || got[0].Path != dir+"secrets.tf" || len(got[0].Names) < 2 {
		t.Fatalf("got %v", got)
	}
	text := "ephemeral \"sops_file\" \"k8s\" {}\nresource \"kubernetes_namespace_v1\" \"argocd\" {}\nresource \"kubernetes_namespace_v1\" \"cloudflared\" {}\n" +
		"resource \"kubernetes_secret_v1\" \"repository\" {}\nresource \"kubernetes_secret_v1\" \"sops_age_key\" {}\nresource \"kubernetes_secret_v1\" \"cloudflared_credentials\" {}\n"
	for file, left := range map[string]int{"secrets.tf": 0, "mine.tf": 0, "mine.tofu": 0, "mine_override.tf": len(got[0].Names), "mine.txt": len(got[0].Names), "sub/mine.tf": len(got[0].Names)} {
		found := missing(t, r, fstest.MapFS{dir + file: {Data: []byte(text)}})
		if left == 0 && len(found) > 0 || left > 0 && (len(found) != 1 || len(found[0].Names) != left) {
			t.Errorf("%s: %v", file, found)
		}
	}
	one := fstest.MapFS{dir + "mine.tf.json": {Data: []byte(`{"resource": {"kubernetes_namespace_v1": {"argocd": {}}}}`)}}
	if found := missing(t, r, one); len(found) != 1 || len(found[0].Names) != len(got[0].Names)-1 {
		t.Errorf("one of them is in JSON: %v", found)
	}
	if found := missing(t, run(t, dir+"versions.tf"), nil); len(found) != 1 || !cmp.Equal(found[0].Names, []string{"required_providers"}) {
		t.Errorf("the sources of providers: %v", found)
	}
	if found := missing(t, run(t, dir+"outputs.tf"), nil); len(found) > 0 {
		t.Errorf("nothing refers to outputs: %v", found)
	}
	if found := missing(t, run(t, dir), nil); len(found) > 0 {
		t.Errorf("no file of Terraform is left that refers to one: %v", found)
	}
}

// TestReferences reads a file as Terraform does.
func TestReferences(t *testing.T) {
	text := `resource "a_b" "c" {
  name  = "${local.x}-${var.y[0].z}"
  of    = [for k, v in module.m.all : k if v.id == data.d_e.f["g"].id]
  count = length(a_b.other)
  block { value = ephemeral.s.t.data }
  depends_on = [p_q.r]
}
`
	got, err := references("a.tf", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, name := range got {
		found[name] = true
	}
	want := map[string]bool{"local.x": true, "variable y": true, "module m": true, "data d_e.f": true, "resource a_b.other": true,
		"ephemeral s.t": true, "resource p_q.r": true, "required_providers": true}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
