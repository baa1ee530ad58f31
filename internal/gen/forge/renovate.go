package forge

import (
	"bytes"
	"encoding/json"

	"sitegen/internal/site"
	"sitegen/internal/tree"
)

// config is Renovate's renovate.json, which has no comments; its description is one.
type config struct {
	Schema         string          `json:"$schema"`
	Description    []string        `json:"description"`
	Extends        []string        `json:"extends"`
	IgnoredAuthors []string        `json:"gitIgnoredAuthors"`
	IgnorePaths    []string        `json:"ignorePaths"`
	CustomManagers []customManager `json:"customManagers"`
	Nix            nix             `json:"nix"`
	PackageRules   []packageRule   `json:"packageRules"`
}

type customManager struct {
	Description  string   `json:"description"`
	Type         string   `json:"customType"`
	FilePatterns []string `json:"managerFilePatterns"`
	MatchStrings []string `json:"matchStrings"`
	Package      string   `json:"packageNameTemplate,omitempty"`
	Datasource   string   `json:"datasourceTemplate,omitempty"`
}

type nix struct {
	Enabled             bool    `json:"enabled"`
	LockFileMaintenance enabled `json:"lockFileMaintenance"`
}

type enabled struct {
	Enabled bool `json:"enabled"`
}

type packageRule struct {
	Description      string   `json:"description"`
	MatchManagers    []string `json:"matchManagers"`
	MatchUpdateTypes []string `json:"matchUpdateTypes"`
	Enabled          bool     `json:"enabled"`
}

// renovate has Renovate read the spec, and none of the files that follow from it: these
// are gen's to write. Author is who commits them, in templates/forge/renovate.sh: Renovate
// stops at a branch that others have changed (renovate docs/usage/configuration-options.md,
// gitIgnoredAuthors).
func renovate(s *site.Site) (tree.File, error) {
	c := config{
		Schema:         "https://docs.renovatebot.com/renovate-schema.json",
		Description:    []string{tree.Header, "Versions are raised in the spec; a job runs gen on the branch."},
		Extends:        []string{"config:recommended"},
		IgnoredAuthors: []string{"gen@ci.invalid"},
		IgnorePaths: []string{
			".github/workflows/gen*.yml", ".forgejo/workflows/gen*.yml", ".gitlab-ci.yml",
			s.ArgoDir() + "/**", s.TerraformDir() + "*/**", "machines/**", "roles/**",
		},
		CustomManagers: managers(),
		// The manager is off by itself (renovate lib/modules/manager/nix).
		Nix: nix{true, enabled{true}},
		PackageRules: []packageRule{{
			"flake.nix says what the spec does.", []string{"nix"},
			[]string{"major", "minor", "patch", "pin", "digest", "pinDigest", "replacement", "rollback"}, false,
		}},
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(c)
	return tree.File{Path: "renovate.json", Mode: 0o644, Data: b.Bytes()}, err
}

// managers find versions in a spec as people write it. What a loop or a template puts
// together has none that could be raised.
func managers() []customManager {
	of := func(description, match, pkg, datasource string) customManager {
		return customManager{description, "regex", []string{`/\.cue$/`}, []string{match}, pkg, datasource}
	}
	const chart = `",?\s*chart:\s*"(?<depName>[^"\\]+)",?\s*version:\s*"(?<currentValue>[^"\\]+)"`
	return []customManager{
		of("images, by tag, by digest, or both", `\bimage:\s*"(?<depName>[^\s":@\\]+(?::\d+/[^\s":@\\]+)?)(?::(?<currentValue>\w[\w.-]*))?(?:@(?<currentDigest>sha256:[0-9a-f]{64}))?"`, "", "docker"),
		of("charts, whose repo, chart and version stand in this order", `repo:\s*"(?<registryUrl>https://[^"\\]+)`+chart, "", "helm"),
		of("charts from an OCI registry", `repo:\s*"oci://(?<registry>[^"\\]+)`+chart, "{{{registry}}}/{{{depName}}}", "docker"),
		of("what a comment above says it of, such as pins under versions", `//\s*renovate: datasource=(?<datasource>[a-z-]+) depName=(?<depName>\S+)(?: registryUrl=(?<registryUrl>\S+))?\s*\n[^"\n]*"(?<currentValue>[^"\\]+)"`, "", ""),
	}
}
