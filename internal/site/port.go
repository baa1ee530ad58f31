package site

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"sitegen/internal/spec"
)

// Port is a named port of a workload's pods.
type Port struct {
	Name    string
	Number  int
	Sidecar bool // a sidecar listens on it
}

func resolvePorts(w *Workload) {
	for _, name := range slices.Sorted(maps.Keys(w.App.Ports)) {
		p := Port{Name: name, Number: w.App.Ports[name]}
		p.Sidecar = slices.ContainsFunc(w.Sidecars, func(s Process) bool { return s.Port == p.Number })
		w.Ports = append(w.Ports, p)
	}
}

// AllPorts are the numbers of all ports of a workload's pods, sorted.
func (w *Workload) AllPorts() []int {
	all := []int{w.Port}
	for _, p := range w.Ports {
		all = append(all, p.Number)
	}
	slices.Sort(all)
	return all
}

// serviceTarget is the Service of a workload at one of its ports; 0 is its own.
func serviceTarget(w *Workload, port int) Target {
	if port == 0 || port == w.Port {
		port = w.ServicePort
	}
	return service(w.Name, w.Namespace, port)
}

// Longest sorts paths so that one stands before what it lies in.
func Longest(paths map[string]*spec.Path) []string {
	return slices.SortedFunc(maps.Keys(paths), func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
}

// PathExpression is a path with all below it, as cloudflared matches it.
func PathExpression(path string) string { return "^" + regexp.QuoteMeta(path) + "(/|$)" }

// workloadPaths are the paths of a workload's hostnames that lead elsewhere.
func workloadPaths(w *Workload, apps map[string]*Workload) []RoutePath {
	var all []RoutePath
	for _, path := range Longest(w.Paths) {
		p, to := w.Paths[path], w
		if p.App != "" {
			to = apps[p.App]
		}
		if to != nil {
			all = append(all, RoutePath{PathExpression(path), serviceTarget(to, p.Port)})
		}
	}
	return all
}

// servicePort is the port of a target in the cluster, which its URL names.
func (t Target) servicePort() int {
	u, err := url.Parse(t.Service)
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(u.Port())
	return n
}
