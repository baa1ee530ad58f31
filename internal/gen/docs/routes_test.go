package docs

import (
	"strings"
	"testing"

	"sitegen/internal/gentest"
)

// TestRoutes: each hostname has one line, whatever leads it where, and a client's are side by side.
func TestRoutes(t *testing.T) {
	text := page(t, gentest.Base(t, `
domains: "example.com": records: [
	{type: "A", name: "mail", content: "198.51.100.7"},
	{type: "AAAA", name: "mail", content: "2001:db8::7"},
	{type: "CNAME", name: "k1._domainkey", content: "k1.mailhost.example"},
	{type: "MX", name: "@", content: "mail.example.com", priority: 10},
]
redirects: "old.example.com": {to: "https://bakery.example", keepPath: true}
`), 0)
	contains(t, text,
		"| `argocd.example.com` | example.com | admins (Access, 24h) | Argo CD | tunnel hetzner |\n",
		"| `bakery.example` | bakery.example | everybody | client bakery | tunnel hetzner |\n| `www.bakery.example` | bakery.example | everybody | client bakery |",
		"| `mail.example.com` | example.com | not guarded here | 198.51.100.7, 2001:db8::7 | record |\n| `old.example.com` | example.com | everybody | https://bakery.example, with path and query | redirect 301 |\n")
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "| `"), "`")
		if strings.HasPrefix(line, "| `") && seen[name] {
			t.Errorf("%s has two lines", name)
		}
		seen[name] = true
	}
	lacks(t, text, "_domainkey", "| `example.com`") // of which there is mail alone
}
