package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// TestImport: what is read from the example that was written by hand.
func TestImport(t *testing.T) {
	need(t, "nix-instantiate", "nix-bin")
	name := filepath.Join(t.TempDir(), "site.cue")
	var out, errs strings.Builder
	if code := run([]string{"import", "--out", name, "../../examples/adopt/before"}, &out, &errs); code != exitFine {
		t.Fatalf("exit %d\n%s%s", code, out.String(), errs.String())
	}
	spec, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for file, got := range map[string]string{"testdata/import/site.cue": string(spec), "testdata/import/report.txt": out.String()} {
		wantFile(t, file, got)
	}
}

// TestImportClaims: gen's claims are the very ones that the manifests of an imported app
// have. One of another name, namespace, size or class would be an empty volume.
func TestImportClaims(t *testing.T) {
	type object struct {
		Kind     string
		Metadata struct{ Name, Namespace string }
		Spec     map[string]any
	}
	parse := func(text string) (o object) {
		if err := yaml.Unmarshal([]byte(text), &o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	// said is what the object of a volume hangs on.
	said := func(o object) any {
		switch o.Kind {
		case "CronJob":
			return []any{o.Metadata, o.Spec["schedule"], o.Spec["timeZone"]}
		case "StatefulSet":
			template := o.Spec["volumeClaimTemplates"].([]any)[0].(map[string]any)
			return []any{o.Metadata, o.Spec["serviceName"], o.Spec["selector"], o.Spec["replicas"], template["metadata"].(map[string]any)["name"], template["spec"]}
		}
		return []any{o.Metadata, o.Spec}
	}
	for name, files := range map[string]map[string]string{
		"board":  {"PersistentVolumeClaim": "pvc-data.yaml", "CronJob": "cronjob-tidy.yaml"},
		"search": {"StatefulSet": "statefulset.yaml"},
	} {
		manifests, err := os.ReadFile("../../internal/importer/testdata/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		put(t, filepath.Join(dir, "before/own", name, "all.yaml"), string(manifests))
		put(t, filepath.Join(dir, "before/apps/"+name+".yaml"), "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: "+name+", namespace: argocd}\n"+
			"spec: {source: {repoURL: 'git@github.com:example/x.git', path: own/"+name+"}, destination: {namespace: "+name+"}}\n")
		spec := filepath.Join(dir, "site.cue")
		if code, text := runGen(t, "import", "--out", spec, filepath.Join(dir, "before")); code != exitFine {
			t.Fatalf("exit %d\n%s", code, text)
		}
		generateInto(t, spec, filepath.Join(dir, "out"))
		for _, text := range strings.Split(string(manifests), "\n---\n") {
			before := parse(text)
			file, ok := files[before.Kind]
			if !ok {
				continue
			}
			delete(files, before.Kind)
			data, err := os.ReadFile(filepath.Join(dir, "out/k8s/argocd-site", name, file))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(said(before), said(parse(string(data)))); d != "" {
				t.Errorf("%s: %s", file, d)
			}
		}
		if len(files) > 0 {
			t.Errorf("%s has none of %v", name, files)
		}
	}
}

// TestImportTwice: the spec is not written over a file, nor through a link.
func TestImportTwice(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"there.cue", "link.cue"} {
		to := filepath.Join(dir, name)
		if name == "link.cue" {
			if err := os.Symlink(filepath.Join(dir, "nowhere.cue"), to); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(to, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, text := runGen(t, "import", "--out", to, dir); code != exitTrouble || !strings.Contains(text, "is there already") {
			t.Errorf("%s: exit %d: %s", name, code, text)
		}
	}
	if data, err := os.ReadFile(filepath.Join(dir, "there.cue")); err != nil || string(data) != "mine" {
		t.Errorf("%q %v", data, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "nowhere.cue")); err == nil {
		t.Error("written through a link")
	}
	if code, text := runGen(t, "import", filepath.Join(dir, "there.cue")); code != exitTrouble {
		t.Errorf("a file: exit %d: %s", code, text)
	}
}
