package site

import (
	"fmt"
	"testing"

	"sitegen/internal/spec"
)

// TestShards: where a zone goes depends on its name alone, all shards are filled, and to
// double their number moves a zone to one place only.
func TestShards(t *testing.T) {
	for name, want := range map[string]int{"bakery.example": 3, "garden.example": 13, "xn--bcher-kva.example": 14} {
		if got := shard(name, 32); got != want {
			t.Errorf("%s is in %d of 32, and was in %d: every site with shards would move", name, got, want)
		}
	}
	const zones = 10000
	for n := 1; n <= 32; n *= 2 {
		count := make([]int, n)
		for i := range zones {
			name := fmt.Sprintf("client-%d.example", i)
			k := shard(name, n)
			count[k]++
			if doubled := shard(name, 2*n); doubled != k && doubled != k+n {
				t.Fatalf("%s moves from %d of %d to %d of %d", name, k, n, doubled, 2*n)
			}
		}
		for k, got := range count {
			if fair := zones / n; got < fair*3/4 || got > fair*5/4 {
				t.Errorf("%d of %d has %d zones, and %d would be fair", k, n, got, fair)
			}
		}
	}
}

// TestRoots: each zone is in one root, with what leads from it, and so is each
// hostname in one tunnel.
func TestRoots(t *testing.T) {
	s := &Site{Spec: spec.Spec{Name: "big", Tunnel: spec.Tunnel{Name: "big", Shards: 4}, Terraform: spec.Terraform{Shards: 8, S3: &spec.S3{Key: "a/big.tfstate"}}}}
	for i := range 100 {
		name := fmt.Sprintf("n%d.example", i)
		s.Zones = append(s.Zones, Zone{Name: name})
		s.Routes = append(s.Routes, Route{Hostname: name, Zone: name}, Route{Hostname: "www." + name, Zone: name})
		s.Redirects = append(s.Redirects, Redirect{Hostname: "old." + name, Zone: name})
	}
	s.Primary = &s.Zones[7]
	zones, claims := map[string]int{}, map[string]int{}
	for n, r := range s.Roots() {
		for _, z := range r.Zones {
			zones[z.Name]++
			if z.Name == s.Primary.Name && n > 0 {
				t.Errorf("the primary zone is in root %d", n)
			}
		}
		for _, c := range r.Claims() {
			claims[c.Hostname]++
		}
		want := "a/big.tfstate"
		if n > 0 {
			want = fmt.Sprintf("a/big-zones-%d.tfstate", n)
		}
		if got := r.Terraform.S3.Key; got != want {
			t.Errorf("root %d has its state in %s", n, got)
		}
	}
	for _, c := range s.Connectors() {
		for _, r := range c.Routes {
			claims[r.Hostname]++
			if s.TunnelOf(r.Zone) != c.Tunnel {
				t.Errorf("%s is in %s, and its record leads to %s", r.Hostname, c.Tunnel, s.TunnelOf(r.Zone))
			}
		}
	}
	if len(zones) != 100 || len(claims) != 300 || len(s.Zones) != 100 {
		t.Errorf("%d zones, %d hostnames", len(zones), len(claims))
	}
	for hostname, n := range claims {
		if want := map[bool]int{true: 1, false: 2}[hostname[:4] == "old."]; n != want {
			t.Errorf("%s is in %d roots and tunnels", hostname, n)
		}
	}
}
