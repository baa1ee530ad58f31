package site

import (
	"fmt"
	"hash/fnv"
	"path"
	"slices"
	"strings"
)

// A large site spreads its zones over several Terraform roots and tunnels. Where a
// zone goes depends on its name alone, so that one more moves no other; and since the
// numbers are powers of two, to double one moves half of the zones and no zone twice.

// shard is a number below n that stays with a zone: the FNV-1a hash of its name, whose
// upper half, which is mixed best, is folded into the lower.
func shard(zone string, n int) int {
	h := fnv.New32a()
	h.Write([]byte(zone))
	sum := h.Sum32()
	return int((sum ^ sum>>16) % uint32(max(n, 1)))
}

// place is the number of a zone's root or tunnel, of n. The primary zone has the site's
// own pages, and is in the first.
func (s *Site) place(zone string, n int) int {
	if s.Primary == nil || zone == s.Primary.Name {
		return 0
	}
	return shard(zone, n)
}

// TerraformDirs are the folders of all Terraform roots, the site's own first.
func (s *Site) TerraformDirs() []string {
	dirs := []string{s.TerraformDir()}
	for n := 1; n < s.Terraform.Shards; n++ {
		dirs = append(dirs, numbered(dirs[0]+"-zones", n))
	}
	return dirs
}

// Roots are the site with the zones of each of its Terraform roots, in the order of
// TerraformDirs. One without a zone is there too, so that its last zone can go.
func (s *Site) Roots() []*Site {
	if s.Terraform.Shards < 2 {
		return []*Site{s}
	}
	var roots []*Site
	for n := range s.Terraform.Shards {
		roots = append(roots, s.zonesOf(n))
	}
	return roots
}

func (s *Site) zonesOf(n int) *Site {
	part := *s
	other := func(zone string) bool { return s.place(zone, s.Terraform.Shards) != n }
	part.Zones = slices.DeleteFunc(slices.Clone(s.Zones), func(z Zone) bool { return other(z.Name) })
	part.Routes = slices.DeleteFunc(slices.Clone(s.Routes), func(r Route) bool { return other(r.Zone) })
	part.Redirects = slices.DeleteFunc(slices.Clone(s.Redirects), func(r Redirect) bool { return other(r.Zone) })
	if s.Terraform.S3 != nil && n > 0 {
		bucket := *s.Terraform.S3
		ext := path.Ext(bucket.Key)
		bucket.Key = numbered(strings.TrimSuffix(bucket.Key, ext)+"-zones", n) + ext
		part.Terraform.S3 = &bucket
	}
	return &part
}

// Connector is a tunnel and the pods of cloudflared that carry it.
type Connector struct {
	Number int
	Tunnel string  // its name at Cloudflare
	Name   string  // of its Deployment
	Routes []Route // in their order
}

// File is the name of a file of the connector: config.yaml of the first one,
// config-1.yaml of the next.
func (c Connector) File(name string) string {
	ext := path.Ext(name)
	return numbered(strings.TrimSuffix(name, ext), c.Number) + ext
}

// numbered is a name of the first of several, or of another.
func numbered(name string, n int) string {
	if n == 0 {
		return name
	}
	return fmt.Sprintf("%s-%d", name, n)
}

// Underscored is the name of the nth of several resources in Terraform.
func Underscored(name string, n int) string {
	return strings.ReplaceAll(numbered(name, n), "-", "_")
}

// Credentials is the Secret that its pods log in with, which Terraform makes.
func (c Connector) Credentials() string { return numbered("cloudflared-credentials", c.Number) }

// AccessKeys are those of the connector's routes.
func (c Connector) AccessKeys() []string { return accessKeys(c.Routes) }

// Connectors are the site's tunnels.
func (s *Site) Connectors() []Connector {
	var all []Connector
	for n, name := range s.ConnectorNames() {
		all = append(all, Connector{Number: n, Tunnel: numbered(s.Tunnel.Name, n), Name: name})
	}
	for _, r := range s.Routes {
		c := &all[s.place(r.Zone, s.Tunnel.Shards)]
		c.Routes = append(c.Routes, r)
	}
	return all
}

// ConnectorNames are the names that the pods of cloudflared go by.
func (s *Site) ConnectorNames() []string {
	names := make([]string, max(s.Tunnel.Shards, 1))
	for n := range names {
		names[n] = numbered("cloudflared", n)
	}
	return names
}

// TunnelOf is the name of the tunnel that serves a zone.
func (s *Site) TunnelOf(zone string) string {
	return numbered(s.Tunnel.Name, s.place(zone, s.Tunnel.Shards))
}
