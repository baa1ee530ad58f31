package main

import (
	"slices"
	"strings"

	"sitegen/internal/site"
)

// podFaults are about the containers that run with an app's own.
func podFaults() []fault {
	workloads := func(r *output) []*site.Workload {
		return slices.DeleteFunc(r.site.Workloads(), func(w *site.Workload) bool { return len(w.Init)+len(w.Sidecars) == 0 })
	}
	some := func(r *output) bool { return len(workloads(r)) > 0 }
	deployment := func(r *output, w *site.Workload) object {
		return r.one(r.site.ArgoDir() + "/" + w.Folder + "/deployment.yaml")
	}
	const file = "k8s/argocd-*/invoices/deployment.yaml"
	return []fault{
		{
			name:    "volume whose size holds the app back",
			breaks:  "local-path takes no other size: the API server refuses the claim, and Argo CD applies nothing of the app until it is taken back (k3s manifests/local-storage.yaml)",
			applies: func(r *output) bool { return len(r.claims()) > 0 },
			check: func(r *output) []string {
				var f finding
				for _, name := range r.claims() {
					a := r.one(r.site.ArgoDir() + "/apps/" + name + ".yaml")
					f.unless(slices.Contains(texts(a.v, "spec", "syncPolicy", "syncOptions"), "RespectIgnoreDifferences=true") &&
						slices.Contains(texts(a.v, "spec", "ignoreDifferences", 0, "jsonPointers"), "/spec/resources/requests/storage"), "%s", name)
				}
				return f
			},
			again: []func(map[string]string){swap(appsYAML, `^    - RespectIgnoreDifferences=true\n`, ""), swap(appsYAML, `^    - /spec/resources/requests/storage$`, "    - /spec/resources")},
		},
		{
			name:    "volumes of a StatefulSet that go with it",
			breaks:  "a smaller number of replicas, or another kind, deletes data; and without its kind a template is never in sync (argo-cd#11143)",
			applies: func(r *output) bool { return len(r.objects("StatefulSet")) > 0 },
			check: func(r *output) []string {
				var f finding
				for _, s := range r.objects("StatefulSet") {
					for _, when := range []string{"whenDeleted", "whenScaled"} {
						f.unless(s.text("spec", "persistentVolumeClaimRetentionPolicy", when) == "Retain", "%s: %s", s, when)
					}
					for _, c := range list(s.v, "spec", "volumeClaimTemplates") {
						f.unless(text(c, "kind") == "PersistentVolumeClaim" && text(c, "apiVersion") == "v1", "%s: a claim without a kind", s)
					}
				}
				return f
			},
			again: []func(map[string]string){
				swap("k8s/argocd-*/*/statefulset.yaml", `^    whenScaled: .*`, "    whenScaled: Delete"), swap("k8s/argocd-*/*/statefulset.yaml", `^    whenDeleted: .*\n`, ""),
				swap("k8s/argocd-*/*/statefulset.yaml", `^    kind: PersistentVolumeClaim\n`, ""),
			},
		},
		{
			name:    "job that harms its app",
			breaks:  "with the app's labels a job's pod is behind the app's Service, and in its disruption budget; without a deadline a hundred missed starts end a CronJob for good (kubernetes.io/docs, CronJob limitations); one that failed makes the app unhealthy",
			applies: func(r *output) bool { return len(r.objects("CronJob")) > 0 },
			check: func(r *output) []string {
				var f finding
				for _, j := range r.objects("CronJob") {
					labels := dig(j.v, "spec", "jobTemplate", "spec", "template", "metadata", "labels")
					for _, s := range r.objects("Service") {
						if s.text("metadata", "namespace") == j.text("metadata", "namespace") {
							all := true
							for _, key := range entries(s.v, "spec", "selector") {
								all = all && text(labels, key) == s.text("spec", "selector", key)
							}
							f.unless(!all, "%s finds the pods of %s", s, j)
						}
					}
					f.unless(j.text("spec", "startingDeadlineSeconds") != "" && j.text("spec", "jobTemplate", "spec", "activeDeadlineSeconds") != "", "%s has no end", j)
					f.unless(j.text("metadata", "annotations", "argocd.argoproj.io/ignore-healthcheck") == "true", "%s that fails makes its app unhealthy", j)
					f.unless(j.text("spec", "concurrencyPolicy") == "Forbid", "%s runs beside itself", j)
				}
				return f
			},
			again: []func(map[string]string){
				swap("k8s/argocd-*/*/cronjob-*.yaml", `^( +)job-of: (.*)$`, "${1}app.kubernetes.io/name: $2"), swap("k8s/argocd-*/*/cronjob-*.yaml", `^  startingDeadlineSeconds: .*\n`, ""),
				swap("k8s/argocd-*/*/cronjob-*.yaml", `^    argocd\.argoproj\.io/ignore-healthcheck: .*\n`, ""),
				swap("k8s/argocd-*/*/cronjob-*.yaml", `^  concurrencyPolicy: .*`, "  concurrencyPolicy: Allow"),
			},
		},
		{
			name:    "sidecar that the pod waits for",
			breaks:  "an init container that does not end holds the app back for ever; one beside the app is gone while the app still answers, and is not there for a migration (kubernetes.io/docs, sidecar containers)",
			applies: some,
			check: func(r *output) []string {
				var f finding
				for _, w := range workloads(r) {
					var want, got []string
					sidecars := func(own bool) {
						for _, s := range w.Sidecars {
							if own == (s.Image == w.Image) {
								want = append(want, s.Name+" Always")
							}
						}
					}
					sidecars(false)
					for _, i := range w.Init {
						want = append(want, i.Name+" ")
					}
					sidecars(true)
					pod := dig(deployment(r, w).v, "spec", "template", "spec")
					for _, c := range list(pod, "initContainers") {
						got = append(got, text(c, "name")+" "+text(c, "restartPolicy"))
					}
					f.unless(slices.Equal(want, got), "%s starts %q, and should %q", w.Name, got, want)
					f.unless(len(list(pod, "containers")) == 1, "%s has containers that nothing waits for", w.Name)
				}
				return f
			},
			again: []func(map[string]string){swap(file, `^        restartPolicy: Always\n`, ""), swap(file, `^        name: 1-schema$`, "        name: 3-schema")},
		},
		{
			name:    "secrets in somebody else's image",
			breaks:  "a proxy or a tool that the app starts reads what the app alone needs",
			applies: some,
			check: func(r *output) []string {
				var f finding
				for _, w := range workloads(r) {
					for _, c := range list(deployment(r, w).v, "spec", "template", "spec", "initContainers") {
						name := text(c, "name")
						i := slices.IndexFunc(slices.Concat(w.Init, w.Sidecars), func(p site.Process) bool { return p.Name == name })
						for _, e := range list(c, "env") {
							key := text(e, "valueFrom", "secretKeyRef", "key")
							said := strings.Contains(r.spec, text(c, "image")) && slices.Contains(slices.Concat(w.Init, w.Sidecars)[i].Secrets, key)
							f.unless(key == "" || text(c, "image") == w.Image || said, "%s: %s has %s", w.Name, name, key)
						}
					}
				}
				return f
			},
			again: []func(map[string]string){swap(file, `^              key: API_KEY$`, "              key: DATABASE_URL")},
		},
	}
}

// claims are the Applications of apps that have volumes.
func (r *output) claims() []string {
	var names []string
	for _, a := range r.site.Apps {
		if len(a.Volumes) > 0 {
			names = append(names, a.Application)
		}
	}
	return names
}
