package sops

import (
	"regexp"

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
	for _, a := range s.Apps {
		if len(a.Secrets) > 0 {
			c.CreationRules = append(c.CreationRules, rule{
				// The rest of the file stays readable: kustomize, and people, need to see
				// which Secret it is.
				EncryptedRegex: "^(data|stringData)$",
				KeyGroups:      group(s, s.ArgoCD),
				PathRegex:      path(s, s.AppSecrets(a)) + "$",
			})
		}
	}
	c.CreationRules = append(c.CreationRules, rule{KeyGroups: group(s), PathRegex: path(s, s.K8sSecrets()) + "$"})
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

// path is an expression for a path of the output. sops compares paths relative to
// the configuration file; with the repository's prefix optional, the rules hold
// where they are and in a .sops.yaml at the top of the repository alike.
func path(s *site.Site, p string) string {
	prefix := ""
	if s.Repo.Path != "" {
		prefix = "(" + regexp.QuoteMeta(s.Repo.Path) + "/)?"
	}
	return "^" + prefix + regexp.QuoteMeta(p)
}
