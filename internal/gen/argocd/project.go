package argocd

import (
	"cmp"
	"slices"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

type project = manifest.Object[manifest.ProjectSpec]

// platform is the project of what the site itself stands on. Terraform applies it
// with the root Application, which could not start without it.
func platform(s *site.Site) project {
	return newProject(s, "platform", manifest.ProjectSpec{
		Description:              "the site's own Applications, projects and tunnel",
		ClusterResourceWhitelist: []manifest.NamedKind{},
		Destinations:             destinations("argocd", "cloudflared"),
		NamespaceResourceWhitelist: []manifest.GroupKind{
			{Group: "", Kind: "ConfigMap"},
			{Group: "apps", Kind: "Deployment"},
			{Group: "argoproj.io", Kind: "AppProject"},
			{Group: "argoproj.io", Kind: "Application"},
			{Group: "cilium.io", Kind: "CiliumNetworkPolicy"},
			{Group: "networking.k8s.io", Kind: "NetworkPolicy"},
			{Group: "policy", Kind: "PodDisruptionBudget"},
		},
	})
}

// workloads is the project of clients and apps. It may make no namespace but
// theirs, and touch nothing in those of the platform.
//
// Destinations name what is closed instead of what is open: Argo CD deletes only
// what a project permits, so a namespace that left the list together with its app
// would keep the app's pods (argo-cd controller/appcontroller.go,
// getPermittedAppLiveObjects).
func workloads(s *site.Site) project {
	var namespaces []manifest.NamedKind
	for _, n := range workloadNamespaces(s) {
		namespaces = append(namespaces, manifest.NamedKind{Kind: "Namespace", Name: n})
	}
	return newProject(s, "workloads", manifest.ProjectSpec{
		Description:              "clients' websites and the site's apps",
		ClusterResourceWhitelist: namespaces,
		Destinations:             destinations("!argocd", "!cilium-*", "!cloudflared", "!default", "!kube-*", "*"),
		NamespaceResourceWhitelist: componentKinds(s, []manifest.GroupKind{
			{Group: "", Kind: "ConfigMap"},
			{Group: "", Kind: "PersistentVolumeClaim"},
			{Group: "", Kind: "Secret"},
			{Group: "", Kind: "Service"},
			{Group: "apps", Kind: "Deployment"},
			{Group: "apps", Kind: "StatefulSet"},
			{Group: "batch", Kind: "CronJob"},
			{Group: "networking.k8s.io", Kind: "NetworkPolicy"},
			{Group: "policy", Kind: "PodDisruptionBudget"},
		}),
	})
}

// componentKinds adds the kinds that the user's components hold to those that gen
// makes.
func componentKinds(s *site.Site, kinds []manifest.GroupKind) []manifest.GroupKind {
	own := len(kinds)
	for _, w := range s.Workloads() {
		if w.Component == nil {
			continue
		}
		for _, text := range w.Component.Kinds {
			k := site.ParseKind(text)
			if g := (manifest.GroupKind{Group: k.Group, Kind: k.Kind}); !slices.Contains(kinds, g) {
				kinds = append(kinds, g)
			}
		}
	}
	slices.SortFunc(kinds[own:], func(a, b manifest.GroupKind) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Kind, b.Kind))
	})
	return kinds
}

func newProject(s *site.Site, name string, spec manifest.ProjectSpec) project {
	spec.SourceRepos = []string{s.Repo.URL}
	return manifest.NewProject(manifest.Meta{Name: name, Namespace: namespace}, spec)
}

func destinations(namespaces ...string) []manifest.Destination {
	var list []manifest.Destination
	for _, n := range namespaces {
		list = append(list, manifest.Destination{Namespace: n, Server: cluster})
	}
	return list
}

// workloadNamespaces are the namespaces of clients, then those of apps, each group
// sorted.
func workloadNamespaces(s *site.Site) []string {
	list := websiteNamespaces(s)
	for _, a := range s.Apps {
		list = append(list, a.Namespace)
	}
	return list
}
