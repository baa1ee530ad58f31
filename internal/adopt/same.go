package adopt

import (
	"cmp"
	"regexp"
	"strings"

	yaml "sigs.k8s.io/yaml"

	"sitegen/internal/tfread"
)

// thing is what a resource stands for, in the same words on both sides: a tunnel by its
// name, a record by its name and type, an object of the cluster by its kind, namespace and name.
type thing struct{ what, name string }

// said are the attributes of a resource, of a state or of a root, by path.
type said interface{ Text(path ...string) string }

// declared are those of a resource in a root.
type declared struct{ *tfread.Resource }

func (d declared) Text(path ...string) string {
	if len(path) == 2 {
		return d.BlockText(path[0], path[1])
	}
	return d.Resource.Text(path[0])
}

// kinds are those that gen's roots have, with the names that version 4 of provider cloudflare has
// for them, and what they stand for.
var kinds = map[string]string{
	"cloudflare_access_application":                  "application",
	"cloudflare_access_group":                        "group",
	"cloudflare_access_identity_provider":            "identity provider",
	"cloudflare_access_policy":                       "policy",
	"cloudflare_access_service_token":                "service token",
	"cloudflare_argo_tunnel":                         "tunnel",
	"cloudflare_dns_record":                          "record",
	"cloudflare_record":                              "record",
	"cloudflare_ruleset":                             "ruleset",
	"cloudflare_tunnel":                              "tunnel",
	"cloudflare_zero_trust_access_application":       "application",
	"cloudflare_zero_trust_access_group":             "group",
	"cloudflare_zero_trust_access_identity_provider": "identity provider",
	"cloudflare_zero_trust_access_policy":            "policy",
	"cloudflare_zero_trust_access_service_token":     "service token",
	"cloudflare_zero_trust_tunnel_cloudflared":       "tunnel",
	"cloudflare_zone":                                "zone",
	"cloudflare_zone_dnssec":                         "dnssec",
	"helm_release":                                   "release",
	"kubectl_manifest":                               "object",
	"kubernetes_config_map":                          "object",
	"kubernetes_manifest":                            "object",
	"kubernetes_namespace":                           "object",
	"kubernetes_secret":                              "object",
}

// identify says what a resource stands for. A kind that gen's roots have none of is nothing.
func (p *plan) identify(kind string, r said) thing {
	kind = strings.TrimSuffix(kind, "_v1")
	what := kinds[kind]
	t := thing{what: what}
	switch what {
	case "record":
		name := cmp.Or(r.Text("hostname"), r.Text("name"))
		if typ := r.Text("type"); name != "" && typ != "" {
			t.name = strings.ToLower(strings.TrimSuffix(name, ".")) + " " + typ
		}
	case "application":
		t.name = strings.ToLower(cmp.Or(r.Text("domain"), r.Text("name")))
	case "policy":
		if r.Text("application_id") == "" { // one of an application's own is no other's
			t.name = r.Text("name")
		}
	case "tunnel", "group", "identity provider", "service token":
		t.name = r.Text("name")
	case "zone":
		t.name = cmp.Or(r.Text("zone"), r.Text("name"))
	case "dnssec":
		t.name = p.zoneID(r.Text("zone_id"))
	case "ruleset":
		if zone := p.zoneID(r.Text("zone_id")); zone != "" {
			t.name = zone + " " + r.Text("phase")
		}
	case "release":
		t.name = cmp.Or(r.Text("namespace"), "default") + "/" + r.Text("name")
	case "object":
		t.name = objectOf(kind, r)
	}
	if t.name == "" {
		return thing{}
	}
	return t
}

// objectOf names an object of the cluster as kubectl_manifest's import id does.
func objectOf(kind string, r said) string {
	switch kind {
	case "kubernetes_namespace":
		return object{APIVersion: "v1", Kind: "Namespace", Metadata: meta{Name: r.Text("metadata", "name")}}.id()
	case "kubernetes_secret":
		return object{APIVersion: "v1", Kind: "Secret", Metadata: meta{r.Text("metadata", "name"), r.Text("metadata", "namespace")}}.id()
	case "kubernetes_config_map":
		return object{APIVersion: "v1", Kind: "ConfigMap", Metadata: meta{r.Text("metadata", "name"), r.Text("metadata", "namespace")}}.id()
	case "kubernetes_manifest":
		at := func(path ...string) string { return r.Text(append([]string{"manifest", "value"}, path...)...) }
		return object{APIVersion: at("apiVersion"), Kind: at("kind"), Metadata: meta{at("metadata", "name"), at("metadata", "namespace")}}.id()
	}
	var o object
	if yaml.Unmarshal([]byte(cmp.Or(r.Text("yaml_body"), r.Text("yaml_body_parsed"))), &o) != nil {
		return ""
	}
	return o.id()
}

type object struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   meta   `json:"metadata"`
}

type meta struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

func (o object) id() string {
	if o.Kind == "" || o.Metadata.Name == "" {
		return ""
	}
	id := o.APIVersion + "//" + o.Kind + "//" + o.Metadata.Name
	if o.Metadata.Namespace != "" {
		id += "//" + o.Metadata.Namespace
	}
	return id
}

var key = regexp.MustCompile(`\["([^"]+)"\]`)

// zoneID is the id of a zone that a resource names: the id itself, or a reference with the
// zone's name as its key.
func (p *plan) zoneID(said string) string {
	if name := key.FindStringSubmatch(said); name != nil {
		return p.zones[name[1]]
	}
	return said
}
