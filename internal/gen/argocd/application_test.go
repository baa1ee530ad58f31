package argocd

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// TestApplications holds what every Application says, and who outlives what.
func TestApplications(t *testing.T) {
	s := newSite(t, `apps: late: {image: "ghcr.io/example/late:1.0.0", wave: 2}, charts: operator: wave: 1, folders: rights: wave: 3`)
	docs := manifests(t, s)
	waves := map[string]string{}
	beside := map[string]*site.Beside{}
	for _, b := range s.Beside() {
		beside[b.Name] = b
	}
	for _, a := range kind(docs, "Application") {
		name := a.text("metadata", "name")
		wave := a.text("metadata", "annotations", syncWave)
		waves[name] = wave
		if a.at("spec", "syncPolicy", "retry", "limit") != -1 || a.at("spec", "syncPolicy", "retry", "refresh") != true {
			t.Errorf("%s gives up on a failed sync, or stays with the commit that failed", name)
		}
		if a.at("spec", "syncPolicy", "automated", "prune") != true || a.at("spec", "syncPolicy", "automated", "selfHeal") != true {
			t.Errorf("%s does not follow git", name)
		}
		options := a.list("spec", "syncPolicy", "syncOptions")
		if !slices.Contains(options, any("ServerSideApply=true")) {
			t.Errorf("%s is applied with an annotation of limited size", name)
		}
		if p := a.text("spec", "project"); p != "platform" && p != "workloads" && (p != name || beside[p] == nil) {
			t.Errorf("%s is in project %q, which may do anything", name, p)
		}
		cascade := len(a.list("metadata", "finalizers")) > 0
		protected := a.text("metadata", "annotations", syncOptions) == "Prune=false"
		switch {
		case name == "app-of-apps":
			if cascade || slices.Contains(options, any("PruneLast=true")) {
				t.Error("the root takes its children with it, or waits for all before one can go")
			}
		case beside[name] != nil:
			if cascade == beside[name].Keep() || protected {
				t.Errorf("%s leaves or takes its objects when it goes, and should not", name)
			}
			if !slices.Contains(options, any("SkipDryRunOnMissingResource=true")) {
				t.Errorf("an object of %s whose kind is not there yet keeps all others back", name)
			}
			if a.at("metadata", "annotations", manifestPaths) != nil {
				t.Errorf("%s misses changes of what its source reads elsewhere", name)
			}
		case wave == "2" || name == "late":
			if !cascade || protected {
				t.Errorf("%s leaves its pods behind when it goes", name)
			}
		default:
			if cascade || !protected {
				t.Errorf("%s would go, or take its objects with it", name)
			}
		}
	}
	want := map[string]string{
		"app-of-apps": "", "projects": "-10", "cloudflared": "0", "websites": "1",
		"website-bakery": "2", "website-legacy": "2", "website-studio": "2", "db": "2", "invoices": "2",
		"grafana": "2", "loki": "2", "operator": "3", "tools": "2", "wider": "2", "rights": "5", "late": "4",
	}
	if diff := cmp.Diff(want, waves); diff != "" {
		t.Errorf("waves: -want +got\n%s", diff)
	}
}

// TestDataStays holds that nothing with data in it is ever deleted by Argo CD.
func TestDataStays(t *testing.T) {
	docs := manifests(t, newSite(t))
	for _, k := range []string{"Namespace", "PersistentVolumeClaim"} {
		objects := kind(docs, k)
		if len(objects) == 0 {
			t.Errorf("there is no %s", k)
		}
		for _, o := range objects {
			if got := o.text("metadata", "annotations", syncOptions); got != "Delete=false,Prune=false" {
				t.Errorf("%s %s: %q", k, o.text("metadata", "name"), got)
			}
		}
	}
}

// TestProjects holds that the projects permit what the tree holds and nothing of
// each other's.
func TestProjects(t *testing.T) {
	s := newSite(t)
	docs := manifests(t, s)
	projects := map[string]object{}
	for _, p := range kind(docs, "AppProject") {
		projects[p.text("metadata", "name")] = p
		want := []any{s.Repo.URL}
		switch p.text("metadata", "name") {
		case "grafana":
			want = []any{"registry.example.net/charts", s.Repo.URL}
		case "loki":
			want = []any{"https://charts.example.net/stable", s.Repo.URL}
		case "operator":
			want = []any{"https://charts.example.net/stable"}
		}
		if diff := cmp.Diff(want, p.list("spec", "sourceRepos")); diff != "" {
			t.Errorf("sources: -want +got\n%s", diff)
		}
	}
	for p, objects := range docs {
		project := projects["workloads"]
		top, _, _ := strings.Cut(p, "/")
		if top == "apps" || top == "projects" {
			project = projects["platform"]
		} else if own, ok := projects[top]; ok {
			project = own
		}
		for _, o := range objects {
			if k := o["kind"]; k == "Kustomization" || p == "app-of-apps.yaml" {
				continue
			}
			if !permitted(project, o) {
				t.Errorf("%s: %s is not permitted", p, o["kind"])
			}
		}
	}
	for _, n := range []string{"argocd", "cloudflared", "kube-system", "kube-public", "default", "cilium-secrets"} {
		service := object{"apiVersion": "v1", "kind": "Service", "metadata": object{"namespace": n}}
		if permitted(projects["workloads"], service) {
			t.Errorf("a workload may touch namespace %s", n)
		}
		named := object{"apiVersion": "v1", "kind": "Namespace", "metadata": object{"name": n}}
		if permitted(projects["workloads"], named) || permitted(projects["platform"], named) {
			t.Errorf("namespace %s may be made", n)
		}
	}
}

// TestBesideProjects holds that the project of a folder allows what the spec says,
// where it says it, and nothing else.
func TestBesideProjects(t *testing.T) {
	docs := manifests(t, newSite(t))
	for _, c := range []struct {
		project, apiVersion, kind, namespace string
		want                                 bool
	}{
		{"grafana", "example.net/v1", "Anything", "monitoring", true},
		{"grafana", "rbac.authorization.k8s.io/v1", "ClusterRole", "", false},
		{"loki", "apps/v1", "StatefulSet", "monitoring", true},
		{"loki", "apps/v1", "Deployment", "monitoring", false},
		{"operator", "v1", "ConfigMap", "monitoring", false},
		{"operator", "apiextensions.k8s.io/v1", "CustomResourceDefinition", "", true},
		{"tools", "apps/v1", "Deployment", "tools", true},
		{"tools", "v1", "Secret", "tools", true}, // its encrypted file
		{"tools", "v1", "ConfigMap", "tools", false},
		{"tools", "apps/v1", "Deployment", "argocd", false},
		{"tools", "apps/v1", "Deployment", "kube-system", false},
		{"tools", "rbac.authorization.k8s.io/v1", "ClusterRole", "", false},
		{"wider", "v1", "ConfigMap", "tools", true},
		{"wider", "v1", "ConfigMap", "kube-system", true},
		{"wider", "v1", "ConfigMap", "argocd", false},
		{"wider", "storage.k8s.io/v1", "StorageClass", "", true},
		{"wider", "v1", "Namespace", "", false}, // another one makes it
		{"rights", "v1", "ConfigMap", "rights", false},
		{"rights", "v1", "Namespace", "", true},
	} {
		project := docs["projects/"+c.project+".yaml"][0]
		name := "x"
		if c.kind == "Namespace" {
			name = c.project
		}
		o := object{"apiVersion": c.apiVersion, "kind": c.kind, "metadata": object{"name": name, "namespace": c.namespace}}
		if got := permitted(project, o); got != c.want {
			t.Errorf("%s: %s in %q is allowed: %t", c.project, c.kind, c.namespace, got)
		}
		if !slices.Contains(project.list("metadata", "finalizers"), any(projectFinalizer)) {
			t.Errorf("project %s may go before its Application, which then stays for ever", c.project)
		}
	}
}

// TestComponents holds that a component of the user's is built with its workload,
// from anywhere, and that only the kinds it is said to hold are allowed for it.
func TestComponents(t *testing.T) {
	s := newSite(t)
	docs := manifests(t, s)
	for folder, want := range map[string][]any{"invoices": {"../../../k8s/own/part"}, "websites/studio": {"../../../../k8s/own/part"}, "db": nil} {
		if diff := cmp.Diff(want, docs[folder+"/kustomization.yaml"][0].list("components")); diff != "" {
			t.Errorf("%s: -want +got\n%s", folder, diff)
		}
	}
	for app, want := range map[string]any{"invoices": nil, "website-studio": nil, "db": "."} {
		if got := docs["apps/"+app+".yaml"][0].at("metadata", "annotations", manifestPaths); got != want {
			t.Errorf("%s is made anew for changes in %v", app, got)
		}
	}
	project := docs["projects/workloads.yaml"][0]
	for _, c := range []struct {
		apiVersion, kind string
		want             bool
	}{{"batch/v1", "CronJob", true}, {"example.net/v1", "Anything", true}, {"batch/v1", "Job", false}, {"rbac.authorization.k8s.io/v1", "Role", false}} {
		o := object{"apiVersion": c.apiVersion, "kind": c.kind, "metadata": object{"name": "x", "namespace": "invoices"}}
		if permitted(project, o) != c.want {
			t.Errorf("%s is allowed: %t", c.kind, !c.want)
		}
	}
	services := 0
	for _, k := range project.list("spec", "namespaceResourceWhitelist") {
		if k.(object)["kind"] == "Service" {
			services++
		}
	}
	if services != 1 {
		t.Errorf("Service is allowed %d times", services)
	}
}

// TestCharts holds where the parts of a chart's Application come from.
func TestCharts(t *testing.T) {
	s := newSite(t)
	docs := manifests(t, s)
	git := func(more object) object {
		more["repoURL"], more["targetRevision"] = s.Repo.URL, s.Repo.Branch
		return more
	}
	for name, want := range map[string][]any{
		"grafana": {
			object{"chart": "grafana", "repoURL": "registry.example.net/charts", "targetRevision": "10.1.0", "helm": object{"valuesObject": object{"replicas": 2, "note": "a: b"}}},
			git(object{"path": "sites/hetzner/k8s/argocd-hetzner/grafana"}),
		},
		"loki": {
			object{"chart": "loki", "repoURL": "https://charts.example.net/stable", "targetRevision": "6.1.0", "helm": object{"valueFiles": []any{"$values/sites/hetzner/charts/loki.yaml"}}},
			git(object{"ref": "values"}),
		},
		"operator": nil,
	} {
		a := docs["apps/"+name+".yaml"][0]
		if diff := cmp.Diff(want, a.list("spec", "sources")); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
	if got := docs["apps/operator.yaml"][0].text("spec", "source", "chart"); got != "crds" {
		t.Errorf("a chart alone is not the Application's source: %q", got)
	}
}

// TestBesidePolicies holds that the apps that a folder names reach its namespace, and
// no other app does.
func TestBesidePolicies(t *testing.T) {
	docs := manifests(t, newSite(t))
	for app, want := range map[string]bool{"invoices": true, "db": false} {
		policies := docs[app+"/networkpolicy.yaml"]
		reaches := false
		for _, rule := range policies[len(policies)-1].list("spec", "egress") {
			peer := rule.(object).at("to", 0).(object)
			reaches = reaches || peer.text("namespaceSelector", "matchLabels", "kubernetes.io/metadata.name") == "tools" && peer["podSelector"] == nil
		}
		if reaches != want {
			t.Errorf("%s reaches tools: %t", app, reaches)
		}
	}
}

// TestRemovedAppMayBeDeleted holds what makes a removed app's pods go: Argo CD
// deletes only what the project permits at that moment, when the app is no longer
// in it.
func TestRemovedAppMayBeDeleted(t *testing.T) {
	s := newSite(t)
	gone := manifests(t, s)["invoices/deployment.yaml"][0]
	s.Apps = s.Apps[:1]
	for _, p := range kind(manifests(t, s), "AppProject") {
		if p.text("metadata", "name") == "workloads" && !permitted(p, gone) {
			t.Error("the pods of a removed app stay")
		}
	}
}

// permitted is Argo CD's own check (argo-cd
// pkg/apis/application/v1alpha1/app_project_types.go, IsResourcePermitted).
func permitted(project, o object) bool {
	group, _, _ := strings.Cut(o.text("apiVersion"), "/")
	if !strings.Contains(o.text("apiVersion"), "/") {
		group = ""
	}
	in := func(list string, name string) bool {
		for _, e := range project.list("spec", list) {
			m := e.(object)
			if (m.text("group") == group || m.text("group") == "*") && (m.text("kind") == o["kind"] || m.text("kind") == "*") && (m.text("name") == "" || m.text("name") == name) {
				return true
			}
		}
		return false
	}
	n := o.text("metadata", "namespace")
	if n == "" {
		return in("clusterResourceWhitelist", o.text("metadata", "name"))
	}
	if project.at("spec", "namespaceResourceWhitelist") != nil && !in("namespaceResourceWhitelist", "") || in("namespaceResourceBlacklist", "") {
		return false
	}
	allowed := false
	for _, d := range project.list("spec", "destinations") {
		pattern := d.(object).text("namespace")
		denied := strings.HasPrefix(pattern, "!")
		pattern = strings.TrimPrefix(pattern, "!")
		match := pattern == n || strings.HasSuffix(pattern, "*") && strings.HasPrefix(n, strings.TrimSuffix(pattern, "*"))
		if denied && match {
			return false
		}
		allowed = allowed || denied != match
	}
	return allowed
}

// TestRetry: an Argo CD that has no retry.refresh refuses it, and ends with a commit that fails.
func TestRetry(t *testing.T) {
	for version, want := range map[string]string{"10.1.1": "limit: -1\n", "9.1.0": "limit: -1\n", "9.0.6": "limit: 10\n", "7.7.10": "limit: 10\n"} {
		files, err := Files(gentest.Base(t, "versions: {charts: argocd: \""+version+"\", images: argocd: \"\"}"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !strings.Contains(string(f.Data), "v1alpha1\nkind: Application\n") {
				continue
			}
			if text := string(f.Data); !strings.Contains(text, want) || strings.Contains(text, "refresh: true") != (want == "limit: -1\n") {
				t.Errorf("%s with chart %s:\n%s", f.Path, version, text)
			}
		}
	}
}

func TestNoClients(t *testing.T) {
	s := newSite(t)
	s.Clients, s.Apps, s.Charts, s.Folders = nil, nil, nil, nil
	docs := manifests(t, s)
	if got := kind(docs, "Namespace"); len(got) != 1 || got[0].text("metadata", "name") != site.WebsitesNamespace {
		t.Errorf("namespaces of a site without clients: %v", got)
	}
}

// TestNamespaceComesFirst: what shares a namespace waits for nothing that a later one
// makes.
func TestNamespaceComesFirst(t *testing.T) {
	docs := manifests(t, newSite(t, `charts: grafana: wave: 1`))
	for name, want := range map[string]bool{"grafana": false, "loki": true, "operator": false} {
		if made := docs[name+"/namespace.yaml"] != nil; made != want {
			t.Errorf("%s makes the namespace: %t", name, made)
		}
	}
}

// TestIgnoredDifferences: what the comparison passes over, a sync leaves alone too.
func TestIgnoredDifferences(t *testing.T) {
	docs := manifests(t, gentest.Base(t, `
charts: redis: {
	repo: "https://charts.example.com", chart: "redis", version: "21.2.0"
	clusterKinds: ["rbac.authorization.k8s.io/ClusterRole"]
	ignoreDifferences: [
		{kind: "Secret", name: "redis", namespace: "redis", jsonPointers: ["/data/password"]},
		{kind: "rbac.authorization.k8s.io/ClusterRole", jqPathExpressions: [".rules"], managedFieldsManagers: ["aggregator"]},
	]
}
charts: plain: {repo: "https://charts.example.com", chart: "plain", version: "1.0.0"}
`))
	redis, plain := docs["apps/redis.yaml"][0], docs["apps/plain.yaml"][0]
	if diff := cmp.Diff([]any{
		object{"group": "", "kind": "Secret", "name": "redis", "namespace": "redis", "jsonPointers": []any{"/data/password"}},
		object{"group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "jqPathExpressions": []any{".rules"}, "managedFieldsManagers": []any{"aggregator"}},
	}, redis.list("spec", "ignoreDifferences")); diff != "" {
		t.Error(diff)
	}
	respects := func(a object) bool {
		return slices.Contains(a.list("spec", "syncPolicy", "syncOptions"), any("RespectIgnoreDifferences=true"))
	}
	if !respects(redis) || respects(plain) {
		t.Errorf("left alone: %t and %t", respects(redis), respects(plain))
	}
}
