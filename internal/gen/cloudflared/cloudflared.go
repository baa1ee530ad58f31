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
	namespace     = "cloudflared"
	configDir     = "/etc/cloudflared/config"
	credentialDir = "/etc/cloudflared/creds"
	accessVolume  = "access"
	accessDir     = "/etc/cloudflared/access" // see volumes
	templateDir   = "/etc/cloudflared/template"
	metricsPort   = 2000
)

// Files returns the folder cloudflared.
func Files(s *site.Site) ([]tree.File, error) {
	var f manifest.Files
	dir := s.ArgoDir() + "/cloudflared/"
	k := manifest.Kustomization{}
	for _, c := range s.Connectors() {
		if err := addConnector(&f, &k, dir, s, c); err != nil {
			return nil, err
		}
	}
	k.Resources = append(k.Resources, "networkpolicy.yaml")
	slices.Sort(k.Resources)
	f.Add(dir+"kustomization.yaml", manifest.NewKustomization(k))
	f.Add(dir+"networkpolicy.yaml", closed(), egress(s))
	return f.Done()
}

// addConnector adds the configuration and the pods of one tunnel.
func addConnector(f *manifest.Files, k *manifest.Kustomization, dir string, s *site.Site, c site.Connector) error {
	rules, authorities, err := ingress(s, c)
	if err != nil {
		return err
	}
	add := func(name string, object any) {
		k.Resources = append(k.Resources, c.File(name))
		f.Add(dir+c.File(name), object)
	}
	if s.Tunnel.Replicas > 1 {
		add("pdb.yaml", manifest.NewDisruptionBudget(meta(c), manifest.DisruptionBudgetSpec{
			MaxUnavailable: 1, Selector: manifest.Selector{MatchLabels: labels(c)},
		}))
	}
	f.Add(dir+c.File("config.yaml"), config{
		CredentialsFile: credentialDir + "/credentials.json",
		// Pods have IPv4 addresses only, and the default tries whichever family the
		// resolver names first.
		EdgeIPVersion: "4",
		Ingress:       rules,
		Metrics:       fmt.Sprintf("0.0.0.0:%d", metricsPort),
		NoAutoupdate:  true,
		// The name is for people: which tunnel it is comes with the credentials.
		Tunnel: c.Tunnel,
	})
	files := []string{"config.yaml"}
	if c.Number > 0 {
		files = []string{"config.yaml=" + c.File("config.yaml")}
	}
	for _, a := range authorities {
		files = append(files, a.name)
		f.AddText(dir+a.name, a.pem)
	}
	slices.Sort(files)
	add("deployment.yaml", deployment(s, c))
	// The generated name ends in a hash of the file, so a changed route is a changed
	// Deployment, and the pods roll.
	k.ConfigMapGenerator = append(k.ConfigMapGenerator, manifest.ConfigMapGenerator{Files: files, Name: configName(c), Namespace: namespace})
	return nil
}

func configName(c site.Connector) string { return c.Name + "-config" }

func labels(c site.Connector) map[string]string {
	return map[string]string{"app.kubernetes.io/name": c.Name}
}

func meta(c site.Connector) manifest.Meta {
	return manifest.Meta{Labels: labels(c), Name: c.Name, Namespace: namespace}
}
