package meant

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"sitegen/internal/gen/said"
	"sitegen/internal/prove"
	"sitegen/internal/site"
	"sitegen/internal/spec"
	"sync"
	"testing"
	"testing/fstest"
)

// trees are out/, every golden tree and the examples.
func trees(t *testing.T) []string {
	t.Helper()
	sums, err := filepath.Glob("../../../*/*/.sitegen.sum")
	if err != nil {
		t.Fatal(err)
	}
	wants, err := filepath.Glob("../../../golden/*/want/.sitegen.sum")
	if err != nil || len(sums) < 2 || len(wants) < 8 {
		t.Fatalf("%d examples, %d golden trees: %v", len(sums), len(wants), err)
	}
	all := []string{"../../../out"}
	for _, s := range append(sums, wants...) {
		all = append(all, filepath.Dir(s))
	}
	return all
}

// own are files of the user's that a tree names and does not have.
var own = map[string]map[string]string{
	"full": {
		"k8s/own/mail/class.yaml": "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: mail}\n", "k8s/own/tools/tools.yaml": configMap, "k8s/own/vault/job.yaml": cronJob, "charts/prometheus.yaml": "{}",
		"k8s/own/extra/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n", "modules/backup.nix": "{ }",
	},
	"own-flake": {"roles/core/default.nix": "{ }"},
}

const (
	configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n"
	cronJob   = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: own}\nspec: {schedule: 0 0 * * *, jobTemplate: {spec: {template: {spec: {restartPolicy: Never, securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers: [{name: own, image: own, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}}}}}\n"
)

// tree reads a tree, with stand-ins for the user's files.
func tree(t testing.TB, dir string) fstest.MapFS {
	t.Helper()
	all := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if name == "before" { // of examples/adopt: another repository
			return fs.SkipDir
		}
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		all[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range own[path.Base(path.Dir(dir))] {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

// nix runs Nix where it is; in CI it has to be.
func nix(t testing.TB) prove.Options {
	t.Helper()
	program, err := exec.LookPath("nix-instantiate")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("nix-instantiate is not installed (Debian: nix-bin)")
		}
		t.Log("SKIPPED: nix-instantiate is not installed (Debian: nix-bin), and hosts are not proved")
		return prove.Options{}
	}
	return prove.Options{Nix: prove.WithNix(program)}
}

// parser has Nix parse, where it is.
func parser(t testing.TB) func(context.Context, []byte) ([]byte, error) {
	t.Helper()
	if nix(t).Nix == nil {
		return nil
	}
	program, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Fatal(err)
	}
	parse, forms := prove.ParseNix(program), sync.Map{}
	return func(ctx context.Context, file []byte) ([]byte, error) { // the same file is asked for again and again
		if form, ok := forms.Load(string(file)); ok {
			return form.([]byte), nil
		}
		form, err := parse(ctx, file)
		if err == nil {
			forms.Store(string(file), form)
		}
		return form, err
	}
}

// specOf is the site of the spec that a tree has with it.
func specOf(t testing.TB, all fstest.MapFS) *site.Site {
	t.Helper()
	r := spec.ReadSaid(said.Path, all[said.Path].Data)
	if !r.Fits() {
		t.Fatalf("%s does not fit", said.Path)
	}
	return site.Resolve(r.Spec, r.Index)
}

// TestTrees: nothing is to be said against what gen writes, and it is what the spec says.
func TestTrees(t *testing.T) {
	for _, dir := range trees(t) {
		t.Run(dir, func(t *testing.T) {
			all := tree(t, dir)
			p, err := prove.Run(t.Context(), all, nix(t))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range append(p.Findings, Differences(p, specOf(t, all))...) {
				if !f.Warning {
					t.Errorf("%s: %s [%s]", f.At, f.Text, f.Rule)
				}
			}
		})
	}
}
