package site

import (
	"path"

	"sitegen/internal/diag"
)

// TerraformDir is the folder of the Terraform root, relative to the output root.
func (s *Site) TerraformDir() string { return "k8s/terraform-" + s.Name }

// ArgoDir is the folder Argo CD reads, relative to the output root.
func (s *Site) ArgoDir() string { return "k8s/argocd-" + s.Name }

// InRepo turns a path relative to the output root into one relative to the
// repository's root, which is what Argo CD and sops want.
func (s *Site) InRepo(p string) string { return path.Join(s.Repo.Path, p) }

// K8sSecrets is the encrypted file that Terraform reads, relative to the output root.
func (s *Site) K8sSecrets() string { return "secrets/hosts/" + s.Server.Name + "/k8s-secrets.yaml" }

// HostSecrets is the encrypted file that sops-nix reads on the host, relative to the output root.
func (h *Host) HostSecrets() string { return "secrets/hosts/" + h.Name + "/host-secrets.yaml" }

// HostSecretKeys are the keys that the host's encrypted file must hold, sorted;
// none means that the host needs no such file.
func (s *Site) HostSecretKeys(h *Host) []string {
	var keys []string
	if len(s.Agents) > 0 {
		keys = append(keys, "k3s_token")
	}
	for _, u := range h.Users {
		if u.Password {
			keys = append(keys, "password_"+u.Name)
		}
	}
	if s.Alerts != nil {
		keys = append(keys, "smtp_password")
	}
	return keys
}

// K8sSecretKeys are the keys that K8sSecrets must hold, sorted.
func (s *Site) K8sSecretKeys() []string {
	keys := []string{"argocd_age_key"}
	switch s.Repo.Kind {
	case RepoSSH:
		keys = append(keys, "argocd_repo_ssh_key")
	case RepoToken:
		keys = append(keys, "argocd_repo_token")
	}
	return append(keys, "cloudflare_api_token")
}

// Workloads are the clients followed by the apps.
func (s *Site) Workloads() []*Workload {
	return append(append([]*Workload(nil), s.Clients...), s.Apps...)
}

// AppSecrets is the encrypted file of an app, relative to the output root.
func (s *Site) AppSecrets(w *Workload) string {
	return s.ArgoDir() + "/" + w.Folder + "/secrets.enc.yaml"
}

// Host returns the host of that name, or nil.
func (s *Site) Host(name string) *Host {
	for _, h := range s.Hosts {
		if h.Name == name {
			return h
		}
	}
	return nil
}

// Group returns the access group of that name, or nil.
func (s *Site) Group(name string) *AccessGroup {
	for i := range s.Groups {
		if s.Groups[i].Name == name {
			return &s.Groups[i]
		}
	}
	return nil
}

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
