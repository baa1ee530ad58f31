package prove

import (
	"maps"
	"sitegen/internal/format"
	"slices"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// virtual is a Service that a chart makes, which Terraform installs: of Argo CD's and of
// Cilium's it is known what it leads to (argo-helm, templates/argocd-server/service.yaml;
// cilium, templates/hubble-ui/service.yaml).
type virtual struct {
	namespace, name, port string
	labels                map[string]string
	podPort               int
	release, surface      string
	values                []string // that the chart has to be given
}

var virtuals = []virtual{
	{"argocd", "argocd-server", "80", map[string]string{"app.kubernetes.io/name": "argocd-server"}, 8080, "argocd", "Argo CD", []string{"configs", "params", "server.insecure"}},
	{"kube-system", "hubble-ui", "80", map[string]string{"k8s-app": "hubble-ui"}, 8081, "cilium", "Hubble", []string{"hubble", "ui", "enabled"}},
}

// follow goes from a Service to the pods behind it.
func (p *Proof) follow(r *rule, name string) {
	where := r.place("service")
	for i, v := range virtuals {
		if v.namespace == r.to.namespace && v.name == name {
			r.to.chart = &virtuals[i]
			p.proveVirtual(r, v)
			return
		}
	}
	s := p.get("Service", r.to.namespace, name)
	if s == nil {
		if !p.charted(r.to.namespace) {
			p.find(RuleDangling, where, "there is no Service %s in the namespace %s", name, r.to.namespace)
		}
		return
	}
	r.to.service = s
	var port *yaml.Node
	for _, n := range items(s.node, "spec", "ports") {
		if text(n, "port") == r.to.port && (text(n, "protocol") == "" || text(n, "protocol") == "TCP") {
			port = n
		}
	}
	if port == nil {
		p.find(RuleDangling, where, "the %s has no port %s", s.said(), r.to.port)
		return
	}
	r.to.workload, r.to.podPort = p.behind(s, port, where)
}

// behind finds the pods that a port of a Service leads to.
func (p *Proof) behind(s *object, port *yaml.Node, where Place) (*pods, int) {
	target := text(port, "targetPort")
	if target == "" {
		target = text(port, "port")
	}
	want := labels(s.node, "spec", "selector")
	for _, w := range p.some(s.namespace, want) {
		if w.kind == "CronJob" || w.kind == "Job" || len(want) == 0 || !selects(want, w.labels) {
			continue
		}
		if n := at(w.node, "spec", "replicas"); n != nil && n.Value == "0" {
			p.find(RuleDangling, w.place(n), "%s has no pod, and %s leads to it", w.said(), s.said()).warn()
		}
		number, _ := w.port(target)
		if number == 0 {
			p.find(RuleDangling, s.place(port), "no container of %s has the port %q", w.said(), target)
		}
		return w, number
	}
	p.find(RuleDangling, s.at("spec", "selector"), "no pod of the namespace %s has the labels that %s selects", s.namespace, s.said())
	return nil, 0
}

// charted tells whether some chart or folder of the user's brings objects into a namespace
// that only the chart knows.
func (p *Proof) charted(namespace string) bool {
	by, _ := p.broughtBy(namespace)
	return by != ""
}

// broughtBy is what brings objects into a namespace that the tree does not have, in words, and
// where it says so; "" where nothing does.
func (p *Proof) broughtBy(namespace string) (by string, at Place) {
	if namespace == "kube-system" {
		return "k3s, or the chart of Cilium", Place{}
	}
	for _, r := range p.tf {
		for _, res := range r.Resources {
			if res.Kind == "helm_release" && res.Text("namespace") == namespace {
				return "the chart of Terraform's " + res.Kind + "." + res.Name, Place{}
			}
		}
	}
	for _, o := range p.inNamespace[namespace] {
		if _, known := format.Builtin(o.group, o.kind); !known && o.group != "cilium.io" && o.group != "argoproj.io" {
			return "what an operator makes of the " + o.said(), o.at()
		}
	}
	var charts, reach []*application
	for _, name := range slices.Sorted(maps.Keys(p.applications)) {
		a := p.applications[name]
		switch project := p.projects[a.project]; {
		case !slices.ContainsFunc(a.sources, func(s source) bool { return s.chart != "" }):
		case a.namespace == namespace:
			charts = append(charts, a)
		case project != nil && reaches(project, a.server, namespace):
			reach = append(reach, a)
		}
	}
	if len(charts) == 0 {
		charts = reach
	}
	var all []string
	for _, a := range charts {
		for _, s := range a.sources {
			if s.chart != "" {
				all = append(all, "the chart "+s.chart+" of the Application "+a.name)
			}
		}
	}
	if len(all) > 0 {
		return strings.Join(all, " or "), charts[0].at()
	}
	return "", Place{}
}
