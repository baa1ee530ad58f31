package nixos

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// TestRegistries reads what k3s would, with passwords that would break another way of
// writing them down.
func TestRegistries(t *testing.T) {
	t.Parallel()
	s := withAgent(t, `registries: {
	ghcr: {host: "ghcr.io", user: "example-bot"}
	hub: {host: "docker.io", user: "a: \"b\" ${c} # 'd'"}
}
apps: cache: image: "nginx:1.29.1"`)
	for _, name := range []string{"web1", "web2"} {
		sops := host(t, s, name, "7.0").at("machine", "sops")
		sops.at("secrets", "registry_ghcr").is(attrs{})
		template := sops.at("templates", "registries.yaml")
		template.at("path").is("/etc/rancher/k3s/registries.yaml")
		template.at("restartUnits").is(list("k3s.service"))
		for _, password := range []string{"plain", `"x": '\ #`, "- a: b", " blanks ", "{[&*!|>%@`", "no", "123", "two\n"} {
			text := strings.NewReplacer("<registry_ghcr>", password, "<registry_hub>", "other").Replace(template.at("content").text())
			var got any
			if err := yaml.Unmarshal([]byte(text), &got); err != nil {
				t.Fatalf("%q: %v\n%s", password, err, text)
			}
			want := attrs{"configs": attrs{
				"ghcr.io":              attrs{"auth": attrs{"username": "example-bot", "password": strings.TrimSuffix(password, "\n")}},
				"registry-1.docker.io": attrs{"auth": attrs{"username": `a: "b" ${c} # 'd'`, "password": "other"}},
			}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q: -want +got\n%s", password, diff)
			}
		}
	}
}
