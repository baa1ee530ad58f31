package terraform

import (
	"strings"
	"testing"

	"sitegen/internal/site"
	"sitegen/internal/tree"
)

const hostile = "\" \\ ${x} $${x} %{if} '' ' # $(id) | // /* \n \r\t \u00e6 <<EOT"

// small is a site with one client and one app behind Access.
func small() *site.Site {
	s := &site.Site{
		Name:   "north",
		Repo:   site.Repo{URL: "git@git.example.net:ops/infra.git", Kind: site.RepoSSH, Branch: "main"},
		Server: &site.Host{Name: "web1"},
		Zones: []site.Zone{
			{Name: "bakery.example"},
			{Name: "example.com", Primary: true, Wildcard: true},
		},
		Tunnel: site.Tunnel{Name: "north", Replicas: 2},
		Groups: []site.AccessGroup{
			{Name: "admins", Emails: []string{"ops@example.com"}, Session: "24h"},
			{Name: "staff", Emails: []string{"a@example.net"}, EmailDomains: []string{"example.com", "example.org"}, Session: "8h"},
		},
		Routes: []site.Route{
			{Hostname: "argocd.example.com", Zone: "example.com", Kind: site.RouteArgoCD, Access: "admins", Session: "24h"},
			{Hostname: "bakery.example", Zone: "bakery.example", Kind: site.RouteClient, Owner: "bakery"},
			{Hostname: "hubble.example.com", Zone: "example.com", Kind: site.RouteHubble, Access: "admins", Session: "24h"},
			{Hostname: "invoices.example.com", Zone: "example.com", Kind: site.RouteApp, Owner: "invoices", Access: "staff", Session: "8h"},
			{Hostname: "ssh.example.com", Zone: "example.com", Kind: site.RouteSSH, Owner: "web1", Access: "admins", Session: "24h"},
			{Hostname: "www.bakery.example", Zone: "bakery.example", Kind: site.RouteClient, Owner: "bakery"},
		},
		Versions: site.Versions{
			Cilium: "1.20.0", ArgoCD: "10.1.1", Terraform: ">= 1.11",
			Providers: site.Providers{Cloudflare: "~> 5.22", Helm: "~> 3.1", Kubectl: "~> 2.4", Kubernetes: "~> 3.2", Random: "~> 3.9", Sops: "~> 1.4"},
		},
	}
	s.Primary = &s.Zones[1]
	return s
}

// wide is small with everything in it that makes a difference here.
func wide() *site.Site {
	s := small()
	s.Repo = site.Repo{URL: "https://git.example.net/ops/infra.git", Kind: site.RepoToken, Branch: "main"}
	s.Cloudflare.Account = "0123456789abcdef0123456789abcdef"
	s.Terraform.S3 = &site.S3{Bucket: "north-state", Key: "north.tfstate", Region: "auto", Endpoint: "https://s3.example.net"}
	ten := 10
	z := &s.Zones[0]
	z.ID = "fedcba9876543210fedcba9876543210"
	z.Records = []site.Record{
		{Type: "A", Name: "shop.bakery.example", Content: "192.0.2.7", TTL: 1, Proxied: true},
		{Type: "AAAA", Name: "v6.bakery.example", Content: "2001:DB8:0::7", TTL: 300},
		{Type: "CAA", Name: "bakery.example", TTL: 1, CAA: &site.CAA{Tag: "issue", Value: "ca.example"}},
		{Type: "MX", Name: "bakery.example", Content: "mx.mailhost.example.", Priority: &ten, TTL: 1, Comment: "mail"},
		{Type: "TXT", Name: "bakery.example", Content: "v=spf1 include:mailhost.example -all", TTL: 1},
		{Type: "SRV", Name: "_sip._tcp.bakery.example", TTL: 300, SRV: &site.SRV{Priority: 5, Weight: 1, Port: 5060, Target: "sip.example.net."}},
	}
	return s
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
		name, ok := strings.CutPrefix(f.Path, "k8s/terraform-north/")
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
