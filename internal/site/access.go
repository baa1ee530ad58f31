package site

import (
	"slices"
	"strings"
)

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
