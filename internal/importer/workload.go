package importer

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// workload is what a Deployment and its Service say, in the words of a client or an app.
type workload struct {
	deployment, service map[string]any
	container           map[string]any
	said                object // image, port, env …
	port                int
}

// workloads makes clients and apps of the units that gen's can say all of, and folders
// of the others.
func (r *reading) workloads(names []string, rules map[string][]rule) {
	kept := map[*unit]string{}
	for _, u := range r.unitList {
		w, why := workloadOf(u)
		if why == "" {
			why = r.place(u, w, names, rules)
		}
		kept[u] = why
	}
	for _, u := range r.unitList { // once it is known whether there are clients
		if kept[u] != "" {
			r.folder(u, kept[u])
		}
	}
}

// workloadOf reads a unit as one workload; or tells what gen's has no field for.
func workloadOf(u *unit) (*workload, string) {
	w := &workload{}
	for _, d := range u.docs {
		kind := text(d.m, "kind")
		switch {
		case d.m["sops"] != nil:
			return nil, "an encrypted file"
		case kind == "Deployment" && w.deployment == nil:
			w.deployment = d.m
		case kind == "Service" && w.service == nil:
			w.service = d.m
		case kind == "Kustomization":
			if more := beyond(d.m, "apiVersion", "kind", "namespace", "resources", "metadata"); len(more) > 0 {
				return nil, more[0] + " in kustomization.yaml"
			}
		case kind == "Namespace":
		default:
			return nil, firstOf(strings.TrimSpace(kind+" "+text(d.m, "metadata", "name")), "a document without a kind")
		}
	}
	if w.deployment == nil || w.service == nil {
		return nil, "no Deployment with a Service"
	}
	for _, f := range u.files {
		if f.state == yours || len(f.needs) > 0 {
			return nil, f.path
		}
	}
	for _, read := range []func() string{w.pods, w.containers, w.resources, w.security, w.probes, w.ports} {
		if why := read(); why != "" {
			return nil, why
		}
	}
	return w, ""
}

func (w *workload) pods() string {
	if more := beyond(w.deployment, "apiVersion", "kind", "metadata.name", "metadata.namespace", "metadata.labels", "spec.replicas", "spec.selector.matchLabels",
		"spec.revisionHistoryLimit", "spec.strategy.type", "spec.template.metadata.labels", "spec.template.spec.containers", "spec.template.spec.securityContext",
		"spec.template.spec.automountServiceAccountToken", "spec.template.spec.enableServiceLinks", "spec.template.spec.restartPolicy"); len(more) > 0 {
		return more[0] + " of the Deployment"
	}
	if s := text(w.deployment, "spec", "strategy", "type"); s == "Recreate" {
		return "strategy Recreate of the Deployment"
	}
	list := items(w.deployment, "spec", "template", "spec", "containers")
	if len(list) != 1 {
		return fmt.Sprintf("%d containers in a pod", len(list))
	}
	var ok bool
	if w.container, ok = list[0].(map[string]any); !ok {
		return "a container that is no mapping"
	}
	return ""
}

func (w *workload) containers() string {
	if more := beyond(w.container, "name", "image", "imagePullPolicy", "ports", "env", "command", "args", "resources", "securityContext", "livenessProbe", "readinessProbe", "startupProbe"); len(more) > 0 {
		return more[0] + " of the container"
	}
	image := text(w.container, "image")
	if !strings.Contains(image[strings.LastIndex(image, "/")+1:], ":") {
		return "an image without a tag"
	}
	w.said.set("image", image)
	if n := at(w.deployment, "spec", "replicas"); n != nil && n != 1 {
		w.said.set("replicas", number(n))
	}
	for _, name := range []string{"command", "args"} {
		if list := texts(w.container, name); len(list) > 0 {
			w.said.set(name, list)
		}
	}
	var env object
	for _, e := range items(w.container, "env") {
		if more := beyond(e, "name", "value"); len(more) > 0 {
			return "env." + more[0] + " of " + text(e, "name")
		}
		if env.has(text(e, "name")) || strings.Contains(text(e, "value"), "$(") {
			return "the variable " + text(e, "name") + ", which is there twice or refers to others"
		}
		env.set(text(e, "name"), text(e, "value"))
	}
	if len(env) > 0 {
		w.said.set("env", env)
	}
	return ""
}

func (o object) has(name string) bool {
	return slices.ContainsFunc(o, func(f field) bool { return f.name == name })
}

func (w *workload) resources() string {
	res := mapping(w.container, "resources")
	if more := beyond(res, "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"); len(res) > 0 && len(more) > 0 {
		return "resources." + more[0] + " of the container"
	}
	if text(res, "limits", "memory") == "" || text(res, "requests", "memory") == "" || text(res, "requests", "cpu") == "" {
		return "resources of the container: gen's has requests, and a limit of memory"
	}
	var o object
	for _, part := range []string{"limits", "requests"} {
		var q object
		for _, name := range []string{"cpu", "memory"} {
			q.setText(name, text(res, part, name))
		}
		o.set(part, q)
	}
	w.said.set("resources", o)
	return ""
}

// security is what the container may: without runAsNonRoot and all capabilities dropped
// the image may need to be root, which baseline lets it be.
func (w *workload) security() string {
	pod, own := mapping(w.deployment, "spec", "template", "spec", "securityContext"), mapping(w.container, "securityContext")
	all := map[string]any{}
	maps.Copy(all, pod)
	maps.Copy(all, own)
	if more := beyond(all, "runAsNonRoot", "runAsUser", "allowPrivilegeEscalation", "capabilities.drop", "readOnlyRootFilesystem", "seccompProfile.type", "privileged"); len(all) > 0 && len(more) > 0 {
		return "securityContext." + more[0]
	}
	if text(all, "privileged") == "true" || text(all, "seccompProfile", "type") == "Unconfined" {
		return "securityContext"
	}
	if text(all, "runAsNonRoot") != "true" || !slices.Equal(texts(all, "capabilities", "drop"), []string{"ALL"}) {
		w.said.set("podSecurity", "baseline", "its manifest lets it run as root")
	}
	if n := number(all, "runAsUser"); n > 0 {
		w.said.set("user", n)
	}
	if text(all, "readOnlyRootFilesystem") != "true" {
		w.said.set("readOnly", false)
	}
	return ""
}

func (w *workload) probes() string {
	health := ""
	for _, name := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		p := mapping(w.container, name)
		if len(p) == 0 {
			continue
		}
		if more := beyond(p, "httpGet.path", "httpGet.port", "httpGet.scheme", "tcpSocket.port", "initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold", "successThreshold"); len(more) > 0 || text(p, "httpGet", "scheme") == "HTTPS" {
			return name + " of the container"
		}
		if said := text(p, "httpGet", "path"); health != "" && said != health {
			return "probes of the container that ask for different things"
		} else if said != "" {
			health = said
		}
	}
	w.said.setText("health", health)
	return ""
}

// ports wants one port, which the Service leads to.
func (w *workload) ports() string {
	if more := beyond(w.service, "apiVersion", "kind", "metadata.name", "metadata.namespace", "metadata.labels", "spec.selector", "spec.type", "spec.ports"); len(more) > 0 {
		return more[0] + " of the Service"
	}
	list, own := items(w.service, "spec", "ports"), items(w.container, "ports")
	if kind := text(w.service, "spec", "type"); len(list) != 1 || len(own) != 1 || kind != "" && kind != "ClusterIP" {
		return "a Service that is no ClusterIP with one port"
	}
	w.port = number(own[0], "containerPort")
	to := firstOf(text(list[0], "targetPort"), text(list[0], "port"))
	if to != fmt.Sprint(w.port) && to != text(own[0], "name") || text(list[0], "protocol") == "UDP" || w.port == 0 {
		return "the port of the Service"
	}
	pods := mapping(w.deployment, "spec", "template", "metadata", "labels")
	for k, v := range mapping(w.service, "spec", "selector") {
		if pods[k] != v {
			return "the selector of the Service"
		}
	}
	if w.port != 8080 {
		w.said.set("port", w.port)
	}
	return ""
}

// place makes a client or an app of a workload; or tells why it cannot be one.
func (r *reading) place(u *unit, w *workload, names []string, rules map[string][]rule) string {
	service := text(w.service, "metadata", "name")
	namespace := firstOf(text(w.deployment, "metadata", "namespace"), u.app.namespace)
	name := slug(u.dir[strings.LastIndex(u.dir, "/")+1:])
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
			if firstOf(t.port, "80") != text(items(w.service, "spec", "ports")[0], "port") {
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
	selector := mapping(w.deployment, "spec", "selector", "matchLabels")
	gens := len(selector) == 1 && selector["app.kubernetes.io/name"] == name
	if (text(w.deployment, "metadata", "name") == name || service == name) && !gens {
		return "its name: gen's Deployment and Service of the same name select pods by app.kubernetes.io/name, and no selector of a Deployment can be changed"
	}
	if namespace == site {
		r.client(u, w, name, hosts)
		return ""
	}
	if service == name && text(items(w.service, "spec", "ports")[0], "port") != fmt.Sprint(w.port) {
		return "the port of its Service, which gen's has at the port of the container"
	}
	r.app(u, w, name, hosts)
	return ""
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
		if kind := text(d.m, "kind"); (kind == "Deployment" || kind == "Service") && text(d.m, "metadata", "name") != name {
			r.after = append(r.after, "kubectl -n "+namespace+" delete "+strings.ToLower(kind)+" "+quoted(text(d.m, "metadata", "name")))
		}
	}
	r.keepOld(u, namespace)
	old, service := text(w.deployment, "metadata", "name"), text(w.service, "metadata", "name")
	step := "Deployment " + old + " and Service " + service + " run on beside gen's " + name + ", with Prune=false: delete them when it answers"
	for _, f := range u.files {
		f.say(taken, at)
	}
	if old == name && service == name {
		step = "its pods start anew, one after the other, as gen's Deployment of the same name says"
	}
	u.files[0].say(needsYou, step)
}
