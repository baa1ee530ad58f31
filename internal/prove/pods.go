package prove

import (
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml/goyaml.v3"
)

// proveObjects wants pods to become ready, and what refers to pods to find them.
func (p *Proof) proveObjects() {
	reached := p.reachedServices()
	for _, o := range p.objects {
		if p.byID[o.id()] != o {
			continue
		}
		if w := podsOf(o); w != nil {
			p.provePods(w)
		}
		switch o.kind {
		case "Service":
			p.proveService(o, reached[o])
		case "PodDisruptionBudget":
			p.selectsPods(o, at(o.node, "spec", "selector"))
		case "NetworkPolicy":
			if s := at(o.node, "spec", "podSelector"); s != nil && len(s.Content) > 0 {
				p.selectsPods(o, s)
			}
		case "PersistentVolumeClaim":
			if !p.claimed(o) {
				p.find(RuleOrphan, o.at(), "no pod has the volume %s", o.said())
			}
		}
	}
}

// reachedServices are those that something leads to: a rule of a tunnel, a StatefulSet, the
// environment of a pod.
func (p *Proof) reachedServices() map[*object]bool {
	all := map[*object]bool{}
	for _, c := range p.configs {
		for _, r := range c.rules {
			if name, ok := strings.CutSuffix(hostOf(r.Service), ".svc.cluster.local"); ok {
				service, namespace, _ := strings.Cut(name, ".")
				all[p.get("Service", namespace, service)] = true
			}
		}
	}
	for _, o := range p.objects {
		if o.kind == "StatefulSet" {
			all[p.get("Service", o.namespace, text(o.node, "spec", "serviceName"))] = true
		}
	}
	return all
}

func hostOf(service string) string {
	_, rest, _ := strings.Cut(service, "://")
	host, _, _ := strings.Cut(rest, ":")
	host, _, _ = strings.Cut(host, "/")
	return host
}

// proveService wants a Service to lead to pods, and something to lead to it: else one whose
// pods another namespace is let into by a network policy.
func (p *Proof) proveService(s *object, reached bool) {
	if text(s.node, "spec", "type") == "ExternalName" || len(labels(s.node, "spec", "selector")) == 0 {
		return
	}
	var w *pods
	seen := map[string]bool{}
	for _, port := range items(s.node, "spec", "ports") {
		if name := text(port, "name"); seen[name] {
			p.find(RuleOwners, s.place(port), "%s has two ports %q", s.said(), name)
		} else {
			seen[name] = true
		}
		w, _ = p.behind(s, port, s.at())
	}
	if w == nil || reached || text(s.node, "spec", "type") == "LoadBalancer" || text(s.node, "spec", "type") == "NodePort" {
		return
	}
	if _, selected := p.allows(flow{from: peer{outside: true}, to: peer{namespace: w.namespace, labels: w.labels}}, "Ingress"); !p.someIngress(w) && selected != "" {
		p.find(RuleOrphan, s.at(), "nothing leads to %s: no rule of a tunnel does, and no network policy lets anybody in", s.said())
	}
}

// someIngress tells whether a network policy lets anybody into pods.
func (p *Proof) someIngress(w *pods) bool {
	for _, o := range p.policiesIn[w.namespace] {
		rules, applies := p.policyRules(o, peer{namespace: w.namespace, labels: w.labels}, "Ingress")
		if applies && len(rules) > 0 {
			return true
		}
	}
	return false
}

func (p *Proof) selectsPods(o *object, selector *yaml.Node) {
	for _, w := range p.some(o.namespace, labels(selector, "matchLabels")) {
		if matches(selector, w.labels) {
			return
		}
	}
	if !p.charted(o.namespace) && !optional(selector) {
		p.find(RuleDangling, o.place(selector), "%s selects no pod of the namespace %s", o.said(), o.namespace)
	}
}

// optional tells whether a selector is of a label that a pod may have or not: policies of
// all of a namespace are for whoever comes.
func optional(selector *yaml.Node) bool { return text(selector, "matchLabels", "internet") != "" }

func (p *Proof) claimed(claim *object) bool {
	for _, w := range p.workloads(claim.namespace) {
		for _, v := range items(w.template, "spec", "volumes") {
			if text(v, "persistentVolumeClaim", "claimName") == claim.name {
				return true
			}
		}
	}
	return p.charted(claim.namespace)
}

// provePods follows what a workload says of its pods.
func (p *Proof) provePods(w *pods) {
	selector := at(w.node, "spec", "selector")
	switch w.kind {
	case "Deployment", "StatefulSet", "DaemonSet":
		if selector == nil || !matches(selector, w.labels) {
			p.find(RuleDangling, w.place(selector), "%s does not select its own pods, and the API server refuses it", w.said())
		}
	}
	if w.kind == "StatefulSet" {
		name := text(w.node, "spec", "serviceName")
		if s := p.get("Service", w.namespace, name); s == nil || text(s.node, "spec", "clusterIP") != "None" {
			p.find(RuleDangling, w.at("spec", "serviceName"), "there is no headless Service %q in the namespace %s", name, w.namespace)
		}
	}
	for _, t := range items(w.template, "spec", "topologySpreadConstraints") {
		if !matches(at(t, "labelSelector"), w.labels) {
			p.find(RuleDangling, w.place(t), "the constraint counts other pods than those of %s", w.said())
		}
	}
	volumes := p.proveVolumes(w)
	for _, list := range []string{"initContainers", "containers"} {
		for _, c := range items(w.template, "spec", list) {
			p.proveContainer(w, c, volumes)
		}
	}
	for name, n := range volumes {
		if n != nil {
			p.find(RuleOrphan, w.place(n), "no container of %s mounts the volume %q", w.said(), name)
		}
	}
	p.provePodSecurity(w)
}

// proveVolumes wants what volumes are made of; it returns the volumes, for containers to take.
func (p *Proof) proveVolumes(w *pods) map[string]*yaml.Node {
	all := map[string]*yaml.Node{}
	for _, t := range items(w.node, "spec", "volumeClaimTemplates") {
		all[text(t, "metadata", "name")] = t
	}
	for _, v := range items(w.template, "spec", "volumes") {
		name := text(v, "name")
		if all[name] != nil {
			p.find(RuleOwners, w.place(v), "%s has two volumes %q", w.said(), name)
		}
		all[name] = v
		p.wantMap(w, v, at(v, "configMap"), "ConfigMap", text(v, "configMap", "name"))
		p.wantMap(w, v, at(v, "secret"), "Secret", text(v, "secret", "secretName"))
		if claim := text(v, "persistentVolumeClaim", "claimName"); claim != "" && p.get("PersistentVolumeClaim", w.namespace, claim) == nil {
			p.find(RuleDangling, w.place(v), "there is no PersistentVolumeClaim %q in the namespace %s", claim, w.namespace)
		}
		if len(v.Content) < 4 {
			p.find(RuleDangling, w.place(v), "the volume %q is made of nothing", name)
		}
	}
	return all
}

// wantMap wants a ConfigMap or a Secret, and the keys that are read of it.
func (p *Proof) wantMap(w *pods, n, source *yaml.Node, kind, name string) {
	if source == nil || text(source, "optional") == "true" {
		return
	}
	o := p.get(kind, w.namespace, name)
	if o == nil {
		if !p.charted(w.namespace) || w.app != nil && name != "" && strings.HasPrefix(name, w.name) {
			p.find(RuleDangling, w.place(n), "there is no %s %q in the namespace %s", kind, name, w.namespace)
		}
		return
	}
	wanted := items(source, "items")
	if at(source, "key") != nil {
		wanted = []*yaml.Node{source}
	}
	for _, i := range wanted {
		if key := text(i, "key"); !slices.Contains(o.keys, key) {
			rule, where := RuleDangling, o.listed
			if kind == "Secret" {
				rule = RuleKey
			}
			if o.node != nil {
				where = o.at()
			}
			p.find(rule, w.place(i), "the %s %s has no key %q: %s", kind, name, key, where)
		}
	}
}

func (p *Proof) proveContainer(w *pods, c *yaml.Node, volumes map[string]*yaml.Node) {
	mounts := map[string]bool{}
	for _, m := range items(c, "volumeMounts") {
		name, path := text(m, "name"), text(m, "mountPath")
		if _, ok := volumes[name]; !ok {
			p.find(RuleDangling, w.place(m), "%s has no volume %q", w.said(), name)
		}
		if mounts[path] || !strings.HasPrefix(path, "/") {
			p.find(RuleOwners, w.place(m), "%q is no path, or the container mounts two volumes there", path)
		}
		mounts[path] = true
		if _, ok := volumes[name]; ok {
			volumes[name] = nil
		}
	}
	p.proveProbes(w, c)
	p.proveEnv(w, c)
	if text(c, "image") == "" || text(c, "name") == "" {
		p.find(RuleDangling, w.place(c), "a container of %s has no name or no image", w.said())
	}
	for _, what := range []string{"cpu", "memory"} {
		request, limit := quantity(text(c, "resources", "requests", what)), quantity(text(c, "resources", "limits", what))
		if limit >= 0 && request > limit {
			p.find(RuleDangling, w.place(at(c, "resources")), "the container asks for more %s than it may have, and the API server refuses it", what)
		}
	}
}

// quantity is a Kubernetes quantity as a number; -1 where there is none.
func quantity(s string) float64 {
	i := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	unit := ""
	if i >= 0 {
		s, unit = s[:i], s[i:]
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return -1
	}
	return n * map[string]float64{"": 1, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}[unit]
}

func (p *Proof) proveProbes(w *pods, c *yaml.Node) {
	for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		n := at(c, probe)
		if n == nil {
			continue
		}
		ways := 0
		for _, way := range []string{"httpGet", "tcpSocket", "exec", "grpc"} {
			if at(n, way) != nil {
				ways++
			}
			port := text(n, way, "port")
			if _, err := strconv.Atoi(port); port != "" && err != nil && !namedPort(c, port) {
				p.find(RuleDangling, w.place(at(n, way)), "the container has no port %q", port)
			}
			if port == "" && at(n, way) != nil && way != "exec" {
				p.find(RuleDangling, w.place(at(n, way)), "the %s asks no port", probe)
			}
		}
		if ways != 1 {
			p.find(RuleDangling, w.place(n), "the %s asks in %d ways, and one is wanted", probe, ways)
		}
	}
}

func namedPort(c *yaml.Node, name string) bool {
	return slices.ContainsFunc(items(c, "ports"), func(n *yaml.Node) bool { return text(n, "name") == name })
}

func (p *Proof) proveEnv(w *pods, c *yaml.Node) {
	seen := map[string]bool{}
	for _, e := range items(c, "env") {
		name := text(e, "name")
		if seen[name] {
			p.find(RuleOwners, w.place(e), "the container has two variables %q", name)
		}
		seen[name] = true
		for key, kind := range map[string]string{"secretKeyRef": "Secret", "configMapKeyRef": "ConfigMap"} {
			ref := at(e, "valueFrom", key)
			p.wantMap(w, e, ref, kind, text(ref, "name"))
		}
	}
	for _, e := range items(c, "envFrom") {
		p.wantMap(w, e, at(e, "secretRef"), "Secret", text(e, "secretRef", "name"))
		p.wantMap(w, e, at(e, "configMapRef"), "ConfigMap", text(e, "configMapRef", "name"))
	}
}

// provePodSecurity holds pods to the standard that their namespace enforces
// (kubernetes.io, Pod Security Standards): others are never made.
func (p *Proof) provePodSecurity(w *pods) {
	level := ""
	if ns := p.get("Namespace", "", w.namespace); ns != nil {
		level = text(ns.node, "metadata", "labels", "pod-security.kubernetes.io/enforce")
		if ns.node == nil {
			level = "restricted" // Terraform's
		}
	}
	if level != "restricted" {
		return
	}
	spec := at(w.template, "spec")
	for _, list := range []string{"initContainers", "containers"} {
		for _, c := range items(spec, list) {
			own := at(c, "securityContext")
			nonRoot := text(own, "runAsNonRoot")
			if nonRoot == "" {
				nonRoot = text(spec, "securityContext", "runAsNonRoot")
			}
			seccomp := text(own, "seccompProfile", "type") + text(spec, "securityContext", "seccompProfile", "type")
			switch {
			case nonRoot != "true", seccomp == "" || seccomp == "Unconfined", text(own, "allowPrivilegeEscalation") != "false",
				!slices.Contains(texts(own, "capabilities", "drop"), "ALL"), text(own, "privileged") == "true", text(own, "runAsUser") == "0" || text(spec, "securityContext", "runAsUser") == "0":
				p.find(RuleRefused, w.place(c), "the namespace %s makes no such pods: restricted wants runAsNonRoot, seccompProfile, no allowPrivilegeEscalation, and capabilities drop ALL", w.namespace)
			}
		}
	}
	for _, key := range []string{"hostNetwork", "hostPID", "hostIPC"} {
		if text(spec, key) == "true" {
			p.find(RuleRefused, w.place(at(spec, key)), "the namespace %s makes no pods with %s", w.namespace, key)
		}
	}
}
