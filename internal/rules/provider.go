package rules

import (
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

func providerRules() []Rule {
	return []Rule{
		{ID: "provider", Severity: diag.Error, Summary: "Providers for files of your own have names and sources that Terraform takes, and are not among gen's.",
			Bad:  `terraform: providers: helm: {source: "hashicorp/helm", version: "~> 3.1"}`,
			Good: `terraform: providers: hcloud: {source: "hetznercloud/hcloud", version: "~> 1.50"}`, check: checkProviders},
	}
}

// What Terraform takes without a word (hashicorp/terraform-registry-address,
// ParseProviderPart and ParseProviderSource); the name is that of an argument too.
var (
	providerRE = format.Pattern(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	sourceRE   = format.Pattern(`^(([a-z0-9-]+\.)+[a-z0-9-]+(:\d+)?/)?[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*$`)
)

// checkProviders: of a provider that a root requires under two names, Terraform may
// configure the wrong one (hashicorp/terraform#31218).
func checkProviders(c *checker) {
	required := map[string]diag.Path{}
	own := site.ProviderSources()
	for _, source := range own {
		required[source] = nil
	}
	all := c.spec.Terraform.Providers
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p, at := all[name], diag.Path{"terraform", "providers", name}
		source := strings.TrimPrefix(strings.TrimPrefix(p.Source, "registry.terraform.io/"), "registry.opentofu.org/")
		other, twice := required[source]
		switch {
		case own[name] != "":
			c.reportName(at, "gen has the provider %q already", name).WithHint("leave it out; versions.providers.%s is its version", name)
			continue
		case !providerRE().MatchString(name):
			c.reportName(at, "%q cannot be the name of a provider", name).WithHint("small letters, digits, and single hyphens between them, a letter first: \"hcloud\"")
		case name == "terraform":
			c.reportName(at, "the provider %q is a part of Terraform", name).WithHint("leave it out")
			continue
		}
		switch {
		case !sourceRE().MatchString(p.Source):
			c.report(at.With("source"), "%q is no source of a provider", p.Source).WithHint("OWNER/NAME as in the registry, \"hetznercloud/hcloud\"; with HOST/ before it for another registry")
		case twice && other == nil:
			c.report(at.With("source"), "%q is a provider that gen has already", p.Source).WithHint("leave it out: under two names Terraform may configure the wrong one")
		case twice:
			c.note(c.report(at.With("source"), "%q has a name already", p.Source).WithHint("leave one of them out: under two names Terraform may configure the wrong one"), other, "here")
		default:
			required[source] = at.With("source")
		}
		c.fault(at.With("version"), constraintFault(p.Version))
	}
}
