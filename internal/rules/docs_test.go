package rules

import (
	"fmt"
	"strings"
	"testing"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// TestDocs compares docs/RULES.md with the table; -update writes it.
func TestDocs(t *testing.T) {
	var b strings.Builder
	b.WriteString(docsIntro)
	section := ""
	for _, r := range Rules() {
		if r.Section != section {
			section = r.Section
			fmt.Fprintf(&b, "\n## %s\n", section)
		}
		fmt.Fprintf(&b, "\n### %s\n\n%s %s\n", r.ID, severityWords(r), r.Summary)
		if strings.HasPrefix(r.Bad, "//") {
			continue
		}
		fmt.Fprintf(&b, "\n```cue\n// bad\n%s\n// good\n%s\n```\n", r.Bad, r.Good)
	}
	b.WriteString(docsOutput)
	for _, r := range OutputRules() {
		silence := "no"
		if r.Silenceable() {
			silence = "yes"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", r.ID, r.Severity, silence, r.Summary, r.Do)
	}
	b.WriteString(docsWays)
	for _, w := range spec.Ways() {
		fmt.Fprintf(&b, "* **%s**: %s.\n", w.What, w.How)
	}
	b.WriteString(docsLater)
	golden(t, "../../docs/RULES.md", b.String())
}

func severityWords(r Rule) string {
	switch {
	case r.Limit:
		return "*Error, can be silenced.*"
	case r.Severity == diag.Warning:
		return "*Warning.*"
	}
	return "*Error.*"
}

const docsIntro = `<!-- Written by go test ./internal/rules -run TestDocs -update from the table of rules; do not edit. -->

# What a spec may not say

gen reads the whole spec, checks it against the schema (` + "`gen schema`" + `) and these rules, and names every
problem of one run, in the order of the files: place, path, what is wrong with the value, the rule's id, and what to do.

` + "```" + `
site.cue:18:47: hosts.web1.nics.wan.ipv4.gateway: 203.0.114.1 is outside 203.0.113.10/26 [nic-gateway]
	site.cue:18:19: the address is set here
	hint: the first host of that network is 203.0.113.1; onLink: true is for a gateway outside of it
` + "```" + `

An error stops gen before it writes anything; a warning does not, unless ` + "`--strict`" + ` is given. Warnings, and the limits of
somebody's plan, are silenced in the spec by their id, with the reason: ` + "`silence: \"image-tag\": \"the registry keeps one version only\"`" + `.
` + "`gen rules`" + ` lists the rules, ` + "`gen explain RULE`" + ` shows one. golden/bad has a spec for each, with the exact message.
`

const docsOutput = `
## The output

What ` + "`gen`, `gen check`, `gen verify` and `gen prove`" + ` tell of the tree, of your own files in it, and of the programs that read them.

| rule | severity | can be silenced | what is wrong | what to do |
|---|---|---|---|---|
`

const docsWays = `
## Beside the spec

What people look for in a spec and do not find. Where one of these stands as a field, unknown-field names the way too. gen
never touches files that it did not write, and ` + "`output: exclude`" + ` takes one of its own over.

`

const docsLater = `
## Not yet expressible

These are mistakes that a spec cannot make, because it has no field for them; the rule comes with the field.

* **Routes for SSH**: to a host that does not exist, or two for one host. Each host has one.
* **A public page for Argo CD, Hubble or SSH**: they have no ` + "`public`" + `; one without an access group is refused (admin-access).
* **Cilium's way to the API**: it follows from the roles of the hosts.
* **Boot layouts that cannot boot** (systemd-boot on BIOS, BIOS without its partition): the layout follows from ` + "`firmware`" + `.
* **Shadowed wildcards**: routes are sorted so that a wildcard comes behind the names that it would cover.
* **Sync waves**: those of Applications are gen's; within a folder of your own the manifests say them.
* **Overrides of what gen must own** (the catch-all rule, tunnel credentials, kubeProxyReplacement, buildOptions): only flags of
  k3s can be added (k3s-flag).
* **Creation rules and recipients of encrypted files**: they follow from hosts, people and Argo CD's key. That the files in the
  repository are encrypted, and to whom, is for ` + "`gen check`" + `.
* **Private networks between hosts**, apart from those of their cards (network-overlap).
`
