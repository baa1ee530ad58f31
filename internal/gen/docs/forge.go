package docs

import "sitegen/internal/site"

// addForge says which hook and jobs hold changes against the spec.
func (r *runbook) addForge(s *site.Site) {
	r.Hooks, r.Branch = s.InRepo(site.Hooks), s.Repo.Branch
	if s.CI == nil {
		return
	}
	r.Forge = map[string]string{"github": "GitHub", "gitlab": "GitLab", "forgejo": "Forgejo"}[s.CI.Forge]
	r.Renovate, r.GitLab = s.CI.Renovate, s.CI.Forge == "gitlab"
	if s.CI.Forge == "gitlab" && s.Repo.Path != "" {
		r.Include = "/" + s.InRepo(".gitlab-ci.yml")
	}
}
