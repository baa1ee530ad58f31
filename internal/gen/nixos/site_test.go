package nixos

import (
	"strings"
	"testing"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
	"sitegen/internal/tree"
)

const key = gentest.SSH

// newSite is a server with two disks and one card, alerts, and nothing else.
func newSite(t *testing.T, more ...string) *site.Site {
	t.Helper()
	return gentest.Base(t, `
hosts: web1: users: maria: shell: "bash"
alerts: {email: "ops@example.com", smtp: {host: "smtp.example.net", user: "web1@example.com"}}
`+strings.Join(more, "\n"),
		`stateVersion: "26.05"`, `stateVersion: "25.11"`, `ipv6: address: "2001:db8:10::2/64"`, `ipv6: {address: "2001:db8:10::2/64", gateway: "fe80::1"}`,
		"nvme-EXAMPLE_SN100001", "nvme-A", "nvme-EXAMPLE_SN100002", "nvme-B")
}

// agent says a second host: one disk, a private card, another release.
const agent = `
hosts: web2: {
	cpu: cores: 16
	kernel:   "release"
	timeZone: "Europe/Copenhagen"
	disks: a: format: "xfs"
	nics: lan: {mac: "a8:a1:59:0f:20:02", ipv4: address: "10.20.0.2/24"}
	nics: wan: dns: ["192.0.2.53"]
	users: maria: {uid: 1000, shell: "zsh", password: true}
	users: tom: keys: ["` + key + `tom"]
	ssh: from: ["198.51.100.0/24", "2001:db8:77::/48"]
	imports: ["modules/backup.nix"]
	address: "198.51.100.7"
}
cluster: k3s: flags: ["--tls-san=k8s.example.com"]
`

func withAgent(t *testing.T, more ...string) *site.Site {
	t.Helper()
	spec := strings.NewReplacer(`release:      "26.05"`, `release: "25.11"`, "ata-EXAMPLE_web2", "ata-C",
		`ipv4: {address: "198.51.100.7/24", gateway: "198.51.100.1"}`, `ipv4: {address: "198.51.100.7/32", gateway: "198.51.100.1", onLink: true}`).Replace(gentest.Agent("web2"))
	return newSite(t, append(more, spec, agent)...)
}

// cases are the shapes that the tests go through.
func cases(t *testing.T) map[string]*site.Site {
	t.Helper()
	quiet := newSite(t)
	quiet.Alerts = nil
	return map[string]*site.Site{
		"unknown": newSite(t),
		"uefi":    newSite(t, `hosts: web1: firmware: "uefi"`),
		"bios":    newSite(t, `hosts: web1: firmware: "bios"`),
		"quiet":   quiet,
		"single":  gentest.Base(t, `hosts: web1: firmware: "uefi"`, `b: device: "/dev/disk/by-id/nvme-EXAMPLE_SN100002"`, ""),
		"own":     newSite(t, `output: flake: "own", hosts: web1: cpu: cores: 8`),
		"agent":   withAgent(t),
		"zfs":     newSite(t, `hosts: web1: layout: "zfs"`),
		"backed":  newSite(t, backed, everyWay),
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
		if !strings.HasPrefix(strings.TrimPrefix(string(f.Data), "#!/usr/bin/env bash\n"), "# "+tree.Header+"\n") {
			t.Errorf("%s does not begin with the header", f.Path)
		}
		byPath[f.Path] = string(f.Data)
	}
	return byPath
}
