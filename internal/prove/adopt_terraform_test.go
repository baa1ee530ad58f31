package prove

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"sitegen/internal/tfread"
)

// takes are the kinds that take over what is there: upgrade_install, server_side_apply. A second
// Access application of a hostname is made; all else is refused.
var takes = []string{"helm_release", "kubectl_manifest", "cloudflare_zero_trust_access_application"}

// terraform applies the root of the operator's files, with adopt.tf where there is one.
func (w *world) terraform() {
	r := rootOf(w.work)
	if w.adopted {
		w.takeOver(r)
	}
	for _, at := range slices.Sorted(maps.Keys(w.state)) {
		if r.Resources[at] == nil && w.target == "" {
			w.destroy(at)
		}
	}
	var todo []string
	for at, res := range r.Resources {
		if res.Mode == "resource" && w.target == "" {
			todo = append(todo, at)
		}
	}
	if w.target != "" { // and what it depends on
		todo = append(todo, w.target)
		for i := 0; i < len(todo); i++ {
			for at, res := range r.Resources {
				if res.Mode == "resource" && !slices.Contains(todo, at) && dependsOn(r, todo[i], at) {
					todo = append(todo, at)
				}
			}
		}
		w.target = ""
	}
	slices.Sort(todo)
	for len(todo) > 0 {
		n := len(todo)
		todo = slices.DeleteFunc(todo, func(at string) bool {
			ready := !slices.ContainsFunc(todo, func(other string) bool { return other != at && dependsOn(r, at, other) })
			if ready {
				w.apply(r, at)
			}
			return ready
		})
		if len(todo) == n {
			w.t.Fatalf("in a circle: %v", todo)
		}
	}
}

// dependsOn tells whether a resource names another.
func dependsOn(r *tfread.Root, at, other string) bool {
	res := r.Resources[at]
	name := res.Kind + "." + res.Name
	base, _, _ := strings.Cut(other, "[")
	if base == name {
		return false
	}
	re := regexp.MustCompile(`\b` + regexp.QuoteMeta(base) + `\b`)
	for _, a := range res.Attrs {
		if re.MatchString(a.Expr) {
			return true
		}
	}
	for _, b := range res.Blocks {
		if re.MatchString(b) {
			return true
		}
	}
	return slices.Contains(res.Depends, base)
}

func (w *world) apply(r *tfread.Root, at string) {
	res := r.Resources[at]
	thing := w.stands(r, res)
	if thing == "" {
		w.state[at] = cmp.Or(w.state[at], at)
		return
	}
	if _, ours := w.state[at]; !ours && w.there(thing) && !slices.Contains(takes, res.Kind) {
		w.fault("Terraform makes no %s: there is one", thing)
		return
	}
	w.state[at] = thing
	_, name, _ := strings.Cut(thing, " ")
	switch kind, _, _ := strings.Cut(thing, " "); kind {
	case "record":
		rec := &dnsRecord{name: w.hostname(r, res), kind: res.Text("type")}
		if m := tunnelContent.FindStringSubmatch(res.Text("content")); m != nil {
			rec.tunnel = w.tunnelAt(m[1]).id
		}
		w.records[name] = rec
	case "tunnel":
		if w.tunnels[name] == nil {
			w.made++
			w.tunnels[name] = &cloudTunnel{id: fmt.Sprintf("%s, made %d", name, w.made)}
		}
		w.tunnels[name].secret = w.secretOf(res)
	case "access":
		w.guards[name] = letIn(r, at)
	case "release":
		w.releases[name] = nil
		for _, v := range list(res.Attrs["values"].Value) {
			w.releases[name] = append(w.releases[name], textOf(v))
		}
	default:
		w.applyObject(res)
	}
	w.look()
	w.settle()
}

var (
	tunnelContent = regexp.MustCompile(`^(.+)\.id\.cfargotunnel\.com$`)
	tunnelLogin   = regexp.MustCompile(`TunnelID\s*=\s*(\S+)\.id\b`)
)

// tunnelAt is the tunnel that an address stands for.
func (w *world) tunnelAt(at string) cloudTunnel {
	if t := w.tunnels[strings.TrimPrefix(w.state[at], "tunnel ")]; t != nil {
		return *t
	}
	return cloudTunnel{}
}

var randomName = regexp.MustCompile(`\brandom_\w+\.\w+`)

// secretOf is the secret of a tunnel: what a random resource is in the state.
func (w *world) secretOf(res *tfread.Resource) string {
	return w.state[randomName.FindString(res.Attrs["secret"].Expr+res.Attrs["tunnel_secret"].Expr)]
}

// applyObject makes one of the cluster's objects.
func (w *world) applyObject(res *tfread.Resource) {
	if res.Kind == "kubectl_manifest" {
		w.put(objectsIn("yaml_body", []byte(res.Text("yaml_body")))[0], "")
		return
	}
	said := map[string]any{}
	for _, block := range res.Nested["metadata"] {
		for key, a := range block {
			if v := values(a.Value); v != nil {
				texts := map[string]string{}
				for k, t := range v {
					texts[k] = textOf(t)
				}
				said[key] = texts
			} else {
				said[key] = textOf(a.Value)
			}
		}
	}
	kind := map[string]string{"namespace": "Namespace", "secret": "Secret", "config_map": "ConfigMap"}[strings.TrimSuffix(strings.TrimPrefix(res.Kind, "kubernetes_"), "_v1")]
	data := map[string]string{}
	var login cloudTunnel
	for _, part := range []string{"data", "data_wo"} {
		for key := range values(res.Attrs[part].Value) {
			data[key] = ""
		}
		if m := tunnelLogin.FindStringSubmatch(res.Attrs[part].Expr); m != nil {
			data["credentials.json"], login = "", w.tunnelAt(m[1])
		}
	}
	o := made(map[string]any{"apiVersion": "v1", "kind": kind, "metadata": said, "data": data})
	w.put(o, "")
	if l := w.objects[o.id()]; login.id != "" {
		l.login = login
		w.settle()
	}
}

// letIn are the people whom the policies of an Access application name, in either version.
func letIn(r *tfread.Root, at string) []string {
	res := r.Resources[at]
	var who []string
	for _, v := range list(res.Attrs["policies"].Value) {
		policy := r.Resources[strings.TrimSuffix(textOf(values(v)["id"]), ".id")]
		who = append(who, people(r, "include", policy.Attrs["include"].Value)...)
	}
	for _, policy := range r.Resources {
		if policy.Attrs["application_id"].Expr != at+".id" {
			continue
		}
		for _, include := range policy.Nested["include"] {
			for kind, a := range include {
				for _, one := range list(a.Value) {
					who = append(who, "include "+kind+" "+textOf(one))
				}
			}
		}
	}
	slices.Sort(who)
	return who
}

// destroy ends what an address stands for.
func (w *world) destroy(at string) {
	thing := w.state[at]
	delete(w.state, at)
	if !w.there(thing) { // of the state alone
		return
	}
	w.fault("Terraform destroys %s", thing)
	kind, name, _ := strings.Cut(thing, " ")
	switch kind {
	case "record":
		delete(w.records, name)
	case "tunnel":
		delete(w.tunnels, name)
	case "access":
		delete(w.guards, name)
	case "release":
		delete(w.releases, name)
	default:
		w.remove(thing, false)
	}
	w.look()
}
