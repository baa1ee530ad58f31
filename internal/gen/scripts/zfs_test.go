package scripts

import (
	"strings"
	"testing"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// poolSite is testSite with ZFS in the place of the array.
func poolSite(t *testing.T) *site.Site {
	t.Helper()
	return routed(gentest.Base(t, `
hosts: web1: {layout: "zfs", disks: a: size: "512GB"}
sops: argocd: "`+argoKey+`"
alerts: {email: "ops@example.com", smtp: {host: "smtp.example.net", user: "web1@example.com"}}
`))
}

// What `zpool list -H -o name,health`, `zpool status -x` and `lsblk -rnpo
// NAME,PKNAME,FSTYPE,LABEL` print.
const (
	poolList = "system\tONLINE\n"
	healthy  = "all pools are healthy\n"
	members  = "/dev/nvme0n1 \n/dev/nvme0n1p3 /dev/nvme0n1 zfs_member system\n/dev/nvme1n1p3 /dev/nvme1n1 zfs_member system\n/dev/sda1 /dev/sda ext4 data\n"
)

func poolRules(rules []rule) []rule {
	return append([]rule{
		{Prog: "ssh", Match: `zpool list -H -o name$`, Out: "system\n"},
		{Prog: "ssh", Match: `zpool list`, Out: poolList},
		{Prog: "ssh", Match: `zpool status -x`, Out: healthy},
		{Prog: "ssh", Match: `modprobe zfs`},
		{Prog: "ssh", Match: `lsblk -rnpo`, Out: members},
	}, rules...)
}

func TestVerifyPools(t *testing.T) {
	t.Parallel()
	r := newRun(t, poolSite(t))
	r.script("verify-hetzner.sh", poolRules(verifyRules()), "").want(0, "ok    2 ZFS on web1: ONLINE: system").never("mdstat")
	for name, c := range map[string]struct {
		rule rule
		want string
	}{
		"degraded":    {rule{Prog: "ssh", Match: `zpool list`, Out: "system\tDEGRADED\n"}, "FAIL  2 ZFS on web1: system (DEGRADED)"},
		"not there":   {rule{Prog: "ssh", Match: `zpool list`, Out: "tank\tONLINE\n"}, "FAIL  2 ZFS on web1: system (missing)"},
		"no ZFS":      {rule{Prog: "ssh", Match: `zpool list`, Err: "not found", Exit: 127}, "FAIL  2 ZFS on web1: system (missing)"},
		"with errors": {rule{Prog: "ssh", Match: `zpool status`, Out: "  pool: system\n"}, "FAIL  2 ZFS on web1: a pool has errors"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newRun(t, poolSite(t)).script("verify-hetzner.sh", with(c.rule, poolRules(verifyRules())), "").want(1, c.want, " 1 failed")
		})
	}
}

func TestInstallPools(t *testing.T) {
	t.Parallel()
	old := with(rule{Prog: "nix", Match: "kernel.version", Out: "6.18.40"}, poolRules(installRules(rescueFacts)))
	newCheckout(t, poolSite(t)).script("install-web1.sh", old, "web1\n").want(0, "pools: system, healthy").never("mdstat")
	for name, c := range map[string]struct {
		rule rule
		want string
		disk bool // only noticed when the disks were written
	}{
		"no ZFS":         {rule{Prog: "ssh", Match: `modprobe zfs`, Exit: 1}, "the installer has no ZFS; no disk was touched", false},
		"another's pool": {rule{Prog: "ssh", Match: `lsblk -rnpo`, Out: members + "/dev/sdb1 /dev/sdb zfs_member system\n"}, "/dev/sdb1 has a pool named system too", false},
		"a whole disk":   {rule{Prog: "ssh", Match: `lsblk -rnpo`, Out: members + "/dev/sdb  zfs_member system\n"}, "/dev/sdb has a pool named system too", false},
		"nothing told":   {rule{Prog: "ssh", Match: `lsblk -rnpo`, Exit: 1}, "cannot tell which pools", false},
		"not there":      {rule{Prog: "ssh", Match: `zpool list`, Out: "tank\n"}, "the pool system is not there", true},
		"degraded":       {rule{Prog: "ssh", Match: `zpool status`, Out: "  pool: system\n"}, "a pool is not healthy", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newCheckout(t, poolSite(t)).script("install-web1.sh", with(c.rule, old), "web1\n").want(1, c.want)
			if !c.disk {
				x.never("disko")
			}
		})
	}
	other := with(rule{Prog: "ssh", Match: `lsblk -rnpo`, Out: members + strings.Replace("/dev/sdb1 /dev/sdb zfs_member system\n", "system", "tank", 1)}, old)
	newCheckout(t, poolSite(t)).script("install-web1.sh", other, "web1\n").want(0)
}
