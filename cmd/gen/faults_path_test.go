package main

import (
	"fmt"
	"path"
	"regexp"
	"slices"

	"sitegen/internal/site"
)

// pathFaults are about paths that lead elsewhere than their hostname.
func pathFaults() []fault {
	const status = "k8s/argocd-atlas/status/"
	return []fault{{
		name:    "path that ends at the wrong program, or at a closed port",
		breaks:  "a rule behind the hostname's own is never asked; a port that no Service or no network policy names does not answer",
		applies: func(r *output) bool { return r.site.Name == "atlas" },
		check: func(r *output) []string {
			var f finding
			for _, w := range r.site.Workloads() {
				for p, to := range w.Paths {
					for _, hostname := range w.Hostnames {
						r.followPath(&f, w, hostname, p, to.App, to.Port)
					}
				}
			}
			return f
		},
		again: []func(map[string]string){
			swap("k8s/argocd-atlas/cloudflared/config*.yaml", `^(- hostname: studio\.example)\n  path: \^/api\(/\|\$\)\n  service: .*\n`, ""),
			swap("k8s/argocd-atlas/cloudflared/config*.yaml", `^(- hostname: studio\.example\n)  path: \^/api/metrics\(/\|\$\)\n(  service: .*\n)`, "${1}${2}"),
			swap(status+"service.yaml", `^    port: 9090\n`, "    port: 9091\n"),
			swap(status+"networkpolicy.yaml", `^    - port: 9090\n      protocol: TCP\n`, ""),
			swap(status+"deployment.yaml", `^          name: metrics\n`, "          name: other\n"),
		},
	}}
}

// followPath goes the way of a request: the first rule that matches, the Service, the
// port of the container, and what the app's policy opens to the tunnel.
func (r *output) followPath(f *finding, w *site.Workload, hostname, p, app string, port int) {
	target := w
	for _, a := range r.site.Apps {
		if a.Name == app {
			target = a
		}
	}
	if port == 0 {
		port = target.ServicePort
	}
	want, got := fmt.Sprintf("http://%s.%s.svc.cluster.local:%d", target.Name, target.Namespace, port), ""
	for _, config := range matching(r.files, "k8s/argocd-*/cloudflared/config*.yaml") {
		for _, x := range list(r.yaml(config)[0].v, "ingress") {
			if got == "" && text(x, "hostname") == hostname && regexp.MustCompile(text(x, "path")).MatchString(p) {
				got = text(x, "service")
			}
		}
	}
	f.unless(got == want, "%s%s leads to %s, not to %s", hostname, p, got, want)
	dir := path.Join(r.site.ArgoDir(), target.Folder)
	named := ""
	for _, x := range list(r.yaml(dir + "/service.yaml")[0].v, "spec", "ports") {
		if text(x, "port") == fmt.Sprint(port) {
			named = text(x, "targetPort")
		}
	}
	listens := ""
	for _, x := range list(r.yaml(dir + "/deployment.yaml")[0].v, "spec", "template", "spec", "containers", 0, "ports") {
		if text(x, "name") == named && named != "" {
			listens = text(x, "containerPort")
		}
	}
	f.unless(listens != "", "%s%s: nothing listens behind port %d of %s", hostname, p, port, target.Name)
	if target.Kind == site.KindApp {
		f.unless(slices.Contains(r.openToTunnel(dir), listens), "%s%s: port %s of %s is closed to the tunnel", hostname, p, listens, target.Name)
	}
}

// openToTunnel are the ports of an app that its policies open to the tunnel.
func (r *output) openToTunnel(dir string) []string {
	var open []string
	for _, o := range r.yaml(dir + "/networkpolicy.yaml") {
		for _, rule := range list(o.v, "spec", "ingress") {
			for _, from := range list(rule, "from") {
				if text(from, "namespaceSelector", "matchLabels", "kubernetes.io/metadata.name") != "cloudflared" {
					continue
				}
				for _, p := range list(rule, "ports") {
					open = append(open, text(p, "port"))
				}
			}
		}
	}
	return open
}
