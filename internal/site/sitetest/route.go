package sitetest

import (
	"fmt"
	"strings"
)

// routes lead hostnames to machines outside and to the gateway of a namespace that
// gen knows nothing of.
func (g *generator) routes() {
	if g.coin() {
		return
	}
	g.line("routes: {")
	for i := range 1 + g.IntN(3) {
		hostname := g.hostname()
		if g.IntN(4) == 0 {
			hostname = "*.wild-" + hostname // below which nothing else is
			g.team = true
		}
		g.line("%q: {", hostname)
		group := g.one(g.groups...)
		guard := "access: " + quote(group)
		switch g.IntN(3) {
		case 0:
			g.line("to: %q", g.one("tcp://192.0.2.80:5432", "ssh://shell.internal", "rdp://10.1.2.3"))
		case 1:
			g.line("to: %q", g.one("https://relay.kube-system:8443", "https://nas.internal"))
			g.line("origin: %s", g.one(`{noTLSVerify: true, http2Origin: true}`, `{originServerName: "nas.internal", tlsTimeout: "5s"}`, `{matchSNItoHost: true}`))
		default:
			g.line("to: %q", g.one(fmt.Sprintf("http://192.0.2.%d:5000", 80+i), "http_status:403"))
			path := g.one(`^/a'b"c/`, `^/(api|hooks)/\d+$`, `^/\$\{x\}`, `^/admin/new(/|$)`)
			g.line("paths: [{path: %s, to: %q, origin: httpHostHeader: %q}]", quote(path), "http://192.0.2.81", "other.internal")
			if g.coin() {
				guard, group = "public: true", ""
			}
			if !strings.HasPrefix(hostname, "*") && !strings.Contains(path, "|h") {
				g.accessPaths(group)
			}
		}
		g.line("%s", guard)
		g.line("}")
	}
	g.line("}")
}
