package scripts

import (
	"net/netip"
	"testing"

	"sitegen/internal/site"
)

const (
	hostKey = "age1host"
	argoKey = "age1argocd"
	diskA   = "/dev/disk/by-id/nvme-DISK_A"
	diskB   = "/dev/disk/by-id/nvme-DISK_B"
)

// testSite is a site of one server with a mirror, a client and an app with
// secrets.
func testSite() *site.Site {
	web1 := &site.Host{
		Name: "web1", Role: site.RoleServer, Address: "203.0.113.10", NodeIP: netip.MustParseAddr("203.0.113.10"),
		Firmware: site.FirmwareUnknown, Age: hostKey, SSHHostname: "ssh.example.com",
		Disks: []*site.Disk{
			{Name: "a", Device: diskA, Least: 512_000_000_000, Most: 537_600_000_000, Boot: true, BootMount: "/boot"},
			{Name: "b", Device: diskB, Boot: true, BootMount: "/boot-fallback"},
		},
		Arrays: []*site.Array{{Name: "system", Level: 1, Disks: []string{"a", "b"}, Mount: "/"}},
		NICs:   []*site.NIC{{Name: "wan", MAC: "a8:a1:59:00:10:01"}},
	}
	s := &site.Site{
		Name:   "hetzner",
		Repo:   site.Repo{URL: "git@git.example:infra.git", Kind: site.RepoSSH, Branch: "main"},
		Hosts:  []*site.Host{web1},
		Server: web1,
		Clients: []*site.Workload{
			{Kind: site.KindClient, Name: "bakery", Namespace: "websites", Folder: "websites/bakery", Application: "website-bakery"},
		},
		Apps: []*site.Workload{
			{Kind: site.KindApp, Name: "invoices", Namespace: "invoices", Folder: "invoices", Application: "invoices", Secrets: []string{"API_KEY"}},
		},
		Routes: []site.Route{
			{Hostname: "argocd.example.com", Kind: site.RouteArgoCD, Access: "admins"},
			{Hostname: "bakery.example", Kind: site.RouteClient, Owner: "bakery"},
			{Hostname: "ssh.example.com", Kind: site.RouteSSH, Owner: "web1", Access: "admins"},
		},
		ArgoCD: site.Recipient{Name: "argocd", Key: argoKey},
		Alerts: &site.Alerts{Email: "ops@example.com"},
	}
	s.Versions.Flake.NixosAnywhere = "github:nix-community/nixos-anywhere"
	return s
}

// agentSite has an agent of BIOS firmware without an array, whose address is not
// known.
func agentSite() *site.Site {
	s := testSite()
	agent := &site.Host{
		Name: "web2", Role: site.RoleAgent, Firmware: site.FirmwareBIOS, Age: hostKey, SSHHostname: "ssh-web2.example.com",
		Disks:     []*site.Disk{{Name: "a", Device: diskA, Boot: true, BootMount: "/boot", Mount: "/"}},
		Installer: site.Installer{Image: "https://files.example/kexec.tar.gz", Kernel: "6.12"},
	}
	s.Hosts = append(s.Hosts, agent)
	s.Agents = []*site.Host{agent}
	s.Alerts, s.Apps, s.Clients = nil, nil, nil
	s.Repo.Kind = site.RepoPublic
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
