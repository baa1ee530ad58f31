package nixos

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// TestOneDiskDeadStillBoots: no boot partition may hold up the start, each disk
// has one, and md members say that they are.
func TestOneDiskDeadStillBoots(t *testing.T) {
	t.Parallel()
	for _, firmware := range []string{site.FirmwareUnknown, site.FirmwareBIOS, site.FirmwareUEFI} {
		h := host(t, newSite(t, fmt.Sprintf("hosts: web1: firmware: %q", firmware)), "web1", "7.0")
		devices := h.at("disko", "disko", "devices")
		for disk, mount := range map[string]string{"a": "/boot", "b": "/boot-fallback"} {
			partitions := devices.at("disk", disk, "content", "partitions")
			want := attrs{
				"boot": attrs{"size": "1G", "type": "EF00", "content": attrs{
					"type": "filesystem", "format": "vfat", "mountpoint": mount,
					"mountOptions": list("nofail", "umask=0077", "x-systemd.device-timeout=30s"),
				}},
				"md-system": attrs{"size": "100%", "type": "FD00", "content": attrs{"type": "mdraid", "name": "system"}},
			}
			if firmware != site.FirmwareUEFI {
				want["bios"] = attrs{"size": "1M", "type": "EF02"}
			}
			partitions.is(want)
		}
		devices.at("disk", "a", "device").is("/dev/disk/by-id/nvme-A")
		devices.at("mdadm").is(attrs{"system": attrs{
			"type": "mdadm", "level": 1.0, "metadata": "1.2", "extraArgs": list("--bitmap=internal"),
			"content": attrs{"type": "filesystem", "format": "ext4", "mountpoint": "/"},
		}})
		h.at("base", "boot", "initrd", "systemd", "enable").is(true)
		h.at("base", "systemd", "enableEmergencyMode").is(false)
		h.at("machine", "boot", "initrd", "kernelModules").is(list("raid1"))
	}
}

// TestOtherFileSystems: what is not root and not of NixOS's own need is no
// reason not to start, and a stripe has no bitmap.
func TestOtherFileSystems(t *testing.T) {
	t.Parallel()
	s := newSite(t, `
hosts: web1: disks: c: {device: "/dev/disk/by-id/ata-C", mount: "/backup", format: "xfs"}
hosts: web1: arrays: system: {level: 1, disks: ["a", "b"], mount: "/", size: "100G"}
hosts: web1: arrays: data: {level: 0, disks: ["a", "b"], mount: "/var/lib/rancher", format: "xfs"}
`)
	got := host(t, s, "web1", "7.0")
	devices := got.at("disko", "disko", "devices")
	devices.at("mdadm", "data").is(attrs{
		"type": "mdadm", "level": 0.0, "metadata": "1.2",
		"content": attrs{"type": "filesystem", "format": "xfs", "mountpoint": "/var/lib/rancher", "mountOptions": list("nofail")},
	})
	devices.at("disk", "c", "content", "partitions").is(attrs{"files": attrs{
		"size":    "100%",
		"content": attrs{"type": "filesystem", "format": "xfs", "mountpoint": "/backup", "mountOptions": list("nofail")},
	}})
	got.at("machine", "boot", "initrd", "kernelModules").is(list("raid0", "raid1"))
	// A mount that is missing must not let k3s begin anew on the disk beneath it.
	got.at("k3s", "systemd", "services", "k3s", "unitConfig", "RequiresMountsFor").is(list("/var/lib/rancher/k3s/agent", "/var/lib/rancher/k3s/server", "/var/lib/rancher/k3s/storage"))
	if fs := fileSystemOf("ext4", "/var/lib"); fs.NoFail {
		t.Error("/var/lib may be missing")
	}
}

// TestVolumes: the folder that the spec names is where the cluster has the volumes on
// every host, and no other host's.
func TestVolumes(t *testing.T) {
	t.Parallel()
	s := withAgent(t, `hosts: web2: volumes: "/data/volumes"`)
	host(t, s, "web2", "7.0").at("machine", "fileSystems").is(attrs{site.VolumesDir: attrs{
		"device": "/data/volumes", "fsType": "none", "options": list("bind", "nofail"),
	}})
	server := host(t, s, "web1", "7.0")
	if server.at("machine").has("fileSystems") {
		t.Error("the server has the agent's folder of volumes")
	}
	wait, _ := server.at("k3s", "systemd", "services", "k3s", "unitConfig", "RequiresMountsFor").v.([]any)
	if !slices.Contains(wait, any(site.VolumesDir)) {
		t.Errorf("k3s starts without the volumes: %v", wait)
	}
}

func TestBootLoaders(t *testing.T) {
	t.Parallel()
	all := cases(t)
	for _, name := range []string{"unknown", "bios"} {
		loader := host(t, all[name], "web1", "7.0").at("boot", "boot", "loader")
		grub := loader.at("grub")
		grub.at("enable").is(true)
		grub.at("configurationLimit").is(10.0)
		// disko's EF02 partitions set devices, which adds a mirror of its own.
		grub.at("devices").is(attrs{"forced": []any{}})
		grub.at("mirroredBoots").is([]any{
			attrs{"path": "/boot", "devices": list("nodev")},
			attrs{"path": "/boot-fallback", "devices": list("nodev")},
		})
		if loader.has("systemd-boot") {
			t.Errorf("%s: two boot loaders", name)
		}
	}
	for name, copies := range map[string]bool{"uefi": true, "single": false} {
		role := host(t, all[name], "web1", "7.0").at("boot")
		loader := role.at("boot", "loader")
		loader.at("systemd-boot", "enable").is(true)
		loader.at("systemd-boot", "configurationLimit").is(10.0)
		loader.at("systemd-boot", "graceful").is(true)
		if loader.has("grub") {
			t.Errorf("%s: two boot loaders", name)
		}
		if got := loader.at("systemd-boot").has("extraInstallCommands"); got != copies {
			t.Errorf("%s: copies %t, want %t", name, got, copies)
		}
		if got := role.has("systemd"); got != copies {
			t.Errorf("%s: a stand-in for /boot %t, want %t", name, got, copies)
		}
	}
}

// TestSwap: a mirror where the system is on several disks, a partition where it is on one.
func TestSwap(t *testing.T) {
	t.Parallel()
	h := host(t, newSite(t, `hosts: web1: swap: "8GB"`), "web1", "7.0")
	devices := h.at("disko", "disko", "devices")
	content := attrs{"type": "swap", "mountOptions": list("nofail")}
	devices.at("mdadm", "swap").is(attrs{"type": "mdadm", "level": 1.0, "metadata": "1.2", "extraArgs": list("--bitmap=internal"), "content": content})
	for _, disk := range []string{"a", "b"} {
		devices.at("disk", disk, "content", "partitions", "md-swap").is(attrs{"size": "7629M", "type": "FD00", "content": attrs{"type": "mdraid", "name": "swap"}})
	}
	h.at("base", "zramSwap", "enable").is(true)

	single := gentest.Base(t, `hosts: web1: swap: "8G"`, `b: device: "/dev/disk/by-id/nvme-EXAMPLE_SN100002"`, "")
	devices = host(t, single, "web1", "7.0").at("disko", "disko", "devices")
	devices.at("disk", "a", "content", "partitions", "swap").is(attrs{"size": "8G", "content": content})
	if devices.has("mdadm") {
		t.Error("a mirror over one disk")
	}
}

// TestBootDisksThere: a hand-written disko.nix that lacks a boot partition stops the build.
func TestBootDisksThere(t *testing.T) {
	t.Parallel()
	dir := write(t, newSite(t))
	disko := filepath.Join(dir, "machines/web1/disko.nix")
	data, err := os.ReadFile(disko)
	if err != nil {
		t.Fatal(err)
	}
	assertions := func(old, new string) []string {
		if err := os.WriteFile(disko, []byte(strings.ReplaceAll(string(data), old, new)), 0o644); err != nil {
			t.Fatal(err)
		}
		var failed []string
		for _, a := range eval(t, `(import `+stubPath(t)+` `+dir+` "web1" "7.0").boot.assertions`).v.([]any) {
			if a := a.(attrs); a["assertion"] != true {
				failed = append(failed, a["message"].(string))
			}
		}
		return failed
	}
	if failed := assertions("", ""); len(failed) > 0 {
		t.Errorf("gen's own layout: %v", failed)
	}
	for _, old := range []string{"/boot-fallback", " b = "} {
		new := map[string]string{"/boot-fallback": "/boot2", " b = ": " sdb = "}[old]
		same(t, old, assertions(old, new), "disko.nix has no disk b with a boot partition that is mounted at /boot-fallback, where the boot loader goes")
	}
}

// TestInstalled: what the system mounts is found by the labels that disko gave an
// installed host, and small boot partitions hold fewer generations.
func TestInstalled(t *testing.T) {
	t.Parallel()
	s := newSite(t, `
hosts: web1: {
	espSize: "512M"
	disks: {
		a: partitions: {boot: "ESP", "md-system": "mdadm"}
		b: partitions: {boot: "ESP", "md-system": "mdadm"}
		c: {device: "/dev/disk/by-id/ata-C", mount: "/backup", options: ["noatime", "commit=60"], partitions: files: "data"}
	}
	arrays: system: {disks: ["a", "b"], mount: "/", options: ["noatime"]}
}`)
	h := host(t, s, "web1", "7.0")
	devices := h.at("disko", "disko", "devices")
	partitions := devices.at("disk", "b", "content", "partitions")
	partitions.at("ESP", "size").is("512M")
	partitions.at("ESP", "content", "mountpoint").is("/boot-fallback")
	partitions.at("mdadm", "content").is(attrs{"type": "mdraid", "name": "system"})
	partitions.at("bios", "type").is("EF02")
	if partitions.has("boot") || partitions.has("md-system") {
		t.Error("a partition has two names")
	}
	devices.at("disk", "c", "content", "partitions", "data", "content", "mountOptions").is(list("nofail", "noatime", "commit=60"))
	devices.at("mdadm", "system", "content", "mountOptions").is(list("noatime"))
	h.at("machine", "site", "boot", "generations").is(4.0)
	h.at("boot", "boot", "loader", "grub", "configurationLimit").is(4.0)
	if host(t, newSite(t), "web1", "7.0").at("machine", "site", "boot").has("generations") {
		t.Error("a new host keeps fewer generations")
	}
}

// TestARM: UEFI alone, and nothing of a PC's CPU.
func TestARM(t *testing.T) {
	t.Parallel()
	s := gentest.Base(t, "", `vendor: "intel"`, `arch: "aarch64"`)
	h := host(t, s, "web1", "7.0")
	machine := h.at("machine")
	machine.at("nixpkgs", "hostPlatform").is("aarch64-linux")
	if machine.has("hardware") || machine.at("boot").has("kernelModules") {
		t.Error("microcode or a KVM module on ARM")
	}
	h.at("boot", "boot", "loader", "systemd-boot", "enable").is(true)
	for name, p := range h.at("disko", "disko", "devices", "disk", "a", "content", "partitions").v.(attrs) {
		if p.(attrs)["type"] == "EF02" {
			t.Errorf("%s is for a BIOS", name)
		}
	}
}

// TestKernelAndArrays: an installer with Linux 6.19 or newer makes arrays that
// older kernels refuse (nixos-anywhere#673).
func TestKernelAndArrays(t *testing.T) {
	t.Parallel()
	for kernel, fine := range map[string]bool{"6.12.60": false, "6.18.2": false, "6.19": true, "7.0.1": true} {
		machine := host(t, newSite(t), "web1", kernel).at("machine")
		assertion, ok := machine.at("assertions").v.([]any)[0].(attrs)
		if !ok || assertion["assertion"] != fine {
			t.Errorf("kernel %s: %v, want %t", kernel, assertion, fine)
		}
	}
	machine := host(t, newSite(t), "web1", "7.0").at("machine")
	machine.at("boot", "kernelPackages", "kernel", "version").is("latest")
	if host(t, cases(t)["single"], "web1", "6.12").at("machine").has("assertions") {
		t.Error("a host without arrays asks for a kernel")
	}
}
