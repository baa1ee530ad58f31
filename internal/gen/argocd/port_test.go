package argocd

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

const withPorts = `
clients: bakery: {ports: live: 9000, paths: "/live": port: 9000}
apps: board: {
	hostnames: ["board.example.com"], public: true, image: "ghcr.io/example/board:1.0.0"
	ports: {metrics: 9090, admin: 9091, proxy: 8081}
	paths: {"/admin": port: 9091, "/api": app: "api", "/api/v2": {app: "api", port: 9200}}
	sidecars: proxy: {image: "ghcr.io/example/proxy:1.0.0", port: 8081}
	allow: ["api"]
}
apps: api: {image: "ghcr.io/example/api:1.0.0", port: 3000, ports: events: 9200}
apps: other: {image: "ghcr.io/example/other:1.0.0", ports: metrics: 9090}
`

// TestPorts: a Service has every port, and the container that listens on it names it.
func TestPorts(t *testing.T) {
	docs := manifests(t, gentest.Base(t, withPorts))
	want := []any{
		object{"name": "main", "port": 8080, "targetPort": "main"}, object{"name": "admin", "port": 9091, "targetPort": "admin"},
		object{"name": "metrics", "port": 9090, "targetPort": "metrics"}, object{"name": "proxy", "port": 8081, "targetPort": "port-8081"},
	}
	if diff := cmp.Diff(want, docs["board/service.yaml"][0].list("spec", "ports")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	pod := docs["board/deployment.yaml"][0].at("spec", "template", "spec").(object)
	names := map[string]int{}
	for _, c := range append(pod.list("containers"), pod.list("initContainers")...) {
		for _, p := range c.(object).list("ports") {
			names[p.(object).text("name")]++
		}
	}
	if diff := cmp.Diff(map[string]int{"main": 1, "admin": 1, "metrics": 1, "port-8081": 1}, names); diff != "" {
		t.Errorf("ports of the pod: -want +got\n%s", diff)
	}
	if diff := cmp.Diff([]any{object{"name": "main", "port": 80, "targetPort": "main"}, object{"name": "live", "port": 9000, "targetPort": "live"}}, docs["websites/bakery/service.yaml"][0].list("spec", "ports")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestPortPolicies: the tunnel reaches the ports that hostnames lead to, and those that
// allow names reach all.
func TestPortPolicies(t *testing.T) {
	docs := manifests(t, gentest.Base(t, withPorts))
	reached := func(app string) map[string][]any {
		all := map[string][]any{}
		for _, p := range docs[app+"/networkpolicy.yaml"] {
			for _, rule := range p.list("spec", "ingress") {
				for _, from := range rule.(object).list("from") {
					for _, port := range rule.(object).list("ports") {
						name := from.(object).text("podSelector", "matchLabels", site.NameLabel)
						all[name] = append(all[name], port.(object)["port"])
					}
				}
			}
		}
		return all
	}
	for app, want := range map[string]map[string][]any{
		"board": {"cloudflared": {8080, 9091}, "api": {8080, 8081, 9090, 9091}},
		"api":   {"cloudflared": {3000, 9200}},
		"other": {},
	} {
		if diff := cmp.Diff(want, reached(app)); diff != "" {
			t.Errorf("%s: -want +got\n%s", app, diff)
		}
	}
	var out []any
	for _, p := range docs["api/networkpolicy.yaml"] {
		for _, rule := range p.list("spec", "egress") {
			for _, to := range rule.(object).list("to") {
				if to.(object).text("podSelector", "matchLabels", site.NameLabel) == "board" {
					for _, port := range rule.(object).list("ports") {
						out = append(out, port.(object)["port"])
					}
				}
			}
		}
	}
	if diff := cmp.Diff([]any{8080, 8081, 9090, 9091}, out); diff != "" {
		t.Errorf("out of api: -want +got\n%s", diff)
	}
}
