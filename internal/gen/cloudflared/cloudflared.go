// Package cloudflared writes the folder of the tunnel's connector: which hostname
// leads to which Service, and the pods that carry the connections.
//
// The tunnel itself, its DNS records and its credentials are Terraform's. So is the
// namespace: it has to be there before the credentials are.
package cloudflared

import (
	"fmt"
	"slices"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
	"sitegen/internal/tree"
)

const (
	name          = "cloudflared" // of everything here, and of the namespace
	configName    = "cloudflared-config"
	configDir     = "/etc/cloudflared/config"
	credentials   = "cloudflared-credentials" // the Secret that Terraform makes
	credentialDir = "/etc/cloudflared/creds"
	accessVolume  = "access"
	accessDir     = "/etc/cloudflared/access" // see volumes
	templateDir   = "/etc/cloudflared/template"
	metricsPort   = 2000
)

// Files returns the folder cloudflared.
func Files(s *site.Site) ([]tree.File, error) {
	rules, authorities, err := ingress(s)
	if err != nil {
		return nil, err
	}
	var f manifest.Files
	dir := s.ArgoDir() + "/cloudflared/"
	resources := []string{"deployment.yaml", "networkpolicy.yaml"}
	if s.Tunnel.Replicas > 1 {
		resources = append(resources, "pdb.yaml")
		f.Add(dir+"pdb.yaml", manifest.NewDisruptionBudget(meta(), manifest.DisruptionBudgetSpec{
			MaxUnavailable: 1, Selector: manifest.Selector{MatchLabels: labels()},
		}))
	}
	f.Add(dir+"config.yaml", config{
		CredentialsFile: credentialDir + "/credentials.json",
		// Pods have IPv4 addresses only, and the default tries whichever family the
		// resolver names first.
		EdgeIPVersion: "4",
		Ingress:       rules,
		Metrics:       fmt.Sprintf("0.0.0.0:%d", metricsPort),
		NoAutoupdate:  true,
		// The name is for people: which tunnel it is comes with the credentials.
		Tunnel: s.Tunnel.Name,
	})
	files := []string{"config.yaml"}
	for _, a := range authorities {
		files = append(files, a.name)
		f.AddText(dir+a.name, a.pem)
	}
	slices.Sort(files)
	f.Add(dir+"deployment.yaml", deployment(s))
	f.Add(dir+"kustomization.yaml", manifest.NewKustomization(manifest.Kustomization{
		// The generated name ends in a hash of the file, so a changed route is a changed
		// Deployment, and the pods roll.
		ConfigMapGenerator: []manifest.ConfigMapGenerator{{Files: files, Name: configName, Namespace: name}},
		Resources:          resources,
	}))
	f.Add(dir+"networkpolicy.yaml", closed(), egress(s))
	return f.Done()
}

func labels() map[string]string {
	return map[string]string{"app.kubernetes.io/name": name}
}

func meta() manifest.Meta {
	return manifest.Meta{Labels: labels(), Name: name, Namespace: name}
}
