package rules

import (
	"sitegen/internal/diag"
	"sitegen/internal/format"
)

func ciRules() []Rule {
	return []Rule{
		{ID: "ci-install", Severity: diag.Error, Summary: "Jobs of a forge find gen: lines put it on the PATH, or an image has it.",
			Bad: `ci: forge: "github"`, Good: "ci: {\n\tforge: \"github\"\n\timage: \"registry.example.com/gen:1.0.0\"\n}", check: checkCIInstall},
		{ID: "ci-path", Severity: diag.Error, Summary: "GitHub and Forgejo read jobs, and Renovate its configuration, at the top of the repository, where gen writes only if that is the output root.",
			Bad: "repo: path: \"infra\"\nci: {forge: \"github\", image: \"registry.example.com/gen:1.0.0\"}", Good: `ci: {forge: "github", image: "registry.example.com/gen:1.0.0"}`, check: checkCIPath},
	}
}

func checkCIInstall(c *checker) {
	ci := c.spec.CI
	if ci == nil {
		return
	}
	at := diag.Path{"ci", "install"}
	if len(ci.Install) == 0 && ci.Image == "" {
		c.report(diag.Path{"ci", "forge"}, "nothing puts gen on the PATH of the jobs").
			WithHint("say ci.install, shell lines that do, or ci.image, a container image that has gen, git, curl and jq")
	}
	for i, line := range ci.Install {
		if line == "" {
			c.report(append(at, i), "the line is empty").WithHint("take it out")
		}
	}
}

// checkCIPath: GitHub knows workflows in .github/workflows of the repository alone, as
// Forgejo does in .forgejo/workflows, and a workflow of another folder cannot be called
// from there either (GitHub docs, actions/how-tos/reuse-automations/reuse-workflows).
// GitLab includes files of any folder.
func checkCIPath(c *checker) {
	ci, root := c.spec.CI, c.spec.Repo.Path
	if ci == nil || root == "" {
		return
	}
	if ci.Forge != "gitlab" {
		c.report(diag.Path{"ci", "forge"}, "the jobs would be in %q, and the forge reads them at the top of the repository", root).
			WithHint("leave ci out and write the workflow at the top: docs/CI.md of gen shows it")
	} else if ci.Renovate {
		c.report(diag.Path{"ci", "renovate"}, "renovate.json would be in %q, and Renovate reads it at the top of the repository", root).
			WithHint("leave ci.renovate out and write both at the top: docs/CI.md of gen shows them")
	}
}

// actionRE is a tag or the hash of a commit.
var actionRE = format.Pattern(`^(v\d+(\.\d+){0,2}|[0-9a-f]{40}|[0-9a-f]{64})$`)

func checkActions(c *checker) {
	if v := c.spec.Versions.Actions.Checkout; !actionRE().MatchString(v) {
		c.report(diag.Path{"versions", "actions", "checkout"}, "%q is no version of an action", format.Shorten(v)).WithHint("a tag like \"v7.0.1\", or the hash of a commit")
	}
}
