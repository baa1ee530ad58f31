package argocd

import (
	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// websites adds what the clients share: their namespaces and who may talk to whom
// there. It does not name the clients.
func websites(f *manifest.Files, s *site.Site) {
	var namespaces, policies []any
	for _, n := range websiteNamespaces(s) {
		level := "restricted"
		if n == site.WebsitesBaselineNamespace {
			level = "baseline"
		}
		namespaces = append(namespaces, newNamespace(n, level))
		policies = append(policies, defaultDeny(n), allowDNS(n), fromTunnel(s, n), toInternet(s, n))
	}
	dir := s.ArgoDir() + "/websites/"
	f.Add(dir+"kustomization.yaml", kustomization("namespace.yaml", "networkpolicy.yaml"))
	f.Add(dir+"namespace.yaml", namespaces...)
	f.Add(dir+"networkpolicy.yaml", policies...)
}

// websiteNamespaces are the clients' namespaces; the second one is there only
// when a client needs it.
func websiteNamespaces(s *site.Site) []string {
	for _, c := range s.Clients {
		if c.Namespace == site.WebsitesBaselineNamespace {
			return []string{site.WebsitesNamespace, site.WebsitesBaselineNamespace}
		}
	}
	return []string{site.WebsitesNamespace}
}

// newNamespace is a namespace that stays, with what is in it, when its Application
// goes.
func newNamespace(name, podSecurity string) manifest.Namespace {
	return manifest.NewNamespace(manifest.Meta{
		Annotations: map[string]string{syncOptions: stays},
		Labels: map[string]string{
			"pod-security.kubernetes.io/enforce": podSecurity,
			"pod-security.kubernetes.io/warn":    podSecurity,
		},
		Name: name,
	})
}

// stays keeps an object that is gone from git, and one whose Application is gone.
const stays = "Delete=false,Prune=false"
