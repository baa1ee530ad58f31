package forge

import (
	"strings"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// workflow is one of GitHub Actions, which Forgejo and Gitea read too.
type workflow struct {
	Name        string            `yaml:"name"`
	On          on                `yaml:"on"`
	Permissions map[string]string `yaml:"permissions,omitempty"`
	Jobs        map[string]job    `yaml:"jobs"`
}

type on struct {
	PullRequest *events `yaml:"pull_request,omitempty"`
	Push        *events `yaml:"push,omitempty"`
}

type events struct {
	Branches []string `yaml:"branches,omitempty"`
	Types    []string `yaml:"types,omitempty"`
}

type job struct {
	RunsOn    string     `yaml:"runs-on"`
	Container *container `yaml:"container,omitempty"`
	Steps     []step     `yaml:"steps"`
}

type container struct {
	Image string `yaml:"image"`
}

type step struct {
	Name string            `yaml:"name,omitempty"`
	Uses string            `yaml:"uses,omitempty"`
	With map[string]string `yaml:"with,omitempty"`
	Env  map[string]string `yaml:"env,omitempty"`
	Run  manifest.Text     `yaml:"run,omitempty"`
}

// flavour is what GitHub and Forgejo do in their own ways. Forgejo's instances find an
// action that has no address at one that their administrators choose (Forgejo docs,
// user/actions/actions).
type flavour struct {
	dir, runner, actions string
	check                []string
	api                  string
}

func flavourOf(s *site.Site) flavour {
	if s.CI.Forge == "github" {
		return flavour{".github", "ubuntu-latest", "", []string{"check", "--format", "github"}, "${{ github.api_url }}/repos/${{ github.repository }}"}
	}
	return flavour{".forgejo", "docker", "https://data.forgejo.org/", []string{"check"}, "${{ github.server_url }}/api/v1/repos/${{ github.repository }}"}
}

func actions(f *manifest.Files, s *site.Site) error {
	of := flavourOf(s)
	summary, err := script(s.CI.Forge, "summary")
	if err != nil {
		return err
	}
	check, err := gen(s, of.check...)
	if err != nil {
		return err
	}
	w := workflow{
		Name: "gen",
		On:   on{PullRequest: &events{Types: []string{"opened", "synchronize", "reopened", "labeled", "unlabeled"}}},
		Jobs: map[string]job{"gen": of.job(s, map[string]string{"ref": "${{ github.event.pull_request.head.sha }}"},
			step{Run: check},
			step{Run: "gen verify"},
			step{Name: "what the change does", Run: summary, Env: map[string]string{
				"TOKEN":  "${{ github.token }}",
				"API":    of.api,
				"NUMBER": "${{ github.event.pull_request.number }}",
				"BASE":   "${{ github.event.pull_request.base.sha }}",
				"LABELS": "${{ join(github.event.pull_request.labels.*.name, ',') }}",
			}})},
	}
	if s.CI.Forge == "github" {
		w.Permissions = map[string]string{"contents": "read", "pull-requests": "write"}
	}
	f.Add(of.dir+"/workflows/gen.yml", w)
	if s.CI.Renovate {
		return of.regenerate(f, s)
	}
	return nil
}

// regenerate has gen run on Renovate's branches. What a job's own token pushes starts no
// other job, and the pull request would stay without a check of it: so the token is one
// of the secrets.
func (of flavour) regenerate(f *manifest.Files, s *site.Site) error {
	run, err := script("renovate")
	if err != nil {
		return err
	}
	write, err := gen(s)
	if err != nil {
		return err
	}
	w := workflow{
		Name: "gen-renovate",
		On:   on{Push: &events{Branches: []string{"renovate/**"}}},
		Jobs: map[string]job{"gen": of.job(s, map[string]string{"token": "${{ secrets.GEN_TOKEN }}"},
			step{Run: write}, step{Run: run, Env: map[string]string{"PUSH": "origin", "BRANCH": "${{ github.ref_name }}"}})},
	}
	if s.CI.Forge == "github" {
		w.Permissions = map[string]string{"contents": "read"}
	}
	f.Add(of.dir+"/workflows/gen-renovate.yml", w)
	return nil
}

// job checks the repository out with all its history, puts gen on the PATH, and goes on.
func (of flavour) job(s *site.Site, with map[string]string, then ...step) job {
	with["fetch-depth"] = "0"
	j := job{RunsOn: of.runner, Steps: []step{{Uses: of.actions + "actions/checkout@" + s.Versions.Actions.Checkout, With: with}}}
	install := s.CI.Install
	if s.CI.Image != "" {
		j.Container = &container{s.CI.Image}
		// The folder belongs to the machine's user, and git in the container refuses it.
		install = append([]string{`git config --global --add safe.directory "$PWD"`}, install...)
	}
	if len(install) > 0 {
		j.Steps = append(j.Steps, step{Name: "gen", Run: manifest.Text(strings.Join(install, "\n") + "\n")})
	}
	j.Steps = append(j.Steps, then...)
	return j
}
