package main

import (
	"regexp"
	"slices"
	"strings"

	"sitegen/internal/site"
)

const zfsNix = "roles/zfs/default.nix"

// poolFaults are about hosts whose disks make ZFS pools.
func poolFaults() []fault {
	onZFS := func(r *output) bool { return slices.ContainsFunc(r.site.Hosts, hasPools) }
	of := func(name, breaks string, check func(f *finding, h *site.Host, m any), again ...func(map[string]string)) fault {
		return fault{name: name, nix: true, breaks: breaks, applies: onZFS, again: again, check: func(r *output) []string {
			var f finding
			for _, h := range r.site.Hosts {
				if hasPools(h) {
					check(&f, h, r.hosts[h.Name])
				}
			}
			return f
		}}
	}
	return []fault{
		of("boot partition on one disk of a mirror", "the data has a copy and the boot loader none: with the first disk dead nothing starts",
			rootPoolBoots, swap(diskoNix, `format = "vfat"`, `format = "ext4"`), swap(machineNix, `^ +"/boot-fallback" = .*\n`, "")),
		of("pool without the id of its host", "nixpkgs stops at it; and one that follows from something that changes makes the pool another host's",
			func(f *finding, h *site.Host, m any) {
				f.unless(regexp.MustCompile(`^[0-9a-f]{8}$`).MatchString(text(m, "machine", "networking", "hostId")), "%s", h.Name)
			}, swap(machineNix, `^ +networking\.hostId = .*\n`, ""), swap(machineNix, `(networking\.hostId = "....).*"`, `$1"`)),
		of("kernel that ZFS does not support", "the next update does not build, or the machine starts without its pools",
			func(f *finding, h *site.Host, m any) {
				f.unless(text(m, "machine", "boot", "kernelPackages", "kernel", "version") == "", "%s runs another kernel than the release's", h.Name)
				f.unless(len(list(m, "zfs", "assertions")) > 0, "%s: nothing looks at the kernel", h.Name)
			}, swap(machineNix, `^  boot\.kernelModules`, "  boot.kernelPackages = pkgs.linuxPackages_latest;\n  boot.kernelModules"), swap(zfsNix, `(?s)^ +assertions = \[.*?\n +\];\n`, "")),
		of("pool that waits for somebody at the console", "imported by a rescue system and not exported, it is refused at the next start",
			func(f *finding, h *site.Host, m any) {
				f.unless(text(m, "zfs", "boot", "zfs", "forceImportRoot") == "true", "%s", h.Name)
			}, swap(zfsNix, `forceImportRoot = true`, "forceImportRoot = false"), swap(zfsNix, `^ +forceImportRoot = .*\n`, "")),
		of("pool of disks by names that change", "with a disk dead the others move up, and the import takes the wrong one or none",
			func(f *finding, h *site.Host, m any) {
				f.unless(strings.HasPrefix(text(m, "zfs", "boot", "zfs", "devNodes"), "/dev/disk/by-part"), "%s", h.Name)
			}, swap(zfsNix, `devNodes = "/dev/disk/by-partlabel"`, `devNodes = "/dev"`)),
		of("pool that nobody reads", "bad sectors are found when the other disk is gone",
			func(f *finding, h *site.Host, m any) {
				f.unless(text(m, "zfs", "services", "zfs", "autoScrub", "enable") == "true", "%s", h.Name)
			}, swap(zfsNix, `^ +autoScrub\.enable = .*\n`, ""), swap(zfsNix, `autoScrub\.enable = true`, "autoScrub.enable = false")),
		of("pool that is short of a disk in silence", "ZED tells of what changes, and a pool that was degraded before the start does not",
			func(f *finding, h *site.Host, m any) {
				units := dig(m, "zfs", "systemd")
				f.unless(strings.Contains(text(units, "services", "zpool-health", "script"), "exit $failed"), "%s: no unit fails", h.Name)
				f.unless(text(units, "timers", "zpool-health", "timerConfig", "OnBootSec") != "", "%s: nothing looks", h.Name)
			}, swap(zfsNix, `exit \$failed`, "exit 0"), swap(zfsNix, `^ +timerConfig\.OnBootSec = .*\n`, "")),
		of("file systems of ZFS that mount themselves", "NixOS and ZFS mount them in two orders, and one lies beneath another",
			func(f *finding, h *site.Host, m any) {
				eachDataset(m, func(name string, d any) {
					f.unless(text(d, "mountpoint") == "" || text(d, "options", "mountpoint") == "legacy", "%s %s", h.Name, name)
				})
			}, swap(diskoNix, `^ +options\.mountpoint = "legacy";\n`, "")),
		of("pool that is full and stays so", "ZFS writes to delete, and finds no room to",
			func(f *finding, h *site.Host, m any) {
				for _, pool := range entries(m, "disko", "disko", "devices", "zpool") {
					f.unless(text(m, "disko", "disko", "devices", "zpool", pool, "datasets", "reserved", "options", "refreservation") != "", "%s %s", h.Name, pool)
				}
			}, swap(diskoNix, `^ +refreservation = .*\n`, "")),
		of("cache that takes the memory of pods", "the kubelet does not know that it can be given back, and pods die of it",
			func(f *finding, h *site.Host, m any) {
				unit := dig(m, "zfs", "systemd", "services", "zfs-cache-limit")
				f.unless(strings.Contains(text(unit, "script"), "zfs_arc_max") && slices.Contains(texts(unit, "wantedBy"), "multi-user.target"), "%s", h.Name)
			}, swap(zfsNix, `zfs_arc_max`, "zfs_arc_min"), swap(zfsNix, `wantedBy = \[ "multi-user\.target" \]`, "wantedBy = [ ]")),
		of("snapshots of what can be fetched again", "images that were deleted fill the pool for as long as snapshots are kept",
			func(f *finding, h *site.Host, m any) {
				for _, d := range texts(m, "machine", "site", "zfs", "snapshots") {
					f.unless(!strings.HasSuffix(d, "/nix") && !strings.HasSuffix(d, "/containers"), "%s %s", h.Name, d)
				}
			}, swap(machineNix, `"system/var-lib"`, `"system/nix"`), swap(machineNix, `"system/var-lib"`, `"system/containers"`)),
		of("k3s that begins beneath its images", "the file system is mounted over what containerd writes, and all pods fail",
			func(f *finding, h *site.Host, m any) {
				f.unless(slices.Contains(texts(m, "zfs", "systemd", "services", "k3s", "unitConfig", "RequiresMountsFor"), site.ContainersDir), "%s", h.Name)
			}, swap(zfsNix, `^ +systemd\.services\.k3s\.unitConfig\.RequiresMountsFor = .*\n`, "")),
		{
			name: "another's pool that the install takes for its own", applies: onZFS,
			breaks: "disko imports a pool of the name, and writes to a disk that the spec does not name",
			check: func(r *output) []string {
				var f finding
				for _, h := range r.site.Hosts {
					before, _, _ := strings.Cut(r.files["scripts/install-"+h.Name+".sh"], "\nrun_install\n")
					f.unless(strings.Contains(before, "\ncompare_pools\n") && strings.Contains(before, "zfs_member"), "%s", h.Name)
				}
				return f
			},
			again: []func(map[string]string){swap(installSH, `^compare_pools\n`, ""), swap(installSH, `zfs_member`, "zfs")},
		},
	}
}

func hasPools(h *site.Host) bool { return len(h.Pools) > 0 }

// rootPoolBoots: each disk of the pool at / has a boot partition that the boot loader
// knows.
func rootPoolBoots(f *finding, h *site.Host, m any) {
	known := dig(m, "machine", "site", "boot", "disks")
	for _, p := range h.Pools {
		if p.Mount != "/" {
			continue
		}
		for _, disk := range p.Disks {
			partitions, found := dig(m, "disko", "disko", "devices", "disk", disk, "content", "partitions"), false
			for _, name := range entries(partitions) {
				content := dig(partitions, name, "content")
				found = found || text(content, "format") == "vfat" && text(known, text(content, "mountpoint")) == disk
			}
			f.unless(found, "%s %s", h.Name, disk)
		}
	}
}

func eachDataset(m any, do func(name string, d any)) {
	pools := dig(m, "disko", "disko", "devices", "zpool")
	for _, pool := range entries(pools) {
		for _, name := range entries(pools, pool, "datasets") {
			do(pool+"/"+name, dig(pools, pool, "datasets", name))
		}
	}
}
