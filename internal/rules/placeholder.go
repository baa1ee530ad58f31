package rules

import (
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

func placeholderRules() []Rule {
	return []Rule{
		{ID: "placeholder", Severity: diag.Warning, Summary: "Nothing is left of what `gen init` wrote where it knew no better: texts with replace-me in them, and addresses of cards that are reserved for documentation.",
			Bad: `hosts: web1: disks: a: device: "/dev/disk/by-id/replace-me-1"`, Good: `hosts: web1: disks: a: device: "/dev/disk/by-id/nvme-EXAMPLE_SN100001"`, check: checkPlaceholders},
	}
}

func checkPlaceholders(c *checker) {
	for _, o := range c.oddTexts() {
		if o.placeholder {
			c.odder(o, "is a placeholder").WithHint("%s", placeholderHint(o.at))
		}
	}
	for _, h := range c.site.Hosts {
		for _, n := range h.NICs {
			if at := (diag.Path{"hosts", h.Name, "nics", n.Name, "mac"}); format.IsDocumentationMAC(n.MAC) {
				c.report(at, "%s is a placeholder: the address is reserved for documentation, and no card has it", n.MAC).WithHint("%s", placeholderHint(at))
			}
		}
	}
}

// placeholderHint says where what belongs there is found.
func placeholderHint(at diag.Path) string {
	switch {
	case len(at) > 2 && at[0] == "hosts" && (at[2] == "disks" || at[2] == "nics"):
		return "gen probe prints the machine's own: docs/RUNBOOK.md, The machines"
	case at[0] == "domains":
		return "write the domain that you have at Cloudflare"
	case at[0] == "repo":
		return "write the address of the git repository that this folder is pushed to"
	case at[0] == "ci":
		return "write the lines that put gen on the machine that runs the jobs: docs/CI.md of gen"
	case len(at) > 1 && (at[1] == "email" || at[0] == "access"):
		return "write the address of who runs the site"
	}
	return "write what is meant"
}

// isPlaceholder tells whether a text has the mark of one, in either case.
func isPlaceholder(text string) bool {
	return strings.Contains(text, "replace-me") || strings.Contains(text, "REPLACE-ME")
}
