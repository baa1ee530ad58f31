package importer

import (
	"cmp"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"sitegen/internal/tfread"
)

// The kinds of provider cloudflare, in its versions 4 and 5. Version 4 has two names of many.
var (
	tunnelKinds = []string{"cloudflare_tunnel", "cloudflare_argo_tunnel", "cloudflare_zero_trust_tunnel_cloudflared"}
	configKinds = []string{"cloudflare_tunnel_config", "cloudflare_zero_trust_tunnel_cloudflared_config"}
	recordKinds = []string{"cloudflare_record", "cloudflare_dns_record"}
	appKinds    = []string{"cloudflare_access_application", "cloudflare_zero_trust_access_application"}
	policyKinds = []string{"cloudflare_access_policy", "cloudflare_zero_trust_access_policy"}
	groupKinds  = []string{"cloudflare_access_group", "cloudflare_zero_trust_access_group"}
	zoneKinds   = []string{"cloudflare_zone", "cloudflare_zones"}
)

// bootstrap are the resources that gen's own root has in its place, by their kind and
// what they are called in the cluster.
var bootstrap = map[string][]string{
	"kubernetes_namespace": {"cloudflared", "argocd"},
	"kubernetes_secret":    {"cloudflared-credentials", "argocd-repo-key", "sops-age-key"},
}

// root is a Terraform root.
type root struct {
	*tfread.Root
	files []*file
}

// terraform reads all roots.
func (r *reading) terraform() {
	dirs := map[string][]*file{}
	for _, p := range r.tree.paths {
		if f := r.tree.files[p]; strings.HasSuffix(p, ".tf.json") || strings.HasSuffix(p, ".tf") && !f.text {
			f.say(needsYou, "Terraform that is not read: what it makes is for the spec to say, or for a .tf file of your own in gen's root")
			r.unsure = true
		}
	}
	for _, f := range r.tree.all(".tf") {
		dirs[path.Dir(f.path)] = append(dirs[path.Dir(f.path)], f)
	}
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		sources := map[string][]byte{}
		for _, f := range r.tree.under(dir) {
			if f.text {
				sources[f.path] = f.data
			}
		}
		for _, f := range dirs[dir] {
			if _, diags := hclsyntax.ParseConfig(f.data, f.path, hcl.InitialPos); diags.HasErrors() {
				f.say(needsYou, "is no HCL: "+plain(diags.Error()))
				r.unsure = true
				delete(sources, f.path)
			}
		}
		given := r.variables(dir, dirs[dir])
		r.roots = append(r.roots, &root{tfread.Read(dir, sources, tfread.Options{Named: true, Variables: given}), dirs[dir]})
	}
	for _, root := range r.roots {
		r.readRoot(root)
	}
}

// readRoot takes what a root says, and tells of each of its files what is not gen's.
func (r *reading) readRoot(root *root) {
	for _, at := range slices.Sorted(maps.Keys(root.Resources)) {
		res := root.Resources[at]
		f := r.tree.files[res.Pos.File]
		if f == nil {
			continue
		}
		if strings.HasSuffix(at, "[*]") {
			f.say(needsYou, at+": its for_each is only known when Terraform runs: say what it makes in the spec")
			r.unsure = true
			continue
		}
		if res.Blocks["dynamic"] != "" {
			f.say(needsYou, at+": has dynamic blocks, which are not read: say what they make in the spec")
			r.unsure = true
		}
		r.resource(root, f, at, res)
	}
	for _, f := range root.files {
		for _, b := range blocksOf(f) {
			switch b.Type {
			case "module":
				f.say(needsYou, "module "+strings.Join(b.Labels, ".")+": is not read; keep it in a .tf file of your own, or say in the spec what it makes")
				r.unsure = true
			case "terraform":
				r.backend(f, b)
			case "moved", "removed", "import", "check":
				f.say(needsYou, "a "+b.Type+" block: gen's root has none of it")
			}
		}
		if f.untold() {
			f.say(taken, "")
		}
	}
}

func (r *reading) resource(root *root, f *file, at string, res *tfread.Resource) {
	is := func(kinds []string) bool { return slices.Contains(kinds, res.Kind) }
	switch {
	case res.Mode == "data" && is(zoneKinds), res.Kind == "sops_file":
		f.say(taken, "")
	case is(zoneKinds):
		name := cmp.Or(res.Text("name"), res.Text("zone"))
		r.zone(root, name).made = true
		f.say(taken, "the zone "+name)
	case is(tunnelKinds) && res.Mode == "resource":
		r.tunnel(f, at, res)
	case is(configKinds) && res.Mode == "resource":
		r.tunnelConfig(f, at, res)
	case is(recordKinds) && res.Mode == "resource":
		r.record(root, f, at, res)
	case is(appKinds) && res.Mode == "resource":
		r.application(root, f, at, res)
	case (is(policyKinds) || is(groupKinds)) && res.Mode == "resource":
		f.say(taken, "") // read with the applications
	case res.Kind == "random_id" && r.tunnelSecret(root, res), res.Kind == "random_password" && r.tunnelSecret(root, res):
		f.say(taken, "the tunnel's secret")
	case res.Kind == "helm_release":
		r.release(f, at, res)
	case res.Kind == "kubernetes_namespace", res.Kind == "kubernetes_namespace_v1", res.Kind == "kubernetes_secret", res.Kind == "kubernetes_secret_v1":
		r.bootstrapped(f, at, res)
	case res.Kind == "kubectl_manifest" && strings.Contains(res.Text("yaml_body")+res.Attrs["yaml_body"].Expr, "app-of-apps"):
		f.say(taken, "")
	case res.Kind == "null_resource" && strings.Contains(res.Blocks["provisioner"], "kubectl"):
		f.say(taken, "")
	default:
		f.say(needsYou, at+": gen makes none; keep it in a .tf file of your own in gen's root (docs/BESIDE.md of gen, Terraform)")
	}
}

// bootstrapped are namespaces and Secrets that gen's root makes too, under other addresses.
func (r *reading) bootstrapped(f *file, at string, res *tfread.Resource) {
	kind := strings.TrimSuffix(res.Kind, "_v1")
	name := res.BlockText("metadata", "name")
	if !slices.Contains(bootstrap[kind], name) {
		f.say(needsYou, at+": "+name+" is not one that gen makes; keep it in a .tf file of your own in gen's root")
		return
	}
	f.say(taken, "")
}

// release is a Helm release: Cilium and Argo CD are gen's, and keep their versions.
func (r *reading) release(f *file, at string, res *tfread.Resource) {
	version, chart := res.Text("version"), res.Text("chart")
	switch chart {
	case "cilium":
		r.versions.cilium = version
	case "argo-cd":
		r.versions.argocd = version
	default:
		f.say(needsYou, at+": a chart of yours belongs to Argo CD in gen's output: charts of the spec, or keep it in a .tf file of your own in gen's root")
		return
	}
	f.say(taken, "")
	if version == "" || strings.Contains(version, "var.") {
		f.say(needsYou, at+": its version is in no file: versions.charts of the spec has to say the one that runs (helm list -A)")
	}
}

func (r *reading) tunnel(f *file, at string, res *tfread.Resource) {
	name := res.Text("name")
	switch {
	case r.tunnelName != "" && r.tunnelName != name:
		f.say(needsYou, at+": a second tunnel; gen's site has one, "+r.tunnelName)
		return
	case unresolved(name):
		f.say(needsYou, at+": its name is in no file: tunnel.name of the spec has to say it")
	default:
		r.tunnelName = name
		f.say(taken, "the tunnel "+name)
	}
	r.tunnelAt = strings.SplitN(at, "[", 2)[0]
}

// tunnelSecret tells whether a tunnel's secret is made of a resource.
func (r *reading) tunnelSecret(root *root, res *tfread.Resource) bool {
	for _, t := range root.Resources {
		if slices.Contains(tunnelKinds, t.Kind) && strings.Contains(t.Attrs["secret"].Expr+t.Attrs["tunnel_secret"].Expr, res.Kind+"."+res.Name) {
			return true
		}
	}
	return false
}

var reference = regexp.MustCompile(`\b(var|local|data|each)\.[A-Za-z_]`)

// unresolved tells whether a text is not known from the files.
func unresolved(text string) bool { return text == "" || reference.MatchString(text) }
