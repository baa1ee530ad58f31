package nixos

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/site"
)

func TestPaths(t *testing.T) {
	roles := []string{"roles/base/default.nix", "roles/base/notify.sh", "roles/boot/default.nix", "roles/k3s-cilium/default.nix"}
	machine := func(host string) []string {
		return []string{"machines/" + host + "/default.nix", "machines/" + host + "/disko.nix", "machines/" + host + "/network.nix"}
	}
	all := cases(t)
	for name, want := range map[string][]string{
		"unknown": slices.Concat([]string{"flake.nix"}, machine("web1"), roles),
		"agent":   slices.Concat([]string{"flake.nix"}, machine("web1"), machine("web2"), roles),
		"own":     slices.Concat([]string{"hosts/web1.nix"}, machine("web1"), roles),
	} {
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(files(t, all[name])))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestRoles: site.Roles has every folder that a role of the user's may not be.
func TestRoles(t *testing.T) {
	for _, s := range cases(t) {
		for path := range files(t, s) {
			if rest, ok := strings.CutPrefix(path, "roles/"); ok {
				if role, _, _ := strings.Cut(rest, "/"); !slices.Contains(site.Roles, role) {
					t.Errorf("%s: site.Roles has no %s", path, role)
				}
			}
		}
	}
}

func TestSameSiteSameBytes(t *testing.T) {
	for name, s := range cases(t) {
		if diff := cmp.Diff(files(t, s), files(t, s)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestNoGapsInText looks for what a template leaves behind when a part of it is
// left out: two empty lines, or one at the start or end of a block.
func TestNoGapsInText(t *testing.T) {
	for name, s := range cases(t) {
		for path, text := range files(t, s) {
			lines := strings.Split(text, "\n")
			for i, line := range lines[:len(lines)-1] {
				where := fmt.Sprintf("%s: %s:%d: %q", name, path, i+1, line)
				if line != strings.TrimRight(line, " \t") {
					t.Errorf("%s: blanks at the end of the line", where)
				}
				if line != "" {
					continue
				}
				before, after := strings.TrimSpace(lines[i-1]), strings.TrimSpace(lines[i+1])
				if before == "" || strings.HasSuffix(before, "{") || strings.HasSuffix(before, "[") || strings.HasPrefix(after, "}") || strings.HasPrefix(after, "]") {
					t.Errorf("%s: an empty line between %q and %q", where, before, after)
				}
			}
		}
	}
}

// TestOneThingMoreChangesItsOwnLines adds to a site, and wants every old line
// still there, in its order.
func TestOneThingMoreChangesItsOwnLines(t *testing.T) {
	for name, more := range map[string]string{
		"user":     `users: tom: {keys: ["` + key + `tom"], groups: ["wheel"], shell: "fish", password: true}`,
		"key":      "",
		"card":     `nics: lan: {mac: "a8:a1:59:0f:10:02", ipv4: address: "10.20.0.2/24", dns: ["192.0.2.53"]}, nics: wan: dns: ["1.1.1.1", "9.9.9.9", "2606:4700:4700::1111"]`,
		"disk":     `disks: c: {device: "/dev/disk/by-id/nvme-C", mount: "/backup", format: "xfs"}`,
		"mirror":   `disks: c: device: "/dev/disk/by-id/nvme-C"`,
		"import":   `imports: ["modules/backup.nix"]`,
		"prefixes": `ssh: from: ["192.0.2.0/24"]`,
		"cores":    `cpu: cores: 4`,
	} {
		before, s := files(t, newSite(t)), newSite(t, "hosts: web1: {"+more+"}")
		if name == "key" {
			s.Server.Users[0].Keys = append(s.Server.Users[0].Keys, key+"laptop")
			s.Server.RootKeys = append(s.Server.RootKeys, key+"laptop")
		}
		for path, text := range files(t, s) {
			rest := strings.Split(text, "\n")
			for line := range strings.SplitSeq(before[path], "\n") {
				i := slices.Index(rest, line)
				if i < 0 {
					t.Fatalf("%s: %s: the line %q is gone or has moved", name, path, line)
				}
				rest = rest[i+1:]
			}
		}
	}
}

func TestAgentNeedsServerAddress(t *testing.T) {
	s := withAgent(t)
	s.Server.NodeIP = netip.Addr{}
	_, err := Files(s)
	if want := `host "web2": the address of the server "web1" is not known, and an agent has to join it`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestValuesThatNixCannotHold(t *testing.T) {
	for name, spoil := range map[string]func(*site.Host){
		"NUL in a device":    func(h *site.Host) { h.Disks[0].Device = "/dev/disk/by-id/\x00" },
		"import with spaces": func(h *site.Host) { h.Imports = []string{"my modules/x.nix"} },
	} {
		s := newSite(t)
		spoil(s.Server)
		if _, err := Files(s); err == nil || !strings.Contains(err.Error(), "machines/web1/") {
			t.Errorf("%s: %v, want an error that names the file", name, err)
		}
	}
}

func TestKernelOfInstaller(t *testing.T) {
	for _, tc := range []struct {
		installer string
		check     bool
	}{
		{"", true}, {"6.12", false}, {"6.12.8", false}, {"6.18.2", false}, {"5.15", false},
		{"6.19", true}, {"6.19.1", true}, {"7.0", true}, {"7", true}, {"newest", true},
	} {
		h := newSite(t).Server
		h.Installer.Kernel = tc.installer
		if got := checkKernel(h); got != tc.check {
			t.Errorf("installer %q: checked %t, want %t", tc.installer, got, tc.check)
		}
	}
	h := newSite(t).Server
	h.Arrays = nil
	if checkKernel(h) {
		t.Error("checked without arrays")
	}
}
