// Package helm writes the values of the two charts that Terraform installs:
// Cilium, which the cluster has no network without, and Argo CD, which installs
// everything else.
//
// A value stands here only where it differs from the chart's own default, or where
// something else of the site relies on it. Chart versions are Terraform's business.
package helm

import (
	"sitegen/internal/manifest"
	"sitegen/internal/site"
	"sitegen/internal/tree"
)

// Files returns the values files.
func Files(s *site.Site) ([]tree.File, error) {
	var f manifest.Files
	dir := s.TerraformDir() + "/values/"
	f.Add(dir+"argocd.yaml", argocd(s))
	f.Add(dir+"cilium.yaml", cilium(s))
	return f.Done()
}

// enabled is the switch that charts put in front of a part.
type enabled struct {
	Enabled bool `yaml:"enabled"`
}
