package prove

import (
	"path"
	"slices"
	"strings"
)

// proveVirtual goes from a Service that a chart makes to the release that Terraform
// installs, and to the values that make the Service.
func (p *Proof) proveVirtual(r *rule, v virtual) {
	where := r.place("service")
	if r.to.port != v.port || r.to.scheme != "http" {
		p.find(RuleDangling, where, "the Service %s/%s listens on http port %s", v.namespace, v.name, v.port)
	}
	for _, root := range p.tf {
		for _, res := range root.Resources {
			if res.Kind != "helm_release" || res.Text("name") != v.release {
				continue
			}
			if res.Text("namespace") != v.namespace {
				p.find(RuleDangling, tfPlace(res.Attrs["namespace"].Pos), "the release %s is in %q, and the tunnel looks for its Service in %s", v.release, res.Text("namespace"), v.namespace)
			}
			for _, m := range fileCall.FindAllStringSubmatch(res.Attrs["values"].Expr, -1) {
				file := path.Join(root.Dir, m[1])
				docs, err := documents(p.files[file])
				if err == nil && len(docs) == 1 && text(docs[0], v.values...) == "true" {
					return
				}
			}
			p.find(RuleDangling, tfPlace(res.Pos), "no values of the release %s say %s: true, and %s/%s is led to by %s", v.release, strings.Join(v.values, "."), v.namespace, v.name, where)
			return
		}
	}
	if len(p.tf) > 0 {
		p.find(RuleDangling, where, "Terraform installs no release %q, which would make the Service %s/%s", v.release, v.namespace, v.name)
	}
}

// proveDecryption wants Argo CD to start ksops, and to have the key that it decrypts with.
func (p *Proof) proveDecryption() {
	if !slices.ContainsFunc(p.objects, func(o *object) bool { return o.kind == "ksops" && o.app != nil }) {
		return
	}
	for _, root := range p.tf {
		file := path.Join(root.Dir, "values/argocd.yaml")
		docs, err := documents(p.files[file])
		if !p.has(file) || err != nil || len(docs) != 1 {
			continue
		}
		v := docs[0]
		options := strings.Fields(text(v, "configs", "cm", "kustomize.buildOptions"))
		if !slices.Contains(options, "--enable-alpha-plugins") || !slices.Contains(options, "--enable-exec") {
			p.find(RuleDangling, Place{file, line(v, "configs")}, "kustomize starts no ksops: configs.cm.kustomize.buildOptions wants --enable-alpha-plugins --enable-exec")
		}
		server := at(v, "repoServer")
		where := Place{file, line(v, "repoServer")}
		keyFile := ""
		for _, e := range items(server, "env") {
			if text(e, "name") == "SOPS_AGE_KEY_FILE" {
				keyFile = text(e, "value")
			}
		}
		var keys []string
		ksops := false
		volumes := map[string]string{}
		for _, n := range items(server, "volumes") {
			volumes[text(n, "name")] = "empty"
			if name := text(n, "secret", "secretName"); name != "" {
				volumes[text(n, "name")] = name
			}
		}
		for _, m := range items(server, "volumeMounts") {
			of, there := volumes[text(m, "name")]
			if !there {
				p.find(RuleDangling, Place{file, m.Line}, "repoServer has no volume %q", text(m, "name"))
			}
			ksops = ksops || text(m, "mountPath") == "/usr/local/bin/ksops" && text(m, "subPath") == "ksops"
			if s := p.get("Secret", "argocd", of); s != nil && text(m, "mountPath") == path.Dir(keyFile) {
				keys = s.keys
			}
		}
		if !slices.Contains(keys, path.Base(keyFile)) {
			p.find(RuleKey, where, "repoServer decrypts with %q, which no Secret that it mounts has", keyFile)
		}
		if !ksops {
			p.find(RuleDangling, where, "repoServer mounts no ksops at /usr/local/bin/ksops")
		}
	}
}

// proveDomain wants Argo CD to call itself what the tunnel does.
func (p *Proof) proveDomain() {
	for _, root := range p.tf {
		file := path.Join(root.Dir, "values/argocd.yaml")
		docs, err := documents(p.files[file])
		if !p.has(file) || err != nil || len(docs) != 1 {
			continue
		}
		domain := text(docs[0], "global", "domain")
		for _, c := range p.configs {
			for _, r := range c.rules {
				if r.to.chart != nil && r.to.chart.release == "argocd" && domain != "" && r.Hostname != domain {
					p.find(RuleDangling, Place{file, line(docs[0], "global")}, "Argo CD calls itself %s, and %s leads to it", domain, r.Hostname)
				}
			}
		}
	}
}
