package rules

import "slices"

// rules are all rules about a spec, section by section. docs/RULES.md, `gen rules`
// and `gen explain` are made of this table and that of the output.
func rules() []Rule {
	var all []Rule
	for _, section := range []struct {
		title string
		rules []Rule
	}{
		{"The spec as a text", specRules()},
		{"Formats", formatRules()},
		{"Names", nameRules()},
		{"The repository", repoRules()},
		{"Hosts", hostRules()},
		{"Disks and arrays", diskRules()},
		{"Network cards", nicRules()},
		{"Users", userRules()},
		{"The cluster's networks", clusterRules()},
		{"Domains and hostnames", domainRules()},
		{"Zones", zoneRules()},
		{"DNS records", recordRules()},
		{"Mail", mailRules()},
		{"Redirects", redirectRules()},
		{"Access", slices.Concat(accessRules(), idpRules(), bypassRules())},
		{"Routes", slices.Concat(routeRules(), originRules())},
		{"Clients and apps", workloadRules()},
		{"Charts", chartRules()},
		{"Charts and folders of your own", besideRules()},
		{"Containers", containerRules()},
		{"What runs", capacityRules()},
		{"Secrets", secretRules()},
		{"Versions", versionRules()},
		{"Output and state", stateRules()},
	} {
		for _, r := range section.rules {
			r.Section = section.title
			all = append(all, r)
		}
	}
	return all
}
