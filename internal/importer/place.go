package importer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// place makes a client or an app of a workload; or tells why it cannot be one.
func (r *reading) place(u *unit, w *workload, names []string, rules map[string][]rule) string {
	service := text(w.service, "metadata", "name")
	namespace := u.namespaceOf(w.deployment)
	name := w.name(namespace, slug(u.dir[strings.LastIndex(u.dir, "/")+1:]))
	if why := r.holds(u, w, name, namespace); why != "" {
		return why
	}
	if namespace != site && namespace != name {
		return fmt.Sprintf("its namespace %s: gen's app %s lives in one of its own, where it would start anew", namespace, name)
	}
	var hosts []string
	for _, host := range names {
		for _, ru := range rules[host] {
			t, ok := ru.target()
			if !ok || t.service != service || t.namespace != namespace {
				continue
			}
			if len(rules[host]) > 1 || ru.path != "" || len(ru.origin) > 0 || t.scheme != "http" || strings.HasPrefix(host, "*") || len(r.paths[host]) > 0 {
				return "the rules of " + host
			}
			if cmp.Or(t.port, "80") != text(items(w.service, "spec", "ports")[0], "port") {
				return "the port of the rule for " + host
			}
			hosts = append(hosts, host)
		}
	}
	guards := map[string]bool{}
	for _, h := range hosts {
		guards[r.guardOf(h)] = true
	}
	if len(guards) > 1 || len(hosts) == 0 && namespace == site {
		return "its hostnames: none, or with different people"
	}
	if slices.ContainsFunc(append(slices.Clone(r.clients), r.appFields...), func(f field) bool { return f.name == name }) {
		return "its name, which another one has"
	}
	if w.stays(namespace, name) {
		if service == name && !w.gensPort(namespace) {
			return "the port of its Service, which gen's has at 80 for a client, and for an app at the port of the container"
		}
		var selector object
		labels := mapping(w.deployment, "spec", "selector", "matchLabels")
		for _, key := range slices.Sorted(maps.Keys(labels)) {
			selector.set(key, text(labels[key]))
		}
		if len(selector) > 0 {
			w.said.set("selector", selector)
		}
	}
	if namespace == site {
		r.client(u, w, name, hosts)
		return ""
	}
	r.app(u, w, name, hosts)
	return ""
}

// name is that of the Deployment where gen's may have it, with its Service: nothing starts
// beside what runs then. Else it is the folder's.
func (w *workload) name(namespace, folder string) string {
	old := text(w.deployment, "metadata", "name")
	if old == text(w.service, "metadata", "name") && slug(old) == old && old >= "a" && len(old) <= 55 && w.gensPort(namespace) && w.stays(namespace, old) {
		return old
	}
	return folder
}

// stays tells whether gen's workload of a name is in the namespace where one runs: clients
// are in one for all of them, unless their image may need to be root, apps in one of their own.
func (w *workload) stays(namespace, name string) bool {
	if namespace == site {
		return !w.said.has("podSecurity")
	}
	return namespace == name
}

// gensPort tells whether the Service has the port that gen's would have.
func (w *workload) gensPort(namespace string) bool {
	port := w.port
	if namespace == site {
		port = 80
	}
	return text(items(w.service, "spec", "ports")[0], "port") == fmt.Sprint(port)
}

// app makes an app, which takes the place of what runs where that has its names.
func (r *reading) app(u *unit, w *workload, name string, hosts []string) {
	var o object
	if len(hosts) > 0 {
		o.set("hostnames", hosts)
		if g := r.guardOf(hosts[0]); g != "" {
			o.set("access", g)
		} else {
			o.set("public", true)
			r.open(hosts...)
		}
	}
	r.appFields = append(r.appFields, field{name: name, value: append(o, w.said...)})
	r.takes(u, w, "apps."+name, name, name, hosts)
}

// client makes a client, and tells how the pods that run give way to its own.
func (r *reading) client(u *unit, w *workload, name string, hosts []string) {
	var o object
	rest := hosts
	if apex := hosts[0]; slices.ContainsFunc(slices.Collect(maps.Values(r.zones)), func(z *zone) bool { return z.name == apex }) {
		o.set("domain", apex)
		www := slices.Contains(hosts, "www."+apex)
		if !www {
			o.set("www", false)
		}
		rest = slices.DeleteFunc(slices.Clone(hosts), func(h string) bool { return h == apex || h == "www."+apex })
	}
	if len(rest) > 0 {
		o.set("hostnames", rest)
	}
	o.setText("access", r.guardOf(hosts[0]))
	if !o.has("access") {
		r.open(hosts...)
	}
	o = append(o, w.said...)
	r.clients = append(r.clients, field{name: name, value: o})
	r.takes(u, w, "clients."+name, name, site, hosts)
}

// takes has a unit's files be gen's, and what runs go on until gen's answers.
func (r *reading) takes(u *unit, w *workload, at, name, namespace string, hosts []string) {
	for _, h := range hosts {
		r.led[h] = true
	}
	for _, d := range u.docs {
		kind, old := text(d.m, "kind"), text(d.m, "metadata", "name")
		if kind != "Deployment" && (kind != "Service" || text(d.m, "spec", "clusterIP") == "None") {
			continue
		}
		if object := strings.ToLower(kind) + " " + quoted(old); old == name && w.stays(namespace, name) {
			r.after = append(r.after, "kubectl -n "+namespace+" annotate "+object+" argocd.argoproj.io/sync-options-")
		} else {
			r.after = append(r.after, "kubectl -n "+namespace+" delete "+object)
		}
	}
	r.keepOld(u, namespace)
	old, service := text(w.deployment, "metadata", "name"), text(w.service, "metadata", "name")
	step := "Deployment " + old + " and Service " + service + " run on beside gen's " + name + ", with Prune=false: delete them when it answers"
	for _, f := range u.files {
		f.say(taken, at)
	}
	if old == name && service == name && w.stays(namespace, name) {
		step = "Deployment and Service " + name + " are taken over where they are: their pods start anew, one after the other, and the old ones answer until then"
	}
	if len(w.volumes) > 0 {
		if w.kind == "Deployment" && text(w.deployment, "spec", "strategy", "type") != "Recreate" {
			// What the API server filled in itself stays, and it refuses that beside gen's Recreate.
			r.step("kubectl -n " + quoted(namespace) + " patch deployment " + quoted(old) + ` --type=merge -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'`)
		}
		step = "its pod stops, and gen's starts with the same volumes: a short gap"
	}
	if w.kind == "StatefulSet" {
		r.then = append(r.then, "kubectl -n "+namespace+" delete statefulset "+name+" --cascade=orphan")
		step = "a StatefulSet takes no other templates of claims, not even other labels of them: Argo CD makes gen's once it is deleted, which leaves its pods and their volumes to gen's"
	}
	u.files[0].say(needsYou, step)
	if w.boundless {
		u.files[0].say(needsYou, "empty directories of gen's pods hold 1Gi each: a pod that writes more is stopped")
	}
}
