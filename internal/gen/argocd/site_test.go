package argocd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// newSite is a site with a client of each kind, an app with everything, and one
// that only other apps reach.
func newSite(t testing.TB, more ...string) *site.Site {
	t.Helper()
	return gentest.Base(t, `
repo: path: "sites/hetzner"
cluster: services: "203.0.113.0/24"
clients: legacy: {domain: "legacy.example", image: "ghcr.io/example/legacy:1", podSecurity: "baseline", readOnly: false}
clients: studio: {domain: "studio.example", image: "ghcr.io/example/studio:1", replicas: 2, internet: true, user: 1000}
apps: db: {image: "docker.io/library/postgres:17.2", port: 5432, allow: ["invoices"]}
clients: studio: component: path: "k8s/own/part"
apps: invoices: component: {path: "k8s/own/part", kinds: ["batch/CronJob", "Service", "example.net/*"]}
apps: invoices: {user: 1000, internet: true, health: "/up"}
charts: grafana: {repo: "oci://registry.example.net/charts", chart: "grafana", version: "10.1.0", namespace: "monitoring", values: {replicas: 2, note: "a: b"}, secrets: ["password"], allow: ["db"]}
charts: loki: {repo: "https://charts.example.net/stable", chart: "loki", version: "6.1.0", namespace: "monitoring", kinds: ["apps/StatefulSet"], valuesFile: "charts/loki.yaml"}
charts: operator: {repo: "https://charts.example.net/stable", chart: "crds", version: "1.0.0", namespace: "monitoring", kinds: [], clusterKinds: ["apiextensions.k8s.io/*"]}
folders: tools: {path: "k8s/own/tools", kinds: ["apps/Deployment"], namespace: "tools", secrets: ["token"], allow: ["invoices"], onRemoval: "delete"}
folders: wider: {path: "k8s/own/wider", kinds: ["*"], clusterKinds: ["storage.k8s.io/StorageClass"], namespace: "tools", namespaces: ["kube-system"]}
folders: rights: {path: "k8s/own/rights", kinds: [], podSecurity: "privileged"}
`+strings.Join(more, "\n"), `["API_KEY"]`, `["DATABASE_URL", "API_KEY"]`, "203.0.113.10/26", "198.51.100.10/26", "203.0.113.1", "198.51.100.1")
}

// client says a client more.
func client(name string) string {
	return fmt.Sprintf("clients: %[1]s: {domain: %[2]q, image: \"ghcr.io/example/%[1]s:1\"}\n", name, name+".example")
}

// clients says that many.
func clients(n int) string {
	all := new(strings.Builder)
	all.WriteString("silence: \"pod-room\": \"never run\"\n")
	for i := range n {
		all.WriteString(client(fmt.Sprintf("client%04d", i)))
	}
	return all.String()
}

// object is a document as a reader sees it.
type object map[string]any

// at walks down maps by key and lists by index; nil where there is nothing.
func (o object) at(path ...any) any {
	var v any = o
	for _, p := range path {
		switch step := p.(type) {
		case string:
			m, _ := v.(object)
			v = m[step]
		case int:
			l, _ := v.([]any)
			if step >= len(l) {
				return nil
			}
			v = l[step]
		}
	}
	return v
}

func (o object) text(path ...any) string {
	s, _ := o.at(path...).(string)
	return s
}

func (o object) list(path ...any) []any {
	l, _ := o.at(path...).([]any)
	return l
}

// manifests maps each path below the folder of Argo CD to the documents in it.
func manifests(t *testing.T, s *site.Site) map[string][]object {
	t.Helper()
	files, err := Files(s)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]object{}
	for _, f := range files {
		path, ok := strings.CutPrefix(f.Path, s.ArgoDir()+"/")
		if !ok || out[path] != nil {
			t.Errorf("%s is outside of the folder, or there twice", f.Path)
		}
		d := yaml.NewDecoder(bytes.NewReader(f.Data))
		for {
			var o object
			if err := d.Decode(&o); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", f.Path, err)
			}
			out[path] = append(out[path], o)
		}
	}
	return out
}

// kind lists the objects of a kind in the whole tree.
func kind(docs map[string][]object, name string) []object {
	var list []object
	for _, objects := range docs {
		for _, o := range objects {
			if o["kind"] == name {
				list = append(list, o)
			}
		}
	}
	return list
}
