package sitetest

// routes lead hostnames to machines outside and to the gateway of a namespace that
// gen knows nothing of.
func (g *generator) routes() {
	if g.coin() {
		return
	}
	g.line("routes: {")
	for range 1 + g.IntN(3) {
		hostname := g.hostname()
		if g.IntN(4) == 0 {
			hostname = "*.wild-" + hostname // below which nothing else is
		}
		g.line("%q: {", hostname)
		guard := "access: " + quote(g.one(g.groups...))
		switch g.IntN(3) {
		case 0:
			g.line("to: %q", g.one("tcp://192.0.2.80:5432", "ssh://shell.internal", "rdp://10.1.2.3"))
		case 1:
			g.line("to: %q", g.one("https://relay.kube-system:8443", "https://nas.internal"))
			g.line("origin: %s", g.one(`{noTLSVerify: true, http2Origin: true}`, `{originServerName: "nas.internal", tlsTimeout: "5s"}`, `{matchSNItoHost: true}`))
		default:
			g.line("to: %q", g.one("http://192.0.2.80:5000", "http_status:403"))
			g.line("paths: [{path: %s, to: %q, origin: httpHostHeader: %q}]", quote(g.one(`^/a'b"c/`, `^/(api|hooks)/\d+$`, `^/\$\{x\}`)), "http://192.0.2.81", "other.internal")
			guard = g.one(guard, "public: true")
		}
		g.line("%s", guard)
		g.line("}")
	}
	g.line("}")
}
