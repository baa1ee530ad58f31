package prove

import (
	"path"
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
