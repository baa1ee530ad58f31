package main

import (
	"path"
	"slices"
	"strings"

	"sitegen/internal/site"
)

// applicationFaults are about what Argo CD is told to run, and what it may.
func applicationFaults() []fault {
	return []fault{
		{
			name:   "folder that no Application points at",
			breaks: "its manifests are in git and never in the cluster",
			check:  foldersClaimed,
			again: []func(map[string]string){
				without("k8s/argocd-*/apps/websites.yaml"), without("k8s/argocd-*/apps/projects.yaml"),
				swap("k8s/argocd-*/apps/cloudflared.yaml", `^    path: (.*)/cloudflared$`, "    path: $1/tunnel"),
				swap(rootYAML, `^    path: (.*)/apps$`, "    path: $1/applications"),
			},
		},
		{
			name:   "namespace that nobody makes",
			breaks: "the sync fails until somebody makes it by hand",
			check:  namespacesMade,
			again: []func(map[string]string){
				without("k8s/argocd-*/websites/namespace.yaml"), swap("k8s/argocd-*/websites/kustomization.yaml", `^- namespace\.yaml\n`, ""), swap(secretsTF, `^    name = "cloudflared"$`, `    name = "tunnel"`),
				swap("k8s/argocd-*/apps/websites.yaml", `^    namespace: websites$`, "    namespace: sites"),
			},
		},
		{
			name:   "namespace that the project does not permit",
			breaks: "an Application may make the namespaces only that its project lists: argo-cd#20233",
			check:  namespacesPermitted,
			again: []func(map[string]string){
				swap("k8s/argocd-*/projects/workloads.yaml", `^    kind: Namespace$`, "    kind: Node"),
				swap("k8s/argocd-*/projects/workloads.yaml", `^    name: websites$`, "    name: sites"),
			},
		},
		{
			name:    "field that is ignored and written all the same",
			breaks:  "each sync writes a password that the chart has made up anew, though the comparison passes over it",
			applies: func(r *output) bool { return len(ignoring(r)) > 0 },
			check: func(r *output) []string {
				var f finding
				for _, a := range ignoring(r) {
					f.unless(slices.Contains(texts(a.v, "spec", "syncPolicy", "syncOptions"), "RespectIgnoreDifferences=true"), "%s", a)
				}
				return f
			},
			again: []func(map[string]string){swap("k8s/argocd-*/apps/*.yaml", `^    - RespectIgnoreDifferences=true\n`, "")},
		},
		{
			name:   "sync that is tried once",
			breaks: "what fails while the cluster comes up stays failed: Argo CD does not repeat a failed revision",
			check: func(r *output) []string {
				var f finding
				for _, a := range r.objects("Application") {
					limit := a.text("spec", "syncPolicy", "retry", "limit")
					f.unless(limit != "" && limit != "0", "%s has no retry", a)
					f.unless(a.text("spec", "syncPolicy", "retry", "backoff", "duration") != "", "%s has no backoff", a)
					f.unless(a.text("spec", "syncPolicy", "automated", "selfHeal") == "true", "%s is not synced by itself", a)
				}
				return f
			},
			again: []func(map[string]string){
				swap(rootYAML, `(?s)^    retry:\n.*?\n    syncOptions`, "    syncOptions"), swap(appsYAML, `^      limit: .*`, "      limit: 0"),
				swap("k8s/argocd-*/apps/cloudflared.yaml", `(?s)^    retry:\n.*?\n    syncOptions`, "    syncOptions"),
				swap(rootYAML, `(?s)^    automated:\n.*?\n    retry`, "    retry"),
			},
		},
		{
			name:   "everything in the project default",
			breaks: "whoever can write to the repository may change anything in the cluster, Argo CD itself too",
			check:  projectsApart,
			again: []func(map[string]string){
				swap(rootYAML, `^  project: .*`, "  project: default"), swap(appsYAML, `^  project: .*`, "  project: default"),
				swap(rootYAML, `^  project: .*`, "  project: workloads"), without("k8s/argocd-*/projects/workloads.yaml"),
			},
		},
		{
			name:   "client's manifests that reach the platform",
			breaks: "a website's folder could hold an Application, a Secret for Argo CD, or a ClusterRole",
			check:  workloadsConfined,
			again: []func(map[string]string){
				swap("k8s/argocd-*/projects/workloads.yaml", `^  - namespace: '!argocd'\n.*\n`, ""), swap("k8s/argocd-*/projects/workloads.yaml", `'!cloudflared'`, "'!tunnel'"),
				swap("k8s/argocd-*/projects/workloads.yaml", `(?s)^  clusterResourceWhitelist:\n.*?\n  description`, "  clusterResourceWhitelist:\n  - group: '*'\n    kind: '*'\n  description"),
				swap("k8s/argocd-*/projects/workloads.yaml", `^  sourceRepos:\n.*`, "  sourceRepos:\n  - '*'"),
				swap("k8s/argocd-*/projects/workloads.yaml", `^  namespaceResourceWhitelist:\n`, "  namespaceResourceWhitelist:\n  - group: rbac.authorization.k8s.io\n    kind: RoleBinding\n"),
			},
		},
	}
}

// folders are those that Argo CD can build, relative to the repository.
func (r *output) folders() map[string]string {
	all := map[string]string{}
	for p := range r.files {
		if ok, _ := path.Match("k8s/argocd-*", firstTwo(p)); !ok {
			continue
		}
		if path.Base(p) == "kustomization.yaml" || path.Base(path.Dir(p)) == "apps" {
			all[path.Join(r.site.Repo.Path, path.Dir(p))] = ""
		}
	}
	return all
}

func foldersClaimed(r *output) []string {
	var f finding
	folders := r.folders()
	for _, own := range r.site.Folders {
		folders[path.Join(r.site.Repo.Path, own.Path)] = ""
	}
	for _, a := range r.objects("Application") {
		for _, from := range sources(a) {
			p := text(from, "path")
			if p == "" && (text(from, "chart") != "" || text(from, "ref") != "") {
				continue
			}
			owner, there := folders[p]
			f.unless(there, "%s points at %s, which is not there", a, p)
			f.unless(owner == "", "%s and %s point at %s", a, owner, p)
			folders[p] = a.String()
		}
	}
	for p, owner := range folders {
		f.unless(owner != "", "no Application points at %s", p)
	}
	return f
}

func namespacesMade(r *output) []string {
	made := []string{"default", "kube-system"}
	for _, n := range r.objects("Namespace") {
		k := path.Join(path.Dir(n.path), "kustomization.yaml")
		if r.files[k] != "" && slices.Contains(texts(r.yaml(k)[0].v, "resources"), path.Base(n.path)) {
			made = append(made, n.text("metadata", "name"))
		}
	}
	for _, b := range r.blocks("resource", "kubernetes_namespace_v1") {
		for _, m := range b.inner("metadata") {
			made = append(made, text(m.value("name")))
		}
	}
	var f finding
	for _, o := range r.objects() {
		if n := o.text("metadata", "namespace"); n != "" {
			f.unless(slices.Contains(made, n), "%s is in %s, which nobody makes", o, n)
		}
		if o.text("kind") == "Application" {
			n, byItself := o.text("spec", "destination", "namespace"), slices.Contains(texts(o.v, "spec", "syncPolicy", "syncOptions"), "CreateNamespace=true")
			f.unless(byItself || slices.Contains(made, n), "%s is applied to %s, which nobody makes", o, n)
		}
	}
	return f
}

// sources are where an Application's objects come from.
func sources(a object) []any {
	if one := dig(a.v, "spec", "source"); one != nil {
		return []any{one}
	}
	return list(a.v, "spec", "sources")
}

// applicationOf is the Application that a file belongs to.
func (r *output) applicationOf(p string) object {
	for _, a := range r.objects("Application") {
		for _, from := range sources(a) {
			if text(from, "path") == path.Join(r.site.Repo.Path, path.Dir(p)) {
				return a
			}
		}
	}
	return object{}
}

func (r *output) project(name string) object {
	for _, p := range r.objects("AppProject") {
		if p.text("metadata", "name") == name {
			return p
		}
	}
	return object{}
}

func namespacesPermitted(r *output) []string {
	var f finding
	for _, n := range r.objects("Namespace") {
		project, permitted := r.project(r.applicationOf(n.path).text("spec", "project")), false
		for _, x := range list(project.v, "spec", "clusterResourceWhitelist") {
			permitted = permitted || text(x, "kind") == "Namespace" && slices.Contains([]string{"", "*", n.text("metadata", "name")}, text(x, "name"))
		}
		f.unless(permitted, "%s is not permitted by %s", n, project)
	}
	return f
}

func projectsApart(r *output) []string {
	var f finding
	root := r.one(rootYAML).text("spec", "project")
	for _, a := range r.objects("Application") {
		p := a.text("spec", "project")
		f.unless(p != "default" && r.project(p).v != nil, "%s is in project %q", a, p)
	}
	for _, w := range slices.Concat(r.site.Clients, r.site.Apps) {
		for _, a := range r.objects("Application") {
			f.unless(a.text("metadata", "name") != w.Application || a.text("spec", "project") != root, "%s is in the root's project", a)
		}
	}
	f.unless(r.project("workloads").v != nil && root != "workloads", "the root is in the project of the workloads, or there is none")
	return f
}

// workloadsConfined asks as Argo CD does: a destination that begins with ! denies
// (argo-cd docs/user-guide/projects.md).
func workloadsConfined(r *output) []string {
	var f finding
	p := r.project("workloads")
	for _, n := range []string{"argocd", "cloudflared", "kube-system", "default"} {
		allowed, denied := false, false
		for _, d := range list(p.v, "spec", "destinations") {
			pattern, deny := strings.CutPrefix(text(d, "namespace"), "!")
			if ok, _ := path.Match(pattern, n); ok {
				allowed, denied = allowed || !deny, denied || deny
			}
		}
		f.unless(denied || !allowed, "the namespace %s is open", n)
	}
	for _, x := range list(p.v, "spec", "clusterResourceWhitelist") {
		f.unless(text(x, "kind") == "Namespace" && text(x, "group") == "" && !slices.Contains([]string{"", "*", "argocd", "cloudflared"}, text(x, "name")), "any %s %s", text(x, "kind"), text(x, "name"))
	}
	for _, x := range list(p.v, "spec", "namespaceResourceWhitelist") {
		kind := text(x, "group") + "/" + text(x, "kind")
		safe := []string{"/ConfigMap", "/PersistentVolumeClaim", "/Secret", "/Service", "apps/Deployment", "apps/StatefulSet", "batch/CronJob", "networking.k8s.io/NetworkPolicy", "policy/PodDisruptionBudget"}
		f.unless(slices.Contains(safe, kind) || r.saidOf(kind), "%s", kind)
	}
	for _, repo := range texts(p.v, "spec", "sourceRepos") {
		f.unless(repo == r.site.Repo.URL, "from %s", repo)
	}
	return f
}

// saidOf tells whether a component of the user's is said to hold a kind.
func (r *output) saidOf(kind string) bool {
	return slices.ContainsFunc(r.site.Workloads(), func(w *site.Workload) bool {
		return w.Component != nil && slices.Contains(w.Component.Kinds, strings.TrimPrefix(kind, "/"))
	})
}

// ignoring are the Applications that leave fields of their objects alone.
func ignoring(r *output) []object {
	return slices.DeleteFunc(r.objects("Application"), func(a object) bool { return a.text("spec", "ignoreDifferences", 0, "kind") == "" })
}
