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
	f.Add(dir+"projects/kustomization.yaml", kustomization("platform.yaml", "workloads.yaml"))
	f.Add(dir+"projects/platform.yaml", platform(s))
	f.Add(dir+"projects/workloads.yaml", workloads(s))
	websites(&f, s)
	addWorkloads(&f, s)
	return f.Done()
}

// addWorkloads adds the folder of every client and app. Their order is the site's,
// whatever the order they are written in.
func addWorkloads(f *manifest.Files, s *site.Site) {
	const batch = 64
	var parts []*manifest.Files
	var wait sync.WaitGroup
	for list := range slices.Chunk(s.Workloads(), batch) {
		part := &manifest.Files{}
		parts = append(parts, part)
		wait.Go(func() {
			for _, w := range list {
				addWorkload(part, s, w)
			}
		})
	}
	wait.Wait()
	for _, part := range parts {
		f.Append(part)
	}
}

func kustomization(resources ...string) manifest.Kustomization {
	return manifest.NewKustomization(manifest.Kustomization{Resources: resources})
}
