package site

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"sitegen/internal/format"
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
// hostname, and each path of one, that Access guards.
const AccessConfigMap = "access-applications"

// AccessKey is the route's key in AccessConfigMap: the hostname, which is one but
// for a wildcard's star.
func (r Route) AccessKey() string { return strings.Replace(r.Hostname, "*", "_", 1) }

// AccessPath is a path of a hostname, with all below it, that another group may see
// than the rest.
type AccessPath struct{ Path, Access, Session string }

// AccessPaths lists paths of a hostname, longer ones first.
func AccessPaths(groups map[string]string) []AccessPath {
	var all []AccessPath
	for path, group := range groups {
		all = append(all, AccessPath{Path: path, Access: group})
	}
	slices.SortFunc(all, func(a, b AccessPath) int {
		return cmp.Or(cmp.Compare(len(b.Path), len(a.Path)), cmp.Compare(a.Path, b.Path))
	})
	return all
}

// PathKey is the path's key in AccessConfigMap: no hostname and no such path has two
// dots in a row.
func (r Route) PathKey(p AccessPath) string {
	return r.AccessKey() + strings.ReplaceAll(p.Path, "/", "..")
}

// PathGroup is the access path that all matches of an expression lie in, nil for none;
// clear is false where only some of them may lie in one.
func (r Route) PathGroup(expression string) (p *AccessPath, clear bool) {
	start := strings.ToLower(format.PathStart(expression))
	if path, ok := strings.CutSuffix(expression, "(/|$)"); ok && path == "^"+regexp.QuoteMeta(format.PathStart(expression)) {
		start += "/" // the path and all below it, as in access groups
	}
	for i, p := range r.AccessPaths { // the longest first
		switch below := strings.ToLower(p.Path) + "/"; {
		case strings.HasPrefix(start, below):
			return &r.AccessPaths[i], true
		case strings.HasPrefix(below, start):
			return nil, false
		}
	}
	return nil, true
}

// AccessKeys are the keys of all hostnames and paths that Access guards, sorted.
func (s *Site) AccessKeys() []string { return accessKeys(s.Routes) }

func accessKeys(routes []Route) []string {
	var keys []string
	for _, r := range routes {
		if r.Access != "" {
			keys = append(keys, r.AccessKey())
		}
		for _, p := range r.AccessPaths {
			keys = append(keys, r.PathKey(p))
		}
	}
	slices.Sort(keys)
	return keys
}
