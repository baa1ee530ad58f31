package main

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"sitegen/internal/site"
)

// copyHooks are what the boot loader's installer runs on hosts where it copies one
// partition to the others.
func (r *output) copyHooks() map[string]string {
	all := map[string]string{}
	for _, host := range r.hostNames() {
		hook := text(r.hosts[host], "boot", "boot", "loader", "systemd-boot", "extraInstallCommands")
		if strings.Contains(hook, "rsync") {
			all[host] = hook
		}
	}
	return all
}

// copiesGuarded: both ends of each copy are mount points, or it does not run.
func copiesGuarded(r *output) []string {
	var f finding
	for host, hook := range r.copyHooks() {
		for _, c := range shellCalls(r, hook) {
			if path.Base(c.words[0]) != "rsync" {
				continue
			}
			for _, end := range c.words[len(c.words)-2:] {
				end = strings.TrimSuffix(strings.Trim(end, `"`), "/")
				f.unless(c.under(func(w []string) bool {
					return path.Base(w[0]) == "mountpoint" && strings.Trim(w[len(w)-1], `"`) == end
				}), "%s copies although %s may not be mounted", host, end)
			}
		}
	}
	f.unless(len(r.copyHooks()) > 0, "nothing is copied")
	return f
}

// allPartitionsWritten: the boot loader's own installer writes each of them.
func allPartitionsWritten(r *output) []string {
	var f finding
	for host, p := range r.bootPartitions() {
		host, _, _ := strings.Cut(host, " ")
		loader, mount := dig(r.hosts[host], "boot", "boot", "loader"), text(p, "content", "mountpoint")
		var written []string
		for _, m := range list(loader, "grub", "mirroredBoots") {
			written = append(written, text(m, "path"))
		}
		if text(loader, "systemd-boot", "enable") == "true" {
			written = append(written, "/boot")
		}
		if hook := r.copyHooks()[host]; hook != "" {
			syntax.Walk(parseShell(r, hook), func(n syntax.Node) bool {
				if each, ok := n.(*syntax.WordIter); ok {
					for _, w := range each.Items {
						written = append(written, strings.Trim(hook[w.Pos().Offset():w.End().Offset()], `'"`))
					}
				}
				return true
			})
		}
		f.unless(slices.Contains(written, mount), "%s: an update does not write %s", host, mount)
	}
	return f
}

// grubInstalls are the calls of grub-install on a host, with their arguments.
func (r *output) grubInstalls(host string) [][]string {
	var all [][]string
	for _, c := range shellCalls(r, text(r.hosts[host], "boot", "boot", "loader", "grub", "extraInstallCommands")) {
		if path.Base(c.words[0]) == "grub-install" {
			all = append(all, c.words)
		}
	}
	return all
}

// bootsByPath: UEFI firmware looks for EFI/BOOT/BOOTX64.EFI on every disk, which
// --removable and systemd-boot's installer write; BIOS for GRUB at the disk's start.
func bootsByPath(r *output) []string {
	var f finding
	for _, h := range r.site.Hosts {
		if h.Firmware == site.FirmwareUEFI {
			f.unless(text(r.hosts[h.Name], "boot", "boot", "loader", "systemd-boot", "graceful") == "true", "%s: no entry, no install", h.Name)
			continue
		}
		bios := false
		for _, words := range r.grubInstalls(h.Name) {
			bios = bios || slices.Contains(words, "--target=i386-pc")
			if slices.Contains(words, "--target=x86_64-efi") {
				f.unless(slices.Contains(words, "--removable") && slices.Contains(words, "--no-nvram"), "%s: %q", h.Name, words)
			}
		}
		f.unless(bios, "%s: nothing at the start of a disk", h.Name)
	}
	return f
}

func bootsInBIOSMode(r *output) []string {
	var f finding
	for _, h := range r.site.Hosts {
		if !notUEFI(h) {
			continue
		}
		for _, d := range h.Disks {
			partitions, bios := dig(r.hosts[h.Name], "disko", "disko", "devices", "disk", d.Name, "content", "partitions"), false
			for _, name := range entries(partitions) {
				bios = bios || text(partitions, name, "type") == "EF02"
			}
			f.unless(bios || !d.Boot, "%s: no room for GRUB on disk %s", h.Name, d.Name)
		}
		targets := map[bool]bool{}
		for _, words := range r.grubInstalls(h.Name) {
			targets[slices.Contains(words, "--target=i386-pc")] = true
		}
		f.unless(targets[true] && (targets[false] || h.Firmware == site.FirmwareBIOS), "%s: GRUB is not written for each firmware", h.Name)
	}
	return f
}
