package adopt

import (
	"cmp"
	"strings"

	"sitegen/internal/tfread"
)

// importID is the id by which gen's resource of the same kind imports what a resource of the
// state stands for: the Import section of each resource's page, of cloudflare 5.22, kubernetes
// 3.2, helm 3.1, alekc/kubectl 2.4.
func (p *plan) importID(in tfread.Instance) string {
	id, account := in.Text("id"), cmp.Or(in.Text("account_id"), p.account)
	switch t := p.identify(in.Kind, in); t.what {
	case "tunnel", "policy":
		return account + "/" + id
	case "record":
		return in.Text("zone_id") + "/" + id
	case "application", "group", "identity provider", "service token":
		return "accounts/" + account + "/" + id
	case "ruleset":
		return "zones/" + in.Text("zone_id") + "/" + id
	case "zone", "dnssec":
		return cmp.Or(in.Text("zone_id"), id)
	case "release":
		return t.name
	case "object":
		return objectID(in, t.name)
	}
	return id
}

// objectID is the id of an object of the cluster, by the kind of gen's resource for it.
func objectID(in tfread.Instance, name string) string {
	parts := strings.Split(name, "//")
	switch strings.TrimSuffix(in.Kind, "_v1") {
	case "kubernetes_namespace":
		return parts[2]
	case "kubernetes_secret", "kubernetes_config_map":
		return parts[3] + "/" + parts[2]
	}
	return name
}

// describe says what a resource of the state is, for who has to find it again.
func (p *plan) describe(in tfread.Instance) string {
	switch t := p.identify(in.Kind, in); {
	case t.what == "object":
		parts := strings.Split(t.name, "//")
		if len(parts) == 4 {
			return parts[1] + " " + parts[2] + " in the namespace " + parts[3]
		}
		return parts[1] + " " + parts[2]
	case in.Text("application_id") != "":
		return "policy " + in.Text("name") + ", which Cloudflare deletes when its application has gen's"
	case t.what != "":
		return t.what + " " + t.name
	}
	return firstOf(in.Text("name"), in.Text("domain"), in.Text("id"))
}
