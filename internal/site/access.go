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
		g.ServiceTokens = Sorted(g.ServiceTokens)
		g.Who, g.Require, g.Exclude = sortedWho(g.Who), sortedWho(g.Require), sortedWho(g.Exclude)
		groups = append(groups, g)
	}
	return groups
}

// ServiceTokens are those of all access groups, sorted.
func (s *Site) ServiceTokens() []string {
	var all []string
	for _, g := range s.Groups {
		all = append(all, g.ServiceTokens...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Group is the access group of that name.
func (s *Site) Group(name string) AccessGroup {
	if i, ok := slices.BinarySearchFunc(s.Groups, name, func(g AccessGroup, name string) int { return strings.Compare(g.Name, name) }); ok {
		return s.Groups[i]
	}
	return AccessGroup{}
}

// IdP is a log-in of Access.
type IdP struct {
	spec.IdP
	Name   string
	Groups bool     // access groups name its groups
	Claims []string // that access groups name, sorted
}

// resolveIdPs lists the identity providers, and what access groups ask of them.
func resolveIdPs(s *Site, sp *spec.Spec) {
	for _, name := range slices.Sorted(maps.Keys(sp.IdPs)) {
		idp := IdP{IdP: *sp.IdPs[name], Name: name}
		for _, g := range s.Groups {
			for _, w := range []Who{g.Who, g.Require, g.Exclude} {
				for _, group := range w.IdP[name] {
					idp.Groups = true
					claim, _, _ := strings.Cut(group, "=")
					idp.Claims = append(idp.Claims, claim)
				}
			}
		}
		slices.Sort(idp.Claims)
		idp.Claims = slices.Compact(idp.Claims)
		s.Logins = append(s.Logins, idp)
	}
}

func sortedWho(w Who) Who {
	sorted := Who{Emails: Sorted(w.Emails), EmailDomains: Sorted(w.EmailDomains), Logins: Sorted(w.Logins), IPs: Sorted(w.IPs), IdP: map[string][]string{}}
	for name, groups := range w.IdP {
		sorted.IdP[name] = Sorted(groups)
	}
	return sorted
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
