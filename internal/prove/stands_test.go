package prove

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestStands goes from pods to the disks that they stand on, by arrays, pools and bound folders.
func TestStands(t *testing.T) {
	program, err := exec.LookPath("nix-instantiate")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("nix-instantiate is not installed (Debian: nix-bin)")
		}
		t.Skip("SKIPPED: nix-instantiate is not installed (Debian: nix-bin), and no host was read")
	}
	for _, tc := range []struct {
		tree, hostname string
		want           []string // parts of hops, in their order
	}{
		{"golden/full/want", "invoices.example.com", []string{
			"host core (server) can run it", "volume cache (local-path) lies in " + localPath, "/var/lib/rancher is xfs on the array data", "array data, level 1, of the disks a, b", "disk a /dev/disk/by-id/nvme-",
			"/ is ext4 on the array root", "starts from /boot-fallback on the disk b", "firmware uefi",
			"host worker (agent) can run it", localPath + " is the folder /",
		}},
		{"golden/three/want", "board.example.net", []string{"volume data (longhorn) lies in /var/lib/rancher/k3s/storage/longhorn", "host ", "can run it"}},
		{"golden/zfs/want", "git.example.net", []string{"lies in " + localPath, "is zfs on the pool tank", "pool tank, mirror, of the disks c, d", "disk c /dev/disk/by-id/ata-", "/ is zfs on the pool system"}},
		{"golden/full/want", "ssh-worker.example.com", []string{"host worker (agent) answers", "disk "}},
	} {
		p, err := Run(t.Context(), os.DirFS("../../"+tc.tree), Options{Nix: WithNix(program)})
		if err != nil {
			t.Fatal(err)
		}
		hops, ok := p.Chain(tc.hostname)
		if !ok {
			t.Fatalf("%s is not in %s: %q", tc.hostname, tc.tree, p.Hostnames())
		}
		rest := tc.want
		var all []string
		for _, h := range hops {
			if len(rest) > 0 && strings.Contains(h.Text, rest[0]) && h.At.Line > 0 {
				rest = rest[1:]
			}
			all = append(all, h.At.String()+": "+h.Text)
		}
		if len(rest) > 0 {
			t.Errorf("%s: no %q, in this order, in\n%s", tc.hostname, rest, strings.Join(all, "\n"))
		}
	}
}
