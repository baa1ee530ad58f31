package importer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// workload is what a Deployment or a StatefulSet and its Service say, in the words of a
// client or an app.
type workload struct {
	kind                string         // of the object that makes the pods
	deployment, service map[string]any // deployment is a StatefulSet too
	headless            map[string]any // the Service that names a StatefulSet's pods
	container           map[string]any
	claims, templates   map[string]map[string]any // by name
	cronJobs            []map[string]any
	said                object // image, port, env …
	port                int

	volumes   []volume
	writable  []string // directories that are empty at each start
	boundless bool     // one of them without a limit
	isJob     bool
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
	w := &workload{claims: map[string]map[string]any{}, templates: map[string]map[string]any{}}
	for _, d := range u.docs {
		kind := text(d.m, "kind")
		switch {
		case d.m["sops"] != nil:
			return nil, "an encrypted file"
		case (kind == "Deployment" || kind == "StatefulSet") && w.deployment == nil:
			w.deployment, w.kind = d.m, kind
		case kind == "Service" && text(d.m, "spec", "clusterIP") == "None" && w.headless == nil:
			w.headless = d.m
		case kind == "Service" && w.service == nil:
			w.service = d.m
		case kind == "PersistentVolumeClaim":
			w.claims[text(d.m, "metadata", "name")] = d.m
		case kind == "CronJob":
			w.cronJobs = append(w.cronJobs, d.m)
		case kind == "Kustomization":
			if more := beyond(d.m, "apiVersion", "kind", "namespace", "resources", "metadata"); len(more) > 0 {
				return nil, more[0] + " in kustomization.yaml"
			}
		case kind == "Namespace":
		default:
			return nil, cmp.Or(strings.TrimSpace(kind+" "+text(d.m, "metadata", "name")), "a document without a kind")
		}
	}
	switch {
	case w.deployment == nil && len(w.cronJobs) > 0:
		return nil, "CronJob " + text(w.cronJobs[0], "metadata", "name") + " without a Deployment: jobs of the spec are an app's"
	case w.deployment == nil || w.service == nil:
		return nil, "no Deployment or StatefulSet with a Service"
	case w.headless != nil && w.kind != "StatefulSet":
		return nil, "the Service " + text(w.headless, "metadata", "name") + " without an address (clusterIP: None)"
	}
	for _, f := range u.files {
		if f.state == yours || len(f.needs) > 0 {
			return nil, f.path
		}
	}
	for _, read := range []func() string{w.pods, w.single, w.containers, w.mounts, w.resources, w.security, w.probes, w.ports} {
		if why := read(); why != "" {
			return nil, why
		}
	}
	return w, ""
}

func (w *workload) pods() string {
	known := []string{"apiVersion", "kind", "metadata.name", "metadata.namespace", "metadata.labels", "spec.replicas", "spec.selector.matchLabels",
		"spec.revisionHistoryLimit", "spec.template.metadata.labels", "spec.template.spec.containers", "spec.template.spec.volumes", "spec.template.spec.securityContext",
		"spec.template.spec.automountServiceAccountToken", "spec.template.spec.enableServiceLinks", "spec.template.spec.restartPolicy"}
	if w.kind == "StatefulSet" {
		known = append(known, w.ordered()...)
	} else {
		known = append(known, "spec.strategy.type")
	}
	if more := beyond(w.deployment, known...); len(more) > 0 {
		return more[0] + " of the " + w.kind
	}
	if s := text(w.deployment, "spec", "strategy", "type"); s == "Recreate" && len(w.claims) == 0 {
		return "strategy Recreate of the Deployment"
	}
	return ""
}

// single wants one container in a pod.
func (w *workload) single() string {
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
	if more := beyond(w.container, "name", "image", "imagePullPolicy", "ports", "env", "command", "args", "resources", "securityContext", "volumeMounts", "livenessProbe", "readinessProbe", "startupProbe"); len(more) > 0 {
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
	if more := beyond(all, "runAsNonRoot", "runAsUser", "runAsGroup", "fsGroup", "fsGroupChangePolicy", "allowPrivilegeEscalation", "capabilities.drop", "readOnlyRootFilesystem", "seccompProfile.type", "privileged"); len(all) > 0 && len(more) > 0 {
		return "securityContext." + more[0]
	}
	if text(all, "privileged") == "true" || text(all, "seccompProfile", "type") == "Unconfined" {
		return "securityContext"
	}
	for _, group := range []string{"runAsGroup", "fsGroup"} { // which are gen's user
		if said := text(all, group); said != "" && said != text(all, "runAsUser") {
			return "securityContext." + group
		}
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
	to := cmp.Or(text(list[0], "targetPort"), text(list[0], "port"))
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
