package importer

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"sitegen/internal/format"
	"sitegen/internal/sh"
)

// argoApp is an Application of Argo CD.
type argoApp struct {
	name, namespace string
	path            string // of the folder, or "" for a chart
	recurse         bool
	wave            int
	doc             doc
}

// kubernetes reads all YAML files, and takes what belongs to Argo CD and to the tunnel.
func (r *reading) kubernetes() {
	for _, f := range r.tree.all(".yaml", ".yml") {
		if path.Base(f.path) == ".sops.yaml" {
			continue
		}
		docs, err := documents(f)
		if err != nil {
			f.say(yours, err.Error())
			continue
		}
		r.docs[f.path] = docs
		for _, d := range docs {
			r.document(d)
		}
	}
	for _, a := range r.argo {
		r.argoApplication(a)
	}
}

func (r *reading) document(d doc) {
	kind, group := text(d.m, "kind"), text(d.m, "apiVersion")
	switch {
	case d.m["sops"] != nil:
		d.file.say(yours, "encrypted with sops")
	case kind == "Application" && strings.HasPrefix(group, "argoproj.io/"):
		r.readApplication(d)
	case strings.HasPrefix(group, "argoproj.io/") && (kind == "ApplicationSet" || kind == "AppProject"):
		d.file.say(needsYou, kind+" "+text(d.m, "metadata", "name")+": gen writes Applications and projects of its own; say charts and folders in the spec")
	case kind == "ConfigMap":
		for _, key := range slices.Sorted(maps.Keys(mapping(d.m, "data"))) {
			inner, err := documents(&file{data: []byte(text(d.m, "data", key))})
			if err == nil && len(inner) == 1 && len(items(inner[0].m, "ingress")) > 0 && inner[0].m["kind"] == nil {
				r.cloudflaredConfig(d.file, inner[0].m)
			}
		}
	case kind == "" && len(items(d.m, "ingress")) > 0 && (d.m["tunnel"] != nil || d.m["credentials-file"] != nil):
		r.cloudflaredConfig(d.file, d.m)
	}
}

// knownOfArgo are the fields of an Application that gen's say too, or that the spec says.
var knownOfArgo = []string{"apiVersion", "kind", "metadata.name", "metadata.namespace", "metadata.annotations.argocd.argoproj.io/sync-wave",
	"metadata.annotations.argocd.argoproj.io/sync-options", "metadata.finalizers", "spec.project", "spec.source.repoURL", "spec.source.targetRevision",
	"spec.source.path", "spec.source.chart", "spec.source.directory.recurse", "spec.source.helm.releaseName", "spec.source.helm.values",
	"spec.source.helm.valuesObject", "spec.destination", "spec.syncPolicy.automated", "spec.syncPolicy.syncOptions", "spec.syncPolicy.retry", "spec.revisionHistoryLimit"}

func (r *reading) readApplication(d doc) {
	a := &argoApp{name: text(d.m, "metadata", "name"), namespace: text(d.m, "spec", "destination", "namespace"), path: strings.Trim(text(d.m, "spec", "source", "path"), "/"), doc: d}
	a.recurse = text(d.m, "spec", "source", "directory", "recurse") == "true"
	a.wave, _ = strconv.Atoi(text(d.m, "metadata", "annotations", "argocd.argoproj.io/sync-wave"))
	d.file.say(taken, "Application "+a.name)
	for _, more := range beyond(d.m, knownOfArgo...) {
		d.file.say(needsYou, "Application "+a.name+": "+more+": gen's Applications have no such field, or a field of charts or folders says it")
	}
	if len(items(d.m, "metadata", "finalizers")) > 0 {
		d.file.say(needsYou, "Application "+a.name+": its finalizer deletes all its objects when it goes: kubectl -n argocd patch application "+a.name+` --type merge -p '{"metadata":{"finalizers":null}}' before the first push`)
	}
	if url := text(d.m, "spec", "source", "repoURL"); text(d.m, "spec", "source", "chart") == "" && url != "" {
		if r.repo == "" {
			r.repo, r.branch = url, text(d.m, "spec", "source", "targetRevision")
		} else if r.repo != url {
			d.file.say(needsYou, "Application "+a.name+": of another repository, "+url+": keep the file outside of gen's folders, and apply it yourself")
			return
		}
	}
	r.argo = append(r.argo, a)
}

// argoApplication takes what an Application applies.
func (r *reading) argoApplication(a *argoApp) {
	if chart := text(a.doc.m, "spec", "source", "chart"); chart != "" {
		r.chart(a, chart)
		return
	}
	files := r.tree.under(a.path)
	switch {
	case a.path == "" || len(files) == 0:
		a.doc.file.say(needsYou, "Application "+a.name+": its folder "+a.path+" is not in this tree")
	case r.onlyApplications(files):
		if r.argoDir == "" && path.Base(path.Dir(a.path)) != "." {
			r.argoDir = path.Dir(a.path)
		}
	case r.configAt != nil && strings.HasPrefix(r.configAt.path, a.path+"/") || a.name == "cloudflared":
		r.connector(files)
	default:
		r.units(a, files)
	}
}

func (r *reading) onlyApplications(files []*file) bool {
	n := 0
	for _, f := range files {
		for _, d := range r.docs[f.path] {
			switch text(d.m, "kind") {
			case "Application":
				n++
			case "Kustomization":
				f.say(taken, "")
			default:
				return false
			}
		}
	}
	return n > 0
}

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

// unit is a folder that an Application applies as one.
type unit struct {
	app   *argoApp
	name  string
	dir   string
	files []*file
	docs  []doc
	moved bool // to a namespace of its own
}

// has tells whether a unit has an object.
func (u *unit) has(kind, name string) bool {
	return slices.ContainsFunc(u.docs, func(d doc) bool { return text(d.m, "kind") == kind && text(d.m, "metadata", "name") == name })
}

// leaves takes a unit out of the namespace that gen's clients are in.
func (r *reading) leaves(u *unit) {
	u.moved = true
	for _, f := range u.files {
		if strings.Contains(string(f.data), site) {
			f.say(needsYou, "the namespace "+site+" is for clients, by gen's rules: say "+u.name+" in its place, where it starts anew, without what its volumes hold; what runs in "+site+" goes on until you delete it")
		}
	}
	r.keepOld(u, site)
}

// keepOld has what runs in a namespace go on until gen's answers.
func (r *reading) keepOld(u *unit, namespace string) {
	r.shuts(namespace)
	for _, d := range u.docs {
		if kind := text(d.m, "kind"); kind == "Deployment" || kind == "StatefulSet" || kind == "Service" || kind == "ConfigMap" || kind == "PersistentVolumeClaim" {
			r.step("kubectl -n " + quoted(namespace) + " annotate " + strings.ToLower(kind) + " " + quoted(text(d.m, "metadata", "name")) + " argocd.argoproj.io/sync-options=Prune=false")
		}
	}
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

func (r *reading) units(a *argoApp, files []*file) {
	dirs := map[string][]*file{}
	for _, f := range files {
		dir := a.path
		if a.recurse && path.Dir(f.path) != a.path {
			dir = path.Dir(f.path)
		}
		dirs[dir] = append(dirs[dir], f)
	}
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		u := &unit{app: a, name: a.name, dir: dir, files: dirs[dir]}
		if len(dirs) > 1 && dir != a.path {
			u.name = slug(a.name + "-" + strings.TrimPrefix(dir, a.path+"/"))
		}
		for _, f := range u.files {
			u.docs = append(u.docs, r.docs[f.path]...)
		}
		r.unitList = append(r.unitList, u)
	}
}

// chart is an Application of a Helm chart.
func (r *reading) chart(a *argoApp, chart string) {
	var o object
	repo := text(a.doc.m, "spec", "source", "repoURL")
	if !strings.Contains(repo, "://") {
		repo = "oci://" + repo
	}
	o.set("repo", repo)
	o.set("chart", chart)
	o.set("version", text(a.doc.m, "spec", "source", "targetRevision"))
	if a.namespace != "" && a.namespace != a.name {
		o.set("namespace", a.namespace)
	}
	values := mapping(a.doc.m, "spec", "source", "helm", "valuesObject")
	if said := text(a.doc.m, "spec", "source", "helm", "values"); said != "" {
		if docs, err := documents(&file{data: []byte(said)}); err == nil && len(docs) == 1 {
			values = docs[0].m
		} else {
			a.doc.file.say(needsYou, "its values are not read: charts."+a.name+".values of the spec has to say them")
		}
	}
	if len(values) > 0 {
		o.set("values", data(values))
	}
	if a.wave > 0 && a.wave <= 90 {
		o.set("wave", a.wave)
	}
	o.set("podSecurity", "privileged", "as before, where the namespace has no label of Pod Security")
	a.doc.file.say(needsYou, "charts."+a.name+".clusterKinds: the cluster-wide kinds that the chart has (helm template | grep kind:); Argo CD refuses those that the spec does not list")
	r.charts = append(r.charts, field{name: a.name, value: o, note: "TODO: clusterKinds, if the chart has ClusterRoles and the like"})
}

// data is data as the spec has it.
func data(v any) any {
	switch v := v.(type) {
	case map[string]any:
		o := object{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			o.set(key, data(v[key]))
		}
		return o
	default:
		return raw{v}
	}
}

// folder keeps a unit as a folder of its owner's.
func (r *reading) folder(u *unit, why string) {
	dir := u.dir
	if r.inGens(dir) {
		dir = "k8s/own/" + strings.TrimPrefix(strings.TrimPrefix(u.dir, r.argoDir+"/"), "k8s/")
	}
	kinds, wide, namespaces := map[string]bool{}, map[string]bool{}, map[string]bool{}
	level := ""
	for _, d := range u.docs {
		group, kind := text(d.m, "apiVersion"), text(d.m, "kind")
		if strings.HasPrefix(group, "kustomize.config.k8s.io/") {
			r.generated(d, kinds)
			continue
		}
		if kind == "ksops" {
			kinds["Secret"] = true
			continue
		}
		if kind == "" {
			continue
		}
		name := kind
		if g, _, ok := strings.Cut(group, "/"); ok {
			name = g + "/" + kind
		} else {
			group = ""
		}
		g, _, _ := strings.Cut(group, "/")
		if cluster, _ := format.Builtin(g, kind); cluster {
			if kind == "Namespace" {
				if text(d.m, "metadata", "name") != u.app.namespace {
					wide[name] = true
				}
				continue
			}
			wide[name] = true
		} else {
			kinds[name] = true
		}
		if ns := text(d.m, "metadata", "namespace"); ns != "" && ns != u.app.namespace && ns != site {
			namespaces[ns] = true
		}
		level = firstOf(level, privileged(d.m))
	}
	if len(kinds) == 0 {
		kinds["*"] = true
	}
	var o object
	o.set("path", dir)
	o.set("kinds", slices.Sorted(maps.Keys(kinds)))
	home := u.app.namespace
	if home == site {
		r.leaves(u)
		home = u.name
		delete(namespaces, u.name)
	}
	if reserved(home) {
		namespaces[home], home = true, u.name
		for _, d := range u.docs {
			if group := text(d.m, "apiVersion"); text(d.m, "metadata", "namespace") == "" && group != "" && !strings.HasPrefix(group, "kustomize.") && text(d.m, "kind") != "ksops" {
				d.file.say(needsYou, text(d.m, "kind")+" "+text(d.m, "metadata", "name")+" says no namespace, and would go to "+u.name+": say "+u.app.namespace)
			}
		}
	}
	if home != "" && home != u.name {
		o.set("namespace", home)
	}
	if len(namespaces) > 0 {
		o.set("namespaces", slices.Sorted(maps.Keys(namespaces)))
	}
	if len(wide) > 0 {
		o.set("clusterKinds", slices.Sorted(maps.Keys(wide)))
	}
	if level != "" {
		o.set("podSecurity", "privileged", level)
	}
	if u.app.wave > 0 && u.app.wave <= 90 {
		o.set("wave", u.app.wave)
	}
	r.folders = append(r.folders, field{name: u.name, value: o, note: "kept as it is: " + why})
	for _, f := range u.files {
		note := "folders." + u.name
		if dir != u.dir {
			note += ": git mv " + u.dir + " " + dir
		}
		f.say(yours, note)
	}
	if why != "" && len(u.files) > 0 {
		u.files[0].say(yours, "kept as it is: "+why)
	}
}

// generated are kinds that a kustomization makes, or takes from elsewhere.
func (r *reading) generated(d doc, kinds map[string]bool) {
	if len(items(d.m, "configMapGenerator")) > 0 {
		kinds["ConfigMap"] = true
	}
	if len(items(d.m, "secretGenerator")) > 0 {
		kinds["Secret"] = true
	}
	for _, res := range slices.Concat(texts(d.m, "resources"), texts(d.m, "bases"), texts(d.m, "components")) {
		p := path.Join(path.Dir(d.file.path), res)
		if r.tree.files[p] == nil && len(r.tree.under(p)) == 0 || strings.HasPrefix(res, "..") {
			kinds["*"] = true
			d.file.say(needsYou, res+": from outside of the folder, its kinds are not known: kinds of the spec is \"*\" for it")
		}
	}
	if d.m["helmCharts"] != nil {
		kinds["*"] = true
		d.file.say(needsYou, "helmCharts: gen's Argo CD does not build charts in a kustomization: say it under charts")
	}
}

// privileged is the field of a pod that Pod Security's baseline refuses, or "".
func privileged(m map[string]any) string {
	spec := at(m, "spec", "template", "spec")
	if spec == nil {
		spec = at(m, "spec", "jobTemplate", "spec", "template", "spec")
	}
	for _, name := range []string{"hostNetwork", "hostPID", "hostIPC"} {
		if text(spec, name) == "true" {
			return "for " + name
		}
	}
	for _, v := range items(spec, "volumes") {
		if at(v, "hostPath") != nil {
			return "for hostPath"
		}
	}
	for _, c := range append(items(spec, "containers"), items(spec, "initContainers")...) {
		if text(c, "securityContext", "privileged") == "true" || len(items(c, "securityContext", "capabilities", "add")) > 0 {
			return "for its securityContext"
		}
		for _, p := range items(c, "ports") {
			if number(p, "hostPort") > 0 {
				return "for hostPort"
			}
		}
	}
	return ""
}

// reserved are namespaces that gen does not make.
func reserved(name string) bool {
	return name == "default" || name == "argocd" || name == "cloudflared" || strings.HasPrefix(name, "kube-")
}
