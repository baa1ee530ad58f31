package argocd

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEveryFolderIsClaimed holds that an Application points at each folder, and
// that what it is applied to exists.
func TestEveryFolderIsClaimed(t *testing.T) {
	s := newSite(t)
	docs := manifests(t, s)
	claimed := map[string]string{"sites/hetzner/k8s/argocd-hetzner/cloudflared": ""} // another package's folder
	for p := range docs {
		if path.Base(p) == "kustomization.yaml" {
			claimed["sites/hetzner/k8s/argocd-hetzner/"+path.Dir(p)] = ""
		}
	}
	claimed["sites/hetzner/k8s/argocd-hetzner/apps"] = "" // plain files
	namespaces := []string{"argocd", "cloudflared"}       // Terraform's
	for _, n := range kind(docs, "Namespace") {
		namespaces = append(namespaces, n.text("metadata", "name"))
	}
	for _, f := range s.Folders {
		claimed[s.InRepo(f.Path)] = "" // the user's own
	}
	for _, a := range kind(docs, "Application") {
		name := a.text("metadata", "name")
		for _, source := range append(a.list("spec", "sources"), a.at("spec", "source")) {
			from, ok := source.(object)
			if !ok {
				continue
			}
			p := from.text("path")
			if p == "" { // a chart, or a place for its values
				continue
			}
			if owner, ok := claimed[p]; !ok || owner != "" {
				t.Errorf("%s points at %s, which is not there or %q's", name, p, owner)
			}
			claimed[p] = name
		}
		if n := a.text("spec", "destination", "namespace"); !slices.Contains(namespaces, n) {
			t.Errorf("%s is applied to %s, which nobody makes", name, n)
		}
	}
	for p, name := range claimed {
		if name == "" {
			t.Errorf("no Application points at %s", p)
		}
	}
}

// TestKustomizationsAreComplete holds that no file lies beside its kustomization
// without being in it.
func TestKustomizationsAreComplete(t *testing.T) {
	docs := manifests(t, newSite(t))
	for p, objects := range docs {
		dir := path.Dir(p)
		if dir == "." || dir == "apps" || path.Base(p) == "kustomization.yaml" {
			continue
		}
		k := docs[dir+"/kustomization.yaml"]
		if len(k) != 1 || !slices.Contains(k[0].list("resources"), any(path.Base(p))) {
			t.Errorf("%s is in no kustomization", p)
		}
		for _, o := range objects {
			if o["kind"] != "Namespace" && o.text("metadata", "namespace") == "" {
				t.Errorf("%s: %s says no namespace", p, o["kind"])
			}
		}
	}
	for p, objects := range docs {
		for _, r := range objects[0].list("resources") {
			if docs[path.Dir(p)+"/"+r.(string)] == nil {
				t.Errorf("%s names %s, which is not there", p, r)
			}
		}
	}
	for _, name := range []string{"invoices", "tools"} {
		if got := docs[name+"/kustomization.yaml"][0].list("generators"); !cmp.Equal(got, []any{"secret-generator.yaml"}) {
			t.Errorf("the generators of %s, which has secrets, are %v", name, got)
		}
	}
}

// TestOnlyTheClientChanges adds a client and looks at what else moved.
func TestOnlyTheClientChanges(t *testing.T) {
	before, err := Files(newSite(t))
	if err != nil {
		t.Fatal(err)
	}
	after, err := Files(newSite(t, client("garden")))
	if err != nil {
		t.Fatal(err)
	}
	old := map[string][]byte{}
	for _, f := range before {
		old[f.Path] = f.Data
	}
	var added []string
	for _, f := range after {
		data, ok := old[f.Path]
		switch {
		case !ok:
			added = append(added, strings.TrimPrefix(f.Path, "k8s/argocd-hetzner/"))
		case !bytes.Equal(data, f.Data):
			t.Errorf("%s changed", f.Path)
		}
		delete(old, f.Path)
	}
	for p := range maps.Keys(old) {
		t.Errorf("%s is gone", p)
	}
	want := []string{"apps/website-garden.yaml", "websites/garden/deployment.yaml", "websites/garden/service.yaml", "websites/garden/kustomization.yaml"}
	if diff := cmp.Diff(want, added); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestSameBytesEveryTime(t *testing.T) {
	s := newSite(t, clients(300))
	first, err := Files(s)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		again, err := Files(s)
		if err != nil || len(again) != len(first) {
			t.Fatalf("%d files, then %d (%v)", len(first), len(again), err)
		}
		for i := range first {
			if first[i].Path != again[i].Path || !bytes.Equal(first[i].Data, again[i].Data) {
				t.Fatalf("%s and %s differ", first[i].Path, again[i].Path)
			}
		}
	}
}

func BenchmarkFiles(b *testing.B) {
	s := newSite(b, clients(1000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Files(s); err != nil {
			b.Fatal(err)
		}
	}
}

func TestUnwritable(t *testing.T) {
	s := newSite(t)
	s.Apps[1].Env = map[string]string{"A": "a\x00b"}
	if _, err := Files(s); err == nil || !strings.Contains(err.Error(), "k8s/argocd-hetzner/invoices/deployment.yaml") {
		t.Errorf("a NUL went through: %v", err)
	}
}
