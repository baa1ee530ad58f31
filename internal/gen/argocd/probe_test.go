package argocd

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/gentest"
)

// TestProbes: each probe asks in the way that the spec says, and all leave a container
// five minutes to start in.
func TestProbes(t *testing.T) {
	docs := manifests(t, gentest.Base(t, `
apps: {
	open: image: "ghcr.io/example/open:1.0.0"
	web: {image: "ghcr.io/example/web:1.0.0", health: "/healthz"}
	db: {
		image: "ghcr.io/example/db:1.0.0", health: command: ["pg_isready", "-U", "$(USER)"]
		sidecars: {
			asked: {image: "ghcr.io/example/asked:1.0.0", health: command: ["true"]}
			silent: {image: "ghcr.io/example/silent:1.0.0"}
		}
	}
}
`))
	kinds := map[string]any{}
	for _, app := range []string{"open", "web", "db"} {
		pod := docs[app+"/deployment.yaml"][0].at("spec", "template", "spec").(object)
		for _, c := range append(pod.list("containers"), pod.list("initContainers")...) {
			c := c.(object)
			for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
				p, ok := c[probe].(object)
				for _, kind := range []string{"exec", "httpGet", "tcpSocket"} {
					if ok && p[kind] != nil {
						kinds[c.text("name")+" "+probe] = kind
					}
				}
				if ok && probe == "startupProbe" && p["periodSeconds"].(int)*p["failureThreshold"].(int) != 300 {
					t.Errorf("%s has %v to start in", c["name"], p)
				}
				if ok && p["timeoutSeconds"].(int) > p["periodSeconds"].(int)+3 {
					t.Errorf("%s: a probe begins long before the last one has ended: %v", c["name"], p)
				}
			}
		}
	}
	want := map[string]any{}
	for name, kind := range map[string]string{"open": "tcpSocket", "web": "httpGet", "db": "exec", "asked": "exec"} {
		for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
			want[fmt.Sprintf("%s %s", name, probe)] = kind
		}
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	command := docs["db/deployment.yaml"][0].list("spec", "template", "spec", "containers", 0, "readinessProbe", "exec", "command")
	if diff := cmp.Diff([]any{"pg_isready", "-U", "$$(USER)"}, command); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
