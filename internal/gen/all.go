package gen

import (
	"sitegen/internal/gen/argocd"
	"sitegen/internal/gen/cloudflared"
	"sitegen/internal/gen/docs"
	"sitegen/internal/gen/forge"
	"sitegen/internal/gen/git"
	"sitegen/internal/gen/helm"
	"sitegen/internal/gen/nixos"
	"sitegen/internal/gen/picture"
	"sitegen/internal/gen/said"
	"sitegen/internal/gen/scripts"
	"sitegen/internal/gen/sops"
	"sitegen/internal/gen/terraform"
)

// All is everything that gen writes. To add an output, write a package with a
// Files function beside the others, and give it a line here.
func All() []Generator {
	return []Generator{
		{"argocd", argocd.Files},
		{"cloudflared", cloudflared.Files},
		{"docs", docs.Files},
		{"forge", forge.Files},
		{"git", git.Files},
		{"helm", helm.Files},
		{"nixos", nixos.Files},
		{"picture", picture.Files},
		{"said", said.Files},
		{"scripts", scripts.Files},
		{"sops", sops.Files},
		{"terraform", terraform.Files},
	}
}
