package docs

import (
	"testing"

	"sitegen/internal/gentest"
)

// TestStripe: an array without copies is lost with a disk, and never gets a member added.
func TestStripe(t *testing.T) {
	t.Parallel()
	root := runbookOf(t, gentest.Base(t, `hosts: web1: arrays: system: {level: 0, mount: "/"}`))
	contains(t, root, "No host has an array with copies", "the array system is gone, and what was on it")
	lacks(t, root, "--add", "the array system lacks")
	beside := runbookOf(t, gentest.Base(t, `hosts: web1: arrays: {system: {mount: "/", size: "200G"}, scratch: {level: 0, mount: "/scratch", format: "xfs"}}`))
	contains(t, beside, "mdadm /dev/md/system --add /dev/disk/by-partlabel/disk-a-md-system", "the array scratch is gone",
		"--level=0 --raid-devices=2 --metadata=1.2 --homehost=any /dev/disk/by-partlabel/disk-a-md-scratch /dev/disk/by-partlabel/disk-b-md-scratch\n", "mkfs.xfs -f /dev/md/scratch\n   mount /scratch\n")
	lacks(t, beside, "/dev/md/scratch --add", "has no copy of `/`")
}

// TestLostWith: beside hosts that go on without a disk, one that does not is named.
func TestLostWith(t *testing.T) {
	t.Parallel()
	two := gentest.Base(t, `hosts: web2: {role: "agent", cpu: vendor: "amd", release: "26.05", stateVersion: "26.05", age: "age1rlmspzgcker7g9g2wj62m2q29psc7msp4vv67jshz8fzmpdxt35sng7j7l", users: hosts.web1.users,
	disks: {a: device: "/dev/disk/by-id/x-1", b: device: "/dev/disk/by-id/x-2"}, arrays: system: {level: 0, mount: "/"},
	nics: wan: {mac: "a8:a1:59:0f:10:21", ipv4: {address: "203.0.113.11/26", gateway: "203.0.113.1"}}}`)
	contains(t, runbookOf(t, two), "web2 has no copy of `/`", "mdadm /dev/md/system --add")
	lacks(t, runbookOf(t, two), "web1 has no copy", "by-partlabel/disk-b-md-system --add")
}
