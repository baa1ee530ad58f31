package importer

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"sitegen/internal/format"
)

// leaves takes a unit out of the namespace that gen's clients are in, where no new pods of
// its kind are made. One with volumes stays with them.
func (r *reading) leaves(u *unit) bool {
	refused := ""
	for _, d := range u.docs {
		if kind := text(d.m, "kind"); kind == "PersistentVolumeClaim" || len(items(d.m, "spec", "volumeClaimTemplates")) > 0 {
			refused = ""
			break
		}
		refused = cmp.Or(refused, unrestricted(d.m))
	}
	r.keepOld(u, site)
	if u.moved = refused != ""; u.moved {
		for _, f := range u.files {
			if strings.Contains(string(f.data), site) {
				f.say(needsYou, "namespace: "+u.name+" in place of "+site+", which gen makes restricted (Pod Security), and this is not, for its "+refused+": it starts anew there; what runs in "+site+" goes on until you delete it")
			}
		}
	}
	return u.moved
}

// stays has a unit go on in the namespace of gen's clients, as a folder beside them.
func (r *reading) stays(u *unit) {
	for _, d := range u.docs {
		if why := unrestricted(d.m); why != "" {
			d.file.say(needsYou, "the namespace "+site+" is restricted (Pod Security) with gen: its pods go on, but no new one is made after the next restart, for its "+why+": change that before the push")
		}
	}
	for _, o := range u.running() {
		r.after = append(r.after, "kubectl -n "+site+" annotate "+o+" argocd.argoproj.io/sync-options-")
	}
	u.files[0].say(needsYou, "it goes on in the namespace "+site+", beside gen's clients, whose policies let the tunnel in, and out to the DNS alone: what else its pods connect to, a NetworkPolicy in the folder has to open")
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
		if ns := u.namespaceOf(d.m); !wide[name] && ns != "" && ns != u.app.namespace {
			namespaces[ns] = true
		}
		level = cmp.Or(level, privileged(d.m))
	}
	if len(kinds) == 0 {
		kinds["*"] = true
	}
	var o object
	o.set("path", dir)
	o.set("kinds", slices.Sorted(maps.Keys(kinds)))
	home := u.app.namespace
	switch beside := home == site || namespaces[site]; {
	case !beside:
	case r.leaves(u):
		if home == site {
			home = u.name
		}
		delete(namespaces, site)
		delete(namespaces, u.name)
	default:
		r.stays(u)
	}
	for _, ns := range []string{"argocd", "cloudflared", "cilium-secrets"} {
		if namespaces[ns] || home == ns {
			delete(namespaces, ns)
			u.files[0].say(needsYou, "objects in the namespace "+ns+": a folder has none there, since they could change the site itself; keep them in a .tf file of your own, or apply them yourself")
		}
	}
	if reserved(home) || home == site {
		namespaces[home] = home == "default" || home == site || strings.HasPrefix(home, "kube-")
		maps.DeleteFunc(namespaces, func(_ string, has bool) bool { return !has })
		home = u.name
		for _, d := range u.docs {
			group, kind := text(d.m, "apiVersion"), text(d.m, "kind")
			name, _, _ := strings.Cut(group, "/")
			if wide, _ := format.Builtin(name, kind); !wide && u.given() == "" && text(d.m, "metadata", "namespace") == "" && group != "" && !strings.HasPrefix(group, "kustomize.") && kind != "ksops" {
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
		f.say(yours, "folders."+u.name)
	}
	if dir != u.dir {
		r.gitMoves = append(r.gitMoves, "git mv "+quoted(u.dir)+" "+quoted(dir))
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

// unrestricted is the field of a pod that Pod Security's restricted refuses, or "" (kubernetes.io,
// Pod Security Standards).
func unrestricted(m map[string]any) string {
	spec := podOf(m)
	if why := privileged(m); why != "" {
		return strings.TrimPrefix(why, "for ")
	}
	own := func(c any, keys ...string) string {
		return cmp.Or(text(c, append([]string{"securityContext"}, keys...)...), text(spec, append([]string{"securityContext"}, keys...)...))
	}
	for _, c := range append(items(spec, "containers"), items(spec, "initContainers")...) {
		switch {
		case own(c, "runAsNonRoot") != "true" || own(c, "runAsUser") == "0":
			return "securityContext without runAsNonRoot"
		case own(c, "seccompProfile", "type") == "" || own(c, "seccompProfile", "type") == "Unconfined":
			return "securityContext without a seccompProfile"
		case text(c, "securityContext", "allowPrivilegeEscalation") != "false":
			return "securityContext without allowPrivilegeEscalation: false"
		case !slices.Contains(texts(c, "securityContext", "capabilities", "drop"), "ALL"):
			return "securityContext without capabilities: drop: [ALL]"
		}
	}
	return ""
}

// podOf is the pod that an object makes, or nil.
func podOf(m map[string]any) any {
	if text(m, "kind") == "Pod" {
		return at(m, "spec")
	}
	if spec := at(m, "spec", "template", "spec"); spec != nil {
		return spec
	}
	return at(m, "spec", "jobTemplate", "spec", "template", "spec")
}

// privileged is the field of a pod that Pod Security's baseline refuses, or "".
func privileged(m map[string]any) string {
	spec := podOf(m)
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

// ownName is the name of an Application, or another one where gen has one of that name.
func ownName(name string) string {
	if reserved(name) || slices.Contains([]string{"app-of-apps", "apps", "projects", site, site + "-baseline", "cilium-secrets"}, name) {
		return "own-" + name
	}
	return name
}
