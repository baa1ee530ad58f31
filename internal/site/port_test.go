package site_test

import (
	"regexp"
	"testing"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// TestWorkloadPaths follows requests as cloudflared does: the first rule whose expression
// matches, and else the hostname's own.
func TestWorkloadPaths(t *testing.T) {
	s := gentest.Base(t, `
clients: bakery: {ports: live: 9000, paths: {"/live": port: 9000, "/shop": app: "shop", "/shop/a.b": {app: "shop", port: 9200}}}
apps: shop: {image: "ghcr.io/example/shop:1.0.0", port: 3000, ports: events: 9200}
`)
	own, live := "http://bakery.websites.svc.cluster.local:80", "http://bakery.websites.svc.cluster.local:9000"
	shop, events := "http://shop.shop.svc.cluster.local:3000", "http://shop.shop.svc.cluster.local:9200"
	seen := 0
	for _, r := range s.Routes {
		if r.Kind != site.RouteClient {
			continue
		}
		seen++
		for path, want := range map[string]string{
			"/": own, "/live": live, "/live/": live, "/live/x": live, "/lively": own, "/x/live": own, "/LIVE": own,
			"/shop": shop, "/shop/x": shop, "/shop/a.b": events, "/shop/a.b/c": events, "/shop/aXb": shop,
		} {
			got := r.Service
			for _, p := range r.Paths {
				if regexp.MustCompile(p.Path).MatchString(path) {
					got = p.Service
					break
				}
			}
			if got != want {
				t.Errorf("%s%s leads to %s, want %s", r.Hostname, path, got, want)
			}
		}
	}
	if seen == 0 {
		t.Error("there is no hostname of a client")
	}
}
