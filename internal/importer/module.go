package importer

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// known to gen's own modules, or said by the spec.
var knownOfNixOS = []string{"imports", "boot.loader", "boot.initrd.availableKernelModules", "boot.initrd.kernelModules", "boot.kernelModules", "boot.swraid",
	"boot.kernel.sysctl.net.ipv4.conf.all.forwarding", "boot.kernel.sysctl.net.ipv6.conf.all.forwarding", "boot.kernel.sysctl.net.ipv4.conf.all.rp_filter",
	"boot.kernel.sysctl.net.ipv4.ip_forward", "systemd.services.sync-esp", "systemd.timers.sync-esp", "time.timeZone", "system.stateVersion",
	"networking.hostName", "networking.useDHCP", "networking.firewall.enable", "networking.hostId", "nixpkgs.hostPlatform", "zramSwap.enable", "zramSwap.memoryPercent",
	"services.openssh.enable", "services.openssh.settings.PasswordAuthentication", "services.openssh.settings.PermitRootLogin", "services.openssh.settings.KbdInteractiveAuthentication",
	"services.k3s.enable", "services.k3s.role", "services.k3s.extraFlags", "hardware.cpu", "hardware.enableRedistributableFirmware", "disko.devices"}

// ownFlags are those of k3s that gen's role has.
var ownFlags = []string{"--flannel-backend=none", "--disable-kube-proxy", "--disable=servicelb", "--disable=traefik", "--disable-network-policy",
	"--write-kubeconfig-mode=644", "--write-kubeconfig-mode=600", "--secrets-encryption"}

// settle reads a NixOS module of a host.
func (r *reading) settle(nix *nixReader, h *host, f *file) map[string]any {
	settings, err := nix.module(f)
	if err != nil {
		f.say(needsYou, err.Error())
		return nil
	}
	if d := mapping(settings, "disko", "devices"); d != nil {
		h.disko, h.diskoAt = d, f
	}
	found := map[string]any{}
	leaves(settings, "", found)
	for p, v := range found {
		h.settings[p] = v
	}
	h.kernelModules = append(h.kernelModules, texts(settings, "boot", "kernelModules")...)
	return settings
}

// module takes a NixOS module of a host, when all of them are read.
func (r *reading) module(h *host, f *file, settings map[string]any) {
	found := map[string]any{}
	leaves(settings, "", found)
	role := strings.HasPrefix(f.path, "roles/")
	more := beyond(settings, slices.Concat(knownOfNixOS, r.knownUsers(settings))...)
	more = slices.DeleteFunc(more, func(p string) bool { return h.readOfCard(p, found[p]) })
	if ports := items(settings, "networking", "firewall", "allowedTCPPorts"); len(ports) > 0 {
		more = slices.DeleteFunc(more, func(p string) bool { return p == "networking.firewall.allowedTCPPorts" })
		if !slices.EqualFunc(ports, []int{22}, func(a any, b int) bool { return text(a) == fmt.Sprint(b) }) {
			f.say(needsYou, "networking.firewall.allowedTCPPorts: open of the host says ports and who reaches them")
		}
	}
	switch {
	case len(more) == 0:
		f.say(taken, "")
	case role && !slices.Contains([]string{"base", "boot", "k3s-cilium", "backup", "zfs"}, path.Base(path.Dir(f.path))):
		if dir := path.Dir(f.path); path.Base(f.path) == "default.nix" {
			h.imports = append(h.imports, dir)
			f.say(yours, "hosts."+h.name+".imports")
			if twice := slices.DeleteFunc(slices.Sorted(maps.Keys(found)), func(p string) bool { return !h.readOfCard(p, found[p]) }); len(twice) > 0 {
				f.say(needsYou, "take "+strings.Join(twice, ", ")+" out of it: nics of hosts."+h.name+" says the same")
			}
		} else {
			f.say(yours, "")
		}
	default:
		f.say(needsYou, "gen's file in its place does not say "+strings.Join(more, ", ")+": move them to a module of your own, and name it under hosts."+h.name+".imports")
	}
	said := flags(settings)
	if len(said) > 0 && !slices.ContainsFunc(said, func(f string) bool { return strings.HasPrefix(f, "--secrets-encryption") }) {
		r.plainSecrets = true
	}
	for _, flag := range said {
		if !slices.Contains(ownFlags, flag) && !strings.HasPrefix(flag, "--cluster-cidr=") && !strings.HasPrefix(flag, "--service-cidr=") {
			r.flags = append(r.flags, flag)
		}
		if v, ok := strings.CutPrefix(flag, "--cluster-cidr="); ok && v != "10.42.0.0/16" {
			r.pods = v
		}
		if v, ok := strings.CutPrefix(flag, "--service-cidr="); ok && v != "10.43.0.0/16" {
			r.services = v
		}
	}
}

func flags(settings map[string]any) []string {
	if list := texts(settings, "services", "k3s", "extraFlags"); len(list) > 0 {
		return list
	}
	if s := text(settings, "services", "k3s", "extraFlags"); s != unknownValue {
		return strings.Fields(s)
	}
	return nil
}

// knownUsers are the settings of users that the spec says.
func (r *reading) knownUsers(settings map[string]any) []string {
	var known []string
	for name := range mapping(settings, "users", "users") {
		for _, field := range []string{"openssh.authorizedKeys.keys", "isNormalUser", "extraGroups", "uid", "shell"} {
			known = append(known, "users.users."+name+"."+field)
		}
	}
	return known
}
