package prove

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/ingress"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// objectsIn are the objects of a file.
func objectsIn(name string, data []byte) []*object {
	p := &Proof{}
	p.in, p.nameless = map[string][]*object{}, map[string][]int{}
	docs, err := documents(data)
	if err != nil {
		panic(name + ": " + err.Error())
	}
	for _, doc := range docs {
		p.addObject(name, doc)
	}
	return p.in[name]
}

// made is an object that no file has.
func made(what map[string]any) *object {
	data, err := yaml.Marshal(what)
	if err != nil {
		panic(err)
	}
	return objectsIn("made", data)[0]
}

// put creates or changes an object; false where the API server refuses that.
func (w *world) put(o *object, by string) bool {
	old := w.objects[o.id()]
	l := &live{object: o, annotations: map[string]string{}, tracked: by}
	if old != nil {
		if selects(labels(o.node, "metadata", "annotations"), old.annotations) && same(old.node, o.node) {
			old.tracked = cmp.Or(by, old.tracked)
			return true // it is so already
		}
		was, is := at(old.node, "spec", "selector"), at(o.node, "spec", "selector")
		if podPaths[o.kind] != nil && was != nil && !same(was, is) {
			w.note("%s: its selector is %v, and cannot become %v", o.said(), labels(was, "matchLabels"), labels(is, "matchLabels"))
			return false
		}
		l.annotations, l.login = old.annotations, old.login
		if by == "" {
			l.tracked = old.tracked
		}
	}
	if !clusterWide(o) && !w.namespace(o.namespace) {
		w.note("%s: there is no namespace %s", o.said(), o.namespace)
		return false
	}
	maps.Copy(l.annotations, labels(o.node, "metadata", "annotations"))
	w.objects[o.id()], w.changed = l, true
	w.look()
	w.settle()
	return true
}

func (w *world) namespace(name string) bool {
	return slices.Contains(builtIn, name) || w.objects["/Namespace//"+name] != nil
}

// settle has pods made, started and replaced, until nothing is left to do.
func (w *world) settle() {
	for _, p := range w.pods {
		if !p.ready {
			w.start(p)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(w.objects)) {
		if o := w.objects[id]; o != nil && slices.Contains([]string{"Deployment", "StatefulSet", "DaemonSet"}, o.kind) {
			w.roll(o)
		}
	}
}

// roll replaces the pods of a workload whose template is another: with Recreate, or in the
// place of a StatefulSet's, the old ones go first.
func (w *world) roll(o *live) {
	want := podsOf(o.object)
	var old []*pod
	var own *pod
	for _, p := range w.pods {
		if p.owner == "" && p.namespace == o.namespace && matches(at(o.node, "spec", "selector"), p.labels) {
			p.owner = o.id()
		}
		switch {
		case p.owner != o.id():
		case own == nil && same(p.template, want.template):
			own = p
		default:
			old = append(old, p)
		}
	}
	if own == nil {
		if w.links().admits(want) != "" {
			return
		}
		if text(o.node, "spec", "strategy", "type") == "Recreate" || o.kind != "Deployment" {
			w.end(old...)
			old = nil
		}
		own = &pod{namespace: o.namespace, owner: o.id(), labels: want.labels, template: want.template}
		w.pods = append(w.pods, own)
		w.start(own)
	}
	if own.ready {
		w.end(old...)
	}
}

// same compares two values of YAML.
func same(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.Value == b.Value && slices.EqualFunc(a.Content, b.Content, same)
}

// admits tells why a namespace makes no such pods; "" where it does.
func (p *Proof) admits(w *pods) string {
	p.provePodSecurity(w)
	for _, f := range p.Findings {
		return f.Text
	}
	return ""
}

// start has a pod become ready, where what it mounts is there.
func (w *world) start(p *pod) {
	for _, v := range items(p.template, "spec", "volumes") {
		for _, source := range [][3]string{{"configMap", "name", "ConfigMap"}, {"secret", "secretName", "Secret"}} {
			n := at(v, source[0])
			if n == nil || text(n, "optional") == "true" {
				continue
			}
			o := w.objects["/"+source[2]+"/"+p.namespace+"/"+text(n, source[1])]
			if o == nil {
				return
			}
			for _, i := range items(n, "items") {
				if !slices.Contains(o.keys, text(i, "key")) {
					return
				}
			}
			if o.login.id != "" {
				p.login = o.login
			}
			if docs, err := documents([]byte(text(o.node, "data", "config.yaml"))); err == nil && len(docs) == 1 && at(docs[0], "ingress") != nil {
				var rules []ingress.Rule
				for _, r := range items(docs[0], "ingress") {
					rules = append(rules, ingress.Rule{Hostname: text(r, "hostname"), Path: text(r, "path"), Service: text(r, "service")})
				}
				p.table = ingress.New(rules)
			}
		}
		if claim := text(v, "persistentVolumeClaim", "claimName"); claim != "" && w.objects["/PersistentVolumeClaim/"+p.namespace+"/"+claim] == nil {
			return
		}
	}
	p.ready = true
	w.look()
}

// end deletes pods.
func (w *world) end(gone ...*pod) {
	if len(gone) > 0 {
		w.pods = slices.DeleteFunc(w.pods, func(p *pod) bool { return slices.Contains(gone, p) })
		w.look()
	}
}

// remove deletes an object, and what hangs on it unless that is orphaned.
func (w *world) remove(id string, orphan bool) {
	o := w.objects[id]
	if o == nil {
		return
	}
	delete(w.objects, id)
	w.changed = true
	for _, p := range slices.Clone(w.pods) {
		if p.owner == id && orphan {
			p.owner = ""
		} else if p.owner == id {
			w.end(p)
		}
	}
	for _, other := range slices.Sorted(maps.Keys(w.objects)) {
		l := w.objects[other]
		if l == nil {
			continue
		}
		if o.kind == "Namespace" && l.namespace == o.name {
			w.remove(other, false)
		}
		if o.kind == "Application" && l.tracked == o.name && cascades(o) && !says(l, "Delete=false") {
			w.remove(other, false)
		}
	}
	w.look()
}

// cascades tells whether an Application takes along what it brought
// (argo-cd controller/appcontroller.go, finalizeApplicationDeletion).
func cascades(app *live) bool {
	return slices.ContainsFunc(texts(app.node, "metadata", "finalizers"), func(s string) bool {
		return strings.HasPrefix(s, "resources-finalizer.argocd.argoproj.io")
	})
}

// says tells whether an object in the cluster has a sync option.
func says(l *live, option string) bool {
	for part := range strings.SplitSeq(l.annotations["argocd.argoproj.io/sync-options"], ",") {
		if strings.TrimSpace(part) == option {
			return true
		}
	}
	return false
}

// lost are the pods that would not be made again: their namespace enforces a standard by now
// that they do not meet.
func (w *world) lost() []string {
	var all []string
	for _, p := range w.pods {
		o := &object{kind: "Pod", namespace: p.namespace, node: p.template}
		if w.links().admits(&pods{o, p.template, p.labels}) != "" {
			all = append(all, p.namespace+" "+strings.Join(slices.Sorted(maps.Values(p.labels)), " "))
		}
	}
	return all
}
