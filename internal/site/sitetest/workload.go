package sitetest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

func (g *generator) clients() {
	n := g.IntN(7)
	if n == 0 {
		return
	}
	g.line("clients: {")
	for i := range n {
		g.line("%q: {", g.name(i))
		switch g.IntN(3) {
		case 0:
			g.line("domain: %q", fmt.Sprintf("client-%d.example", i))
			g.maybe(2, "www: %s", g.one("true", "false", `"redirect"`))
		case 1:
			g.line("domain: %q", g.hostname())
		default:
			g.line("hostnames: [%q]", g.hostname())
		}
		access := ""
		if g.IntN(4) == 0 {
			access = g.one(g.groups...)
			g.line("access: %q", access)
		}
		g.accessPaths(access)
		g.maybe(3, "internet: true")
		g.maybe(5, `selector: {app: "nginx-%d", tier: %q}`, i, g.one("no", "on", "010", "web"))
		g.maybe(6, `renamed: from: "was-%d"`, i)
		g.container()
		g.line("}")
	}
	g.line("}")
}

func (g *generator) apps() {
	n := g.IntN(5)
	if n == 0 {
		return
	}
	g.app = "app-0"
	guarded := make([]bool, n)
	g.line("apps: {")
	for i := range n {
		g.line(`"app-%d": {`, i)
		g.maybe(6, `renamed: from: "old-%d"`, i)
		kind := g.IntN(3)
		guarded[i] = kind < 2
		switch kind {
		case 0:
			g.line("hostnames: [%q, %q]", g.hostname(), g.hostname())
			g.line("public: true")
			g.accessPaths("")
			g.maybe(2, `ports: other: 9199, paths: "/other": port: 9199`)
		case 1:
			g.line("hostnames: [%q]", g.hostname())
			access := g.one(g.groups...)
			g.line("access: %q", access)
			g.maybe(3, `bypass: ["/hooks/*", "/v*/up"]`)
			g.accessPaths(access)
		}
		g.maybe(2, `secrets: ["API_KEY", "DATABASE_URL"]`)
		if i > 0 {
			g.maybe(2, `allow: ["app-%d"]`, g.IntN(i))
		}
		if g.IntN(4) == 0 {
			g.line(`kind: "stateful", replicas: %d, volumes: {data: {mount: "/data", size: "2Gi"}, "more-data": {mount: "/var/more", size: "1Gi"}}`, g.IntN(4))
		} else if g.coin() {
			g.line(`volumes: data: {mount: "/data", size: %q, backup: %t}`, g.one("1Gi", "10Gi", "500Mi"), g.coin())
		} else {
			g.maybe(2, "replicas: %d", g.IntN(4))
		}
		g.maybe(3, "internet: false")
		g.maybe(5, `selector: {"app.kubernetes.io/name": "web-%d", "app.kubernetes.io/instance": %q}`, i, g.one("null", "0x1f", "prod"))
		g.maybe(5, "wave: %d", g.IntN(9))
		g.maybe(3, `ports: {metrics: 9090, "a-1": 65535}`)
		g.maybe(3, `files: {"/etc/app/tls.key": secret: "tls.key", "/etc/app/key": secret: "API_KEY"}`)
		if g.IntN(3) == 0 {
			g.line("jobs: {")
			g.line("night: {schedule: %q, args: [%s], timeZone: %q}", g.one("15 3 * * *", "@daily", "*/10 8-18 * * mon-fri"), g.text(), g.one("UTC", "Europe/Copenhagen"))
			g.maybe(2, `other: {schedule: "0 0 1 1 *", image: "ghcr.io/example/other:3", timeout: "90s", retries: 2}`)
			g.line("}")
		}
		g.container()
		g.line("}")
	}
	g.line("}")
	for i := range g.IntN(3) {
		app := g.IntN(n)
		g.line(`clients: "served-%d": {hostnames: [%q], app: "app-%d"}`, i, g.hostname(), app)
		if guarded[app] {
			g.line(`clients: "served-%d": access: %q`, i, g.one(g.groups...))
		}
	}
}

// accessPaths are paths of what a group, or everybody, may see.
func (g *generator) accessPaths(access string) {
	group := g.one(g.groups...)
	if group == access || g.coin() {
		return
	}
	g.team = true
	g.line("accessPaths: %q: %q", g.one("/admin", "/Hooks/a.b_c-d", "/a/deep"), group)
}

// redirects lead out of the site.
func (g *generator) redirects() {
	for i := range g.IntN(4) {
		name := fmt.Sprintf("old-%d.example", i)
		if g.coin() {
			name = g.hostname()
		}
		g.line("redirects: %q: {", name)
		g.line("to: %q", g.one("https://elsewhere.example", "https://elsewhere.example/a/b/", "https://elsewhere.example:8443/x;y=1&z"))
		g.maybe(2, "keepPath: false")
		g.maybe(2, "status: %s", g.one("301", "302", "307", "308"))
		g.line("}")
	}
}

func (g *generator) container() {
	g.line("image: %q", g.one("ghcr.io/example/site:1.4.2", "nginx:1.29", "ghcr.io/example/site:1@sha256:"+strings.Repeat("0a", 32), "reg.example.net:5000/a/b_c/d:v1"))
	g.maybe(3, "port: %d", 1+g.IntN(65535))
	switch g.IntN(6) {
	case 0, 1:
		g.line("health: %q", g.one("/", "/healthz", "/up?x=%20&y='$(id)'"))
	case 2:
		g.line(`health: command: ["/bin/check", %s]`, g.text())
	}
	g.maybe(4, "command: [\"/bin/sh\", \"-c\", %s]", g.text())
	g.maybe(3, "args: [%s, %s]", g.text(), g.text())
	if g.coin() {
		g.line("env: {")
		for i := range 1 + g.IntN(4) {
			g.line("VALUE_%d: %s", i, g.text())
		}
		g.line("}")
	}
	g.maybe(3, `resources: limits: memory: "1Gi"`)
	g.maybe(3, `resources: {requests: cpu: "250m", limits: cpu: "2"}`)
	g.maybe(4, `podSecurity: "baseline"`)
	g.maybe(4, "user: %d", 1+g.IntN(70000))
	g.maybe(4, "readOnly: false")
	g.maybe(3, `writable: ["/var/cache", "/run"]`)
	g.maybe(3, `files: {"/etc/app/app.conf": text: %s, "/etc/app_app.conf": text: %s}`, g.text(), g.text())
	if g.IntN(3) == 0 {
		g.line("init: {")
		g.line("\"1-own\": {args: [%s], env: OWN: %s}", g.text(), g.text())
		g.maybe(2, `"2-other": {image: "ghcr.io/example/wait:2", user: %d, resources: {requests: memory: "96Mi", limits: memory: "96Mi"}}`, 1+g.IntN(70000))
		g.line("}")
	}
	if g.IntN(3) == 0 {
		g.line("sidecars: {")
		g.line(`proxy: {image: "ghcr.io/example/proxy:2", command: ["/proxy", %s], readOnly: %v}`, g.text(), g.coin())
		g.maybe(2, `worker: {command: ["/worker"], resources: requests: cpu: "1m"}`)
		g.line("}")
	}
	g.maybe(5, `component: {path: "k8s/own/part", kinds: [%s]}`, g.one("", `"batch/CronJob"`, `"*"`))
}

// hostname is one that nothing else has, in a domain of the site.
func (g *generator) hostname() string {
	for i := 0; ; i++ {
		h := fmt.Sprintf("%s.%s", g.name(i), g.one(g.zones...))
		if g.IntN(5) == 0 {
			h = "deep." + h
		}
		if !g.used[h] {
			g.used[h] = true
			return h
		}
	}
}

// text is a CUE string of any text.
func (g *generator) text() string { return quote(g.free()) }

// free is a text that is hard to write in some language.
func (g *generator) free() string {
	pieces := []string{
		"plain", "", " ", "  two  ", "\"", "'", "''", "\\", "$", "${x}", "$${x}", "%{if}", "{{.x}}", "#", "$(id)", "`id`", "|", "|-", ">", "&a", "*a", "!!str",
		"\n", "\r", "\t", "\r\n", "\n\n", "æøå", "世界", "\u2028", "\u0085", "\ufeff", "\u202e", "😀", "\u0001", "\u001b", "no", "~", "null", "1e3", "0x1f", "010", "1_000",
		"- x", "a: b", "<b>", "<!--", "-->", "]]>", "@", "%", ";", "EOF", "\u00a0",
	}
	var b strings.Builder
	for range g.IntN(5) {
		b.WriteString(pieces[g.IntN(len(pieces))])
	}
	return b.String()
}

// oneLine is free where one line is all that fits.
func (g *generator) oneLine() string { return inOneLine(g.free()) }

// inOneLine puts blanks in place of what may end a line.
func inOneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && unicode.IsControl(r) || r == '\u2028' {
			return ' '
		}
		return r
	}, text)
}

// unseen tells whether a spec holds a character that people do not see, and that
// gen warns of. quote has written all of them as escapes.
func unseen(spec string) bool {
	for _, piece := range strings.Split(spec, `\u`)[1:] {
		n, err := strconv.ParseUint(piece[:4], 16, 16)
		if r := rune(n); err == nil && !strings.ContainsRune("\n\r\t", r) && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			return true
		}
	}
	return false
}

// quote writes a text as CUE does. strconv's ASCII escapes are CUE's, but for \x.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteString("\\" + string(r))
		case r < 0x20 || r == 0x7f || r > 0x7e && !strconv.IsPrint(r):
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
