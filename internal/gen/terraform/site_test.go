package terraform

import (
	"slices"
	"strings"
	"testing"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
	"sitegen/internal/tree"
)

const hostile = "\" \\ ${x} $${x} %{if} '' ' # $(id) | // /* \n \r\t \u00e6 <<EOT"

// small is a site with one client and one app behind Access.
func small(t *testing.T, more ...string) *site.Site {
	t.Helper()
	return gentest.Base(t, `
domains: "example.com": wildcard: true
access: staff: {emails: ["a@example.net"], emailDomains: ["example.org", "example.com"], session: "8h"}
`+strings.Join(more, "\n"), `access: "admins"`, `access: "staff"`)
}

// wide is small with everything in it that makes a difference here.
func wide(t *testing.T) *site.Site {
	t.Helper()
	s := small(t, `
repo: branch: "main"
cloudflare: account: "0123456789abcdef0123456789abcdef"
terraform: s3: {bucket: "example-state", key: "hetzner.tfstate", region: "auto", endpoint: "https://s3.example.net"}
domains: "bakery.example": {
	zoneId: "fedcba9876543210fedcba9876543210"
	records: [
		{type: "A", name: "shop", content: "192.0.2.7", proxied: true},
		{type: "AAAA", name: "v6", content: "2001:DB8:0::7", ttl: 300},
		{type: "CAA", name: "@", caa: {tag: "issue", value: "ca.example"}},
		{type: "MX", name: "@", content: "mx.mailhost.example", priority: 10, comment: "mail"},
		{type: "TXT", name: "@", content: "v=spf1 include:mailhost.example -all"},
		{type: "SRV", name: "_sip._tcp", ttl: 300, srv: {priority: 5, weight: 1, port: 5060, target: "sip.example.net"}},
	]
}
`)
	s.Repo.Kind = site.RepoToken
	return s
}

// bakery is the zone that tests give records.
func bakery(s *site.Site) *site.Zone {
	return &s.Zones[slices.IndexFunc(s.Zones, func(z site.Zone) bool { return z.Name == "bakery.example" })]
}

// generate runs the generator and gives its files by base name.
func generate(t *testing.T, s *site.Site) map[string]string {
	t.Helper()
	files, err := Files(s)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]string{}
	for _, f := range files {
		name, ok := strings.CutPrefix(f.Path, "k8s/terraform-hetzner/")
		if !ok || f.Mode != 0o644 {
			t.Errorf("unexpected file %s, mode %o", f.Path, f.Mode)
		}
		if !strings.HasPrefix(string(f.Data), "# "+tree.Header+"\n") {
			t.Errorf("%s does not start with the header", name)
		}
		byName[name] = string(f.Data)
	}
	return byName
}
