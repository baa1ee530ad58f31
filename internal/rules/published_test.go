package rules

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sitegen/internal/format"
	"sitegen/internal/site/sitetest"
)

// TestPublishedKeys: each sound key in this repository is in the list of those that
// no real site may have.
func TestPublishedKeys(t *testing.T) {
	keys := regexp.MustCompile(`\bage1[02-9ac-hj-np-z]{58}\b|\bAAAA[A-Z][A-Za-z0-9+/]{60,}=*`)
	found := map[string]bool{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		if !slices.Contains([]string{".cue", ".go", ".md", ".sh", ".yaml"}, filepath.Ext(path)) {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, key := range keys.FindAllString(string(text), -1) {
			if found[key] {
				continue
			}
			found[key] = true
			sound := !format.AgeKey(key, false).Bad() || !format.SSHKey("ssh-ed25519 "+key).Bad()
			if sound && !slices.Contains(publishedKeys(), key) {
				t.Errorf("%s: the key %s is missing from publishedKeys", path, key)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range publishedKeys() {
		if !found[key] {
			t.Errorf("%s is nowhere published", key)
		}
	}
}

// TestReal lays pieces of a spec over the example, and wants the place that makes a
// real site of it, or none.
func TestReal(t *testing.T) {
	base := toData(t, sitetest.Base())
	dhcp := func(host string) string { return `hosts: web1: {nics: wan: ipv4: "dhcp", ` + host + `}` }
	for piece, want := range map[string]string{
		`{}`: "",
		`domains: "example.org": {}, domains: "cafe.example": {}`:                     "",
		`clients: bakery: {domain: "bakery.dk", image: "ghcr.io/example/bakery:1.0"}`: "bakery.dk",

		`hosts: web1: nics: wan: ipv4: {address: "95.216.10.20/26", gateway: "95.216.10.1"}`: "95.216.10.20/26",
		`hosts: web1: nics: wan: ipv4: {address: "10.0.0.20/24", gateway: "10.0.0.1"}`:       "10.0.0.20/24",
		`hosts: web1: nics: wan: ipv4: {address: "100.64.0.20/24", gateway: "100.64.0.1"}`:   "100.64.0.20/24",
		`hosts: web1: nics: wan: ipv6: address: "fd00:10::2/64"`:                             "fd00:10::2/64",
		`hosts: web1: nics: lan: {mac: "a8:a1:59:0f:10:02", ipv4: address: "10.0.0.2/24"}`:   "",

		`hosts: web1: {address: "203.0.113.10", node: "wan", nics: wan: ipv4: {address: "10.0.0.20/24", gateway: "10.0.0.1"}}`: "",

		dhcp(`address: "web1.bakery.dk", node: "203.0.113.10"`):   "web1.bakery.dk",
		dhcp(`address: "web1.example.org", node: "10.0.0.20"`):    "10.0.0.20",
		dhcp(`address: "web1.example.org", node: "203.0.113.10"`): "",
		dhcp(`address: "95.216.10.20"`):                           "95.216.10.20",
		dhcp(`address: "10.0.0.20"`):                              "10.0.0.20",
		dhcp(`address: "203.0.113.10"`):                           "",
		dhcp(`address: "203.0.113.10", node: "10.0.0.20"`):        "",

		`repo: url: "git@github.com:bakery/infra.git"`:              "github.com:bakery",
		`repo: url: "https://gitlab.com/bakery/example"`:            "gitlab.com/bakery",
		`repo: url: "https://gitlab.com/example/bakery"`:            "",
		`repo: url: "git@ssh.dev.azure.com:v3/example/infra/infra"`: "",
		`repo: url: "git@ssh.dev.azure.com:v3/bakery/infra/infra"`:  "v3/bakery",
		`repo: url: "https://git.example.com/bakery/infra.git"`:     "",
		`repo: url: "https://git.bakery.dk:8443/example/infra.git"`: "git.bakery.dk",
		`repo: url: "https://192.168.7.2/example/infra.git"`:        "192.168.7.2",
		`repo: url: "https://203.0.113.2/example/infra.git"`:        "",

		`admin: email: "ops@bakery.dk"`:                                                                               "ops@bakery.dk",
		`admin: email: "ops@Bakery.DK"`:                                                                               "ops@Bakery.DK",
		`admin: email: "maria@gmail.com"`:                                                                             "",
		`access: admins: emails: ["kim@example.org", "maria@bakery.dk"]`:                                              "maria@bakery.dk",
		`access: admins: emailDomains: ["example.org", "bakery.dk"]`:                                                  "bakery.dk",
		`alerts: {email: "ops@bakery.dk", smtp: {host: "smtp.example.com", user: "ops@example.com"}}`:                 "ops@bakery.dk",
		`alerts: {email: "ops@example.com", smtp: {host: "smtp.example.com", user: "ops@bakery.dk"}}`:                 "ops@bakery.dk",
		`alerts: {email: "ops@example.com", smtp: {host: "smtp.example.com", user: "apikey", from: "ops@bakery.dk"}}`: "ops@bakery.dk",
	} {
		problems := merged(t, base, piece)
		got := ""
		for _, p := range problems {
			if p.Rule == "example-key" {
				_, rest, _ := strings.Cut(piece[p.Notes[0].Pos.Col-1:], `"`)
				got, _, _ = strings.Cut(rest, `"`)
			}
		}
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s\nwant the evidence at %q, got %q\n%s", piece, want, got, problems.Error())
		}
	}
}
