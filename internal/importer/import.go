package importer

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/rules"
	"sitegen/internal/spec"
)

// Result is what was read: a spec, and what becomes of each file.
type Result struct {
	Spec     string
	Report   Report
	Problems diag.Problems // of the spec
}

// move is a resource of Terraform whose state has another address in gen's root.
type move struct {
	from, to string
	zone     *zone // of a record of the tunnel
	app      *application
	name     string
}

// reading is all that is known of a tree.
type reading struct {
	tree *tree
	dir  string // on disk, for programs

	roots []*root
	zones map[string]*zone
	apps  []*application
	moves []move

	tunnelName, tunnelAt string
	configAt             *file // cloudflared's configuration
	rules                []rule
	access               []*group
	guard                map[string]string            // group by hostname
	paths                map[string]map[string]string // group by hostname and path
	public               []string                     // hostnames that nothing guards
	unsure               bool                         // there may be applications that are not known

	docs      map[string][]doc // by file
	argo      []*argoApp
	argoDir   string
	unitList  []*unit
	appFields []field
	led       map[string]bool // hostnames that a client has

	hostList           []*host
	plainSecrets       bool // in the cluster's datastore
	ownFlake, smallESP bool
	nixos              string // the release
	flags              []string
	pods, services     string
	people, ages       map[string]string // age keys by name
	versions           struct{ cilium, argocd, cloudflared, ksops string }
	repo, branch       string
	replicas           int
	exclude            []string
	clients, charts    []field
	folders, routes    []field
	hubble             bool
	surfaces           map[string]string // hostname by what it leads to: argocd, hubble, ssh
	steps              []string          // before the first push
	then               []string          // after it
	after              []string          // when all answers
	shut               []string          // namespaces that gen's policies shut
	todos              []string
}

// Import reads the tree in a folder.
func Import(dir string) (*Result, error) {
	r := &reading{dir: dir, zones: map[string]*zone{}, guard: map[string]string{}, paths: map[string]map[string]string{}, docs: map[string][]doc{},
		led: map[string]bool{}, people: map[string]string{}, ages: map[string]string{}, surfaces: map[string]string{}}
	var err error
	if r.tree, err = scan(os.DirFS(dir)); err != nil {
		return nil, err
	}
	r.kubernetes()
	r.terraform()
	r.sopsFile()
	r.hosts()
	r.resolveDomains()
	r.nameZones()
	r.groups()
	names, byName := r.hostnames()
	r.workloads(names, byName)
	r.route(names, byName)
	r.rest()
	w := &writer{}
	w.spec(r.site())
	result := &Result{Spec: spec.Layout(w.String()), Report: r.report()}
	result.Problems, err = load(result.Spec)
	return result, err
}

// load asks the rules of gen about a spec.
func load(text string) (diag.Problems, error) {
	dir, err := os.MkdirTemp("", "gen-import-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "site.cue")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		return nil, err
	}
	_, problems := rules.Load(spec.Source{Path: name, OneFile: true})
	for i := range problems {
		p := &problems[i]
		p.Pos.File = "site.cue"
		for j := range p.Notes {
			p.Notes[j].Pos.File = "site.cue"
		}
	}
	return problems, nil
}

// route says hostnames that are no client's.
func (r *reading) route(names []string, rules map[string][]rule) {
	for _, host := range names {
		list := rules[host]
		if r.led[host] {
			continue
		}
		last := list[len(list)-1]
		if r.surface(host, last) {
			continue
		}
		var o object
		to := "http_status:404"
		if last.path == "" {
			to = r.to(last)
			list = list[:len(list)-1]
		}
		o.set("to", to)
		r.whoSees(host, &o)
		var paths []object
		for _, ru := range list {
			to := r.to(ru)
			one := object{{name: "path", value: ru.path}, {name: "to", value: to}}
			if origin := ru.originOf(to); len(origin) > 0 {
				one.set("origin", origin)
			}
			paths = append(paths, one)
		}
		if len(paths) > 0 {
			o.set("paths", paths)
		}
		if origin := last.originOf(to); len(origin) > 0 && last.path == "" {
			o.set("origin", origin)
		}
		r.routes = append(r.routes, field{name: host, value: o})
	}
	r.recordless(names, rules)
	for _, key := range slices.Sorted(maps.Keys(r.zones)) {
		z := r.zones[key]
		for _, rec := range z.records {
			host := z.host(rec.name)
			if rec.tunnel && z.name != "" && !strings.HasPrefix(rec.name, "*") && rules[host] == nil {
				o := object{{name: "to", value: "http_status:404"}}
				r.whoSees(host, &o)
				r.routes = append(r.routes, field{name: host, value: o, note: "its record leads to the tunnel, which has no rule for it"})
			}
		}
	}
}

// recordless tells of hostnames that have a rule and no record, where the tree has records.
func (r *reading) recordless(names []string, rules map[string][]rule) {
	for _, host := range names {
		for _, key := range slices.Sorted(maps.Keys(r.zones)) {
			z := r.zones[key]
			if z.name == "" || !inZone(host, z.name) || len(z.records) == 0 {
				continue
			}
			if !slices.ContainsFunc(z.records, func(rec *record) bool { return matches(z.host(rec.name), host) }) {
				rules[host][0].file.say(needsYou, host+" has a rule and no record in the tree; gen makes one: if it is not to be reached, take it out of the spec")
			}
		}
	}
}

// whoSees says who may see a hostname, and its paths.
func (r *reading) whoSees(host string, o *object) {
	if g := r.guardOf(host); g != "" {
		o.set("access", g)
	} else {
		o.set("public", true)
		r.open(host)
	}
	var paths object
	for _, p := range slices.Sorted(maps.Keys(r.paths[host])) {
		paths.set(p, r.paths[host][p])
	}
	if len(paths) > 0 {
		o.set("accessPaths", paths)
	}
}

// surface takes the hostnames of Argo CD, Hubble and ssh, which the spec has fields for.
func (r *reading) surface(host string, ru rule) bool {
	t, _ := ru.target()
	what := ""
	switch {
	case ru.path != "" || len(ru.origin) > 0 && t.service != "argocd-server":
	case t.namespace == "argocd" && strings.HasSuffix(t.service, "argocd-server"):
		what = "argocd"
	case t.service == "hubble-ui":
		what = "hubble"
	case strings.HasPrefix(ru.service, "ssh://") && t.service == "":
		what = "ssh"
	}
	if what == "" || r.surfaces[what] != "" || r.guardOf(host) == "" {
		return false
	}
	r.surfaces[what] = host
	return true
}

func (z *zone) host(name string) string {
	if name == "@" || name == z.name {
		return z.name
	}
	if inZone(name, z.name) {
		return name
	}
	return name + "." + z.name
}

// rest tells of files that nothing has read.
func (r *reading) rest() {
	name := r.name()
	for _, p := range r.tree.paths {
		f := r.tree.files[p]
		base := path.Base(p)
		if base == "k8s-secrets.yaml" && strings.HasPrefix(p, "secrets/hosts/") {
			r.secretKeys(f)
		}
		switch {
		case !f.untold():
		case strings.HasPrefix(p, "scripts/install-") || strings.HasPrefix(p, "scripts/bootstrap-"):
			if r.gens(p) {
				f.say(taken, "")
			} else {
				f.say(yours, "gen's scripts do the same under other names")
			}
		case base == ".gitignore" && p == ".gitignore":
			f.say(yours, "output.exclude; gen check says which lines it lacks")
			r.exclude = append(r.exclude, p)
		case strings.HasPrefix(p, "k8s/terraform-"+name+"/values/"):
			r.values(f)
		case p == "k8s/terraform-"+name+"/.gitignore":
			r.ignored(f)
		case len(r.docs[p]) > 0 && text(r.docs[p][0].m, "apiVersion") != "":
			f.say(yours, "manifests that no Application of the tree applies")
		}
		if f.untold() {
			f.say(yours, "")
		}
	}
}

// gens tells whether gen writes a file at a path.
func (r *reading) gens(p string) bool {
	for _, h := range r.hostList {
		if p == "scripts/install-"+h.name+".sh" {
			return true
		}
	}
	return p == "scripts/bootstrap-"+r.name()+"-k8s.sh"
}

// inGens tells whether a folder is one that gen writes, or around one.
func (r *reading) inGens(dir string) bool {
	for _, ours := range []string{"k8s/argocd-" + r.name(), "k8s/terraform-" + r.name(), "docs", "hosts", "machines", "roles", "scripts", "secrets"} {
		if dir == ours || strings.HasPrefix(dir, ours+"/") || strings.HasPrefix(ours, dir+"/") || dir == "." {
			return true
		}
	}
	return false
}

// name is the site's: that of the folders under k8s.
func (r *reading) name() string {
	for _, p := range r.tree.paths {
		for _, prefix := range []string{"k8s/terraform-", "k8s/argocd-"} {
			if rest, ok := strings.CutPrefix(p, prefix); ok {
				if name, _, ok := strings.Cut(rest, "/"); ok && slug(name) == name && name != "" {
					return name
				}
			}
		}
	}
	if len(r.hostList) > 0 {
		return slug(r.hostList[0].name)
	}
	return "site"
}

// todo notes what a person has to fill in.
func (r *reading) todo(format string, args ...any) {
	if t := fmt.Sprintf(format, args...); !slices.Contains(r.todos, t) {
		r.todos = append(r.todos, t)
	}
}

// ignored compares the .gitignore of the Terraform root with gen's.
func (r *reading) ignored(f *file) {
	f.say(taken, "")
	for line := range strings.Lines(string(f.data)) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") && !slices.Contains([]string{"terraform.tfvars", "*.tfvars", "*.tfstate", "*.tfstate.*", ".terraform/", ".terraform", "*.auto.tfvars", "crash.log", "tfplan", "*.tfplan"}, line) {
			f.say(needsYou, line+": not in gen's, which is written anew: put it into a .gitignore above")
		}
	}
}

// knownValues are what gen's Helm values say too.
var knownValues = map[string][]string{
	"cilium.yaml": {"operator.replicas", "ipam.mode", "kubeProxyReplacement", "k8sServiceHost", "k8sServicePort", "hubble.enabled", "hubble.relay.enabled", "hubble.ui.enabled",
		"routingMode", "tunnelProtocol", "bpf.masquerade", "rollOutCiliumPods"},
	"argocd.yaml": {"server.extraArgs", "server.insecure", "repoServer.volumes", "repoServer.volumeMounts", "repoServer.env", "repoServer.initContainers", "configs.repositories",
		"configs.cm.kustomize.buildOptions", "configs.cm.application.resourceTrackingMethod", "configs.params.server.insecure", "configs.params.application.resourceTrackingMethod"},
}

// values compares Helm values of Cilium or Argo CD with what gen's have.
func (r *reading) values(f *file) {
	known, docs := knownValues[path.Base(f.path)], r.docs[f.path]
	if known == nil || len(docs) != 1 {
		f.say(yours, "")
		return
	}
	f.say(taken, "")
	f.say(needsYou, "gen's values say more than these: helm template of both shows what the first apply changes, and pods of the release start anew")
	for _, c := range items(docs[0].m, "repoServer", "initContainers") {
		if _, tag, ok := strings.Cut(text(c, "image"), "ksops:"); ok {
			r.versions.ksops = tag
		}
	}
	for _, more := range beyond(docs[0].m, known...) {
		field := map[string]string{"cilium.yaml": "cluster.cilium.valuesFile", "argocd.yaml": "argocd.valuesFile"}[path.Base(f.path)]
		f.say(needsYou, more+": not in gen's values: put it into a file of your own, and name that under "+field)
	}
}

// secretKeys compares the encrypted file that Terraform reads with what gen's root wants.
func (r *reading) secretKeys(f *file) {
	docs := r.docs[f.path]
	if len(docs) != 1 {
		return
	}
	for _, key := range []string{"argocd_age_key", "argocd_repo_ssh_key", "cloudflare_api_token"} {
		if docs[0].m[key] == nil && (key != "argocd_repo_ssh_key" || strings.HasPrefix(r.repo, "git@") || strings.HasPrefix(r.repo, "ssh://")) {
			f.say(needsYou, "gen's Terraform reads "+key+" there: sops "+f.path+" adds it (docs/RUNBOOK.md says what it is)")
		}
	}
}
