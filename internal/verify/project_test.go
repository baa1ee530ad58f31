package verify

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fullTree is a generated tree with charts, folders and components, and files of the
// user's in it.
func fullTree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../golden/full/want")); err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func manifest(apiVersion, kind, namespace string) string {
	return "apiVersion: " + apiVersion + "\nkind: " + kind + "\nmetadata:\n  name: x\n  namespace: " + namespace + "\n---\n"
}

func said(res Result) (all []string) {
	for _, p := range res.Problems {
		all = append(all, p.Path+": "+p.Text)
	}
	return all
}

// TestPlainManifests holds the manifests of a folder to its project.
func TestPlainManifests(t *testing.T) {
	const file = "k8s/own/tools/all.yaml"
	good := manifest("apps/v1", "StatefulSet", "night") + manifest("v1", "ConfigMap", "kube-system") + manifest("v1", "Secret", `""`) + "# nothing\n"
	for name, c := range map[string]struct{ text, want string }{
		"good":      {good, ""},
		"kind":      {good + manifest("apps/v1", "Deployment", "night"), `Deployment "x" is not permitted in project tools: kinds would name "apps/Deployment"`},
		"in a list": {"kind: List\napiVersion: v1\nitems:\n- apiVersion: batch/v1\n  kind: Job\n  metadata:\n    name: y\n", `Job "y" is not permitted in project tools: kinds would name "batch/Job"`},
		"wide":      {good + manifest("rbac.authorization.k8s.io/v1", "ClusterRole", `""`), `ClusterRole "x" is not permitted in project tools: clusterKinds would name "rbac.authorization.k8s.io/ClusterRole"`},
		"unknown":   {manifest("example.net/v1", "Thing", "night"), `Thing "x" is not permitted in project tools: kinds would name "example.net/Thing"`},
		"namespace": {manifest("v1", "ConfigMap", "argocd"), `ConfigMap "x" is in namespace argocd, which project tools does not reach: namespaces would name it`},
		"no YAML":   {"a: b: c", "is no YAML"},
	} {
		res := readWith(t, "projects", options(t, fullTree(t, map[string]string{file: c.text}), &standIns{}))
		if c.want != "" {
			wantProblem(t, res, file, c.want)
		}
		if (res.State == OK) != (c.want == "") || len(res.Problems) > 1 {
			t.Errorf("%s: %s %q", name, res.State, said(res))
		}
	}
}

// TestChartsOfApplications holds what charts render to their projects, and has them
// rendered as Argo CD does.
func TestChartsOfApplications(t *testing.T) {
	crd := "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: issuers.example.net\nspec:\n  group: example.net\n  scope: Cluster\n  names:\n    kind: Issuer\n---\n"
	renders := map[string]string{
		"cert-manager": crd + manifest("example.net/v1", "Issuer", `""`) + manifest("v1", "ConfigMap", "cert-manager"),
		"grafana": manifest("apps/v1", "Deployment", "monitoring") + manifest("v1", "ServiceAccount", "monitoring") + manifest("batch/v1", "Job", "monitoring") +
			"apiVersion: v1\nkind: Pod\nmetadata:\n  name: t\n  annotations:\n    helm.sh/hook: test-success\n",
		"prometheus": manifest("rbac.authorization.k8s.io/v1", "ClusterRole", `""`) + manifest("v1", "Service", "kube-system") + manifest("v1", "Service", "default"),
	}
	runner := standIn1("helm", func(c Command) (Output, error) {
		if out, ok := renders[c.Args[1]]; ok {
			return Output{Stdout: []byte(out)}, nil
		}
		return Output{Stdout: []byte(manifest("v1", "ConfigMap", "kube-system"))}, nil
	})
	dir := fullTree(t, map[string]string{"charts/prometheus.yaml": "a: 1\n"})
	opts := options(t, dir, runner)
	opts.Network = true
	res := readWith(t, "helm", opts)
	want := []string{
		`k8s/argocd-atlas/apps/cert-manager.yaml: Issuer "x" is not permitted in project cert-manager: clusterKinds would name "example.net/Issuer"`,
		`k8s/argocd-atlas/apps/grafana.yaml: Job "x" is not permitted in project grafana: kinds would name "batch/Job"`,
		`k8s/argocd-atlas/apps/prometheus.yaml: Service "x" is in namespace default, which project prometheus does not reach: namespaces would name it`,
	}
	if diff := cmp.Diff(want, said(res)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	asked := strings.Join(runner.asked, "\n")
	for _, want := range []string{
		"helm template grafana oci://registry.example.net/charts/grafana --version 10.1.0 --namespace monitoring --kube-version " + kubeVersion + " --include-crds --values ",
		"helm template prometheus prometheus --repo https://charts.example.org/stable --version 27.0.0 --namespace monitoring --kube-version " + kubeVersion + " --include-crds --values charts/prometheus.yaml",
	} {
		if !strings.Contains(asked, want) {
			t.Errorf("not asked: %s\nbut:\n%s", want, asked)
		}
	}
}

// TestOwnKustomizations builds the user's kustomizations too, with what they name, and
// holds them and components to their projects.
func TestOwnKustomizations(t *testing.T) {
	dir := fullTree(t, map[string]string{
		"k8s/own/vault/kustomization.yaml":  "resources:\n- ../shared\n",
		"k8s/own/shared/kustomization.yaml": "resources:\n- a.yaml\n",
		"k8s/own/shared/a.yaml":             "kind: CronJob\n",
		"k8s/own/extra/kustomization.yaml":  "kind: Component\n",
		"k8s/own/unused/kustomization.yaml": "resources: []\n",
	})
	var built []string
	runner := standIn1("kustomize", func(c Command) (Output, error) {
		switch name := filepath.Base(c.Dir); name {
		case "vault":
			if _, err := os.Stat(filepath.Join(c.Dir, "../shared/a.yaml")); err != nil {
				t.Errorf("%s is built without what it names", name)
			}
			return Output{Stdout: []byte(manifest("v1", "ServiceAccount", "night"))}, nil
		case "status":
			if _, err := os.Stat(filepath.Join(c.Dir, "../../own/extra/kustomization.yaml")); err != nil {
				t.Errorf("%s is built without its component", name)
			}
			return Output{Stdout: []byte(manifest("batch/v1", "CronJob", "status") + manifest("v1", "ServiceAccount", "status"))}, nil
		}
		return Output{Stdout: []byte(manifest("v1", "Namespaced", `""`))}, nil
	})
	res := readWith(t, "kustomize", options(t, dir, runner))
	for _, p := range res.Artifacts {
		if strings.HasPrefix(p, "k8s/own/") {
			built = append(built, p)
		}
	}
	if diff := cmp.Diff([]string{"k8s/own/vault/kustomization.yaml"}, built); diff != "" {
		t.Errorf("built: -want +got\n%s", diff)
	}
	wantProblem(t, res, "k8s/own/vault/kustomization.yaml", `ServiceAccount "x" is not permitted in project vault: kinds would name "ServiceAccount"`)
	wantProblem(t, res, "k8s/argocd-atlas/status/kustomization.yaml", `ServiceAccount "x" is not permitted in project workloads: kinds would name "ServiceAccount"`)
	if text := strings.Join(said(res), "\n"); strings.Contains(text, "CronJob") {
		t.Errorf("what a component is said to hold is refused: %s", text)
	}
}
