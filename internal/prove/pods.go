package prove

import (
	"slices"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
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
		p.find(RuleOrphan, s.at(), "nothing leads to %s: no rule of a tunnel does, and no network policy lets anybody in", s.said()).warn()
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
		p.quantity(w, at(v, "emptyDir", "sizeLimit"))
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
