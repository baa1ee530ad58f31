package git

import "sitegen/internal/site"

// attributes are of gen's files alone: what lies beside them may be binary, or have the
// line ends that its owner likes. Patterns are by folder and ending, so that they do not
// grow with the site.
//
// Linguist's attribute folds a file on GitHub and Forgejo, gitlab-generated on GitLab
// (github-linguist docs/overrides.md; GitLab, user/project/merge_requests/changes).
func attributes(s *site.Site) []string {
	lines := []string{
		"# .sitegen.sum has the hashes of gen's files: no system and no core.autocrlf may change",
		"# their line ends.",
	}
	argocd, terraform := "/"+s.ArgoDir(), "/"+s.TerraformDir()
	for _, pattern := range []string{
		"/.gitattributes", "/.gitignore", "/.sitegen.*", "/.sops.yaml", "/" + site.Hooks + "/*",
		"/.github/workflows/gen*.yml", "/.forgejo/workflows/gen*.yml", "/.gitlab-ci.yml", "/renovate.json",
		"/docs/RUNBOOK.md", "/docs/ROUTES.md", "/docs/site.svg", "/flake.nix", "/hosts/*.nix",
		argocd + "/**/*.yaml", argocd + "/**/*.pem",
		"/machines/**/*.nix", "/roles/**/*.nix", "/roles/**/*.sh", "/scripts/*.sh", "/secrets/**/*.example.yaml",
		terraform + "*/*.tf", terraform + "*/.gitignore", terraform + "*/*.example", terraform + "*/values/*.yaml",
	} {
		lines = append(lines, pattern+" text eol=lf")
	}
	return append(lines,
		"", "# Reviews fold what nobody reads line by line; all else that gen wrote is there to be read.",
		"# A hash that does not belong to its file is what gen check finds.",
		"/.sitegen.sum linguist-generated gitlab-generated", "/docs/site.svg linguist-generated gitlab-generated")
}
