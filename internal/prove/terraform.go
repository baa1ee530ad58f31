package prove

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"sitegen/internal/tfread"
)

// dns is what Terraform's roots say of zones and records, and of what they bring into the
// cluster.
type dns struct {
	tf   []*tfread.Root
	repo struct {
		url, branch string
		at          Place // of the branch
	}
	records  map[string][]*record // by name
	existing map[string]bool      // names that a record stands at, or below
	listed   map[string]string    // the zone that lists a hostname
	turns    map[string]string    // and where
	turned   map[string]Place     // hostnames that Cloudflare sends elsewhere
}

// record is a DNS record.
type record struct {
	name, kind, content, zone string
	proxied                   bool
	ttl, more                 string // more: the priority, and the parts of data
	tunnel                    string // the name of the tunnel that it leads to
	at                        Place
}

func tfPlace(p tfread.Pos) Place { return Place(p) }

// readTerraform reads every root, and the objects of the cluster that it makes.
func (p *Proof) readTerraform() {
	p.records, p.existing, p.turned = map[string][]*record{}, map[string]bool{}, map[string]Place{}
	p.listed, p.turns = map[string]string{}, map[string]string{}
	for _, r := range p.terraformRoots() {
		p.readRecords(r)
		for _, f := range r.Faults {
			p.find(RuleDangling, tfPlace(f.Pos), "%s", f.Text)
		}
		for _, at := range slices.Sorted(maps.Keys(r.Resources)) {
			res := r.Resources[at]
			if provider, _, _ := strings.Cut(res.Kind, "_"); r.Providers[provider].File == "" && !r.Builtin(res.Kind) {
				p.find(RuleDangling, tfPlace(res.Pos), "%s is of the provider %q, which required_providers of %s does not name with a source and a version", at, provider, r.Dir)
			}
			if version := res.Text("version"); res.Kind == "helm_release" && version != "" && !chartVersion.MatchString(version) {
				p.find(RuleDangling, tfPlace(res.Attrs["version"].Pos), "%q is no version of a chart, and no range of them", version)
			}
			for _, name := range needed[res.Kind] {
				if _, ok := res.Attrs[name]; !ok && res.Mode == "resource" {
					p.find(RuleDangling, tfPlace(res.Pos), "%s has no %s", at, name)
				}
			}
			switch res.Kind {
			case "kubernetes_namespace_v1":
				p.arrive(&object{file: res.Pos.File, kind: "Namespace", name: metadata(res).name, made: true, node: nil}, nil, tfPlace(res.Pos))
			case "kubernetes_secret_v1", "kubernetes_config_map_v1", "kubernetes_config_map_v1_data":
				p.terraformMap(res)
			}
		}
	}
}

// needed are the arguments that a provider's resource does not do without, or does
// something else without.
var needed = map[string][]string{
	"cloudflare_dns_record":                    {"zone_id", "name", "type", "ttl"},
	"cloudflare_ruleset":                       {"zone_id", "name", "kind", "phase", "rules"},
	"cloudflare_zone_setting":                  {"zone_id", "setting_id", "value"},
	"cloudflare_zone_dnssec":                   {"zone_id", "status"},
	"cloudflare_zero_trust_access_application": {"account_id", "name", "domain", "type", "policies", "session_duration"},
	"cloudflare_zero_trust_access_group":       {"account_id", "name", "include"},
	"cloudflare_zero_trust_access_policy":      {"account_id", "name", "decision", "include"},
	"cloudflare_zero_trust_tunnel_cloudflared": {"account_id", "name", "config_src", "tunnel_secret"},
	"helm_release":                             {"name", "namespace", "repository", "chart", "version", "values", "wait"},
	"kubectl_manifest":                         {"yaml_body"},
}

// terraformRoots reads the roots once.
func (p *Proof) terraformRoots() []*tfread.Root {
	if p.tf != nil {
		return p.tf
	}
	var dirs []string
	for _, name := range p.names {
		if path.Ext(name) == ".tf" && !slices.Contains(dirs, path.Dir(name)) {
			dirs = append(dirs, path.Dir(name))
		}
	}
	for _, dir := range dirs {
		p.tf = append(p.tf, tfread.Read(dir, p.files, tfread.Options{Named: true}))
	}
	return p.tf
}

var fileCall = regexp.MustCompile(`\bfile\("\$\{path\.module\}/([^"]+)"\)`)

// appliedFiles are the manifests that Terraform applies, and where it says so.
func (p *Proof) appliedFiles() map[string]Place {
	found := map[string]Place{}
	for _, r := range p.terraformRoots() {
		for _, res := range r.Resources {
			body, ok := res.Attrs["yaml_body"]
			if !ok || res.Kind != "kubectl_manifest" {
				continue
			}
			for _, m := range fileCall.FindAllStringSubmatch(body.Expr, -1) {
				found[path.Join(r.Dir, m[1])] = tfPlace(body.Pos)
			}
		}
	}
	return found
}

// tfMeta is the metadata block of an object that Terraform makes.
type tfMeta struct{ name, namespace string }

func metadata(res *tfread.Resource) tfMeta {
	return tfMeta{res.BlockText("metadata", "name"), res.BlockText("metadata", "namespace")}
}

func (p *Proof) terraformMap(res *tfread.Resource) {
	m := metadata(res)
	kind := "ConfigMap"
	data := res.Attrs["data"]
	if res.Kind == "kubernetes_secret_v1" {
		kind = "Secret"
		if wo, ok := res.Attrs["data_wo"]; ok {
			data = wo
		}
	}
	o := &object{file: res.Pos.File, kind: kind, name: m.name, namespace: m.namespace, made: true}
	for k := range values(data.Value) {
		o.keys = append(o.keys, k)
	}
	slices.Sort(o.keys)
	if before := p.get(kind, m.namespace, m.name); before != nil {
		before.keys = append(before.keys, o.keys...)
		return
	}
	p.arrive(o, nil, tfPlace(res.Pos))
	if url := textOf(values(data.Value)["url"]); url != "" {
		p.repo.url = url
	}
}

// values are those of a map or an object.
func values(v cty.Value) map[string]cty.Value {
	if v == cty.NilVal || !v.IsKnown() || v.IsNull() || !v.Type().IsObjectType() && !v.Type().IsMapType() {
		return nil
	}
	return v.AsValueMap()
}

// list are the entries of a list.
func list(v cty.Value) []cty.Value {
	if v == cty.NilVal || !v.IsKnown() || v.IsNull() || !v.Type().IsTupleType() && !v.Type().IsListType() && !v.Type().IsSetType() {
		return nil
	}
	return v.AsValueSlice()
}

func textOf(v cty.Value) string {
	if v == cty.NilVal || !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}

// lines finds where a file says something.
func (p *Proof) line(file string, parts ...string) Place {
	data := string(p.files[file])
	for i, line := range strings.Split(data, "\n") {
		if !slices.ContainsFunc(parts, func(s string) bool { return !strings.Contains(line, s) }) {
			return Place{file, i + 1}
		}
	}
	return Place{File: file}
}
