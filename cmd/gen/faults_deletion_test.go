package main

import (
	"path"
	"slices"
	"strings"

	"sitegen/internal/site"
)

// deletionFaults are about what goes when something is taken out of git.
func deletionFaults() []fault {
	workloads := func(r *output) bool { return len(r.site.Clients)+len(r.site.Apps) > 0 }
	return []fault{
		{
			name:    "removed client that runs on",
			breaks:  "without a finalizer an Application leaves its pods behind, without prune it stays itself",
			applies: workloads,
			check: func(r *output) []string {
				var f finding
				f.unless(r.one(rootYAML).text("spec", "syncPolicy", "automated", "prune") == "true", "the root keeps Applications that git lost")
				for _, a := range r.objects("Application") {
					if r.isWorkload(a) {
						f.unless(cascades(a), "%s leaves its pods behind", a)
						f.unless(!protected(a, "Prune=false"), "%s is never removed", a)
					}
				}
				return f
			},
			again: []func(map[string]string){
				swap(appsYAML, `^  finalizers:\n.*\n`, ""), swap(rootYAML, `^      prune: true\n`, ""),
				swap(appsYAML, `^(    argocd\.argoproj\.io/manifest-generate-paths: .*\n)(    argocd\.argoproj\.io/sync-wave: "2")`, "$1    argocd.argoproj.io/sync-options: Prune=false\n$2"),
			},
		},
		{
			name:   "way in that is deleted by cascade",
			breaks: "a file that is lost from git takes the tunnel, the projects or every namespace with it",
			check: func(r *output) []string {
				var f finding
				for _, a := range r.objects("Application") {
					if r.isWorkload(a) || r.isBeside(a) {
						continue
					}
					f.unless(!cascades(a), "%s takes its objects with it", a)
					f.unless(protected(a, "Prune=false") || path.Base(a.path) == "app-of-apps.yaml", "%s may be pruned", a)
				}
				return f
			},
			again: []func(map[string]string){
				swap(rootYAML, `^  name: app-of-apps$`, "  finalizers:\n  - resources-finalizer.argocd.argoproj.io\n  name: app-of-apps"),
				swap(appsYAML, `^  name: (cloudflared|websites)$`, "  finalizers:\n  - resources-finalizer.argocd.argoproj.io/foreground\n  name: $1"),
				swap("k8s/argocd-*/apps/cloudflared.yaml", `^.*sync-options: Prune=false\n`, ""), swap("k8s/argocd-*/apps/websites.yaml", `^.*sync-options: Prune=false\n`, ""),
				swap("k8s/argocd-*/apps/projects.yaml", `^.*sync-options: Prune=false\n`, ""),
			},
		},
		{
			name:   "namespace that is deleted by cascade",
			breaks: "all that is in it goes too, volumes and their data first",
			check:  func(r *output) []string { return staying(r, "Namespace") },
			again: []func(map[string]string){
				swap("k8s/argocd-*/*/namespace.yaml", `Delete=false,`, ""), swap("k8s/argocd-*/*/namespace.yaml", `,Prune=false`, ""),
				swap("k8s/argocd-*/websites/namespace.yaml", `^  annotations:\n.*\n`, ""),
			},
		},
		{
			name:    "volume that is deleted by cascade",
			breaks:  "removing an app, or renaming it, deletes its data",
			applies: func(r *output) bool { return len(r.objects("PersistentVolumeClaim")) > 0 },
			check:   func(r *output) []string { return staying(r, "PersistentVolumeClaim") },
			again: []func(map[string]string){
				swap("k8s/argocd-*/*/pvc-*.yaml", `Delete=false,`, ""), swap("k8s/argocd-*/*/pvc-*.yaml", `,Prune=false`, ""),
				swap("k8s/argocd-*/*/pvc-*.yaml", `^  annotations:\n.*\n`, ""),
			},
		},
	}
}

func staying(r *output, kind string) []string {
	var f finding
	for _, o := range r.objects(kind) {
		f.unless(protected(o, "Prune=false"), "%s goes when git loses it", o)
		f.unless(protected(o, "Delete=false"), "%s goes with its Application", o)
	}
	return f
}

func (r *output) isWorkload(a object) bool {
	for _, w := range slices.Concat(r.site.Clients, r.site.Apps) {
		if w.Application == a.text("metadata", "name") {
			return true
		}
	}
	return false
}

func (r *output) isBeside(a object) bool {
	return slices.ContainsFunc(r.site.Beside(), func(b *site.Beside) bool { return b.Name == a.text("metadata", "name") })
}

func cascades(o object) bool {
	for _, f := range texts(o.v, "metadata", "finalizers") {
		if strings.HasPrefix(f, "resources-finalizer.argocd.argoproj.io") {
			return true
		}
	}
	return false
}

func protected(o object, option string) bool {
	return slices.Contains(strings.Split(o.text("metadata", "annotations", "argocd.argoproj.io/sync-options"), ","), option)
}
