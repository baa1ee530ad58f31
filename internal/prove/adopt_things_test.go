package prove

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"sitegen/internal/tfread"
)

// outside is what the files of examples/adopt/before leave to terraform.tfvars and to the
// encrypted file.
var outside = struct {
	variables map[string]cty.Value
	zone      string // whose id is the secret cloudflare_zone_id
}{map[string]cty.Value{"primary_domain": cty.StringVal("workshop.example"), "admin_email": cty.StringVal("jonas@workshop.example")}, "workshop.example"}

// rootOf reads the Terraform root of a tree.
func rootOf(files map[string][]byte) *tfread.Root {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if path.Ext(name) == ".tf" {
			return tfread.Read(path.Dir(name), files, tfread.Options{Named: true, Variables: outside.variables})
		}
	}
	return nil
}

// zonesOf are the ids of a root's zones, and their names.
func zonesOf(r *tfread.Root) map[string]string {
	all := map[string]string{}
	for name, id := range values(r.Local("zone_ids")) {
		all[textOf(id)] = name
	}
	return all
}

// stands is what a resource stands for, by what it is called where it is; two addresses
// that stand for the same are one thing. It is "" for what is only in the state.
func (w *world) stands(r *tfread.Root, res *tfread.Resource) string {
	meta := func(key string) string { return res.BlockText("metadata", key) }
	switch res.Kind {
	case "cloudflare_record", "cloudflare_dns_record":
		content := strings.Trim(res.Text("content"), `"`)
		if strings.HasSuffix(content, ".cfargotunnel.com") {
			content = "tunnel"
		}
		return "record " + w.hostname(r, res) + " " + res.Text("type") + " " + content
	case "cloudflare_tunnel", "cloudflare_zero_trust_tunnel_cloudflared":
		return "tunnel " + res.Text("name")
	case "cloudflare_access_application", "cloudflare_zero_trust_access_application":
		return "access " + res.Text("domain")
	case "kubernetes_namespace", "kubernetes_namespace_v1":
		return "/Namespace//" + meta("name")
	case "kubernetes_secret", "kubernetes_secret_v1":
		return "/Secret/" + meta("namespace") + "/" + meta("name")
	case "kubernetes_config_map", "kubernetes_config_map_v1":
		return "/ConfigMap/" + meta("namespace") + "/" + meta("name")
	case "helm_release":
		return "release " + res.Text("namespace") + "/" + res.Text("name")
	case "kubectl_manifest":
		return objectsIn("yaml_body", []byte(res.Text("yaml_body")))[0].id()
	}
	return ""
}

// hostname is that of a record in full: version 4 had names within the zone.
func (w *world) hostname(r *tfread.Root, res *tfread.Resource) string {
	zone := w.zones[res.Text("zone_id")]
	if strings.Contains(res.Attrs["zone_id"].Expr, "cloudflare_zone_id") {
		zone = outside.zone
	}
	name := res.Text("name")
	if zone == "" {
		w.t.Fatalf("%s: no zone is known for %s", res.Pos.File, res.Attrs["zone_id"].Expr)
	}
	switch {
	case name == "@":
		return zone
	case inZone(name, zone):
		return name
	}
	return name + "." + zone
}

// there tells whether what a resource stands for is there.
func (w *world) there(thing string) bool {
	kind, name, _ := strings.Cut(thing, " ")
	switch kind {
	case "record":
		return w.records[name] != nil
	case "tunnel":
		return w.tunnels[name] != nil
	case "access":
		_, ok := w.guards[name]
		return ok
	case "release":
		_, ok := w.releases[name]
		return ok
	}
	return thing != "" && w.objects[thing] != nil
}

// takeOver has the state be what gen adopt --state makes of it: an import block for each resource that
// stands for what is there, the tunnel's secret among them, and nothing of the old root's.
func (w *world) takeOver(r *tfread.Root) {
	w.adopted = false
	secret := ""
	for at, res := range rootOf(w.before).Resources {
		if strings.HasPrefix(w.state[at], "tunnel ") {
			secret = w.secretOf(res)
		}
	}
	next := map[string]string{}
	for _, at := range slices.Sorted(maps.Keys(r.Resources)) {
		thing := w.stands(r, r.Resources[at])
		switch {
		case w.without != "" && strings.HasPrefix(at, w.without):
		case w.there(thing):
			next[at] = thing
		case r.Resources[at].Kind == "random_bytes":
			next[at] = secret
		}
	}
	w.state = next
}
