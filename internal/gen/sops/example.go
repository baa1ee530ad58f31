package sops

import (
	"sitegen/internal/manifest"
	"sitegen/internal/site"
	"sitegen/internal/sopsread"
)

// example makes the file from which a person makes an encrypted one; how, it says itself.
func example(f *manifest.Files, path string, object any) {
	f.Add(sopsread.Example(path), manifest.Comment("Encrypt it first and then fill it in, in the folder of .sops.yaml:\n"+sopsread.Begin(path)), object)
}

// k8sSecrets shows the file that Terraform reads.
func k8sSecrets(s *site.Site) manifest.Map {
	notes := map[string]string{
		site.KeyArgoCDAge:       "the private age key that Argo CD decrypts the apps' secrets with, of " + s.ArgoCD.Key,
		site.KeyRepoSSH:         "the private half of the repository's read-only deploy key: all its lines in place of the one below, indented as it is",
		site.KeyRepoToken:       "a token that may read the repository",
		site.KeyCloudflareToken: "the Cloudflare API token; the runbook lists its permissions",
	}
	m := entries(s.K8sSecretKeys(), notes)
	for i := range m {
		if m[i].Key == site.KeyRepoSSH { // a block: a key has several lines, the last one with its end
			m[i].Value = placeholder + "\n"
		}
	}
	return m
}

// idpSecrets shows the file that Terraform reads for the log-ins of Access.
func idpSecrets(s *site.Site) manifest.Map {
	notes := map[string]string{}
	for _, idp := range s.Logins {
		notes[idp.Name] = "the secret of the client " + idp.ClientID
	}
	return entries(s.IdPSecretKeys(), notes)
}

// hostSecrets shows the file that the host decrypts while it boots.
func hostSecrets(s *site.Site, keys []string) manifest.Map {
	notes := map[string]string{}
	for _, k := range keys {
		notes[k] = s.HostKeyWhat(k)
	}
	return entries(keys, notes)
}

// argoSecrets shows a file that Argo CD decrypts. It is a whole Secret, because that
// is what ksops hands to kustomize.
func argoSecrets(a site.ArgoSecrets) manifest.Secret {
	m := manifest.Meta{Name: a.Secret, Namespace: a.Namespace}
	if a.Rolls {
		// kustomize then adds a hash to the name, here and where it is used, so a
		// changed secret rolls the pods.
		m.Annotations = map[string]string{"kustomize.config.k8s.io/needs-hash": "true"}
	}
	return manifest.NewSecret(m, entries(a.Keys, nil))
}

func entries(keys []string, notes map[string]string) manifest.Map {
	var m manifest.Map
	for _, k := range keys {
		m = append(m, manifest.Entry{Key: k, Value: placeholder, Note: notes[k]})
	}
	return m
}
