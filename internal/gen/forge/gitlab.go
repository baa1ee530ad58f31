package forge

import (
	"sitegen/internal/manifest"
	"sitegen/internal/sh"
	"sitegen/internal/site"
)

// pipeline is a .gitlab-ci.yml. Where the output root is not the top of the repository,
// the one there includes it.
type pipeline struct {
	Gen      pipelineJob  `yaml:"gen"`
	Renovate *pipelineJob `yaml:"gen-renovate,omitempty"`
}

type pipelineJob struct {
	Image     string            `yaml:"image,omitempty"`
	Rules     []pipelineRule    `yaml:"rules"`
	Variables map[string]string `yaml:"variables"`
	Script    []manifest.Text   `yaml:"script"`
}

type pipelineRule struct {
	If string `yaml:"if"`
}

func gitlab(f *manifest.Files, s *site.Site) error {
	summary, err := script("gitlab", "summary")
	if err != nil {
		return err
	}
	check, err := gen(s, "check")
	if err != nil {
		return err
	}
	var p pipeline
	if p.Gen, err = gitlabJob(s, `$CI_PIPELINE_SOURCE == "merge_request_event"`, check, "gen verify", summary); err != nil {
		return err
	}
	if s.CI.Renovate {
		run, err := script("gitlab-renovate", "renovate")
		if err != nil {
			return err
		}
		write, err := gen(s)
		if err != nil {
			return err
		}
		j, err := gitlabJob(s, `$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH =~ /^renovate\//`, write, run)
		if err != nil {
			return err
		}
		p.Renovate = &j
	}
	f.Add(".gitlab-ci.yml", p)
	return nil
}

// gitlabJob puts gen on the PATH, and goes on in the output root: lines of a script are
// of one shell.
func gitlabJob(s *site.Site, when string, then ...manifest.Text) (pipelineJob, error) {
	j := pipelineJob{Image: s.CI.Image, Rules: []pipelineRule{{when}}, Variables: map[string]string{"GIT_DEPTH": "0"}}
	for _, line := range s.CI.Install {
		j.Script = append(j.Script, manifest.Text(line))
	}
	if s.Repo.Path != "" {
		dir, err := sh.Quote(s.Repo.Path)
		if err != nil {
			return j, err
		}
		j.Script = append(j.Script, manifest.Text("cd "+dir))
	}
	j.Script = append(j.Script, then...)
	return j, nil
}
