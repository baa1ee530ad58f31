package importer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/sh"
)

// connector takes the folder that runs cloudflared.
func (r *reading) connector(files []*file) {
	for _, f := range files {
		for _, d := range r.docs[f.path] {
			switch kind := text(d.m, "kind"); kind {
			case "Kustomization", "Namespace", "ServiceAccount", "PodDisruptionBudget", "NetworkPolicy":
				f.say(taken, "")
			case "ConfigMap":
				if f != r.configAt {
					f.say(needsYou, "a ConfigMap that gen's cloudflared does not read")
				}
			case "Deployment", "DaemonSet":
				r.connectorPods(f, d, kind)
			default:
				f.say(needsYou, kind+" "+text(d.m, "metadata", "name")+": gen's folder of cloudflared has none: keep it in a folder of your own, under folders")
			}
		}
	}
}

func (r *reading) connectorPods(f *file, d doc, kind string) {
	for _, c := range items(d.m, "spec", "template", "spec", "containers") {
		image, tag, _ := strings.Cut(text(c, "image"), ":")
		if strings.HasSuffix(image, "cloudflared") && !strings.Contains(tag, "@") {
			r.versions.cloudflared = tag
		}
	}
	if n := number(d.m, "spec", "replicas"); n > 0 {
		r.replicas = n
	}
	f.say(taken, "")
	name := text(d.m, "metadata", "name")
	selector := mapping(d.m, "spec", "selector", "matchLabels")
	r.shuts("cloudflared")
	if kind == "DaemonSet" || name != "cloudflared" || text(d.m, "metadata", "namespace") != "cloudflared" && text(d.m, "metadata", "namespace") != "" {
		f.say(needsYou, fmt.Sprintf("gen's is Deployment cloudflared in the namespace cloudflared: this %s %s runs on beside it, which is no gap; delete it when the new pods are ready", kind, name))
	} else if len(selector) != 1 || selector["app.kubernetes.io/name"] != "cloudflared" {
		f.say(needsYou, "its selector is "+labels(selector)+", gen's app.kubernetes.io/name=cloudflared, and none can be changed: Argo CD makes gen's once it is deleted, and its pods go on answering until the new ones are ready")
		r.then = append(r.then, "kubectl -n cloudflared delete deployment cloudflared --cascade=orphan")
		r.after = append(r.after, "kubectl -n cloudflared delete replicaset,pod -l "+quoted(labels(selector)))
	}
}

func labels(m map[string]any) string {
	var all []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		all = append(all, k+"="+text(m[k]))
	}
	return strings.Join(all, ",")
}

// keepOld has what runs in a namespace go on until gen's answers.
func (r *reading) keepOld(u *unit, namespace string) {
	r.shuts(namespace)
	for _, o := range u.running() {
		r.step("kubectl -n " + quoted(namespace) + " annotate " + o + " argocd.argoproj.io/sync-options=Prune=false")
	}
}

// running are the objects that answer, or hold data: KIND NAME, as kubectl takes it.
func (u *unit) running() []string {
	var all []string
	for _, d := range u.docs {
		if kind := text(d.m, "kind"); slices.Contains([]string{"Deployment", "StatefulSet", "Service", "ConfigMap", "PersistentVolumeClaim"}, kind) {
			all = append(all, strings.ToLower(kind)+" "+quoted(text(d.m, "metadata", "name")))
		}
	}
	return all
}

// shuts notes a namespace whose pods gen's policies do not know.
func (r *reading) shuts(namespace string) {
	if !slices.Contains(r.shut, namespace) {
		r.shut = append(r.shut, namespace)
	}
}

// step is a command to run before the first push.
func (r *reading) step(command string) {
	if !slices.Contains(r.steps, command) {
		r.steps = append(r.steps, command)
	}
}

// quoted is a word of shell.
func quoted(word string) string {
	q, err := sh.Quote(word)
	if err != nil {
		return "NAME"
	}
	return q
}
