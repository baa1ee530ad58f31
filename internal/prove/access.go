package prove

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"sitegen/internal/ingress"
	"sitegen/internal/tfread"
)

// access is who is let in where.
type access struct {
	guards   map[string][]*guard // Access applications by hostname
	policies map[string]*policy  // by address
}

// guard is an Access application.
type guard struct {
	key, host, path string
	session         string
	at              Place
	policies        []*policy
	re              *regexp.Regexp // of the path
}

// policy is one of an Access application's.
type policy struct {
	name, decision string
	who            []string
	at             Place
}

// group is the access group of a policy: one has two, with a log-in and without.
func (p *policy) group() string { return strings.TrimSuffix(p.name, " no log-in") }

// open tells whether a guard lets everybody by.
func (g *guard) open() bool {
	return len(g.policies) == 0 || slices.ContainsFunc(g.policies, func(p *policy) bool { return p.decision == "bypass" })
}

// readAccess reads the Access applications and their policies.
func (p *Proof) readAccess() {
	p.guards, p.policies = map[string][]*guard{}, map[string]*policy{}
	for _, r := range p.tf {
		for at, res := range r.Resources {
			if res.Kind != "cloudflare_zero_trust_access_policy" {
				continue
			}
			pol := &policy{name: res.Key, decision: res.Text("decision"), at: tfPlace(res.Pos)}
			if where, ok := r.Said("access_who", res.Key); ok {
				pol.at = tfPlace(where)
			}
			for _, part := range []string{"include", "require", "exclude"} {
				pol.who = append(pol.who, people(r, part, res.Attrs[part].Value)...)
			}
			p.policies[at] = pol
		}
	}
	for _, r := range p.tf {
		for _, res := range r.Resources {
			if res.Kind == "cloudflare_zero_trust_access_application" {
				p.readGuard(r, res)
			}
		}
	}
	for _, all := range p.guards {
		slices.SortFunc(all, func(a, b *guard) int {
			return cmp.Or(cmp.Compare(len(b.path), len(a.path)), strings.Compare(b.path, a.path))
		})
	}
}

func (p *Proof) readGuard(r *tfread.Root, res *tfread.Resource) {
	domain := res.Text("domain")
	host, path, _ := strings.Cut(domain, "/")
	g := &guard{session: res.Text("session_duration"), key: res.Key, host: host, path: strings.TrimSuffix(path, "/"), at: tfPlace(res.Pos)}
	if where, ok := r.Said("access", res.Key); ok && res.Name == "site" {
		g.at = tfPlace(where)
	}
	g.re = regexp.MustCompile("(?i)^/" + strings.ReplaceAll(regexp.QuoteMeta(g.path), `\*`, ".*") + "([^a-z0-9_.~-]|$)")
	if g.path == "" {
		g.re = regexp.MustCompile("")
	}
	for _, v := range list(res.Attrs["policies"].Value) {
		id := strings.TrimSuffix(textOf(values(v)["id"]), ".id")
		if pol := p.policies[id]; pol != nil {
			g.policies = append(g.policies, pol)
		} else {
			p.find(RuleDangling, g.at, "the Access application of %s has a policy that is not there: %s", domain, id)
		}
	}
	if domain == "" || res.Text("type") == "" {
		p.find(RuleDangling, g.at, "the Access application %q has no domain or no type", res.Key)
	}
	p.guards[host] = append(p.guards[host], g)
}

// guardOf is the Access application that a request meets: the one of the longest path.
func (p *Proof) guardOf(hostname, urlPath string) *guard {
	for name := hostname; ; {
		for _, g := range p.guards[name] {
			if g.re.MatchString(urlPath) {
				return g
			}
		}
		rest := strings.TrimPrefix(name, "*.")
		_, above, ok := strings.Cut(rest, ".")
		if !ok {
			return nil
		}
		name = "*." + above
	}
}

// proveAccess holds each rule to what Access guards of its hostname, and to be asked for a
// log-in where it leads to what nobody but the site's own people may reach.
func (p *Proof) proveAccess() {
	team := ""
	// cloudflared asks for the log-in itself only where the spec says whose it is.
	asks := slices.ContainsFunc(p.configs, func(c *config) bool {
		return slices.ContainsFunc(c.rules, func(r *rule) bool { return len(r.aud) > 0 })
	})
	for _, c := range p.configs {
		keys := p.audienceKeys(c)
		for i, r := range c.rules {
			if i == len(c.rules)-1 || strings.HasPrefix(r.Service, "http_status:4") && len(r.aud) == 0 {
				continue
			}
			p.proveGuard(c, r, i, keys, asks)
			if t := text(r.node, "originRequest", "access", "teamName"); len(r.aud) > 0 {
				if team == "" {
					team = t
				}
				if t != team {
					p.find(RuleDangling, r.place("originRequest", "access", "teamName"), "the team is %q, and %q elsewhere", t, team)
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.guards)) {
		for _, g := range p.guards[name] {
			if !p.answered(g.host) {
				p.find(RuleOrphan, g.at, "no rule of a tunnel is for %s, which the Access application guards", g.host)
			}
			p.provePolicies(g)
		}
	}
	used := map[*policy]bool{}
	for _, all := range p.guards {
		for _, g := range all {
			for _, pol := range g.policies {
				used[pol] = true
			}
		}
	}
	for _, pol := range p.policies {
		if !used[pol] {
			p.find(RuleOrphan, pol.at, "no Access application has the policy %q", pol.name)
		}
	}
}

func (p *Proof) provePolicies(g *guard) {
	for _, pol := range g.policies {
		if len(pol.who) == 0 {
			p.find(RuleDangling, pol.at, "the policy %q lets nobody in", pol.name)
		}
		if !slices.Contains([]string{"allow", "bypass", "non_identity", "deny"}, pol.decision) {
			p.find(RuleDangling, pol.at, "the policy %q has the decision %q, which Access does not have", pol.name, pol.decision)
		}
	}
	if len(g.policies) == 0 {
		p.find(RuleDangling, g.at, "the Access application of %s has no policy, and lets nobody in", g.host)
	}
}

func (p *Proof) proveGuard(c *config, r *rule, i int, keys map[string]bool, asks bool) {
	var g *guard
	hostname := ingress.Sample(r.Hostname)
	if strings.HasPrefix(r.Hostname, "*.") {
		hostname = r.Hostname
	}
	samples := ingress.SamplePaths(r.Path)
	for _, path := range samples {
		if c.table.First(ingress.Sample(r.Hostname), path) == i && (g == nil || strings.Trim(path, "/abcdefghijklmnopqrstuvwxyz0123456789") == "") {
			g = p.guardOf(hostname, path)
		}
	}
	if what := surface(r); what != "" && (g == nil || g.open()) {
		p.find(RuleUnguarded, r.place("service"), "%s leads to %s, and Access asks nobody for a log-in", r.Hostname, what).
			hint("an Access application of the hostname, whose policies let people in")
	}
	want := ""
	if g != nil && !g.open() {
		want = "aud:" + audienceKey(g.host, g.path)
	}
	switch {
	case want == "" && len(r.aud) > 0 && !(g != nil && g.open()):
		p.find(RuleDangling, r.place("originRequest", "access"), "cloudflared wants the log-in of %q, and no Access application of %s gives it", r.aud[0], r.Hostname)
	case want != "" && len(r.aud) == 0 && asks:
		p.find(RuleUnguarded, r.place("service"), "Access guards %s, and cloudflared lets by who comes around it: the rule has no originRequest.access", strings.TrimSuffix(g.host+"/"+g.path, "/"))
	case want != "" && !slices.Contains(r.aud, want) && !p.guarded(r.aud):
		p.find(RuleUnguarded, r.place("originRequest", "access", "audTag"), "cloudflared wants the log-in of %q, and Access gives that of %q", strings.Join(r.aud, ", "), want)
	}
	for _, a := range r.aud {
		if key, ok := strings.CutPrefix(a, "aud:"); ok && !keys[key] {
			p.find(RuleDangling, r.place("originRequest", "access", "audTag"), "cloudflared's pods get no audience %q", key)
		}
	}
}
