package argocd

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestInitContainers holds the order in which the containers of a pod start, and what
// each of them has.
func TestInitContainers(t *testing.T) {
	docs := manifests(t, newSite(t, `
apps: invoices: {
	writable: ["/run/app"]
	init: {
		"2-data": args: ["load"]
		"1-schema": {command: ["/invoices", "migrate"], env: LOG_LEVEL: "debug", secrets: ["DATABASE_URL"], resources: {requests: memory: "1Gi", limits: memory: "1Gi"}}
	}
	sidecars: {
		worker: args: ["work"]
		proxy: {image: "ghcr.io/example/proxy:1.2.0", port: 8081, health: "/ready", user: 1002, readOnly: false, env: MODE: "x"}
	}
}
clients: bakery: sidecars: logs: {image: "ghcr.io/example/logs:1.0.0"}`))
	pod := docs["invoices/deployment.yaml"][0].at("spec", "template", "spec").(object)
	var order []any
	by := map[string]object{}
	for _, c := range pod.list("initContainers") {
		c := c.(object)
		order = append(order, c.text("name")+" "+c.text("restartPolicy"))
		by[c.text("name")] = c
		if c.at("securityContext", "allowPrivilegeEscalation") != false || c.text("resources", "limits", "memory") == "" {
			t.Errorf("%s is not held to the pod's Pod Security, or has no limit", c.text("name"))
		}
		mounts := c.list("volumeMounts")
		if len(mounts) != 3 || mounts[0].(object).text("subPath") != c.text("name") || mounts[1].(object).at("subPath") != nil {
			t.Errorf("%s: /tmp is its own, and all else the workload's: %v", c.text("name"), mounts)
		}
	}
	if diff := cmp.Diff([]any{"proxy Always", "1-schema ", "2-data ", "worker Always"}, order); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for name, want := range map[string][]any{
		"proxy":    {"MODE"},
		"1-schema": {"LOG_LEVEL", "DATABASE_URL"},
		"2-data":   {"LOG_LEVEL", "API_KEY", "DATABASE_URL"},
		"worker":   {"LOG_LEVEL", "API_KEY", "DATABASE_URL"},
	} {
		var got []any
		for _, e := range by[name].list("env") {
			got = append(got, e.(object)["name"])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
	if by["1-schema"].text("env", 0, "value") != "debug" || by["2-data"].text("env", 0, "value") != "info" {
		t.Error("a variable of its own does not take the place of the workload's")
	}
	proxy := by["proxy"]
	if proxy.at("securityContext", "runAsUser") != 1002 || proxy.at("securityContext", "readOnlyRootFilesystem") != false || by["worker"].at("securityContext", "readOnlyRootFilesystem") != true {
		t.Error("a container has not the user, or the files, that the spec says")
	}
	for _, p := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		if proxy.text(p, "httpGet", "path") != "/ready" || proxy.at(p, "httpGet", "port") != proxy.at("ports", 0, "name") || by["worker"].at(p) != nil {
			t.Errorf("%s asks for something else", p)
		}
	}
	if by["1-schema"].text("resources", "requests", "memory") != "1Gi" || by["2-data"].text("resources", "limits", "memory") != "256Mi" {
		t.Error("an init container does not have its own resources, or the workload's")
	}
	if got := docs["websites/bakery/deployment.yaml"][0].text("spec", "template", "spec", "initContainers", 0, "image"); got != "ghcr.io/example/logs:1.0.0" {
		t.Errorf("a client's sidecar runs %q", got)
	}
}
