package argocd

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"

	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/site"
)

// newSite is a site with a client of each kind, an app with everything, and one
// that only other apps reach.
func newSite() *site.Site {
	s := &site.Site{
		Name: "atlas",
		Repo: site.Repo{URL: "git@git.example.org:example/infra.git", Branch: "main", Path: "sites/atlas"},
		Cluster: site.Cluster{
			Pods: netip.MustParsePrefix("10.42.0.0/16"), Services: netip.MustParsePrefix("203.0.113.0/24"),
		},
		Clients: []*site.Workload{client("bakery"), client("legacy"), client("studio")},
		Apps:    []*site.Workload{app("db"), app("invoices")},
	}
	legacy, studio := s.Clients[1], s.Clients[2]
	legacy.Namespace, legacy.PodSecurity, legacy.ReadOnly = site.WebsitesBaselineNamespace, "baseline", false
	studio.Replicas, studio.Internet, studio.User = 2, true, 1000

	db, invoices := s.Apps[0], s.Apps[1]
	db.Hostnames, db.AllowFrom, db.Port = nil, []string{"invoices"}, 5432
	invoices.Secrets = []string{"API_KEY", "DATABASE_URL"}
	invoices.Env = []site.EnvVar{{Name: "LOG_LEVEL", Value: "info"}}
	invoices.Volumes = []site.Volume{{Name: "data", Mount: "/data", Size: "10Gi"}}
	invoices.User, invoices.Internet, invoices.Health = 1000, true, "/up"
	return s
}

func client(name string) *site.Workload {
	return &site.Workload{
		Kind: site.KindClient, Name: name, Namespace: site.WebsitesNamespace, Folder: "websites/" + name, Application: "website-" + name,
		Hostnames: []string{name + ".example", "www." + name + ".example"}, Image: "ghcr.io/example/" + name + ":1", Port: 8080, ServicePort: 80, Replicas: 1,
		Resources: site.Resources{CPU: "10m", Memory: "64Mi", MemoryLimit: "256Mi"}, PodSecurity: "restricted", ReadOnly: true,
	}
}

func app(name string) *site.Workload {
	w := client(name)
	w.Kind, w.Namespace, w.Folder, w.Application = site.KindApp, name, name, name
	w.Hostnames = []string{name + ".example.com"}
	return w
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
