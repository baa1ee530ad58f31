package importer

import (
	"errors"
	"fmt"
	"os"
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

// reading is all that is known of a tree.
type reading struct {
	tree *tree
	dir  string // on disk, for programs

	roots []*root
	zones map[string]*zone
	apps  []*application

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
	surfaces           map[string]string // hostname by what it leads to: argocd, hubble, ssh
	gitMoves           []string          // in the repository
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
	if r.tree.files[".sitegen.sum"] != nil {
		return nil, errors.New("gen wrote this tree: its spec is beside it, and .sitegen.spec is what it says")
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
