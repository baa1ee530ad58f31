package prove

import (
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
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
	for _, what := range []string{"cpu", "memory", "ephemeral-storage"} {
		request, asks := p.quantity(w, at(c, "resources", "requests", what))
		limit, limited := p.quantity(w, at(c, "resources", "limits", what))
		if asks && limited && request.Cmp(limit) > 0 {
			p.find(RuleDangling, w.place(at(c, "resources")), "the container asks for more %s than it may have, and the API server refuses it", what)
		}
	}
	p.proveEnd(w, c)
}

// quantity reads an amount as the API server does; ok tells whether there is one.
func (p *Proof) quantity(w *pods, n *yaml.Node) (q resource.Quantity, ok bool) {
	if n == nil {
		return q, false
	}
	q, err := resource.ParseQuantity(n.Value)
	if err != nil {
		p.find(RuleDangling, w.place(n), "%q is no quantity: the API server refuses it", n.Value)
	}
	return q, err == nil
}

// proveEnd wants a container that waits before it ends to do so within the time that its pod is given
// (kubernetes, api/core/v1: 30 seconds where terminationGracePeriodSeconds says nothing).
func (p *Proof) proveEnd(w *pods, c *yaml.Node) {
	grace := 30
	if text(w.template, "spec", "terminationGracePeriodSeconds") != "" {
		grace = number(w.template, "spec", "terminationGracePeriodSeconds")
	}
	if n := at(c, "lifecycle", "preStop", "sleep", "seconds"); n != nil && numberOf(n.Value) >= grace {
		p.find(RuleDangling, w.place(n), "the container waits for %s seconds, and its pod is killed after %d: it never ends by itself", n.Value, grace)
	}
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
