package argocd

import (
	"slices"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// addBeside adds what gen has to say of a folder of the user's: the project
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
// It has no manifest-generate-paths: what the source reads elsewhere in the
// repository is not known.
func besideApplication(s *site.Site, b *site.Beside) application {
	m := manifest.Meta{Name: b.Name, Annotations: map[string]string{syncWave: "2"}}
	if !b.Keep {
		m.Finalizers = []string{finalizer}
	}
	sources := []manifest.Source{source(s, b.Path)}
	if b.Filled() {
		sources = append(sources, source(s, s.ArgoDir()+"/"+b.Name))
	}
	// An object whose kind another Application brings, or an operator while it runs, has
	// nothing to be tried on yet: without the last option it would keep all others back.
	return newApplication(m, b.Name, b.Namespace, []string{"PruneLast=true", "ServerSideApply=true", "SkipDryRunOnMissingResource=true"}, sources...)
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
	spec := manifest.ProjectSpec{
		ClusterResourceWhitelist:   cluster,
		Description:                "the folder " + b.Path,
		Destinations:               destinations(append([]string{b.Namespace}, b.Namespaces...)...),
		NamespaceResourceWhitelist: kinds,
	}
	if len(kinds) == 0 { // no list would allow every kind
		spec.NamespaceResourceBlacklist = []manifest.GroupKind{{Group: "*", Kind: "*"}}
	}
	p := newProject(s, b.Name, spec)
	p.Metadata.Finalizers = []string{projectFinalizer}
	return p
}

// projectFinalizer keeps a project while an Application is in it.
const projectFinalizer = "resources-finalizer.argocd.argoproj.io"
