package adopt

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"golang.org/x/net/idna"
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
	v := d.Attrs[path[0]].Value
	switch {
	case len(path) == 1:
		return textOf(v)
	case len(path) == 2 && v != cty.NilVal && v.IsKnown() && v.Type().IsObjectType() && v.Type().HasAttribute(path[1]):
		return textOf(v.GetAttr(path[1]))
	case len(path) == 2:
		return d.BlockText(path[0], path[1])
	}
	return ""
}

// textOf is the text or the number that a value is.
func textOf(v cty.Value) string {
	if v != cty.NilVal && v.IsKnown() && !v.IsNull() && v.Type() == cty.Number {
		return v.AsBigFloat().Text('f', -1)
	}
	return tfread.Text(v)
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
		if name, typ := p.recordName(r), r.Text("type"); name != "" && typ != "" {
			t.name = name + " " + strings.ToUpper(typ)
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
		if name := r.Text("name"); name != "" {
			t.name = cmp.Or(r.Text("namespace"), "default") + "/" + name
		}
	case "object":
		t.name = objectOf(kind, r)
	}
	if t.name == "" {
		return thing{}
	}
	return t
}

// recordName is the whole name of a record, as the API has it. Version 4 of provider cloudflare says
// that as hostname; a name may be of the zone alone, and @ is the zone's own.
func (p *plan) recordName(r said) string {
	hostname := r.Text("hostname")
	name := cmp.Or(hostname, r.Text("name"))
	if puny, err := idna.ToASCII(strings.ToLower(strings.TrimSuffix(name, "."))); err == nil {
		name = puny
	}
	zone := p.names[p.zoneID(r.Text("zone_id"))]
	switch {
	case hostname != "" || zone == "" || name == "" || within(name, zone):
		return name
	case name == "@":
		return zone
	}
	return name + "." + zone
}

// within tells whether a name is in a zone.
func within(name, zone string) bool { return name == zone || strings.HasSuffix(name, "."+zone) }

// content is what a record says, in words that are the same in both versions of the provider and
// for what its data says: only a TXT record has quotes, capitals and spaces that mean something.
func content(r said) string {
	of := func(name string) string { // a number of any type is {value, type} in a state
		return cmp.Or(r.Text("data", name), r.Text("data", name, "value"))
	}
	text := strings.TrimSuffix(cmp.Or(r.Text("content"), r.Text("value")), ".")
	switch typ := strings.ToUpper(r.Text("type")); {
	case typ == "TXT":
		return strings.ReplaceAll(strings.Trim(text, `"`), `" "`, "")
	case typ == "CAA" && of("tag") != "":
		text = of("flags") + " " + of("tag") + " " + of("value")
	case typ == "SRV" && of("target") != "":
		text = of("weight") + " " + of("port") + " " + strings.TrimSuffix(of("target"), ".")
	}
	return strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(text, `"`, "")), " "))
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
