package rules

import (
	"fmt"

	"sitegen/internal/diag"
	"sitegen/internal/site"
)

func shardRules() []Rule {
	return []Rule{
		{ID: "tunnel-size", Severity: diag.Error, Limit: true, Summary: "A tunnel's configuration fits into a ConfigMap, which holds 1 MiB: about 10,000 hostnames.",
			Bad: "// 20,000 clients", Good: `tunnel: shards: 4`, check: checkTunnelSize},
		{ID: "terraform-size", Severity: diag.Warning, Summary: "A Terraform root has no more zones and records than Cloudflare lets Terraform ask for in ten minutes, 2,400.",
			Bad: "// 3,000 clients", Good: `terraform: shards: 8`, check: checkTerraformSize},
	}
}

// maxShards is the most that the schema takes.
const maxShards = 32

// load is how much is in the fullest shard, in the fullest zone, and in all.
type load struct{ shard, zone, all int }

func (l *load) add(shards []map[string]int) (fullest int) {
	for n, zones := range shards {
		sum := 0
		for _, size := range zones {
			sum += size
			l.zone = max(l.zone, size)
		}
		if l.all += sum; sum > l.shard {
			l.shard, fullest = sum, n
		}
	}
	return fullest
}

// hint says how many shards have room for twice as much, since to double them later
// moves half of the zones. A single zone that is too much stays in one.
func (l load) hint(field string, most int, inOne string) string {
	if l.zone > most {
		return "most are of one zone, which is in one place: " + inOne
	}
	n := 2
	for n < maxShards && n*most < 2*l.all {
		n *= 2
	}
	return fmt.Sprintf("spread the zones over several: %s: shards: %d", field, n)
}

// maxConfigMap is what Kubernetes stores in a ConfigMap (kubernetes
// pkg/apis/core/types.go, MaxSecretSize); a route takes its two values and the
// words around them.
const (
	maxConfigMap = 1 << 20
	routeWords   = len("- hostname: \n  service: \n")
	accessWords  = len("  originRequest:\n    access:\n      audTag:\n      - aud:\n      required: true\n      teamName: \n")
	originWords  = 512 // all that originRequest may hold beside certificates
)

func checkTunnelSize(c *checker) {
	connectors := c.site.Connectors()
	var shards []map[string]int
	for _, t := range connectors {
		zones := map[string]int{"": 1024} // what stands in front of the routes
		for _, r := range t.Routes {
			zones[r.Zone] += c.routeSize(r)
		}
		shards = append(shards, zones)
	}
	var l load
	fullest := connectors[l.add(shards)]
	if l.shard > maxConfigMap {
		c.reportName(c.most(fullest.Routes), "the %d hostnames of the tunnel %q make a configuration of %d KiB, and a ConfigMap holds %d", len(fullest.Routes), fullest.Tunnel, l.shard>>10, maxConfigMap>>10).
			WithHint("%s", l.hint("tunnel", maxConfigMap, "lead many hostnames by one like \"*.example.com\", and let what is behind it tell paths apart"))
	}
}

// most is the field of the spec that most of a configuration comes from.
func (c *checker) most(routes []site.Route) diag.Path {
	sizes, most := map[any]int{}, diag.Path{"clients"}
	for _, r := range routes {
		field := r.At[0]
		if sizes[field] += c.routeSize(r); sizes[field] > sizes[most[0]] {
			most = diag.Path{field}
		}
	}
	return most
}

func (c *checker) routeSize(r site.Route) int {
	size := 0
	for _, path := range r.Bypass {
		size += routeWords + len("  path: ") + len(r.Hostname) + 2*len(path) + len(r.Service)
	}
	for _, p := range r.AccessPaths {
		size += routeWords + accessWords + len("  path: ") + 3*len(r.Hostname) + 4*len(p.Path) + len(r.Service) + len(c.spec.Cloudflare.Team) + originWords
	}
	for _, t := range r.Targets() {
		size += routeWords + len(r.Hostname) + len(t.Service)
		if team := c.spec.Cloudflare.Team; team != "" && r.Access != "" {
			size += accessWords + len(r.Hostname) + len(team)
		}
		if t.Origin != nil {
			size += originWords + len(t.Origin.CAPool)
		}
	}
	return size
}

// maxResources is what Terraform can ask Cloudflare for in ten minutes: 1,200 requests
// in five, by all that one user runs (developers.cloudflare.com, API, rate limits).
const maxResources = 2400

func checkTerraformSize(c *checker) {
	var shards []map[string]int
	for _, s := range c.site.Roots() {
		zones := map[string]int{}
		for _, z := range s.Zones {
			zones[z.Name] += 1 + len(z.Records)
		}
		for _, claim := range s.Claims() {
			zones[claim.Zone]++
		}
		shards = append(shards, zones)
	}
	var l load
	fullest := l.add(shards)
	if l.shard > maxResources {
		c.report(diag.Path{"terraform"}, "%s has %d zones and records to ask Cloudflare for, which takes %d minutes at each plan", c.site.TerraformDirs()[fullest], l.shard, (l.shard+239)/240).
			WithHint("%s", l.hint("terraform", maxResources, "a hostname like \"*.example.com\" leads all of them"))
	}
}
