package site

// ProviderSources are the Terraform providers that gen's own files use, by name. Each
// one's version is in versions.providers.
func ProviderSources() map[string]string {
	return map[string]string{
		"cloudflare": "cloudflare/cloudflare",
		"helm":       "hashicorp/helm",
		"kubectl":    "alekc/kubectl",
		"kubernetes": "hashicorp/kubernetes",
		"random":     "hashicorp/random",
		"sops":       "carlpett/sops",
	}
}
