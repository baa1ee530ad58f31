package main

import (
	"strings"

	"sigs.k8s.io/yaml"
)

// registryFaults are about images that want a password.
func registryFaults() []fault {
	const template = "registries.yaml"
	return []fault{{
		name: "registry that is asked without its password", nix: true,
		breaks:  "k3s knows a password by the host that is asked, Docker Hub's by registry-1.docker.io (k3s#12561), and reads its file when it starts: images are refused; a password in the configuration is in git and in the store for all to read",
		applies: func(r *output) bool { return len(r.site.Registries) > 0 },
		check: func(r *output) []string {
			var f finding
			for _, host := range r.hostNames() {
				file := dig(r.hosts[host], "machine", "sops", "templates", template)
				f.unless(text(file, "path") == "/etc/rancher/k3s/registries.yaml", "%s: the file is at %q", host, text(file, "path"))
				f.unless(strings.Join(texts(file, "restartUnits"), " ") == "k3s.service", "%s: k3s goes on with the old file", host)
				var read any
				if err := yaml.Unmarshal([]byte(text(file, "content")), &read); err != nil {
					f.unless(false, "%s: %v", host, err)
				}
				configs := dig(read, "configs")
				for _, registry := range r.site.Registries {
					asked := registry.Host
					if asked == "docker.io" {
						asked = "registry-1.docker.io"
					}
					f.unless(text(configs, asked, "auth", "username") == registry.User, "%s: nobody logs in to %s", host, asked)
					key := "registry_" + registry.Name
					f.unless(text(configs, asked, "auth", "password") == "<"+key+">", "%s: the password at %s is no secret", host, asked)
					f.unless(dig(r.hosts[host], "machine", "sops", "secrets", key) != nil, "%s: %s is not decrypted", host, key)
				}
			}
			return f
		},
		again: []func(map[string]string){
			swap(machineNix, `^(    restartUnits = ).*`, "${1}[ ];"), swap(machineNix, `"registry-1\.docker\.io"`, `"docker.io"`),
			swap(machineNix, `\$\{config\.sops\.placeholder\.registry_ghcr\}`, "hunter22"), swap(machineNix, `/etc/rancher/k3s/registries\.yaml`, "/etc/rancher/registries.yaml"),
		},
	}}
}
