package prove

import (
	"slices"
	"strconv"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

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
