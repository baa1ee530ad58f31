package nixos

import (
	"net/netip"
	"strings"
	"testing"

	"sitegen/internal/site"
	"sitegen/internal/tree"
)

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBY0JKrrzZRBKd4Hc9iU0Hur3/w+KTzJFUyuvEfDbZXF "

// newSite is a server with two disks and one card, alerts, and nothing else.
func newSite() *site.Site {
	web1 := &site.Host{
		Name: "web1", Role: site.RoleServer, Firmware: site.FirmwareUnknown,
		Address: "203.0.113.10", NodeIP: netip.MustParseAddr("203.0.113.10"),
		CPUVendor: "intel", Release: "26.05", StateVersion: "25.11", Kernel: "latest", ESPSize: "1G", TimeZone: "UTC",
		Disks: []*site.Disk{
			{Name: "a", Device: "/dev/disk/by-id/nvme-A", Boot: true, BootMount: "/boot", Members: []site.Member{{Array: "system", Size: "100%"}}},
			{Name: "b", Device: "/dev/disk/by-id/nvme-B", Boot: true, BootMount: "/boot-fallback", Members: []site.Member{{Array: "system", Size: "100%"}}},
		},
		Arrays: []*site.Array{{Name: "system", Level: 1, Disks: []string{"a", "b"}, Mount: "/", Format: "ext4", Size: "100%"}},
		NICs: []*site.NIC{{
			Name: "wan", MAC: "a8:a1:59:0f:10:01",
			IPv4: site.IPv4{Mode: "static", Address: netip.MustParsePrefix("203.0.113.10/26"), Gateway: netip.MustParseAddr("203.0.113.1")},
			IPv6: site.IPv6{Address: netip.MustParsePrefix("2001:db8:10::2/64"), Gateway: netip.MustParseAddr("fe80::1")},
		}},
		Users:    []*site.User{{Name: "maria", Keys: []string{key + "maria"}, Groups: []string{"wheel"}, Shell: "bash"}},
		RootKeys: []string{key + "maria"},
	}
	return &site.Site{
		Name: "example", Hosts: []*site.Host{web1}, Server: web1,
		Cluster: site.Cluster{
			Pods: netip.MustParsePrefix("10.42.0.0/16"), Services: netip.MustParsePrefix("10.43.0.0/16"),
			DNS: netip.MustParseAddr("10.43.0.10"), APIPort: 6443,
		},
		Alerts: &site.Alerts{
			Email: "ops@example.com",
			SMTP:  site.SMTP{Host: "smtp.example.net", Port: 587, User: "web1@example.com", From: "web1@example.com", TLS: "starttls"},
		},
		Versions: site.Versions{Flake: site.FlakeInputs{
			Disko: "github:nix-community/disko", NixosAnywhere: "github:nix-community/nixos-anywhere", SopsNix: "github:Mic92/sops-nix",
		}},
	}
}

// withAgent adds a second host: one disk, a private card, another release.
func withAgent(s *site.Site) *site.Site {
	web2 := &site.Host{
		Name: "web2", Role: site.RoleAgent, Firmware: site.FirmwareUnknown,
		Address: "198.51.100.7", NodeIP: netip.MustParseAddr("198.51.100.7"),
		CPUVendor: "amd", CPUCores: 16, Release: "25.11", StateVersion: "25.11", Kernel: "release", ESPSize: "1G", TimeZone: "Europe/Copenhagen",
		Disks: []*site.Disk{{Name: "a", Device: "/dev/disk/by-id/ata-C", Boot: true, BootMount: "/boot", Mount: "/", Format: "xfs"}},
		NICs: []*site.NIC{
			{Name: "lan", MAC: "a8:a1:59:0f:20:02", IPv4: site.IPv4{Mode: "static", Address: netip.MustParsePrefix("10.20.0.2/24")}},
			{
				Name: "wan", MAC: "a8:a1:59:0f:20:01", DNS: []netip.Addr{netip.MustParseAddr("192.0.2.53")},
				IPv4: site.IPv4{Mode: "static", Address: netip.MustParsePrefix("198.51.100.7/32"), Gateway: netip.MustParseAddr("198.51.100.1"), OnLink: true},
			},
		},
		Users: []*site.User{
			{Name: "maria", Keys: []string{key + "maria"}, Groups: []string{"wheel"}, UID: 1000, Shell: "zsh", Password: true},
			{Name: "tom", Keys: []string{key + "tom"}, Shell: "bash"},
		},
		RootKeys: []string{key + "maria"},
		SSHFrom:  []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("2001:db8:77::/48")},
		Imports:  []string{"modules/backup.nix"},
	}
	s.Hosts, s.Agents = append(s.Hosts, web2), append(s.Agents, web2)
	s.Cluster.APIPort, s.Cluster.Encrypt = 6444, true
	s.Cluster.K3sFlags = []string{"--tls-san=k8s.example.com"}
	return s
}

// cases are the shapes that the tests go through.
func cases() map[string]*site.Site {
	uefi, bios, quiet, single, own := newSite(), newSite(), newSite(), newSite(), newSite()
	uefi.Server.Firmware = site.FirmwareUEFI
	bios.Server.Firmware = site.FirmwareBIOS
	quiet.Alerts = nil
	single.Server.Firmware = site.FirmwareUEFI
	single.Server.Arrays = nil
	single.Server.Disks = []*site.Disk{{Name: "a", Device: "/dev/disk/by-id/nvme-A", Boot: true, BootMount: "/boot", Mount: "/", Format: "ext4"}}
	own.Output.OwnFlake = true
	own.Server.CPUCores = 8
	return map[string]*site.Site{
		"unknown": newSite(), "uefi": uefi, "bios": bios, "quiet": quiet, "single": single, "own": own, "agent": withAgent(newSite()),
	}
}

// files returns the site's files by path.
func files(t *testing.T, s *site.Site) map[string]string {
	t.Helper()
	made, err := Files(s)
	if err != nil {
		t.Fatal(err)
	}
	byPath := map[string]string{}
	for _, f := range made {
		if _, twice := byPath[f.Path]; twice {
			t.Errorf("%s is made twice", f.Path)
		}
		if !strings.HasPrefix(string(f.Data), "# "+tree.Header+"\n") {
			t.Errorf("%s does not begin with the header", f.Path)
		}
		byPath[f.Path] = string(f.Data)
	}
	return byPath
}
