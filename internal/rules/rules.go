package rules

import (
	"slices"
	"strings"

	"sitegen/internal/diag"
)

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
		{"Names", slices.Concat(nameRules(), placeholderRules())},
		{"The repository", slices.Concat(repoRules(), ciRules())},
		{"Hosts", slices.Concat(serverRules(), hostRules(), cpuRules())},
		{"Disks and arrays", slices.Concat(diskRules(), diskLossRules(), partitionRules(), poolRules(), volumeRules(), storageRules())},
		{"Networks of hosts", slices.Concat(nicRules(), vlanRules(), bondRules(), staticRouteRules())},
		{"The firewall", openingRules()},
		{"Users", slices.Concat(userRules(), sshCertificateRules())},
		{"The cluster's networks", clusterRules()},
		{"Domains and hostnames", slices.Concat(domainRules(), shardRules())},
		{"Zones", zoneRules()},
		{"DNS records", recordRules()},
		{"Mail", mailRules()},
		{"Redirects", redirectRules()},
		{"Access", slices.Concat(accessRules(), loginRules(), accessLockoutRules(), accessPathRules())},
		{"Routes", slices.Concat(routeRules(), routeGuardRules(), routeAroundRules(), routePathRules(), originRules())},
		{"Clients and apps", slices.Concat(workloadRules(), selectorRules(), processRules(), servedRules())},
		{"Charts", slices.Concat(chartRules(), chartSecretRules())},
		{"Charts and folders of your own", slices.Concat(besideRules(), ignoredRules())},
		{"Containers", slices.Concat(containerRules(), fileRules(), portRules(), registryRules(), renamedRules())},
		{"What runs", capacityRules()},
		{"Alerts", alertRules()},
		{"Backup", backupRules()},
		{"Secrets", secretRules()},
		{"Versions", slices.Concat(versionRules(), providerRules())},
		{"Output and state", stateRules()},
	} {
		for _, r := range section.rules {
			r.Section = section.title
			all = append(all, r)
		}
	}
	return all
}

// Rules about the output: the tree, the user's own files in it, and what reads them.
const (
	RuleIdle    = "exclude-idle"
	RuleNeeded  = "exclude-needed"
	RuleIgnore  = "exclude-ignore"
	RuleModule  = "module-missing"
	RuleOwn     = "own-missing"
	RuleMissing = "file-missing"
	RuleContent = "file-content"
	RuleBeside  = "beside-read"
	RulePlain   = "secret-plain"
	RuleVolumes = "volume-change"
	RuleRefused = "change-refused"
	RuleClash   = "beside-clash"
	RuleFacts   = "facts"
	RuleDrift   = "drift-" // and the kind
	RuleBlocked = RuleDrift + "blocked"
	RuleVerify  = "verify-" // and the reader
	RuleTrouble = "trouble"
)

// proveRules are what gen prove tells of the output.
func proveRules() []Rule {
	const do = "correct the file that the finding names, or the spec where it is one of gen's"
	of := func(id, summary string) Rule {
		return Rule{ID: id, Severity: diag.Error, Summary: summary, Do: do}
	}
	return []Rule{
		of("prove-dangling", "A file of the tree refers to what is not there: a folder, a key, a Service, a port, a pod, a policy, a namespace, a resource of Terraform's, or in a form that its reader does not take."),
		of("prove-orphan", "Nothing leads to a thing of the tree: a manifest that no kustomization lists, a Service, a volume, a module, a key of an example."),
		of("prove-shadowed", "No request reaches a rule of the tunnel: one before it takes them all."),
		of("prove-owners", "A name has two owners: a hostname in two zones or tunnels, an object in two Applications, a key or a port twice."),
		of("prove-no-rule", "A record leads a hostname to the tunnel, which has no rule for it."),
		of("prove-no-record", "DNS leads nobody to a hostname that the tunnel has a rule for, or that Cloudflare sends elsewhere."),
		of("prove-clash", "A name has a CNAME record, and an address or name servers beside it."),
		of("prove-unguarded", "Argo CD, Hubble or SSH is reached without a log-in, or what Access guards is reached around it."),
		of("prove-values", "An Application reads a file of the chart where one of the repository is meant: $REF/ is missing before its path."),
		of("prove-key", "A key of a secret is read that no example lists."),
		of("prove-reader", "An encrypted file has no creation rule, or one without a reader among its recipients."),
		of("prove-refused", "A network policy, a project of Argo CD's or the pod security of a namespace does not let through what has to be."),
		of("prove-host", "The disks, mounts or networks of a host do not fit together."),
		of("prove-spec", "Where a hostname leads, who gets in, a record, an image, the readers of a secret, the disks or cards of a host are not what the spec says; or another value of a file of gen's, as the program that reads it sees it."),
		{ID: "prove-unproved", Severity: diag.Warning, Summary: "Something was not looked at: without nix-instantiate, the hosts; values, where the spec is not sound or a file of yours cannot be read.", Do: "install what the finding names"},
	}
}

// OutputRules are what gen, gen check, gen verify and gen prove tell of the output. The last part
// of the id of RuleVerify's stands for the name of any reader.
func OutputRules() []Rule {
	all := []Rule{
		{ID: RuleIdle, Severity: diag.Warning, Summary: "A pattern of output.exclude leaves out no file of the output.",
			Do: "correct it, or take it out: patterns are relative to the output root"},
		{ID: RuleNeeded, Severity: diag.Warning, Summary: "The spec leaves something to you that a generated file refers to, and it is not there (gen vet warns, gen and gen check refuse).",
			Do: "write it, or take the pattern out of the spec"},
		{ID: RuleIgnore, Severity: diag.Warning, Summary: "A .gitignore of your own, at the top or in the Terraform folder, lacks lines with which gen's keeps keys, variables and state out of git.",
			Do: "add the lines that the finding names"},
		{ID: RuleModule, Severity: diag.Warning, Summary: "A NixOS module that a host imports is not in the output folder (gen warns, gen check refuses).",
			Do: "write it, and add it to git: Nix reads no other files"},
		{ID: RuleOwn, Severity: diag.Warning, Summary: "A folder or a component of your own, or a file with the values of a chart, that the spec names is not in the output folder, or holds nothing that Argo CD can apply (gen warns, gen check refuses).",
			Do: "write it, and add it to git"},
		{ID: RuleMissing, Severity: diag.Error, Summary: "A file or a folder of your own that gen puts into the output is not in the output folder (gen vet warns).",
			Do: "write it, and add it to git"},
		{ID: RuleContent, Severity: diag.Error, Summary: "A file of your own that gen puts into the output cannot be read, holds a secret, or is more than a ConfigMap holds: 1 MiB. A file with the values of a chart holds a secret.",
			Do: "what the finding says"},
		{ID: RulePlain, Severity: diag.Error, Summary: "A file that .sops.yaml wants encrypted is not, is empty, or has a secret in clear text in it, as where it was not made from its example: sops encrypts what is under data and stringData, and nothing else, in the files that Argo CD decrypts (gen warns; gen check, the hook and gen prove refuse).",
			Do: "what the finding says, before the file is committed; a secret that was ever pushed has to be made anew, and taken back where it is from: git keeps it"},
		{ID: RuleBeside, Severity: diag.Warning, Summary: "A file of your own is in a folder that a program reads whole, and is read with gen's: a manifest beside the Applications, a Terraform override.",
			Do: "move it elsewhere"},
		{ID: RuleClash, Severity: diag.Error, Summary: "A file of your own stops Terraform, kustomize or Argo CD, which read it together with gen's: a second provider, a second kustomization (gen warns, gen check refuses).",
			Do: "remove it or what it declares, or leave gen's file to yourself with output: exclude"},
		{ID: RuleVolumes, Severity: diag.Warning, Summary: "What is about to be written changes the volumes of a stateful app, makes an app stateful or no longer so, or has a volume no longer, as where an app or a volume is renamed, or takes a chart away that says onRemoval delete: the volumes that are there do not follow.",
			Do: "what the finding says, after the push"},
		{ID: RuleRefused, Severity: diag.Error, Summary: "What is about to be written would be refused by what runs, or would erase it: another stateVersion or another site's name where a host is installed (known_hosts lists it), other disks of such a host, a volume that shrinks.",
			Do: "what the finding says; gen --accept CLASS writes it all the same"},
		{ID: RuleFacts, Severity: diag.Error, Summary: "A machine whose facts gen check is given is not what the spec says of its host: disks, cards, firmware, processor.",
			Do: "what the finding says"},
		{ID: RuleDrift + "missing", Severity: diag.Error, Summary: "A file of the output is not there.",
			Do: "run gen"},
		{ID: RuleDrift + "stale", Severity: diag.Error, Summary: "A file is as gen wrote it, but the spec says something else now.",
			Do: "run gen"},
		{ID: RuleDrift + "orphaned", Severity: diag.Error, Summary: "A file that gen wrote is no longer in the spec.",
			Do: "run gen, which deletes it"},
		{ID: RuleDrift + "edited", Severity: diag.Error, Summary: "A file was edited since gen wrote it.",
			Do: doDecide},
		{ID: RuleDrift + "foreign", Severity: diag.Error, Summary: "A file is where gen would write one, and is not from gen.",
			Do: doDecide},
		{ID: RuleDrift + "mode", Severity: diag.Error, Summary: "A file has an executable bit too many, or none.",
			Do: "run gen"},
		{ID: RuleDrift + "endings", Severity: diag.Error, Summary: "A file has line endings that git converted.",
			Do: "turn core.autocrlf off for this repository (git config core.autocrlf false), then run gen"},
		{ID: RuleBlocked, Severity: diag.Error, Summary: "A link or a folder is where a file goes, or .sitegen.sum cannot be read.",
			Do: "what the finding says"},
		{ID: RuleVerify + "READER", Severity: diag.Error, Summary: "A reader of gen verify does not accept what it reads, or did not read all of it; verify-secrets is about secrets that are not encrypted.",
			Do: "correct your own file, or the spec where it is one of gen's"},
	}
	all = append(all, proveRules()...)
	all = append(all, Rule{ID: RuleTrouble, Severity: diag.Error, Summary: "gen could not do its work.",
		Do: "what the finding says"})
	for i := range all {
		all[i].Section, all[i].later = "The output", true
	}
	return all
}

const doDecide = "move what you need into the spec, or leave the path to yourself with output: exclude; gen --force PATH gives it to gen, and keeps a backup"

// Table finds rules by their ids.
func Table() map[string]Rule {
	table := map[string]Rule{}
	for _, r := range append(Rules(), OutputRules()...) {
		table[r.ID] = r
	}
	return table
}

// ofReader is the id under which the table has the rule of any reader.
func ofReader(id string) string {
	if strings.HasPrefix(id, RuleVerify) {
		return RuleVerify + "READER"
	}
	return id
}
