package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// What `sfdisk --dump` of util-linux 2.41 prints of a disk that disko made.
const dump = `label: gpt
label-id: 6E1F1A5C-6C1B-4C41-8B22-6F0E6A8B7D10
device: /dev/nvme1n1
unit: sectors
first-lba: 34
last-lba: 6291422
sector-size: 512

/dev/nvme1n1p1 : start=        2048, size=        2048, type=21686148-6449-6E6F-744E-656564454649, uuid=2055FAA4-E6CF-11F1-8AE9-CD6A86887FCA, name="disk-b-bios"
/dev/nvme1n1p2 : start=        4096, size=     2097152, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=29F96ABE-E6CF-11F1-9B4C-3F4234468A50, name="disk-b-boot"
/dev/nvme1n1p3 : start=     2101248, size=     4188160, type=A19D880F-05FC-4D3B-A006-743F0F84911E, uuid=9A7D62D4-E6CF-11F1-93C2-7B1C2A9E2D11, name="disk-b-md-system"
`

// copyLayout runs the runbook's commands for a new disk, with stand-ins for the
// programs that look at disks: layout is what was written, "" for nothing.
func copyLayout(t *testing.T, s *site.Site, assignments, inUse string) (layout, output string, ok bool) {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("bash is not installed")
		}
		t.Skip("SKIPPED: bash is not installed, and the commands were not run")
	}
	_, block, _ := strings.Cut(runbookOf(t, s), "does not fit:\n\n   ```sh\n")
	block, _, found := strings.Cut(block, "   ```\n")
	if !found || !strings.Contains(block, "sfdisk") {
		t.Fatalf("the runbook has no commands for a new disk: %q", block)
	}
	dir := t.TempDir()
	written := filepath.Join(dir, "written")
	script := `
test() { [ "$1" = -b ] || builtin test "$@"; }
lsblk() { case "$2" in PARTLABEL) printf 'disk-b-bios\ndisk-b-boot\ndisk-b-md-system\n' ;; *) echo '` + inUse + `' ;; esac; }
sfdisk() { case "$1" in --dump) cat '` + filepath.Join(dir, "dump") + `' ;; *) { echo "$*"; cat; } >'` + written + `' ;; esac; }
zpool() { echo '	  /dev/sdz3  ONLINE'; }
readlink() { echo "${2/*POOLED/\/dev\/sdz}"; }
udevadm() { :; }
ls() { :; }
` + assignments + "\n" + block
	if err := os.WriteFile(filepath.Join(dir, "dump"), []byte(dump), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("bash", "-c", script).CombinedOutput()
	data, readErr := os.ReadFile(written)
	if readErr != nil && !os.IsNotExist(readErr) {
		t.Fatal(readErr)
	}
	return string(data), string(out), err == nil
}

// TestNewDisk: the new disk gets the good one's partitions in one step, so that no
// two disks ever have the same labels or ids, and what lay on it before is gone.
func TestNewDisk(t *testing.T) {
	t.Parallel()
	const names = "good=b new=a good_disk=/dev/disk/by-id/B new_disk=/dev/disk/by-id/A"
	layout, output, ok := copyLayout(t, testSite(t), names, "disk")
	if !ok {
		t.Errorf("it failed: %s", output)
	}
	if diff := cmp.Diff(`--wipe always --wipe-partitions always /dev/disk/by-id/A
label: gpt
device: /dev/nvme1n1
unit: sectors
first-lba: 34
sector-size: 512

/dev/nvme1n1p1 : start=        2048, size=        2048, type=21686148-6449-6E6F-744E-656564454649, name="disk-a-bios"
/dev/nvme1n1p2 : start=        4096, size=     2097152, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name="disk-a-boot"
/dev/nvme1n1p3 : start=     2101248, size=     4188160, type=A19D880F-05FC-4D3B-A006-743F0F84911E, name="disk-a-md-system"
`, layout); diff != "" {
		t.Errorf("what is written (-want +got):\n%s", diff)
	}

	for name, tc := range map[string]struct{ assignments, inUse string }{
		"a name is missing":        {strings.Replace(names, "new_disk=/dev/disk/by-id/A", "new_disk=", 1), "disk"},
		"both are the same":        {strings.Replace(names, "new=a", "new=b", 1), "disk"},
		"the good disk is another": {strings.Replace(names, "good=b", "good=c", 1), "disk"},
		"the new disk is mounted":  {names, "part /boot"},
		"the new disk is in use":   {names, "raid1"},
	} {
		if layout, output, ok := copyLayout(t, testSite(t), tc.assignments, tc.inUse); ok || layout != "" {
			t.Errorf("%s: fine %t, written %q, said %q", name, ok, layout, output)
		}
	}
}

// TestNewDiskOfPool: ZFS's own disks are in use, though nothing is mounted of them.
func TestNewDiskOfPool(t *testing.T) {
	t.Parallel()
	s := gentest.Base(t, `hosts: web1: layout: "zfs"`)
	const names = "good=b new=a good_disk=/dev/disk/by-id/B new_disk=/dev/disk/by-id/A"
	if layout, output, ok := copyLayout(t, s, names, "disk"); !ok || !strings.Contains(layout, `name="disk-a-boot"`) {
		t.Errorf("it failed: %s", output)
	}
	if layout, output, ok := copyLayout(t, s, names+"POOLED", "disk"); ok || layout != "" {
		t.Errorf("a disk of a pool was written: %q, said %q", layout, output)
	}
	text := runbookOf(t, s)
	for _, want := range []string{
		"zpool replace system /dev/disk/by-partlabel/disk-b-zfs\n", "mkfs.vfat -F 32 /dev/disk/by-partlabel/disk-b-boot\n", "zpool status -x\n",
		"web1: `system/root`, `system/var-lib`, `system/volumes`.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the runbook does not say %q", want)
		}
	}
	if strings.Contains(text, "mdadm /dev") || strings.Contains(text, "mdstat") {
		t.Error("the runbook of a host with ZFS speaks of arrays")
	}
}
