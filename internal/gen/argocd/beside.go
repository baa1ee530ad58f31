package argocd

import (
	"slices"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// addBeside adds what gen has to say of a chart or a folder of the user's: the project
// that bounds it, and its namespace. The Application is with the others.
func addBeside(f *manifest.Files, s *site.Site, b *site.Beside) {
	f.Add(s.ArgoDir()+"/projects/"+b.Name+".yaml", besideProject(s, b))
	if !b.Filled() {
		return
	}
	dir := s.ArgoDir() + "/" + b.Name + "/"
	k := manifest.Kustomization{}
	if b.OwnsNamespace {
		k.Resources = []string{"namespace.yaml"}
		f.Add(dir+"namespace.yaml", newNamespace(b.Namespace, b.PodSecurity))
	}
	if len(b.Secrets) > 0 {
		k.Generators = []string{"secret-generator.yaml"}
	}
	f.Add(dir+"kustomization.yaml", manifest.NewKustomization(k))
}

// besideApplication applies the user's source and then gen's own folder: of an object
// that both hold, Argo CD takes the last (argo-cd docs/user-guide/multiple_sources.md).
//
// It has no manifest-generate-paths: what a folder reads elsewhere in the repository
// is not known, and Argo CD would take a chart's repository for one of git when the
// version changes (argo-cd reposerver/repository/repository.go, UpdateRevisionForPaths).
func besideApplication(s *site.Site, b *site.Beside) application {
	m := manifest.Meta{Name: b.Name, Annotations: map[string]string{syncWave: turn(b.Wave)}}
	if !b.Keep() {
		m.Finalizers = []string{finalizer}
	}
	var sources []manifest.Source
	if c := b.Chart; c != nil {
		sources = append(sources, chart(s, c))
	} else {
		sources = append(sources, source(s, b.Path))
	}
	if b.Filled() {
		sources = append(sources, source(s, s.ArgoDir()+"/"+b.Name))
	}
	if b.Chart != nil && b.Chart.ValuesFile != "" {
		// Of its own: what a source with a ref makes is not compared with the last commit
		// (argo-cd controller/state.go, GetRepoObjs).
		sources = append(sources, manifest.Source{Ref: valuesRef, RepoURL: s.Repo.URL, TargetRevision: s.Repo.Branch})
	}
	// An object whose kind another Application brings, or an operator while it runs, has
	// nothing to be tried on yet: without the last option it would keep all others back.
	a := newApplication(s, m, b.Name, b.Namespace, []string{"PruneLast=true", "ServerSideApply=true", "SkipDryRunOnMissingResource=true"}, sources...)
	for _, i := range b.IgnoreDifferences {
		k := site.ParseKind(i.Kind)
		a.Spec.IgnoreDifferences = append(a.Spec.IgnoreDifferences, manifest.Ignored{
			Group: k.Group, Kind: k.Kind, Name: i.Name, Namespace: i.Namespace,
			JSONPointers: i.JSONPointers, JQPathExpressions: i.JQPathExpressions, ManagedFieldsManagers: i.ManagedFieldsManagers,
		})
	}
	if len(b.IgnoreDifferences) > 0 {
		respectIgnored(&a)
	}
	return a
}

// valuesRef is what the repository is called in the path of a chart's values.
const valuesRef = "values"

// chart is a chart as a source. A registry has no scheme here, which is how Argo CD
// knows it without a Secret (argo-cd util/helm/client.go, IsHelmOciRepo).
func chart(s *site.Site, c *site.Chart) manifest.Source {
	source := manifest.Source{Chart: c.Name, RepoURL: c.Repo, TargetRevision: c.Version}
	switch {
	case c.ValuesFile != "":
		source.Helm = &manifest.Helm{ValueFiles: []string{"$" + valuesRef + "/" + s.InRepo(c.ValuesFile)}}
	case len(c.Values) > 0:
		source.Helm = &manifest.Helm{ValuesObject: manifest.Data(map[string]any(c.Values))}
	}
	return source
}

// besideProject allows what the spec says, and nothing else. It stays until its
// Application is gone, which could not be deleted without it (argo-cd
// controller/appcontroller.go, finalizeProjectDeletion).
func besideProject(s *site.Site, b *site.Beside) project {
	cluster := []manifest.NamedKind{}
	if b.OwnsNamespace {
		cluster = append(cluster, manifest.NamedKind{Kind: "Namespace", Name: b.Namespace})
	}
	for _, k := range b.ClusterKinds {
		cluster = append(cluster, manifest.NamedKind{Group: k.Group, Kind: k.Kind})
	}
	var kinds []manifest.GroupKind
	for _, k := range b.Kinds {
		kinds = append(kinds, manifest.GroupKind{Group: k.Group, Kind: k.Kind})
	}
	if len(b.Secrets) > 0 && !slices.ContainsFunc(b.Kinds, func(k site.GroupKind) bool { return k.Kind == "Secret" && k.Group == "" || k.Group == "*" }) {
		kinds = append(kinds, manifest.GroupKind{Kind: "Secret"})
	}
	about := "the folder " + b.Path
	if b.Chart != nil {
		about = "the chart " + b.Chart.Name
	}
	spec := manifest.ProjectSpec{
		ClusterResourceWhitelist:   cluster,
		Description:                about,
		Destinations:               destinations(append([]string{b.Namespace}, b.Namespaces...)...),
		NamespaceResourceWhitelist: kinds,
	}
	if len(kinds) == 0 { // no list would allow every kind
		spec.NamespaceResourceBlacklist = []manifest.GroupKind{{Group: "*", Kind: "*"}}
	}
	p := newProject(s, b.Name, spec)
	if b.Chart != nil {
		repos := []string{b.Chart.Repo}
		if b.Filled() || b.Chart.ValuesFile != "" {
			repos = append(repos, s.Repo.URL)
		}
		p.Spec.SourceRepos = repos
	}
	p.Metadata.Finalizers = []string{projectFinalizer}
	return p
}

// projectFinalizer keeps a project while an Application is in it.
const projectFinalizer = "resources-finalizer.argocd.argoproj.io"
