package prove

import (
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// ciliumAllows reads a rule of Cilium's (docs.cilium.io, Layer 3 and Layer 4 examples).
func ciliumAllows(o *object, rule *yaml.Node, direction string, other peer, f flow) bool {
	prefix := map[string]string{"Egress": "to", "Ingress": "from"}[direction]
	some := false
	ok := false
	for _, s := range items(rule, prefix+"Endpoints") {
		some = true
		ok = ok || !other.outside && matchesEndpoint(s, o.namespace, other)
	}
	for _, e := range texts(rule, prefix+"Entities") {
		some = true
		ok = ok || e == "all" || other.outside && (other.node && (e == "host" || e == "remote-node" || e == "cluster") || !other.node && e == "world") || !other.outside && e == "cluster"
	}
	for _, c := range texts(rule, prefix+"CIDR") {
		some = true
		ok = ok || other.outside && !other.node && inBlock(other.addr, c, nil)
	}
	for _, c := range items(rule, prefix+"CIDRSet") {
		some = true
		ok = ok || other.outside && !other.node && inBlock(other.addr, text(c, "cidr"), texts(c, "except"))
	}
	if !ok && (some || len(items(rule, prefix+"FQDNs")) > 0) {
		return false
	}
	ports := items(rule, "toPorts")
	if len(ports) == 0 {
		return ok || !some
	}
	for _, set := range ports {
		for _, n := range items(set, "ports") {
			number := numberOf(text(n, "port"))
			if f.over(text(n, "protocol"), "ANY") && number <= f.port && f.port <= max(number, numberOf(text(n, "endPort"))) {
				return true
			}
		}
	}
	return false
}

// matchesEndpoint compares Cilium's labels: k8s:KEY is a label of the pod, and
// io.kubernetes.pod.namespace its namespace, which is the policy's where it is not said.
func matchesEndpoint(selector *yaml.Node, own string, other peer) bool {
	have, said := map[string]string{}, false
	for k, v := range other.labels {
		have[k], have["k8s:"+k] = v, v
	}
	const namespace = "io.kubernetes.pod.namespace"
	have[namespace], have["k8s:"+namespace] = other.namespace, other.namespace
	for k := range labels(selector, "matchLabels") {
		said = said || strings.HasSuffix(k, namespace)
	}
	for _, e := range items(selector, "matchExpressions") {
		said = said || strings.HasSuffix(text(e, "key"), namespace)
	}
	return (said || other.namespace == own) && matches(selector, have)
}

// anyTo tells whether some rule lets a flow out to a namespace, with whatever labels.
func (p *Proof) anyTo(f flow) bool {
	for _, o := range p.policiesIn[f.from.namespace] {
		rules, applies := p.policyRules(o, f.from, "Egress")
		if !applies {
			continue
		}
		for _, rule := range rules {
			for _, s := range items(rule, "toEndpoints") {
				if matchesEndpoint(onlyNamespace(s), o.namespace, f.to) {
					return true
				}
			}
		}
	}
	return false
}

// onlyNamespace is a selector without what it says of other labels.
func onlyNamespace(s *yaml.Node) *yaml.Node {
	some := &yaml.Node{Kind: yaml.MappingNode}
	for k, v := range pairs(s) {
		kept := &yaml.Node{Kind: v.Kind}
		for i := 0; i < len(v.Content); i++ {
			switch {
			case v.Kind == yaml.SequenceNode && strings.HasSuffix(text(v.Content[i], "key"), "pod.namespace"):
				kept.Content = append(kept.Content, v.Content[i])
			case v.Kind == yaml.MappingNode && i+1 < len(v.Content) && strings.HasSuffix(v.Content[i].Value, "pod.namespace"):
				kept.Content = append(kept.Content, v.Content[i], v.Content[i+1])
			}
		}
		some.Content = append(some.Content, k, kept)
	}
	return some
}
