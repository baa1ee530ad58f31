package nixos

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sitegen/internal/site"
)

const onZFS = `hosts: web1: layout: "zfs"`

// TestPoolStartsWithOneDiskDead: each disk of the root pool has a boot partition, which
// holds up nothing, and its part of the mirror.
func TestPoolStartsWithOneDiskDead(t *testing.T) {
	t.Parallel()
	for _, firmware := range []string{site.FirmwareUnknown, site.FirmwareBIOS, site.FirmwareUEFI} {
		h := host(t, newSite(t, onZFS, fmt.Sprintf("hosts: web1: firmware: %q", firmware)), "web1", "6.18.3")
		devices := h.at("disko", "disko", "devices")
		for disk, mount := range map[string]string{"a": "/boot", "b": "/boot-fallback"} {
			want := attrs{
				"boot": attrs{"size": "1G", "type": "EF00", "content": attrs{
					"type": "filesystem", "format": "vfat", "mountpoint": mount,
					"mountOptions": list("nofail", "umask=0077", "x-systemd.device-timeout=30s"),
				}},
				"zfs": attrs{"size": "100%", "type": "BF01", "content": attrs{"type": "zfs", "pool": "system"}},
			}
			if firmware != site.FirmwareUEFI {
				want["bios"] = attrs{"size": "1M", "type": "EF02"}
			}
			devices.at("disk", disk, "content", "partitions").is(want)
		}
		if devices.has("mdadm") {
			t.Error("a host with ZFS has arrays")
		}
		h.at("base", "boot", "initrd", "systemd", "enable").is(true)
		h.at("machine", "site", "boot", "disks").is(attrs{"/boot": "a", "/boot-fallback": "b"})
		h.at("zfs", "boot", "zfs").is(attrs{"devNodes": "/dev/disk/by-partlabel", "forceImportRoot": true, "forceImportAll": true})
	}
}

// TestPools: what is fetched again has no snapshots, a pool of data does not hold up the
// start, and no file system of ZFS mounts itself.
func TestPools(t *testing.T) {
	t.Parallel()
	h := host(t, newSite(t, onZFS), "web1", "6.18.3")
	pool := h.at("disko", "disko", "devices", "zpool", "system")
	pool.at("mode").is("mirror")
	pool.at("options").is(attrs{"ashift": "12"})
	pool.at("rootFsOptions").is(attrs{"acltype": "posixacl", "atime": "off", "compression": "on", "mountpoint": "none", "xattr": "sa"})
	dataset := func(mount string, options ...string) attrs {
		d := attrs{"type": "zfs_fs", "mountpoint": mount, "options": attrs{"mountpoint": "legacy"}}
		if len(options) > 0 {
			d["mountOptions"] = list(options...)
		}
		return d
	}
	pool.at("datasets").is(attrs{
		"root": dataset("/"), "nix": dataset("/nix"), "var-lib": dataset("/var/lib"),
		"containers": dataset("/var/lib/rancher/k3s/agent/containerd"),
		"volumes":    dataset(site.VolumesDir),
		"reserved":   attrs{"type": "zfs_fs", "options": attrs{"canmount": "off", "refreservation": "2G"}},
	})
	data := host(t, newSite(t, onZFS, `hosts: web1: pools: {system: {mode: "stripe", disks: ["a"], mount: "/"}, tank: {mode: "stripe", disks: ["b"], mount: "/data"}}`), "web1", "6.18.3")
	data.at("disko", "disko", "devices", "zpool", "tank", "datasets", "data").is(dataset("/data", "nofail"))
	data.at("disko", "disko", "devices", "zpool", "tank", "mode").is("")
	h.at("machine", "site", "zfs", "snapshots").is(list("system/root", "system/var-lib", "system/volumes"))
	h.at("zfs", "systemd", "services", "k3s", "unitConfig", "RequiresMountsFor").is(list("/var/lib/rancher/k3s/agent/containerd"))
	h.at("zfs", "services", "zfs", "autoScrub", "enable").is(true)
	h.at("zfs", "services", "zfs", "trim", "enable").is(true)
	h.at("zfs", "services", "zfs", "zed", "settings", "ZED_EMAIL_PROG").contains("/bin/notify ")
	if host(t, cases(t)["unknown"], "web1", "7.0").at("machine", "networking").has("hostId") {
		t.Error("a host without pools has an id")
	}
}

// TestPoolOfData: a pool has the datasets that are mounted inside of it, and a folder of
// volumes takes the place of their dataset.
func TestPoolOfData(t *testing.T) {
	t.Parallel()
	datasets := func(more string) map[string][]string {
		got := map[string][]string{}
		for _, p := range newSite(t, onZFS, more).Server.Pools {
			for _, d := range p.Datasets {
				got[p.Name] = append(got[p.Name], d.Mount)
			}
		}
		return got
	}
	const apart = `hosts: web1: pools: {system: {mode: "stripe", disks: ["a"], mount: "/"}, tank: {mode: "stripe", disks: ["b"], mount: %q, snapshots: false}}`
	for more, want := range map[string]string{
		fmt.Sprintf(apart, "/data"):            "map[system:[/ /nix /var/lib " + site.ContainersDir + " " + site.VolumesDir + "] tank:[/data]]",
		fmt.Sprintf(apart, "/var"):             "map[system:[/ /nix] tank:[/var /var/lib " + site.ContainersDir + " " + site.VolumesDir + "]]",
		fmt.Sprintf(apart, "/var/lib"):         "map[system:[/ /nix] tank:[/var/lib " + site.ContainersDir + " " + site.VolumesDir + "]]",
		fmt.Sprintf(apart, "/var/lib/rancher"): "map[system:[/ /nix /var/lib] tank:[/var/lib/rancher " + site.ContainersDir + " " + site.VolumesDir + "]]",
		`hosts: web1: {volumes: "/srv/volumes", disks: c: {device: "/dev/disk/by-id/ata-C", mount: "/srv"}}`: "map[system:[/ /nix /var/lib " + site.ContainersDir + "]]",
		`hosts: web1: disks: c: {device: "/dev/disk/by-id/ata-C", mount: "/var/lib/rancher"}`:                "map[system:[/ /nix /var/lib]]",
	} {
		if got := fmt.Sprint(datasets(more)); got != want {
			t.Errorf("%s:\n%s, want\n%s", more, got, want)
		}
	}
	installed := host(t, newSite(t, onZFS, `hosts: web1: pools: zroot: {mount: "/", datasets: {root: "/", nix: "/nix", "nix/db": "/nix/var/nix/db", pg: "/var/lib/postgresql"}}`), "web1", "6.18.3")
	installed.at("disko", "disko", "devices", "zpool", "zroot", "datasets", "nix/db").is(attrs{
		"type": "zfs_fs", "mountpoint": "/nix/var/nix/db", "options": attrs{"mountpoint": "legacy"},
	})
	installed.at("machine", "site", "zfs", "snapshots").is(list("zroot/pg", "zroot/root"))
	quiet := host(t, newSite(t, onZFS, `hosts: web1: pools: system: {mount: "/", snapshots: false}`), "web1", "6.18.3")
	if quiet.at("machine", "site").has("zfs") {
		t.Error("snapshots of a pool that wants none")
	}
}

// TestZFSKernel: ZFS is a module beside the kernel's, and the machine runs the release's.
func TestZFSKernel(t *testing.T) {
	t.Parallel()
	for kernel, fine := range map[string]bool{"6.12.60": true, "6.18.2": true, "7.1.1": false} {
		h := host(t, newSite(t, onZFS), "web1", kernel)
		assertion, ok := h.at("zfs", "assertions").v.([]any)[0].(attrs)
		if !ok || assertion["assertion"] != fine {
			t.Errorf("kernel %s: %v, want %t", kernel, assertion, fine)
		}
		if h.at("machine", "boot").has("kernelPackages") || h.at("machine").has("assertions") {
			t.Error("the kernel is another one than the release's, or looked at for arrays")
		}
	}
}

// TestHostID: it follows from the host's name alone, and an installed host says its own.
func TestHostID(t *testing.T) {
	t.Parallel()
	id := func(more ...string) string {
		return host(t, newSite(t, more...), "web1", "6.18.3").at("machine", "networking", "hostId").text()
	}
	if a, b := id(onZFS), id(onZFS, `hosts: web1: {firmware: "uefi", timeZone: "Europe/Copenhagen"}`); a != b || len(a) != 8 {
		t.Errorf("the id is %q, and then %q", a, b)
	}
	if id(onZFS, `output: flake: "own"`) != id(onZFS) {
		t.Error("another id beside a hand-written flake")
	}
	if got := id(onZFS, `hosts: web1: hostId: "8425E349"`); got != "8425e349" {
		t.Errorf("the id is %q", got)
	}
}

// runOnHost runs a unit's script with stand-ins on its path.
func runOnHost(t *testing.T, script string, programs map[string]string) (string, error) {
	t.Helper()
	need(t, "bash", "bash")
	dir := t.TempDir()
	for name, text := range programs {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("bash", "-c", "set -e\n"+script)
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestPoolHealth: what is not ONLINE, and what is nearly full, is a failed unit.
func TestPoolHealth(t *testing.T) {
	t.Parallel()
	script := host(t, newSite(t, onZFS), "web1", "6.18.3").at("zfs", "systemd", "services", "zpool-health", "script").text()
	for pools, said := range map[string]string{
		"":                                          "status",
		"system\tONLINE\t7%\n":                      "",
		"system\tONLINE\t89%\n":                     "",
		"system\tONLINE\t90%\n":                     "system is full to 90%",
		"system\tONLINE\t100%\n":                    "system is full to 100%",
		"system\tDEGRADED\t9%\n":                    "status system",
		"system\tONLINE\t9%\ntank\tUNAVAIL\t-\n":    "status tank",
		"system\tDEGRADED\t9%\ntank\tONLINE\t12%\n": "status system",
	} {
		out, err := runOnHost(t, script, map[string]string{"zpool": `case $1 in list) printf %b ` + strconv.Quote(pools) + `;; *) echo "$@" ;; esac`})
		if (err != nil) != (said != "") || !strings.Contains(out, said) {
			t.Errorf("%q: %v, said %q", pools, err, out)
		}
	}
}

// TestCacheLimit: a tenth of the memory, 16 GiB at most, and none where somebody set one.
func TestCacheLimit(t *testing.T) {
	t.Parallel()
	script := host(t, newSite(t, onZFS), "web1", "6.18.3").at("zfs", "systemd", "services", "zfs-cache-limit", "script").text()
	for _, c := range []struct{ kib, before, after string }{
		{"65536000", "0", "6710886400"}, {"1073741824", "0", "17179869184"}, {"65536000", "1073741824", "1073741824"},
	} {
		dir := t.TempDir()
		for name, text := range map[string]string{"limit": c.before + "\n", "meminfo": "MemTotal:       " + c.kib + " kB\nMemFree: 1 kB\n"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		here := strings.NewReplacer("/sys/module/zfs/parameters/zfs_arc_max", dir+"/limit", "/proc/meminfo", dir+"/meminfo").Replace(script)
		out, err := runOnHost(t, here, nil)
		got, _ := os.ReadFile(filepath.Join(dir, "limit"))
		if err != nil || strings.TrimSpace(string(got)) != c.after {
			t.Errorf("%s KiB, %s before: %s, want %s; %v %s", c.kib, c.before, got, c.after, err, out)
		}
	}
}
