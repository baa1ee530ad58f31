package site

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// RedirectPhase is the phase of rules that redirects are, as Cloudflare calls it. A zone
// has one ruleset of it.
const RedirectPhase = "http_request_dynamic_redirect"

// Redirect is a hostname that Cloudflare sends to another address: To has no slash at
// its end where the path is kept.
type Redirect struct {
	spec.Redirect
	Hostname string
	Zone     string // the zone it is a record of
	Client   string // whose www. it is; "" where the spec lists it under redirects

	At diag.Path // what the spec says it with
}

// resolveRedirects lists the spec's redirects, and www. of the clients that want it so.
func resolveRedirects(s *Site, sp *spec.Spec) {
	for name, r := range sp.Redirects {
		s.Redirects = append(s.Redirects, Redirect{Redirect: *r, Hostname: name, At: diag.Path{"redirects", name}})
	}
	for _, name := range slices.Sorted(maps.Keys(sp.Clients)) {
		if c := sp.Clients[name]; c.WWW == "redirect" && c.Domain != "" {
			to := spec.Redirect{To: "https://" + c.Domain, KeepPath: true, Status: 301}
			s.Redirects = append(s.Redirects, Redirect{Redirect: to, Hostname: "www." + c.Domain, Client: name, At: diag.Path{"clients", name, "www"}})
		}
	}
	for i := range s.Redirects {
		r := &s.Redirects[i]
		r.Zone = ZoneOf(s.ZoneNames, r.Hostname)
		if r.KeepPath {
			r.To = strings.TrimRight(r.To, "/")
		}
	}
	slices.SortStableFunc(s.Redirects, func(a, b Redirect) int { return cmp.Compare(a.Hostname, b.Hostname) })
}

// Claim is a hostname of the site, and what has it: each belongs to one.
type Claim struct {
	Hostname string
	Zone     string // "" where it lies in none
	Owner    string // in words
	At       diag.Path
}

// Claims are all hostnames that the site answers to, sorted: what the tunnel serves and
// what Cloudflare sends elsewhere. All have a record that leads to the tunnel.
func (s *Site) Claims() []Claim {
	all := make([]Claim, 0, len(s.Routes)+len(s.Redirects))
	for _, r := range s.Routes {
		all = append(all, Claim{r.Hostname, r.Zone, r.OwnedBy(), r.At})
	}
	for _, r := range s.Redirects {
		all = append(all, Claim{r.Hostname, r.Zone, r.To, r.At})
	}
	slices.SortStableFunc(all, func(a, b Claim) int { return cmp.Compare(a.Hostname, b.Hostname) })
	return all
}
