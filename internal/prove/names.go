package prove

import (
	"regexp"
	"slices"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// provePeers wants what a policy names to be there.
func (p *Proof) provePeers(o *object) {
	for _, direction := range [][2]string{{"ingress", "from"}, {"egress", "to"}} {
		for _, rule := range items(o.node, "spec", direction[0]) {
			for _, peer := range items(rule, direction[1]) {
				p.provePeer(o, peer)
			}
			for _, port := range items(rule, "ports") {
				if number := text(port, "port"); direction[0] == "ingress" && number != "" && !p.anyPort(o, number) {
					p.find(RuleDangling, o.place(port), "no pod that %s selects has the port %s", o.said(), number)
				}
			}
		}
	}
}

func (p *Proof) provePeer(o *object, peer *yaml.Node) {
	namespace := o.namespace
	if s := at(peer, "namespaceSelector"); s != nil {
		if namespace = text(s, "matchLabels", "kubernetes.io/metadata.name"); namespace == "" {
			return
		}
	}
	if p.get("Namespace", "", namespace) == nil && !slices.Contains(builtIn, namespace) {
		p.find(RuleDangling, o.place(peer), "there is no namespace %q", namespace)
		return
	}
	if s := at(peer, "podSelector"); s != nil && len(p.workloads(namespace)) > 0 && !p.charted(namespace) {
		p.peerPods(o, s, namespace)
	}
	if namespace == "kube-system" && strings.HasPrefix(o.file, p.argoDir+"/") && text(peer, "podSelector", "matchLabels", "k8s-app") != "kube-dns" {
		p.find(RuleDangling, o.place(peer), "no pods of kube-system are known but those of kube-dns")
	}
}

func (p *Proof) peerPods(o *object, selector *yaml.Node, namespace string) {
	for _, w := range p.some(namespace, labels(selector, "matchLabels")) {
		if matches(selector, w.labels) {
			return
		}
	}
	p.find(RuleDangling, o.place(selector), "no pod of the namespace %s has the labels", namespace)
}

func (p *Proof) anyPort(o *object, port string) bool {
	found := false
	for _, w := range p.workloads(o.namespace) {
		if matches(at(o.node, "spec", "podSelector"), w.labels) {
			if number, _ := w.port(port); number != 0 {
				return true
			}
			found = true
		}
	}
	return !found
}

// proveNames wants the pods of every namespace that is closed to find names: kube-dns.
func (p *Proof) proveNames() {
	for _, o := range p.objects {
		w := podsOf(o)
		if w == nil || p.byID[o.id()] != o {
			continue
		}
		for _, direction := range []string{"Ingress", "Egress"} {
			if strings.HasPrefix(o.file, p.argoDir+"/") && !p.closed(w, direction) {
				p.find(RuleUnguarded, o.at(), "no network policy selects the pods of %s for %s: all is let through", o.said(), direction)
			}
		}
		p.proveStrangers(w)
		for _, protocol := range []string{"UDP", "TCP"} {
			f := flow{from: peer{namespace: w.namespace, labels: w.labels}, to: peer{namespace: "kube-system", labels: map[string]string{"k8s-app": "kube-dns"}}, port: 53, protocol: protocol}
			if ok, by := p.allows(f, "Egress"); !ok {
				p.find(RuleRefused, o.at(), "no network policy lets the pods of %s ask for names, by %s", o.said(), protocol).hint("%s", by)
			}
		}
	}
}

// closed tells whether some policy selects pods for a direction, so that only what is said gets through.
func (p *Proof) closed(w *pods, direction string) bool {
	return slices.ContainsFunc(p.policiesIn[w.namespace], func(o *object) bool {
		_, applies := p.policyRules(o, peer{namespace: w.namespace, labels: w.labels}, direction)
		return applies && o.kind == "NetworkPolicy" && len(labels(o.node, "spec", "podSelector", "matchLabels")) == 0
	})
}

var inCluster = regexp.MustCompile(`\b([a-z0-9-]+)\.([a-z0-9-]+)\.svc\.cluster\.local\b`)

// proveMentions wants a Service that an environment names to be there.
func (p *Proof) proveMentions() {
	for _, o := range p.objects {
		w := podsOf(o)
		if w == nil || p.byID[o.id()] != o {
			continue
		}
		for _, c := range w.containers() {
			for _, e := range items(c, "env") {
				for _, m := range inCluster.FindAllStringSubmatch(text(e, "value"), -1) {
					if p.get("Service", m[2], m[1]) == nil && !p.charted(m[2]) && p.get("Namespace", "", m[2]) != nil {
						p.find(RuleDangling, w.place(e), "there is no Service %s in the namespace %s", m[1], m[2])
					}
				}
			}
		}
	}
}
