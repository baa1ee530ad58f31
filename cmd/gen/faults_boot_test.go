package main

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"sitegen/internal/site"
)

const (
	machineNix = "machines/*/default.nix"
	diskoNix   = "machines/*/disko.nix"
	networkNix = "machines/*/network.nix"
	bootNix    = "roles/boot/default.nix"
	baseNix    = "roles/base/default.nix"
	k3sNix     = "roles/k3s-cilium/default.nix"
)

// bootFaults are about a host that has to start, with one of its disks dead too.
func bootFaults() []fault {
	return []fault{
		{
			name: "boot partition that holds up the start", nix: true,
			breaks: "a dead disk drops the host into emergency mode, at the moment that the mirror should save it",
			check: func(r *output) []string {
				var f finding
				for host, p := range r.bootPartitions() {
					options := texts(p, "content", "mountOptions")
					at := host + " " + text(p, "content", "mountpoint")
					f.unless(slices.Contains(options, "nofail"), "%s has no nofail", at)
					f.unless(slices.Contains(options, "umask=0077"), "%s is readable for everybody", at)
					f.unless(slices.ContainsFunc(options, func(o string) bool { return strings.HasPrefix(o, "x-systemd.device-timeout=") }), "%s is waited for", at)
				}
				f.unless(len(r.bootPartitions()) > 0, "no boot partition")
				return f
			},
			again: []func(map[string]string){
				swap(diskoNix, `^ +"nofail"\n`, ""), swap(diskoNix, `^ +"umask=0077"\n`, ""), swap(diskoNix, `^ +"x-systemd\.device-timeout=.*"\n`, ""),
			},
		},
		{
			name: "copy of a boot partition that is not mounted", nix: true,
			breaks:  "with a dead disk the copy runs from or to an empty folder: rsync --delete empties the boot partition that is left",
			applies: func(r *output) bool { return len(r.copyHooks()) > 0 },
			check:   copiesGuarded,
			again: []func(map[string]string){
				swap(bootNix, `\S+/bin/mountpoint -q /boot && `, ""), swap(bootNix, ` && \S+/bin/mountpoint -q "\$copy"`, ""),
				swap(bootNix, `mountpoint -q /boot && `, "mountpoint -q /boot || "),
			},
		},
		{
			name: "second boot partition that is stale", nix: true,
			breaks:  "a copy once a day boots yesterday's system, or none, when the first disk dies after an update",
			applies: func(r *output) bool { return len(r.bootPartitions()) > len(r.site.Hosts) },
			check:   allPartitionsWritten,
			again: []func(map[string]string){
				both(swap(bootNix, `lib\.filter \(mount: mount != "/boot"\)`, "lib.filter (mount: false)"), swap(bootNix, `\}\) mounts;`, `}) [ "/boot" ];`)),
			},
		},
		{
			name: "boot that needs an entry in the firmware", nix: true,
			breaks: "the entry is of one disk and on one board: with another disk, or a new board, nothing starts without a console",
			check:  bootsByPath,
			again:  []func(map[string]string){both(swap(bootNix, ` --removable`, ""), swap(bootNix, `graceful = true`, "graceful = false"), swap(bootNix, `--target=i386-pc --boot`, "--target=i386 --boot"))},
		},
		{
			name: "copy that leaves out the boot loader", nix: true,
			breaks:  "the second disk has the kernels and nothing that the firmware could start",
			applies: func(r *output) bool { return len(r.copyHooks()) > 0 },
			check: func(r *output) []string {
				var f finding
				for host, hook := range r.copyHooks() {
					for _, c := range shellCalls(r, hook) {
						if path.Base(c.words[0]) != "rsync" {
							continue
						}
						for _, w := range c.words { // the seed is a partition's own
							f.unless(!strings.HasPrefix(w, "--exclude") || w == "--exclude=/loader/random-seed", "%s: %s", host, w)
						}
						from := c.words[len(c.words)-2]
						f.unless(from == "/boot/", "%s: only %s", host, from)
					}
				}
				return f
			},
			again: []func(map[string]string){swap(bootNix, `--exclude=/loader/random-seed`, "--exclude=/EFI/BOOT"), swap(bootNix, ` /boot/ `, " /boot/loader/ ")},
		},
		{
			name: "firmware that is taken for UEFI", nix: true,
			breaks:  "many rented servers boot in BIOS mode: the install ends well and the machine never starts",
			applies: func(r *output) bool { return slices.ContainsFunc(r.site.Hosts, notUEFI) },
			check:   bootsInBIOSMode,
			again: []func(map[string]string){
				swap(diskoNix, `"EF02"`, `"EF00"`), swap(bootNix, `(?s)^ +\S+/bin/grub-install --target=i386-pc.*?&&\n`, ""),
			},
		},
		{
			name: "ARM server with the parts of a PC", nix: true,
			breaks:  "a system for another CPU is built, or a kernel module that is not there, or GRUB for a BIOS",
			applies: func(r *output) bool { return slices.ContainsFunc(r.site.Hosts, isARM) },
			check: func(r *output) []string {
				var f finding
				for _, h := range r.site.Hosts {
					machine := dig(r.hosts[h.Name], "machine")
					f.unless(text(machine, "nixpkgs", "hostPlatform") == h.CPU.Arch+"-linux", "%s: built for another CPU", h.Name)
					if isARM(h) {
						f.unless(len(entries(machine, "hardware", "cpu")) == 0, "%s: microcode", h.Name)
						f.unless(len(list(machine, "boot", "kernelModules")) == 0, "%s: kernel modules", h.Name)
						f.unless(text(r.hosts[h.Name], "boot", "boot", "loader", "grub", "enable") != "true", "%s: GRUB", h.Name)
					}
				}
				return f
			},
			again: []func(map[string]string){
				swap(machineNix, `"aarch64-linux"`, `"x86_64-linux"`), swap(machineNix, `^(  boot\.kernelPackages = )`, "  boot.kernelModules = [ \"kvm-amd\" ];\n$1"),
				swap(machineNix, `^(  boot\.kernelPackages = )`, "  hardware.cpu.amd.updateMicrocode = true;\n$1"), swap(machineNix, `firmware = "uefi"`, `firmware = "unknown"`),
			},
		},
		{
			name: "stage 1 that waits for a dead disk", nix: true,
			breaks: "the scripted one does not start a degraded array: nixpkgs#72608",
			check: func(r *output) []string {
				var f finding
				for _, host := range r.hostNames() {
					f.unless(text(r.hosts[host], "base", "boot", "initrd", "systemd", "enable") == "true", "%s", host)
				}
				return f
			},
			again: []func(map[string]string){swap(baseNix, `^ +boot\.initrd\.systemd\.enable = .*\n`, ""), swap(baseNix, `initrd\.systemd\.enable = true`, "initrd.systemd.enable = false")},
		},
		{
			name: "kernel that refuses the installer's arrays", nix: true,
			breaks:  "Linux before 6.19 does not read the superblock of a newer one: the install ends well and the machine never starts (nixos-anywhere#673)",
			applies: func(r *output) bool { return slices.ContainsFunc(r.site.Hosts, newArrays) },
			check: func(r *output) []string {
				var f finding
				for _, h := range r.site.Hosts {
					if !newArrays(h) {
						continue
					}
					refused := false // with the kernel that the hosts are evaluated with
					for _, a := range list(r.hosts[h.Name], "machine", "assertions") {
						refused = refused || text(a, "assertion") == "false" && strings.Contains(text(a, "message"), "arrays")
					}
					f.unless(refused, "%s evaluates with Linux 6.18", h.Name)
					kernel := text(r.hosts[h.Name], "machine", "boot", "kernelPackages", "kernel", "version")
					f.unless(kernel == "latest", "%s runs the release's kernel", h.Name)
				}
				return f
			},
			again: []func(map[string]string){
				swap(machineNix, `(?s)^  assertions = \[.*?\n  \];\n`, ""), swap(machineNix, `"6\.19"`, `"6.12"`), swap(machineNix, `^  boot\.kernelPackages = .*\n`, ""),
			},
		},
		{
			name: "partitions that an installed host does not have", nix: true,
			breaks: "the next rebuild mounts by labels that are not there: no boot partition, and no new boot loader",
			applies: func(r *output) bool {
				return slices.ContainsFunc(r.site.Hosts, func(h *site.Host) bool {
					return slices.ContainsFunc(h.Disks, func(d *site.Disk) bool { return len(d.Partitions) > 0 })
				})
			},
			check: func(r *output) []string {
				var f finding
				for _, h := range r.site.Hosts {
					for _, d := range h.Disks {
						partitions := dig(r.hosts[h.Name], "disko", "disko", "devices", "disk", d.Name, "content", "partitions")
						there := entries(partitions)
						for ours, name := range d.Partitions {
							f.unless(slices.Contains(there, name) && !slices.Contains(there, ours), "%s: no disk-%s-%s", h.Name, d.Name, name)
						}
					}
				}
				return f
			},
			again: []func(map[string]string){swap(diskoNix, `^( +)(ESP|srv|data) = `, "${1}boot = "), swap(diskoNix, `^( +)(mdadm|srv|data) = \{\n +size`, "${1}md-raid1 = {\n size")},
		},
		{
			name: "swap that dies with a disk", nix: true,
			breaks:  "the processes whose memory lies there are killed, or the host stops, at the moment that the mirror should save it",
			applies: func(r *output) bool { return slices.ContainsFunc(r.site.Hosts, swaps) },
			check: func(r *output) []string {
				var f finding
				for _, h := range r.site.Hosts {
					devices, boots := dig(r.hosts[h.Name], "disko", "disko", "devices"), 0
					for _, d := range h.Disks {
						partitions := dig(devices, "disk", d.Name, "content", "partitions")
						for _, name := range entries(partitions) {
							f.unless(text(partitions, name, "content", "type") != "swap" || len(h.Arrays) == 0, "%s: swap on %s alone", h.Name, d.Name)
						}
						if d.Boot {
							boots++
						}
					}
					mirrors := 0
					for _, name := range entries(devices, "mdadm") {
						if text(devices, "mdadm", name, "content", "type") == "swap" && text(devices, "mdadm", name, "level") == "1" {
							mirrors++
						}
					}
					f.unless(!swaps(h) || boots < 2 || mirrors == 1, "%s: no mirror with swap", h.Name)
				}
				return f
			},
			again: []func(map[string]string){swap(diskoNix, `level = 1;`, "level = 0;"), swap(diskoNix, `type = "mdraid";\n +name = "swap";`, `type = "swap";`)},
		},
		{
			name: "boot partition that fills up", nix: true,
			breaks: "at 512 MB and no limit on generations an update fails half-way, with no room for the kernel",
			check: func(r *output) []string {
				var f finding
				for at, p := range r.bootPartitions() {
					host, _, _ := strings.Cut(at, " ")
					loader, most := dig(r.hosts[host], "boot", "boot", "loader"), 10
					if size := text(p, "size"); size == "512M" { // of an installed host
						most = 4
					} else {
						f.unless(strings.HasSuffix(size, "G") && size != "0G", "%s: %s", at, size)
					}
					limit, err := strconv.Atoi(text(loader, "grub", "configurationLimit") + text(loader, "systemd-boot", "configurationLimit"))
					f.unless(err == nil && limit <= most, "%s keeps %d generations", at, limit)
				}
				return f
			},
			again: []func(map[string]string){both(swap(diskoNix, `size = "([0-9]G|512M)"`, `size = "512M"`), swap(machineNix, `^ +generations = .*\n`, "")), swap(bootNix, `^ +configurationLimit = .*\n`, ""), swap(bootNix, `configurationLimit = cfg.generations`, "configurationLimit = 100")},
		},
	}
}

func swaps(h *site.Host) bool { return h.Swap != "" }

func isARM(h *site.Host) bool { return h.CPU.Arch == site.ARM }

func notUEFI(h *site.Host) bool { return h.Firmware != site.FirmwareUEFI }

// newArrays: an installer of which nobody said that it is old may write what
// Linux before 6.19 refuses.
func newArrays(h *site.Host) bool {
	return len(h.Arrays) > 0 && !slices.Contains([]string{"6.12", "6.18"}, h.Installer.Kernel)
}

func (r *output) hostNames() []string {
	var all []string
	for _, h := range r.site.Hosts {
		all = append(all, h.Name)
	}
	return all
}

// bootPartitions maps "HOST DISK" to the EFI system partition there.
func (r *output) bootPartitions() map[string]any {
	all := map[string]any{}
	for _, host := range r.hostNames() {
		disks := dig(r.hosts[host], "disko", "disko", "devices", "disk")
		for _, disk := range entries(disks) {
			for _, name := range entries(disks, disk, "content", "partitions") {
				p := dig(disks, disk, "content", "partitions", name)
				if text(p, "content", "format") == "vfat" {
					all[host+" "+disk] = p
				}
			}
		}
	}
	return all
}
