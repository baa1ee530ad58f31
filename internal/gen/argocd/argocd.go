// Package argocd writes the folder that Argo CD reads: the root Application, one
// Application for each part of the site, the projects that bound them, and the
// manifests of clients and apps.
//
// Two folders beside these are other packages': cloudflared, and the encrypted
// files of apps with what decrypts them. The namespaces argocd and cloudflared, and
// all Secrets but the apps', are Terraform's.
package argocd

import (
	"slices"
	"sync"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
	"sitegen/internal/tree"
)

// Files returns the folder.
func Files(s *site.Site) ([]tree.File, error) {
	var f manifest.Files
	dir := s.ArgoDir() + "/"
	f.Add(dir+"app-of-apps.yaml", root(s))
	for _, a := range applications(s) {
		f.Add(dir+"apps/"+a.Metadata.Name+".yaml", a)
	}
	f.Add(dir+"projects/platform.yaml", platform(s))
	f.Add(dir+"projects/workloads.yaml", workloads(s))
	projects := []string{"platform.yaml", "workloads.yaml"}
	for _, b := range s.Beside() {
		projects = append(projects, b.Name+".yaml")
		addBeside(&f, s, b)
	}
	slices.Sort(projects)
	f.Add(dir+"projects/kustomization.yaml", kustomization(projects...))
	websites(&f, s)
	addWorkloads(&f, s)
	return f.Done()
}

// addWorkloads adds the folder of every client and app. Their order is the site's,
// whatever the order they are written in.
func addWorkloads(f *manifest.Files, s *site.Site) {
	list := s.Workloads()
	parts := make([]manifest.Files, len(list))
	const batch = 64
	var wait sync.WaitGroup
	for start := 0; start < len(list); start += batch {
		wait.Go(func() {
			for i := start; i < min(start+batch, len(list)); i++ {
				addWorkload(&parts[i], s, list[i])
			}
		})
	}
	wait.Wait()
	for i := range parts {
		f.Append(&parts[i])
	}
}

func kustomization(resources ...string) manifest.Kustomization {
	return manifest.NewKustomization(manifest.Kustomization{Resources: resources})
}
