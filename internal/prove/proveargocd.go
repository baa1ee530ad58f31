package prove

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"sitegen/internal/format"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// proveArgocd holds Applications to their projects, and finds what none brings in.
func (p *Proof) proveArgocd() {
	used := map[string]bool{}
	for _, a := range p.applications {
		used[a.project] = true
		p.proveApplication(a)
	}
	for name, project := range p.projects {
		if !used[name] {
			p.find(RuleOrphan, project.at(), "no Application is of the project %s", name)
		}
		p.proveKinds(project)
	}
	for _, o := range p.objects {
		if o.app != nil {
			p.provePermitted(o)
			continue
		}
		if p.byID[o.id()] == o || p.patches[o.file] || o.kind == "Kustomization" || o.kind == "ksops" {
			continue
		}
		if p.argoDir != "" && strings.HasPrefix(o.file, p.argoDir+"/") || p.beside(o.file) {
			p.find(RuleOrphan, o.at(), "nothing brings %s into the cluster: no kustomization lists the file, and no Application reads its folder", o.said())
		}
	}
	for file, k := range p.in {
		if slices.Contains(kustomizations, path.Base(file)) && k[0].app == nil && p.argoDir != "" && strings.HasPrefix(file, p.argoDir+"/") {
			p.find(RuleOrphan, Place{File: file}, "no Application reads the folder")
		}
	}
}

// beside tells whether a file lies with a kustomization that an Application builds.
func (p *Proof) beside(file string) bool {
	for _, k := range kustomizations {
		if o := p.in[path.Join(path.Dir(file), k)]; len(o) > 0 && o[0].app != nil {
			return true
		}
	}
	return false
}

func (p *Proof) proveApplication(a *application) {
	project := p.projects[a.project]
	if project == nil {
		p.find(RuleDangling, a.at("spec", "project"), "there is no project %q", a.project)
	} else if !reaches(project, a.server, a.namespace) {
		p.find(RuleRefused, a.at("spec", "destination"), "the project %s does not reach %s at %s", a.project, a.namespace, a.server)
	}
	if a.object.namespace != "argocd" {
		p.find(RuleDangling, a.at("metadata", "namespace"), "Argo CD looks for Applications in argocd, not in %q", a.object.namespace)
	}
	refs := map[string]bool{}
	for _, s := range a.sources {
		refs[s.ref] = s.ref != ""
	}
	read := map[string]bool{}
	for _, s := range a.sources {
		if project != nil && !slices.Contains(texts(project.node, "spec", "sourceRepos"), s.repo) && !slices.Contains(texts(project.node, "spec", "sourceRepos"), "*") {
			p.find(RuleRefused, a.place(at(s.node, "repoURL")), "the project %s does not permit the repository %q", a.project, s.repo)
		}
		p.proveSource(a, s, refs, read)
	}
	for ref := range refs {
		if ref != "" && !read[ref] {
			p.find(RuleOrphan, a.at("spec", "sources"), "no valueFiles read the source $%s", ref)
		}
	}
}

func (p *Proof) proveSource(a *application, s source, refs, read map[string]bool) {
	for _, v := range s.valueFiles {
		ref, name, ok := strings.Cut(v.Value, "/")
		name, isRef := name, strings.HasPrefix(ref, "$")
		switch {
		case ok && isRef && refs[ref[1:]]:
			read[ref[1:]] = true
			if to := p.inTree(name); !p.has(to) {
				p.find(RuleDangling, a.place(v), "there is no %q in the tree", to)
			}
		case isRef:
			p.find(RuleDangling, a.place(v), "no source has the ref %q", strings.TrimPrefix(ref, "$"))
		case len(refs) > 1 || p.has(p.inTree(v.Value)) || p.has(v.Value):
			p.find(RuleValues, a.place(v), "%q is a file of the chart, and not of the repository", v.Value).hint("$REF/PATH reads the repository, where a source of it has ref: REF")
		}
	}
	if s.chart == "" && s.repo != "" && p.repo.url != "" && s.repo != p.repo.url {
		p.find(RuleDangling, a.place(at(s.node, "repoURL")), "the repository is %q, and Terraform gives Argo CD the key of %q", s.repo, p.repo.url)
	}
	if s.chart == "" && s.repo == p.repo.url && p.repo.branch != "" && s.revision != p.repo.branch {
		p.find(RuleDangling, a.place(at(s.node, "targetRevision")), "the branch is %q, and %s pushes to %q", s.revision, p.repo.at.File, p.repo.branch)
	}
	if s.repo == "" {
		p.find(RuleDangling, a.place(s.node), "the source names no repository")
	}
	if s.chart != "" && s.revision == "" || s.chart == "" && s.path == "" && s.ref == "" {
		p.find(RuleDangling, a.place(s.node), "the source names neither a path, nor a chart with its version, nor a ref")
	}
	if s.chart != "" && s.revision != "" && !chartVersion.MatchString(s.revision) {
		p.find(RuleDangling, a.place(at(s.node, "targetRevision")), "%q is no version of a chart, and no range of them", s.revision)
	}
}

// reaches compares a destination with those of a project: a name, names that begin so,
// or, with a ! in front, none of them (argo-cd pkg/apis/application/v1alpha1,
// app_project_types.go, IsDestinationPermitted).
func reaches(project *object, server, namespace string) bool {
	reached := false
	for _, d := range items(project.node, "spec", "destinations") {
		pattern, deny := strings.CutPrefix(text(d, "namespace"), "!")
		start, open := strings.CutSuffix(pattern, "*")
		match := (pattern == namespace || open && strings.HasPrefix(namespace, start)) && (server == "" || text(d, "server") == server || text(d, "server") == "*")
		if match && deny {
			return false
		}
		reached = reached || match && !deny
	}
	return reached
}

// provePermitted holds an object to the project of its Application
// (app_project_types.go, IsGroupKindNamePermitted), and to what is there before it.
func (p *Proof) provePermitted(o *object) {
	project := p.projects[o.app.project]
	if project == nil || o.kind == "Kustomization" || o.kind == "Component" || o.kind == "ksops" {
		return
	}
	covers := func(list string) bool {
		return slices.ContainsFunc(items(project.node, "spec", list), func(n *yaml.Node) bool {
			group, kind, name := text(n, "group"), text(n, "kind"), text(n, "name")
			return (group == "*" || group == o.group) && (kind == "*" || kind == o.kind) && (name == "" || name == o.name)
		})
	}
	wide := clusterWide(o)
	switch {
	case wide && !covers("clusterResourceWhitelist"):
		p.find(RuleRefused, o.at(), "the project %s permits no %s %s", o.app.project, o.kind, o.name)
	case !wide && (at(project.node, "spec", "namespaceResourceWhitelist") != nil && !covers("namespaceResourceWhitelist") && !covers("clusterResourceWhitelist") || covers("namespaceResourceBlacklist")):
		p.find(RuleRefused, o.at(), "the project %s permits no %s", o.app.project, o.kind)
	case !wide && o.namespace != "" && !reaches(project, o.app.server, o.namespace):
		p.find(RuleRefused, o.at("metadata", "namespace"), "the project %s does not reach the namespace %s", o.app.project, o.namespace)
	case !wide:
		p.proveNamespace(o)
	}
}

// createsNamespace tells whether Argo CD makes a namespace for some Application.
func (p *Proof) createsNamespace(name string) bool {
	for _, a := range p.applications {
		if a.namespace == name && slices.Contains(texts(a.node, "spec", "syncPolicy", "syncOptions"), "CreateNamespace=true") {
			return true
		}
	}
	return false
}

// builtIn are namespaces that are there without anybody's doing.
var builtIn = []string{"", "default", "kube-system", "kube-public", "kube-node-lease"}

// proveNamespace wants an object's namespace to be there before it.
func (p *Proof) proveNamespace(o *object) {
	ns := p.get("Namespace", "", o.namespace)
	switch {
	case slices.Contains(builtIn, o.namespace):
	case ns == nil && p.createsNamespace(o.namespace):
	case ns == nil:
		p.find(RuleDangling, o.at("metadata", "namespace"), "nothing makes the namespace %q", o.namespace)
	case ns.app != nil && ns.app != o.app && ns.app.wave > o.app.wave:
		p.find(RuleDangling, o.app.at("metadata", "annotations", "argocd.argoproj.io/sync-wave"), "the namespace %s comes with the Application %s, in wave %d, which is later", o.namespace, ns.app.name, ns.app.wave)
	}
}

// chartVersion is a version, or a range of versions (Masterminds/semver, constraints.go).
var chartVersion = regexp.MustCompile(`^(v?\d+(\.\d+){0,2}([-+][0-9A-Za-z.+-]+)?|[ ,|<>=!~^-]*v?(\d+|[xX*])(\.(\d+|[xX*])){0,2}([-+][0-9A-Za-z.+-]+)?([ ,|<>=!~^-]+v?(\d+|[xX*])(\.(\d+|[xX*])){0,2}([-+][0-9A-Za-z.+-]+)?)*)$`)

// proveKinds wants a project's lists to name kinds that there are: an entry of another group permits nothing.
func (p *Proof) proveKinds(project *object) {
	for _, list := range []string{"clusterResourceWhitelist", "clusterResourceBlacklist", "namespaceResourceWhitelist", "namespaceResourceBlacklist"} {
		for _, n := range items(project.node, "spec", list) {
			group, kind := text(n, "group"), text(n, "kind")
			if group == "*" || strings.Contains(kind, "*") {
				continue
			}
			switch groups, own := format.GroupsOf(group, kind); {
			case slices.Contains(groups, group):
			case own:
				p.find(RuleDangling, project.place(n), "Kubernetes has no kind %s in the group %q", kind, group)
			case len(groups) > 0 && !strings.Contains(group, "."):
				p.find(RuleDangling, project.place(n), "the kind %s is of the group %s, and not of %q", kind, groups[0], group)
			}
		}
	}
}
