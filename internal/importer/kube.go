package importer

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
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
		u.name = ownName(u.name)
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
	a.doc.file.say(needsYou, "write the cluster-wide kinds of the chart (helm template | grep kind:) under charts."+a.name+".clusterKinds; Argo CD refuses those that the spec does not list")
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
