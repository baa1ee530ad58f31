package prove

import (
	"path"
	"slices"
	"strconv"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/format"
)

// application is an Argo CD Application.
type application struct {
	*object
	project   string
	namespace string // of the destination
	server    string
	wave      int
	sources   []source
}

type source struct {
	node                   *yaml.Node
	path, repo, chart, ref string
	revision, dir          string // dir: the folder of the tree
	valueFiles             []*yaml.Node
}

func newApplication(o *object) *application {
	a := &application{object: o, project: text(o.node, "spec", "project"), namespace: text(o.node, "spec", "destination", "namespace"), server: text(o.node, "spec", "destination", "server")}
	a.wave, _ = strconv.Atoi(text(o.node, "metadata", "annotations", "argocd.argoproj.io/sync-wave"))
	nodes := items(o.node, "spec", "sources")
	if s := at(o.node, "spec", "source"); s != nil {
		nodes = append(nodes, s)
	}
	for _, n := range nodes {
		a.sources = append(a.sources, source{node: n, path: text(n, "path"), repo: text(n, "repoURL"), chart: text(n, "chart"), ref: text(n, "ref"),
			revision: text(n, "targetRevision"), valueFiles: items(n, "helm", "valueFiles")})
	}
	return a
}

// clusterWide tells whether objects of a kind are in no namespace.
func clusterWide(o *object) bool {
	wide, known := format.Builtin(o.group, o.kind)
	return known && wide
}

// readArgocd follows the Applications from those that Terraform applies.
func (p *Proof) readArgocd() {
	p.applications, p.projects, p.patches = map[string]*application{}, map[string]*object{}, map[string]bool{}
	applied := p.appliedFiles()
	var queue []*application
	for _, name := range p.names {
		for _, o := range p.in[name] {
			at, ok := applied[name]
			switch {
			case o.kind == "AppProject" && ok:
				p.projects[o.name] = o
				p.arrive(o, nil, at)
			case o.kind == "Application" && ok:
				a := newApplication(o)
				p.roots, queue = append(p.roots, a), append(queue, a)
				p.arrive(o, nil, at)
			}
		}
	}
	p.prefix = p.prefixOf()
	if len(p.roots) > 0 {
		p.argoDir = path.Dir(p.roots[0].file)
	}
	for ; len(queue) > 0; queue = queue[1:] {
		a := queue[0]
		p.applications[a.name] = a
		for i, s := range a.sources {
			if s.path == "" || s.chart != "" {
				continue
			}
			a.sources[i].dir = p.inTree(s.path)
			for _, o := range p.build(a, a.sources[i].dir, a.place(at(s.node, "path"))) {
				switch o.kind {
				case "Application":
					queue = append(queue, newApplication(o))
				case "AppProject":
					p.projects[o.name] = o
				}
			}
		}
	}
}

// prefixOf is what stands before the paths of the tree in those of the Applications.
func (p *Proof) prefixOf() string {
	for _, a := range p.roots {
		for _, s := range a.sources {
			for prefix, rest := "", path.Clean(s.path); rest != "."; {
				if p.dirs[rest] {
					return prefix
				}
				first, more, _ := strings.Cut(rest, "/")
				if prefix, rest = prefix+first+"/", more; rest == "" {
					break
				}
			}
		}
	}
	return ""
}

// inTree is a path of the repository as one of the tree; "" where it is outside.
func (p *Proof) inTree(repoPath string) string {
	dir, ok := strings.CutPrefix(path.Clean(repoPath)+"/", p.prefix)
	if !ok {
		return ""
	}
	return path.Clean(dir)
}

// build is what kustomize, or Argo CD by itself, makes of a folder.
func (p *Proof) build(a *application, dir string, named Place) []*object {
	if dir == "" || !p.dirs[dir] {
		p.find(RuleDangling, named, "there is no folder %q in the tree", dir).hint("Argo CD reads it from the repository")
		return nil
	}
	for _, k := range kustomizations {
		if file := path.Join(dir, k); p.has(file) {
			return p.kustomize(a, file)
		}
	}
	var all []*object
	for _, file := range p.within(dir) {
		if isYAML(file) && !isExample(file) {
			all = append(all, p.take(a, file, named)...)
		}
	}
	return all
}

// take has the objects of a file come into the cluster.
func (p *Proof) take(a *application, file string, listed Place) []*object {
	if err := p.broken[file]; err != nil {
		p.find(RuleDangling, Place{File: file}, "is no YAML: %v", err)
	}
	if len(p.in[file]) == 0 && p.broken[file] == nil {
		p.find(RuleDangling, listed, "%s holds no Kubernetes object", file)
	}
	for _, n := range p.nameless[file] {
		p.find(RuleDangling, Place{file, n}, "the document has no apiVersion, or no kind")
	}
	for _, o := range p.in[file] {
		p.arrive(o, a, listed)
	}
	return p.in[file]
}

func (p *Proof) kustomize(a *application, file string) []*object {
	if len(p.in[file]) == 0 { // of kustomize's own kind, which it may leave out
		if docs, err := documents(p.files[file]); err == nil && len(docs) == 1 {
			p.in[file] = []*object{{file: file, node: docs[0], kind: "Kustomization"}}
		} else {
			p.find(RuleDangling, Place{File: file}, "is no kustomization: %v", err)
			return nil
		}
	}
	k := p.in[file][0]
	k.app = a
	dir := path.Dir(file)
	var all []*object
	seen := map[string]bool{}
	for _, list := range []string{"resources", "bases", "components", "generators", "transformers", "crds"} {
		for _, n := range items(k.node, list) {
			to, at := path.Join(dir, n.Value), Place{file, n.Line}
			switch {
			case seen[to]:
				p.find(RuleOwners, at, "%q is listed twice", n.Value)
			case strings.Contains(n.Value, "://") || strings.Contains(n.Value, "@") || strings.HasPrefix(n.Value, "github.com/"):
			case p.dirs[to]:
				all = append(all, p.build(a, to, at)...)
			case !p.has(to):
				p.find(RuleDangling, at, "there is no %q", to)
			case list == "generators":
				p.generate(a, to, at)
			default:
				all = append(all, p.take(a, to, at)...)
			}
			seen[to] = true
		}
	}
	for _, list := range []string{"patches", "patchesStrategicMerge", "replacements"} {
		for _, n := range items(k.node, list) {
			name := text(n, "path")
			if n.Kind == yaml.ScalarNode {
				name = n.Value
			}
			p.patches[path.Join(dir, name)] = true
			if to := path.Join(dir, name); name != "" && !strings.Contains(name, "\n") && !p.has(to) {
				p.find(RuleDangling, Place{file, n.Line}, "there is no %q", to)
			}
		}
	}
	for _, kind := range []string{"configMap", "secret"} {
		for _, n := range items(k.node, kind+"Generator") {
			p.generateMap(a, k, strings.ToUpper(kind[:1])+kind[1:], n)
		}
	}
	return all
}

// generateMap is a ConfigMap or a Secret that kustomize makes of files.
func (p *Proof) generateMap(a *application, k *object, kind string, n *yaml.Node) {
	o := &object{file: k.file, node: n, kind: kind, name: text(n, "name"), namespace: text(n, "namespace"), made: true}
	if o.namespace == "" {
		o.namespace = text(k.node, "namespace")
	}
	for _, f := range items(n, "files") {
		key, name, ok := strings.Cut(f.Value, "=")
		if !ok {
			key, name = path.Base(f.Value), f.Value
		}
		if slices.Contains(o.keys, key) {
			p.find(RuleOwners, Place{k.file, f.Line}, "the key %q is there twice", key)
		}
		if o.keys = append(o.keys, key); !p.has(path.Join(path.Dir(k.file), name)) {
			p.find(RuleDangling, Place{k.file, f.Line}, "there is no %q", path.Join(path.Dir(k.file), name))
		}
	}
	for _, l := range texts(n, "literals") {
		key, _, _ := strings.Cut(l, "=")
		o.keys = append(o.keys, key)
	}
	if o.name == "" {
		p.find(RuleDangling, Place{k.file, n.Line}, "the %s has no name", kind)
	}
	p.arrive(o, a, Place{k.file, n.Line})
}
