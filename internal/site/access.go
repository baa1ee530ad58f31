package site

import (
	"maps"
	"slices"
	"strings"

	"sitegen/internal/spec"
)

// AccessGroup is who Cloudflare Access lets in.
type AccessGroup struct {
	spec.Group
	Name string
}

// Who is who a condition of Access is about; its lists are sorted.
type Who = spec.Who

func resolveGroups(specs map[string]*spec.Group) []AccessGroup {
	var groups []AccessGroup
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		g := AccessGroup{*specs[name], name}
		g.Who, g.Require, g.Exclude = sortedWho(g.Who), sortedWho(g.Require), sortedWho(g.Exclude)
		groups = append(groups, g)
	}
	return groups
}

// Group is the access group of that name.
func (s *Site) Group(name string) AccessGroup {
	if i, ok := slices.BinarySearchFunc(s.Groups, name, func(g AccessGroup, name string) int { return strings.Compare(g.Name, name) }); ok {
		return s.Groups[i]
	}
	return AccessGroup{}
}

func sortedWho(w Who) Who {
	return Who{Emails: Sorted(w.Emails), EmailDomains: Sorted(w.EmailDomains), IPs: Sorted(w.IPs)}
}

// AccessConfigMap is the ConfigMap beside cloudflared that has a key for each
// hostname that Access guards.
const AccessConfigMap = "access-applications"

// AccessKey is the route's key in AccessConfigMap: the hostname, which is one but
// for a wildcard's star.
func (r Route) AccessKey() string { return strings.Replace(r.Hostname, "*", "_", 1) }

// AccessKeys are the keys of all routes that Access guards, sorted.
func (s *Site) AccessKeys() []string {
	var keys []string
	for _, r := range s.Routes {
		if r.Access != "" {
			keys = append(keys, r.AccessKey())
		}
	}
	slices.Sort(keys)
	return keys
}
