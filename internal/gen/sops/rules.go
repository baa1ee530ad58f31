package sops

import (
	"regexp"
	"strings"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// config is .sops.yaml. sops takes the first rule whose expression matches.
type config struct {
	CreationRules []rule `yaml:"creation_rules"`
}

type rule struct {
	EncryptedRegex string     `yaml:"encrypted_regex,omitempty"`
	KeyGroups      []keyGroup `yaml:"key_groups"`
	PathRegex      string     `yaml:"path_regex"`
}

// keyGroup is one group of keys, each of which is enough to decrypt.
type keyGroup struct {
	Age []manifest.Noted `yaml:"age"`
}

func rules(s *site.Site) config {
	var c config
	argo := func(pattern string) {
		c.CreationRules = append(c.CreationRules, rule{
			// The rest of the file stays readable: kustomize, and people, need to see
			// which Secret it is.
			EncryptedRegex: "^(data|stringData)$",
			KeyGroups:      group(s, s.ArgoCD),
			PathRegex:      pattern,
		})
	}
	for _, a := range s.ArgoSecrets() {
		argo(path(s, a.File()) + "$")
	}
	if own := ownFolders(s); own != "" {
		argo(own + `/(.*/)?[^/]*\.enc\.yaml$`)
	}
	c.CreationRules = append(c.CreationRules, rule{KeyGroups: group(s), PathRegex: path(s, s.K8sSecrets()) + "$"})
	if len(s.IdPSecretKeys()) > 0 {
		c.CreationRules = append(c.CreationRules, rule{KeyGroups: group(s), PathRegex: path(s, s.IdPSecrets()) + "$"})
	}
	for _, h := range s.Hosts {
		c.CreationRules = append(c.CreationRules, rule{
			KeyGroups: group(s, site.Recipient{Name: h.Name, Key: h.Age}),
			PathRegex: path(s, "secrets/hosts/"+h.Name+"/"),
		})
	}
	return c
}

// group is everyone who administers the site, and the machines that need the file.
func group(s *site.Site, machines ...site.Recipient) []keyGroup {
	var g keyGroup
	seen := map[string]bool{}
	for _, r := range append(append([]site.Recipient(nil), s.People...), machines...) {
		if !seen[r.Key] {
			seen[r.Key] = true
			g.Age = append(g.Age, manifest.Noted{Text: r.Key, Note: r.Name})
		}
	}
	return []keyGroup{g}
}

// ownFolders is an expression for the folders of the user's that Argo CD reads: in
// what ends like an encrypted file there, Secrets for ksops are meant.
func ownFolders(s *site.Site) string {
	var all []string
	for _, p := range s.OwnFolders() {
		all = append(all, regexp.QuoteMeta(p))
	}
	if len(all) == 0 {
		return ""
	}
	return "^" + prefix(s) + "(" + strings.Join(all, "|") + ")"
}

// path is an expression for a path of the output.
func path(s *site.Site, p string) string { return "^" + prefix(s) + regexp.QuoteMeta(p) }

// prefix is what may stand before a path. sops compares paths relative to the
// configuration file; with the repository's prefix optional, the rules hold where
// they are and in a .sops.yaml at the top of the repository alike.
func prefix(s *site.Site) string {
	if s.Repo.Path == "" {
		return ""
	}
	return "(" + regexp.QuoteMeta(s.Repo.Path) + "/)?"
}
