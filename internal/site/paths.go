package site

import (
	"path"
	"path/filepath"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// TerraformDir is the folder of the Terraform root, relative to the output root.
func (s *Site) TerraformDir() string { return "k8s/terraform-" + s.Name }

// ArgoDir is the folder Argo CD reads, relative to the output root.
func (s *Site) ArgoDir() string { return "k8s/argocd-" + s.Name }

// InRepo turns a path relative to the output root into one relative to the
// repository's root, which is what Argo CD and sops want.
func (s *Site) InRepo(p string) string { return path.Join(s.Repo.Path, p) }

// Hooks is the folder of git's hooks, relative to the output root.
const Hooks = ".githooks"

// SpecArgs are the arguments by which gen finds the spec from the output root, where it
// does not by itself.
func (s *Site) SpecArgs() []string {
	if s.Repo.Spec == "" {
		return nil
	}
	rel, err := filepath.Rel(filepath.FromSlash(s.Repo.Path), filepath.FromSlash(s.Repo.Spec))
	if err != nil {
		return nil // not relative: rule repo-path
	}
	return []string{"--spec", filepath.ToSlash(rel)}
}

// K8sSecrets is the encrypted file that Terraform reads, relative to the output root.
func (s *Site) K8sSecrets() string { return "secrets/hosts/" + s.Server.Name + "/k8s-secrets.yaml" }

// IdPSecrets is the encrypted file with the secret of each identity provider under its
// name, relative to the output root. Terraform keeps what it reads of it in its state.
func (s *Site) IdPSecrets() string { return "secrets/idp-secrets.yaml" }

// IdPSecretKeys are the keys that IdPSecrets must hold, sorted; none means that there
// is no such file.
func (s *Site) IdPSecretKeys() []string {
	var keys []string
	for _, idp := range s.Logins {
		keys = append(keys, idp.Name)
	}
	return keys
}

// HostSecrets is the encrypted file that sops-nix reads on the host, relative to the output root.
func (h *Host) HostSecrets() string { return "secrets/hosts/" + h.Name + "/host-secrets.yaml" }

// The keys of K8sSecrets.
const (
	KeyArgoCDAge       = "argocd_age_key"       // what Argo CD decrypts the apps' secrets with
	KeyRepoSSH         = "argocd_repo_ssh_key"  // the private half of the deploy key
	KeyRepoToken       = "argocd_repo_token"    // reads the repository over https
	KeyCloudflareToken = "cloudflare_api_token" // Terraform's
)

// K8sSecretKeys are the keys that K8sSecrets must hold, sorted.
func (s *Site) K8sSecretKeys() []string {
	keys := []string{KeyArgoCDAge}
	switch s.Repo.Kind {
	case RepoSSH:
		keys = append(keys, KeyRepoSSH)
	case RepoToken:
		keys = append(keys, KeyRepoToken)
	}
	return append(keys, KeyCloudflareToken)
}

// Workloads are the clients followed by the apps.
func (s *Site) Workloads() []*Workload {
	return append(append([]*Workload(nil), s.Clients...), s.Apps...)
}

// ArgoSecrets is an encrypted file that Argo CD decrypts.
type ArgoSecrets struct {
	Application string
	Dir         string // that it lies in, relative to the output root
	Secret      string // what it becomes
	Namespace   string
	Keys        []string // sorted
	Rolls       bool     // the Secret's name changes with its content, here and where it is used
}

// File is the path of the encrypted file, relative to the output root.
func (a ArgoSecrets) File() string { return a.Dir + "/secrets.enc.yaml" }

// Example is the path of the example beside it.
func (a ArgoSecrets) Example() string { return a.Dir + "/secrets.example.yaml" }

// ArgoSecrets lists the encrypted files that Argo CD decrypts: those of the apps, then
// those beside them. gen does not know where a chart or a folder names its Secret, so
// that this one keeps its name.
func (s *Site) ArgoSecrets() []ArgoSecrets {
	var all []ArgoSecrets
	for _, a := range s.Apps {
		if keys := a.SecretKeys(); len(keys) > 0 {
			all = append(all, ArgoSecrets{a.Application, s.ArgoDir() + "/" + a.Folder, a.SecretName(), a.Namespace, keys, true})
		}
	}
	for _, b := range s.Beside() {
		if len(b.Secrets) > 0 {
			all = append(all, ArgoSecrets{b.Name, s.ArgoDir() + "/" + b.Name, b.SecretName(), b.Namespace, b.Secrets, false})
		}
	}
	return all
}

// Said is what the spec says, as spec.Index.Said gives it.
func (s *Site) Said() []byte { return s.ix.Said() }

// Index knows where the spec says what; nil for a site that was not made from one.
func (s *Site) Index() *spec.Index { return s.ix }

// At is where the spec says the value at a path, or what is around it.
func (s *Site) At(p diag.Path) diag.Pos {
	if s.ix == nil {
		return diag.Pos{}
	}
	return s.ix.Value(p)
}

// NameAt is where the spec says the name of the field at a path.
func (s *Site) NameAt(p diag.Path) diag.Pos {
	if s.ix == nil {
		return diag.Pos{}
	}
	return s.ix.Label(p)
}
