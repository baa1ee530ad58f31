// Package sops writes what surrounds the encrypted files: the rules that say who
// can decrypt which, an example beside each file that a person has to make, and
// the generators that decrypt the apps' files in Argo CD.
//
// It never writes an encrypted file, and no example holds a value.
package sops

import (
	"sitegen/internal/manifest"
	"sitegen/internal/site"
	"sitegen/internal/tree"
)

// placeholder stands where a person puts a secret.
const placeholder = "REPLACE-ME"

// Files returns the rules, examples and generators.
func Files(s *site.Site) ([]tree.File, error) {
	var f manifest.Files
	f.Add(".sops.yaml", rules(s))
	example(&f, s.K8sSecrets(), k8sSecrets(s))
	if len(s.IdPSecretKeys()) > 0 {
		example(&f, s.IdPSecrets(), idpSecrets(s))
	}
	for _, h := range s.Hosts {
		if keys := s.HostSecretKeys(h); len(keys) > 0 {
			example(&f, h.HostSecrets(), hostSecrets(s, keys))
		}
	}
	for _, a := range s.ArgoSecrets() {
		f.Add(a.Dir+"/secret-generator.yaml", manifest.NewKsops(a.Secret, "secrets.enc.yaml"))
		example(&f, a.File(), argoSecrets(a))
	}
	return f.Done()
}
