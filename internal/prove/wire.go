package prove

import (
	"path"
	"slices"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// wire goes from a configuration to the pods that run with it: the ConfigMap that
// kustomize makes of the file, the Deployment that mounts it, the tunnel that Terraform
// makes, and its credentials.
func (p *Proof) wire(c *config) {
	where := Place{c.file, c.node.Line}
	maps := p.mapsOf(c.file)
	if len(maps) == 0 {
		p.find(RuleOrphan, where, "no kustomization makes a ConfigMap of it, so that no cloudflared reads it")
		return
	}
	for _, m := range maps {
		for _, w := range p.workloads(m.namespace) {
			for _, v := range items(w.template, "spec", "volumes") {
				if text(v, "configMap", "name") == m.name {
					c.pods = w
				}
			}
		}
	}
	if c.pods == nil {
		p.find(RuleOrphan, maps[0].at(), "no Deployment mounts the ConfigMap %s, so that no cloudflared reads it", maps[0].name)
		return
	}
	p.proveConnector(c)
	found := false
	for _, r := range p.tf {
		for _, res := range r.Resources {
			if res.Mode == "resource" && res.Kind == "cloudflare_zero_trust_tunnel_cloudflared" && res.Text("name") == c.name {
				found = true
				if src := res.Text("config_src"); src != "local" {
					p.find(RuleDangling, tfPlace(res.Attrs["config_src"].Pos), "the tunnel %s takes its rules from %q, and not from %s", c.name, src, c.file)
				}
			}
		}
	}
	if !found {
		p.find(RuleDangling, Place{c.file, line(c.node, "tunnel")}, "Terraform makes no tunnel %q", c.name)
	}
}

func line(n *yaml.Node, keys ...string) int {
	if found := at(n, keys...); found != nil {
		return found.Line
	}
	return n.Line
}

// mapsOf are the ConfigMaps that kustomize makes of a file.
func (p *Proof) mapsOf(file string) []*object {
	var all []*object
	for _, o := range p.byID {
		if o.kind != "ConfigMap" || !o.made || o.node == nil || path.Dir(o.file) != path.Dir(file) {
			continue
		}
		for _, f := range texts(o.node, "files") {
			_, name, ok := strings.Cut(f, "=")
			if !ok {
				name = f
			}
			if path.Join(path.Dir(o.file), name) == file {
				all = append(all, o)
			}
		}
	}
	return all
}

// proveConnector wants cloudflared to be started with its configuration, and with the
// credentials that Terraform makes.
func (p *Proof) proveConnector(c *config) {
	for _, n := range c.pods.containers() {
		args := slices.Concat(texts(n, "command"), texts(n, "args"))
		i := slices.Index(args, "--config")
		if !slices.Contains(args, "tunnel") {
			continue
		}
		where := c.pods.place(at(n, "args"))
		if i < 0 || i+1 >= len(args) || !slices.Contains(args, "run") {
			p.find(RuleDangling, where, "cloudflared is not started with tunnel --config FILE run")
			continue
		}
		c.wired = true
		p.mountedAt(c.pods, n, where, args[i+1], true)
		if creds := text(c.node, "credentials-file"); creds != "" {
			p.mountedAt(c.pods, n, Place{c.file, line(c.node, "credentials-file")}, creds, false)
		}
		_, metrics, _ := strings.Cut(text(c.node, "metrics"), ":")
		for _, probe := range []string{"livenessProbe", "readinessProbe"} {
			named := text(n, probe, "httpGet", "port")
			if number, _ := c.pods.port(named); metrics == "" || number != 0 && metrics != text(n, probe, "httpGet", "port") && metrics != itoa(number) {
				p.find(RuleDangling, c.pods.place(at(n, probe)), "the %s asks port %q, and cloudflared says how it is at %q", probe, named, text(c.node, "metrics"))
			}
		}
	}
	if !c.wired {
		p.find(RuleDangling, c.pods.at(), "no container of %s runs cloudflared", c.pods.said())
	}
}

// mounted wants a file that a configuration names to be in cloudflared's pods.
func (p *Proof) mounted(c *config, where Place, file string) {
	if c.pods == nil {
		return
	}
	for _, n := range c.pods.containers() {
		p.mountedAt(c.pods, n, where, file, true)
	}
}

// mountedAt wants a file to be below a volume of a container. copied is for a volume that
// an init container fills: it is in what that mounts.
func (p *Proof) mountedAt(w *pods, container *yaml.Node, where Place, file string, copied bool) {
	volume := ""
	for _, m := range items(container, "volumeMounts") {
		if dir := text(m, "mountPath"); strings.HasPrefix(file, dir+"/") {
			volume = text(m, "name")
		}
	}
	keys, known := p.volumeKeys(w, volume)
	for _, init := range items(w.template, "spec", "initContainers") {
		for _, m := range items(init, "volumeMounts") {
			if more, ok := p.volumeKeys(w, text(m, "name")); ok && copied && !known {
				keys = append(keys, more...)
			}
		}
	}
	if volume == "" || !slices.Contains(keys, path.Base(file)) {
		p.find(RuleDangling, where, "%s is in no volume of %s", file, w.said())
	}
}

// volumeKeys are the files of a volume.
func (p *Proof) volumeKeys(w *pods, name string) (keys []string, known bool) {
	for _, v := range items(w.template, "spec", "volumes") {
		if text(v, "name") != name {
			continue
		}
		for _, kind := range [][2]string{{"configMap", "name"}, {"secret", "secretName"}} {
			source := at(v, kind[0])
			if source == nil {
				continue
			}
			for _, i := range items(source, "items") {
				keys = append(keys, text(i, "path"))
			}
			o := p.get(strings.ToUpper(kind[0][:1])+kind[0][1:], w.namespace, text(source, kind[1]))
			if len(keys) == 0 && o != nil {
				keys = o.keys
			}
			return keys, true
		}
	}
	return nil, false
}
