// Package sitetest makes random sites for tests: every text that Random returns
// is a spec that gen accepts, and two equal seeds make two equal texts.
//
// It writes the spec as a person would, and uses nothing of package site, so that
// it cannot agree with a mistake there.
package sitetest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Random is a sound site spec. What it may have differs widely: hosts, disks,
// arrays, cards, users, domains, records, clients, apps and texts that are hard to
// quote.
func Random(r *rand.Rand) []byte {
	g := &generator{Rand: r, keys: ageKeys(), tag: 4000 + r.IntN(90)}
	g.node = g.one("", "", "lan", "private")
	g.mtu = g.one("", "", "1500", "9000")
	r.Shuffle(len(g.keys), func(i, j int) { g.keys[i], g.keys[j] = g.keys[j], g.keys[i] })
	g.site()
	return []byte(g.b.String())
}

type generator struct {
	*rand.Rand
	b    strings.Builder
	deep int

	keys   []string // age recipients that nobody has yet
	groups []string
	used   map[string]bool // hostnames
	zones  []string        // domains that are declared
	app    string          // an app, if there is one
	team   bool            // Cloudflare's team has to be said

	tag     int    // of the VLAN in which the nodes reach each other
	node    string // the card or VLAN of all hosts; "" for their addresses
	mtu     string // of the cards that lead outwards
	arm     bool   // all hosts are ARM servers
	example bool   // some address is one for documentation
}

// line writes one line; a brace at its end opens a block, one at its start closes it.
func (g *generator) line(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if strings.HasPrefix(text, "}") || strings.HasPrefix(text, "]") {
		g.deep--
	}
	g.b.WriteString(strings.Repeat("\t", g.deep) + text + "\n")
	if strings.HasSuffix(text, "{") || strings.HasSuffix(text, "[") {
		g.deep++
	}
}

// maybe writes a line once in n times.
func (g *generator) maybe(n int, format string, args ...any) {
	if g.IntN(n) == 0 {
		g.line(format, args...)
	}
}

func (g *generator) one(words ...string) string { return words[g.IntN(len(words))] }

func (g *generator) coin() bool { return g.IntN(2) == 0 }

func (g *generator) key() string {
	k := g.keys[0]
	g.keys = g.keys[1:]
	return k
}

// name is a DNS label that starts with a letter; n makes it different from others.
func (g *generator) name(n int) string {
	words := []string{"bakery", "harbor", "studio", "cafe", "garden", "mill", "north", "print", "x", "a-b", "shop"}
	if n == 0 && g.coin() {
		return g.one(words...)
	}
	return fmt.Sprintf("%s-%d", g.one(words...), n)
}

func (g *generator) site() {
	g.line("package site")
	g.line("name: %q", g.one("hetzner", "site-1", "x", "north"))
	g.repo()
	g.ci()
	g.line("admin: email: %q", g.email())
	agents := g.IntN(3)
	g.arm = g.IntN(6) == 0
	hosts := []string{"server"}
	if g.IntN(3) == 0 {
		hosts = append(hosts, "server-1", "server-2")
		g.maybe(2, "cluster: first: %q", g.one(hosts...))
	}
	for i := range agents {
		hosts = append(hosts, fmt.Sprintf("agent-%d", i))
	}
	g.access()
	g.domains()
	for i, h := range hosts {
		g.host(h, i)
	}
	g.cluster()
	g.clients()
	g.apps()
	g.routes()
	g.redirects()
	g.folders()
	g.charts()
	g.rest()
	if g.example {
		g.line(`silence: "address-reserved": "made up"`)
	}
	if unseen(g.b.String()) {
		g.line(`silence: "text-invisible": "made up"`)
	}
}

// ci are jobs of the forge, in an output root that is the top of the repository or not.
func (g *generator) ci() {
	forge, renovate := "gitlab", false
	if !strings.Contains(g.b.String(), "path: ") {
		forge, renovate = g.one("github", "gitlab", "forgejo"), g.coin()
	}
	switch g.IntN(4) {
	case 0:
		g.line(`ci: {forge: %q, image: "ghcr.io/example/gen:1.0.0", renovate: %v}`, forge, renovate)
	case 1:
		g.line(`ci: {forge: %q, install: ["curl -fsSL https://example.com/gen >gen && sudo install gen /usr/local/bin/", %q], renovate: %v}`, forge, g.one("gen version", "# it's \"there\": ${{ x }}"), renovate)
	}
}

func (g *generator) repo() {
	switch g.IntN(4) {
	case 0:
		g.line(`repo: url: "git@github.com:example/infra.git"`)
	case 1:
		g.line("repo: {")
		g.line(`url: "ssh://git@git.example.net:2222/infra.git"`)
		g.line("knownHosts: [%q]", "[git.example.net]:2222 "+g.sshKey(""))
		g.line("}")
	case 2:
		g.line(`repo: {url: "https://git.example.net/example/infra.git", private: %v}`, g.coin())
	default:
		g.line(`repo: {url: "git@gitlab.com:example/infra.git", branch: "release/1.x", path: "sites/one"}`)
	}
}

func (g *generator) access() {
	g.groups = []string{"admins", "partners"}[:1+g.IntN(2)]
	g.line("access: {")
	email := g.email()
	g.maybe(3, `admins: require: %s`, g.one(`ips: ["198.51.100.0/24", "2001:db8::/32"]`, `emailDomains: ["example.org", "example.com", "example.net"]`, fmt.Sprintf(`{ips: ["203.0.113.7/32"], emails: [%q, "second@example.org"]}`, email)))
	g.maybe(3, `admins: exclude: {emails: ["o'brien@example.org"], ips: ["192.0.2.0/28"]}`)
	g.line("admins: {emails: [%q, %q], default: true}", email, "second@example.org")
	if len(g.groups) > 1 {
		g.line("partners: {emailDomains: [\"example.org\"], session: %q}", g.one("30m", "24h", "730h"))
	}
	g.line("}")
}

func (g *generator) email() string {
	return g.one("ops@example.com", "maria.k+gen@example.org", "o'neil@example.net")
}

func (g *generator) domains() {
	g.zones = []string{"example.com", "example.net", "example.org"}[:1+g.IntN(3)]
	g.used = map[string]bool{}
	g.line("domains: {")
	for i, z := range g.zones {
		g.line("%q: {", z)
		if i == 0 {
			g.line("primary: true")
		}
		g.maybe(2, "wildcard: true")
		if i == 0 || g.coin() {
			g.maybe(3, `zoneId: "0123456789abcdef0123456789abcd%02x"`, i)
		} else {
			g.maybe(2, "create: true")
		}
		g.maybe(3, "dnssec: true")
		g.maybe(3, "settings: {alwaysHTTPS: true, minTLS: %q}", g.one("1.0", "1.2", "1.3"))
		g.maybe(3, "settings: hsts: {maxAge: %d, noSniff: true}", g.IntN(86400))
		g.line("advancedCertificate: true")
		g.mail()
		g.records()
		g.line("}")
	}
	g.line("}")
}

func (g *generator) mail() {
	g.maybe(2, "mail: spf: [%s]", g.one("", `"include:mailhost.example", "a", "mx/24", "ip6:2001:db8::/32"`))
	g.maybe(3, `mail: mx: ["mx1.mailhost.example", "mx2.mailhost.example"]`)
	g.maybe(3, `mail: dkim: s1: "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`)
	g.maybe(3, `mail: dmarc: {policy: "reject", rua: [%q]}`, g.one("dmarc@mailhost.example", "a+b@mailhost.example"))
	g.maybe(4, `caa: ["ca.example", "other-ca.example; accounturi=https://ca.example/1"]`)
}

func (g *generator) records() {
	if g.coin() {
		return
	}
	g.line("records: [")
	g.line(`{type: "MX", name: "@", content: "mx.elsewhere.example", priority: %d},`, g.IntN(100))
	g.line(`{type: "TXT", name: "_dmarc", content: %s, comment: %s},`, quote("v="+g.oneLine()), quote(g.oneLine()))
	g.line(`{type: "A", name: "direct-%d", content: "198.51.100.%d", proxied: %v},`, g.IntN(9), 1+g.IntN(250), g.coin())
	g.line(`{type: "AAAA", name: "*.lab", content: "2001:db8::%d"},`, 1+g.IntN(250))
	g.line(`{type: "CAA", name: "@", caa: {tag: "issue", value: "letsencrypt.org"}},`)
	g.line(`{type: "SRV", name: "_sip._tcp", srv: {priority: 1, weight: 2, port: 5060, target: "sip.elsewhere.example"}},`)
	g.line("]")
}

func (g *generator) cluster() {
	if g.coin() {
		return
	}
	g.line("cluster: {")
	g.maybe(2, `pods: "10.%d.0.0/16"`, 100+g.IntN(50))
	g.maybe(2, `services: "10.%d.0.0/%d"`, 160+g.IntN(50), 16+g.IntN(8))
	g.maybe(2, `k3s: flags: ["--tls-san=k8s.example.com"]`)
	g.maybe(3, "hubble: enabled: false")
	g.maybe(3, "encryption: %v", g.coin())
	g.line("}")
}

func (g *generator) rest() {
	g.maybe(4, `argocd: hostname: "deploy.example.com"`)
	if g.coin() {
		g.line(`idps: github: {type: "github", clientId: "Iv1.%d"}`, g.IntN(1000))
		g.line(`idps: sso: {type: "oidc", clientId: "cf", authURL: "https://sso.example.net/a", tokenURL: "https://sso.example.net/t", certsURL: "https://sso.example.net/k"}`)
		g.line(`access: admins: %s`, g.one(`idp: {github: ["example/board"], sso: ["groups=o'neil's \"board\""]}`, `logins: ["sso"]`, `require: idp: github: ["example"]`))
	}
	if g.coin() {
		g.line(`access: robots: {serviceTokens: ["ci", "backup"], %s}`, g.one(`session: "1h"`, `require: ips: ["198.51.100.0/28"]`))
		g.line(`routes: "robots.example.com": {to: "http://192.0.2.91", access: "robots"}`)
	}
	if g.coin() {
		g.line(`access: office: {ips: ["198.51.100.0/26"], noLogin: true, %s}`, g.one(`emails: ["kim@example.net"]`, `exclude: ips: ["198.51.100.7/32"]`, `require: ips: ["198.51.100.0/28"]`))
		g.line(`routes: "office.example.com": {to: "http://192.0.2.90", access: "office"}`)
	}
	g.line("argocd: access: %q", g.groups[len(g.groups)-1])
	g.line(`routes: "admins.example.com": {to: "http://192.0.2.92", access: "admins"}`)
	if g.coin() {
		g.line(`routes: "admins.example.com": {to: "http://192.0.2.92", access: "admins"}`) // it may be used nowhere else
		g.line(`access: operators: emails: ["kim.o+ssh@example.org", "eve@example.net"]`)
		g.line(`routes: "admin.example.com": {to: "http://192.0.2.92", access: "admins"}`) // which nothing else may use
		g.line(`hosts: server: {ssh: {access: "operators", certificates: true, ca: %q}, users: maria: emails: ["kim.o+ssh@example.org"]}`, g.sshKey("open-ssh-ca@cloudflareaccess.org"))
	}
	g.maybe(4, `tunnel: {name: "tunnel of %d", replicas: %d}`, g.IntN(9), 1+g.IntN(5))
	if g.team || g.coin() {
		g.line(`cloudflare: team: "team-1"`)
	}
	g.maybe(4, `cloudflare: account: "fedcba9876543210fedcba9876543210"`)
	g.line("sops: people: maria: %q", g.key())
	g.maybe(2, "sops: people: jonas: %q", g.key())
	g.maybe(2, "sops: argocd: %q", g.key())
	if g.coin() {
		g.line(`alerts: {email: %q, smtp: {host: "smtp.example.net", user: "apikey", from: "gen@example.com"}}`, g.email())
		g.maybe(2, `alerts: {ntfy: "https://ntfy.example.com/site", ntfyToken: %t}`, g.coin())
		g.maybe(3, `backup: {s3: {endpoint: "https://s3.example.net", bucket: "backup-%d"}, schedule: "0%d:15", keep: weekly: %d}`, g.IntN(9), g.IntN(9), g.IntN(9))
		g.maybe(2, `alerts: webhook: %q`, g.one("slack", "discord"))
	}
	for i, r := range []struct{ host, image string }{{"ghcr.io", `"ghcr.io/`}, {"docker.io", `"nginx:`}, {"reg.example.net:5000", `"reg.example.net:5000/`}} {
		if strings.Contains(g.b.String(), r.image) {
			g.maybe(2, `registries: "reg-%d": {host: %q, user: %q}`, i, r.host, g.one("bot", "robot$ci", "_json_key", "o'neil@example.com", `a "b" ${c}`))
		}
	}
	if !strings.Contains(g.b.String(), `layout: "zfs"`) && strings.Contains(g.b.String(), `hosts: "server-1"`) {
		g.maybe(3, `storage: "longhorn"`)
	}
	g.maybe(3, `tunnel: shards: %d`, 1<<g.IntN(4))
	g.maybe(3, `terraform: providers: "null": {source: "hashicorp/null", version: "~> 3.%d"}`, g.IntN(3))
	g.maybe(3, `terraform: shards: %d`, 1<<g.IntN(4))
	g.maybe(3, `terraform: s3: {bucket: "state-%d", endpoint: "https://s3.example.net"}`, g.IntN(9))
	g.maybe(4, `output: flake: "own"`)
	g.maybe(4, `output: exclude: ["docs/*"]`)
}
