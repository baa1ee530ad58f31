package prove

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"sitegen/internal/adopt"
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

// instances are a state as adopt reads one: of each address what its root says, and ids.
func (w *world) instances(r *tfread.Root) []tfread.Instance {
	var all []tfread.Instance
	for _, at := range slices.Sorted(maps.Keys(w.state)) {
		res := r.Resources[at]
		block, _, _ := strings.Cut(at, "[")
		in := tfread.Instance{Address: at, Block: block, Mode: "managed", Kind: res.Kind, Attrs: map[string]any{"id": "id of " + at}}
		for name, a := range res.Attrs {
			in.Attrs[name] = textOf(a.Value)
		}
		for name, blocks := range res.Nested {
			inside := map[string]any{}
			for key, a := range blocks[0] {
				inside[key] = textOf(a.Value)
			}
			in.Attrs[name] = []any{inside}
		}
		switch kind, _, _ := strings.Cut(w.state[at], " "); kind {
		case "record":
			in.Attrs["hostname"], in.Attrs["zone_id"] = w.hostname(r, res), "id of a zone"
		case "tunnel":
			in.Attrs["account_id"] = "id of the account"
		}
		all = append(all, in)
	}
	return all
}

// takeOver has the state be what gen adopt --state makes of it: adopt.tf's import, moved and
// removed blocks, and terraform state rm.
func (w *world) takeOver(r *tfread.Root) {
	w.adopted = false
	was := rootOf(w.before)
	plan := adopt.Make(w.instances(was), []*tfread.Root{r})
	next := maps.Clone(w.state)
	gone := slices.Clone(plan.Forget)
	for _, block := range plan.Roots[0].Removed {
		for at := range w.state {
			if b, _, _ := strings.Cut(at, "["); b == block {
				gone = append(gone, at)
			}
		}
	}
	for _, m := range plan.Roots[0].Moves {
		gone = append(gone, m.From)
	}
	for _, at := range gone {
		delete(next, at)
	}
	for _, m := range plan.Roots[0].Moves {
		next[m.To] = w.state[m.From]
	}
	for _, i := range plan.Roots[0].Imports {
		if w.without != "" && strings.HasPrefix(i.To, w.without) {
			continue
		}
		if i.ID == "" && i.Variable == "" {
			w.fault("the import of %s has no id", i.To)
		}
		if i.Variable != "" { // the secret of the tunnel that From ends with
			at := i.From[strings.LastIndex(i.From, " ")+1:]
			next[i.To] = w.secretOf(was.Resources[at])
			continue
		}
		next[i.To] = w.state[i.From]
	}
	w.state = next
}
