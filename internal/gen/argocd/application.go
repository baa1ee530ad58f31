package argocd

import (
	"cmp"
	"slices"
	"strconv"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

type application = manifest.Object[manifest.ApplicationSpec]

const (
	namespace = "argocd"
	cluster   = "https://kubernetes.default.svc"

	syncOptions = "argocd.argoproj.io/sync-options"
	syncWave    = "argocd.argoproj.io/sync-wave"
	// manifestPaths keeps what was rendered for an Application when a commit changes
	// nothing in its folder: with a thousand clients in one repository, one client's
	// change renders one client (argo-cd docs/operator-manual/high_availability.md).
	manifestPaths = "argocd.argoproj.io/manifest-generate-paths"

	// finalizer deletes an Application's objects with it.
	finalizer = "resources-finalizer.argocd.argoproj.io/foreground"
)

// root is the Application that holds all others. It removes those that are gone
// from git; what must outlive a mistake there says Prune=false itself.
func root(s *site.Site) application {
	return build(s, manifest.Meta{Name: "app-of-apps"}, "platform", namespace, "apps")
}

// applications lists the root's children, sorted by name.
func applications(s *site.Site) []application {
	list := []application{
		kept(s, "projects", -10, "platform", namespace, "projects"),
		kept(s, "cloudflared", 0, "platform", "cloudflared", "cloudflared"),
		kept(s, "websites", 1, "workloads", site.WebsitesNamespace, "websites"),
	}
	for _, w := range s.Workloads() {
		m := manifest.Meta{Name: w.Application, Finalizers: []string{finalizer}, Annotations: map[string]string{syncWave: turn(w.Wave)}}
		a := build(s, m, "workloads", w.Namespace, w.Folder)
		if w.Component != nil { // what it reads elsewhere is not known
			delete(a.Metadata.Annotations, manifestPaths)
		}
		if len(w.Volumes) > 0 {
			keepSizes(&a)
		}
		list = append(list, a)
	}
	for _, b := range s.Beside() {
		list = append(list, besideApplication(s, b))
	}
	slices.SortFunc(list, func(a, b application) int { return cmp.Compare(a.Metadata.Name, b.Metadata.Name) })
	return list
}

// turn is the wave of what the spec says the wave of: after gen's own, which nothing
// of the user's may keep back.
func turn(wave int) string { return strconv.Itoa(2 + wave) }

// kept is a child that stays when it is gone from git, and whose objects stay when
// it is deleted.
func kept(s *site.Site, name string, wave int, project, namespace, folder string) application {
	m := manifest.Meta{Name: name, Annotations: map[string]string{syncWave: strconv.Itoa(wave), syncOptions: "Prune=false"}}
	return build(s, m, project, namespace, folder)
}

// build is an Application of a folder that gen writes.
func build(s *site.Site, m manifest.Meta, project, target, folder string) application {
	if m.Annotations == nil {
		m.Annotations = map[string]string{}
	}
	m.Annotations[manifestPaths] = "."
	// ServerSideApply lifts the limit of 256 KiB that the annotation of a client-side
	// apply sets.
	options := []string{"ServerSideApply=true"}
	if target != namespace {
		// A replaced Secret or ConfigMap stays until the pods that use it are gone. Not
		// so for Applications: one client's broken image would keep others from going.
		options = []string{"PruneLast=true", "ServerSideApply=true"}
	}
	return newApplication(s, m, project, target, options, source(s, s.ArgoDir()+"/"+folder))
}

// source is a folder of the repository, by its path in the output.
func source(s *site.Site, p string) manifest.Source {
	return manifest.Source{Path: s.InRepo(p), RepoURL: s.Repo.URL, TargetRevision: s.Repo.Branch}
}

func newApplication(s *site.Site, m manifest.Meta, project, target string, options []string, sources ...manifest.Source) application {
	m.Namespace = namespace
	spec := manifest.ApplicationSpec{
		Destination:          manifest.Destination{Namespace: target, Server: cluster},
		Project:              project,
		RevisionHistoryLimit: 3,
		SyncPolicy: manifest.SyncPolicy{
			Automated:   manifest.Automated{Prune: true, SelfHeal: true},
			Retry:       manifest.Retry{Backoff: manifest.Backoff{Duration: "10s", Factor: 2, MaxDuration: "5m"}},
			SyncOptions: options,
		},
	}
	// A failed commit is tried once by default and then left alone. Here it is tried until a
	// newer one takes its place, or the controller's sync timeout ends it: the order in which
	// the parts of a site come up needs no care. An Argo CD without refresh would try the
	// old commit for ever: half an hour is enough there.
	if retry := &spec.SyncPolicy.Retry; s.ArgoCDRefreshes() {
		retry.Limit, retry.Refresh = -1, true
	} else {
		retry.Limit = 10
	}
	if spec.Sources = sources; len(sources) == 1 {
		spec.Source, spec.Sources = &sources[0], nil
	}
	return manifest.NewApplication(m, spec)
}
