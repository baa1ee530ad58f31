package facts

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/rules"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func siteOf(t *testing.T, text string) *site.Site {
	t.Helper()
	file := filepath.Join(t.TempDir(), "site.cue")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, problems := rules.Load(spec.Source{Path: file})
	if s == nil {
		t.Fatal(problems)
	}
	return s
}

// What gen probe says of a machine is what gen check finds there; another machine differs.
func TestCompare(t *testing.T) {
	machine := func() *Machine {
		m := &Machine{Version: 1, Arch: "x86_64", Firmware: "uefi", CPU: CPU{"amd", 16}, Memory: 64 << 30,
			Disks: []Disk{
				{"/dev/nvme0n1", 512110190592, "nvme", "passed", "", "A", []string{"/dev/disk/by-id/nvme-A_1"}},
				{"/dev/nvme1n1", 512110190592, "nvme", "unknown", "", "A", []string{"/dev/disk/by-id/nvme-A_2"}},
			},
			Cards: []Card{{Name: "eth0", MAC: "A8:A1:59:0F:10:01", Link: "up", Addresses: []netip.Prefix{netip.MustParsePrefix("203.0.113.10/26")}, Gateways: []netip.Addr{netip.MustParseAddr("203.0.113.1")}}},
		}
		return m
	}
	m := machine()
	s := siteOf(t, m.Fragment("web1")+rest+`hosts: web1: firmware: "uefi"`)
	if h := m.Host(s); h == nil || h.Name != "web1" {
		t.Fatalf("it is %v", h)
	}
	if diff := cmp.Diff([]Difference(nil), m.Compare(s.Hosts[0])); diff != "" {
		t.Errorf("the machine itself: %s", diff)
	}
	other := machine()
	other.Arch, other.Firmware, other.CPU = "aarch64", "bios", CPU{"intel", 8}
	other.Disks[0].Size *= 2
	other.Disks[0].Health = "failed"
	other.Disks[0].Type = "raid"
	other.Disks[1].IDs = nil
	other.Cards[0].MAC = "a8:a1:59:0f:10:02"
	var got []string
	for _, d := range other.Compare(s.Hosts[0]) {
		got = append(got, d.At.String())
		if d.What == "" || d.Do == "" {
			t.Errorf("%+v", d)
		}
	}
	want := []string{"hosts.web1.cpu.arch", "hosts.web1.cpu.vendor", "hosts.web1.cpu.threads", "hosts.web1.firmware", "hosts.web1.disks.a.size", "hosts.web1.disks.a.device",
		"hosts.web1.disks.a.device", "hosts.web1.disks.b.device", "hosts.web1.nics.wan.mac"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if h := (&Machine{}).Host(s); h != nil {
		t.Errorf("a machine with nothing is %s", h.Name)
	}
}
