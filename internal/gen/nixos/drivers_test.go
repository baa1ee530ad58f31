package nixos

import (
	"slices"
	"testing"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// TestDiskDrivers: the start finds disks behind the controllers that facts.sh knows. A
// module that the kernel of ARM lacks would stop the build.
func TestDiskDrivers(t *testing.T) {
	t.Parallel()
	of := func(s *site.Site) []string {
		var all []string
		for _, m := range host(t, s, "web1", "7.0").at("machine", "boot", "initrd", "availableKernelModules").v.([]any) {
			all = append(all, m.(string))
		}
		return all
	}
	pc, arm := of(newSite(t)), of(gentest.Base(t, "", `vendor: "intel"`, `arch: "aarch64"`))
	for _, m := range []string{"ahci", "nvme", "megaraid_sas", "mpt3sas", "smartpqi", "virtio_blk", "virtio_mmio", "virtio_scsi"} {
		if !slices.Contains(pc, m) || !slices.Contains(arm, m) {
			t.Errorf("%s: %v, on ARM %v", m, pc, arm)
		}
	}
	for _, m := range []string{"aacraid", "arcmsr", "hpsa", "vmd", "hv_storvsc", "vmw_pvscsi", "xen_blkfront"} {
		if !slices.Contains(pc, m) || slices.Contains(arm, m) {
			t.Errorf("%s: %v, on ARM %v", m, pc, arm)
		}
	}
}
