package scripts

import (
	"testing"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

const (
	hostKey = gentest.AgeHost
	argoKey = gentest.AgeArgoCD
	diskA   = "/dev/disk/by-id/nvme-EXAMPLE_SN100001"
	diskB   = "/dev/disk/by-id/nvme-EXAMPLE_SN100002"
	diskC   = "/dev/disk/by-id/ata-EXAMPLE_web2"
)

// testSite is a site of one server with a mirror, a client and an app with
// secrets.
func testSite(t *testing.T) *site.Site {
	t.Helper()
	return routed(gentest.Base(t, `
hosts: web1: disks: a: size: "512GB"
sops: argocd: "`+argoKey+`"
alerts: {email: "ops@example.com", smtp: {host: "smtp.example.net", user: "web1@example.com"}}
`))
}

// routed leaves a site three routes of three kinds.
func routed(s *site.Site) *site.Site {
	s.Routes = []site.Route{
		{Hostname: "argocd.example.com", Kind: site.RouteArgoCD, Access: "admins"},
		{Hostname: "bakery.example", Kind: site.RouteClient, Owner: "bakery"},
		{Hostname: "ssh.example.com", Kind: site.RouteSSH, Owner: "web1", Access: "admins"},
	}
	return s
}

// agentSite has an agent of BIOS firmware without an array, whose address is not
// known, and neither apps nor secrets of a repository.
func agentSite(t *testing.T) *site.Site {
	t.Helper()
	s := routed(gentest.Base(t, gentest.Agent("web2")+`
repo: private: false
hosts: web2: {firmware: "bios", installer: {image: "https://files.example/kexec.tar.gz", kernel: "6.12"}}
hosts: web2: kernel: "release"
sops: argocd: "`+argoKey+`"
`, "git@github.com:example/infra.git", "https://git.example.com/example/infra.git"))
	s.Agents[0].Address = ""
	s.Apps, s.Clients = nil, nil
	return s
}

func files(t *testing.T, s *site.Site) map[string]string {
	t.Helper()
	list, err := Files(s)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range list {
		if f.Mode != 0o755 {
			t.Errorf("%s has mode %o", f.Path, f.Mode)
		}
		out[f.Path] = string(f.Data)
	}
	return out
}
