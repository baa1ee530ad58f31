package prove

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// argocd has Argo CD do all that it does by itself, until it does nothing more.
func (w *world) argocd() {
	for n := 0; w.changed; n++ {
		if w.changed = false; n > 9 {
			w.t.Fatalf("%s: Argo CD finds no end", w.step)
		}
		apps := w.applications()
		for _, app := range apps {
			if w.objects[app.id()] == app {
				w.sync(app)
			}
		}
	}
}

// applications are in the order in which they hear of a push.
func (w *world) applications() []*live {
	var all []*live
	for _, id := range slices.Sorted(maps.Keys(w.objects)) {
		if o := w.objects[id]; o.kind == "Application" {
			all = append(all, o)
		}
	}
	place := func(l *live) int {
		if (l.tracked == "") == w.slow { // it is of the root, which Terraform made, or the root that is late
			return waveOf(l.object) + 1000
		}
		return waveOf(l.object)
	}
	slices.SortStableFunc(all, func(a, b *live) int { return cmp.Compare(place(a), place(b)) })
	return all
}

// kindOrder is the order of kinds within a wave; others come behind
// (gitops-engine pkg/sync/sync_tasks.go).
var kindOrder = []string{"Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy", "PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList", "ConfigMap",
	"StorageClass", "PersistentVolume", "PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole", "ClusterRoleList", "ClusterRoleBinding", "ClusterRoleBindingList",
	"Role", "RoleList", "RoleBinding", "RoleBindingList", "Service", "DaemonSet", "Pod", "ReplicationController", "ReplicaSet", "Deployment", "HorizontalPodAutoscaler",
	"StatefulSet", "Job", "CronJob", "IngressClass", "Ingress", "APIService"}

func kindRank(kind string) int {
	if i := slices.Index(kindOrder, kind); i >= 0 {
		return i
	}
	return len(kindOrder)
}

func waveOf(o *object) int {
	return numberOf(text(o.node, "metadata", "annotations", "argocd.argoproj.io/sync-wave"))
}

// sync is one sync of an Application (gitops-engine pkg/sync/sync_context.go). A dry run
// before it is the client's, which sees neither a selector that cannot change nor a pod that is
// not admitted: what comes before that in the order is applied.
func (w *world) sync(l *live) {
	a := newApplication(l.object)
	targets, err := w.render(a)
	if err == nil {
		err = w.permitted(a, targets)
	}
	if err != nil {
		w.note("Application %s: %v", a.name, err)
		return
	}
	slices.SortStableFunc(targets, func(x, y *object) int {
		return cmp.Or(cmp.Compare(waveOf(x), waveOf(y)), cmp.Compare(kindRank(x.kind), kindRank(y.kind)), cmp.Compare(x.name, y.name))
	})
	options := texts(a.node, "spec", "syncPolicy", "syncOptions")
	if slices.Contains(options, "CreateNamespace=true") && !w.namespace(a.namespace) {
		w.put(made(map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": a.namespace}}), "")
	}
	last := slices.Contains(options, "PruneLast=true")
	if !last {
		w.prune(a, targets)
	}
	for i, failed := 0, false; i < len(targets); i++ {
		failed = !w.put(targets[i], a.name) || failed
		if i+1 < len(targets) && waveOf(targets[i+1]) == waveOf(targets[i]) {
			continue
		}
		if failed || !w.healthy(targets[:i+1]) {
			w.note("Application %s: its sync does not get behind wave %d", a.name, waveOf(targets[i]))
			return
		}
	}
	if last {
		w.prune(a, targets)
	}
}

// healthy waits for a wave: for pods, and for what the Applications of an Application bring.
func (w *world) healthy(wave []*object) bool {
	for _, o := range wave {
		l := w.objects[o.id()]
		switch {
		case l == nil:
			return false
		case o.kind == "Application":
			w.sync(l)
			for _, other := range w.objects {
				if other.tracked == o.name && !w.running(other) {
					return false
				}
			}
		case !w.running(l):
			return false
		}
	}
	return true
}

func (w *world) running(l *live) bool {
	return !slices.Contains([]string{"Deployment", "StatefulSet", "DaemonSet"}, l.kind) ||
		slices.ContainsFunc(w.pods, func(p *pod) bool {
			return p.owner == l.id() && p.ready && same(p.template, podsOf(l.object).template)
		})
}

// permitted holds targets to the project, of which one that does not fit ends the sync before it begins.
func (w *world) permitted(a *application, targets []*object) error {
	p := w.links()
	if p.projects[a.project] == nil && a.project != "default" {
		return fmt.Errorf("there is no project %s", a.project)
	}
	for _, o := range targets {
		if slices.Contains([]string{"Kustomization", "ksops"}, o.kind) {
			return fmt.Errorf("%s: the API server knows no kind %s", o.file, o.kind)
		}
		if why := p.refuses(a, o); why != "" {
			return fmt.Errorf("%s: %s", o.said(), why)
		}
	}
	return nil
}

// refuses tells why a project does not permit an object; "" where it does.
func (p *Proof) refuses(a *application, o *object) string {
	of := *o
	of.app, p.Findings = a, nil
	p.provePermitted(&of)
	for _, f := range p.Findings {
		if f.Rule == RuleRefused && o.kind != release {
			return f.Text
		}
	}
	return ""
}

// prune deletes what an Application brought and no longer has: not what its project does not
// permit (argo-cd controller/state.go), nor what says so itself in the cluster (pruneObject).
func (w *world) prune(a *application, targets []*object) {
	if text(a.node, "spec", "syncPolicy", "automated", "prune") != "true" || len(targets) == 0 { // allowEmpty is not said
		return
	}
	for _, id := range slices.Sorted(maps.Keys(w.objects)) {
		l := w.objects[id]
		if l == nil || l.tracked != a.name || slices.ContainsFunc(targets, func(o *object) bool { return o.id() == id }) || w.links().refuses(a, l.object) != "" {
			continue
		}
		if says(l, "Prune=false") {
			w.note("Application %s: %s wants to be pruned, and is kept", a.name, l.said())
			continue
		}
		w.remove(id, false)
	}
}
