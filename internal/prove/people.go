package prove

import (
	"fmt"
	"maps"
	"sitegen/internal/tfread"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// people are those that a list of Access rules names, in words.
func people(r *tfread.Root, part string, v cty.Value) []string {
	var all []string
	for _, one := range list(v) {
		for _, kind := range slices.Sorted(maps.Keys(values(one))) {
			inside := values(one)[kind]
			if inside.IsNull() {
				continue
			}
			var words []string
			for _, key := range slices.Sorted(maps.Keys(values(inside))) {
				said := textOf(values(inside)[key])
				if group := r.Resources[strings.TrimSuffix(said, ".id")]; group != nil && kind == "group" {
					for _, w := range people(r, "", group.Attrs["include"].Value) {
						words = append(words, "("+w+")")
					}
					continue
				}
				words = append(words, said)
			}
			all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s %s", part, kind, strings.Join(words, " "))))
		}
	}
	return all
}

// surface is what a rule leads to that nobody but the site's own people may reach.
func surface(r *rule) string {
	switch {
	case r.to.chart != nil:
		return r.to.chart.surface
	case r.to.scheme == "ssh":
		return "ssh"
	}
	return ""
}

// guarded tells whether each audience is one of an Access application's.
func (p *Proof) guarded(aud []string) bool {
	return !slices.ContainsFunc(aud, func(a string) bool {
		for _, all := range p.guards {
			for _, g := range all {
				if a == "aud:"+audienceKey(g.host, g.path) && !g.open() {
					return false
				}
			}
		}
		return true
	})
}

// audienceKey is the key of an Access application in the ConfigMap that Terraform makes.
func audienceKey(host, path string) string {
	key := strings.ReplaceAll(host, "*", "_")
	if path != "" {
		key += ".." + strings.ReplaceAll(strings.ReplaceAll(path, "*", "_"), "/", "..")
	}
	return key
}

// audienceKeys are the audiences that cloudflared's pods get.
func (p *Proof) audienceKeys(c *config) map[string]bool {
	all := map[string]bool{}
	if c.pods == nil {
		return all
	}
	for _, v := range items(c.pods.template, "spec", "volumes") {
		keys, _ := p.volumeKeys(c.pods, text(v, "name"))
		for _, k := range keys {
			all[k] = true
		}
	}
	return all
}
