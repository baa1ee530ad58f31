package importer

import (
	"slices"
	"strings"
)

func (r *reading) hostObjects() object {
	var all object
	for _, h := range r.hostList {
		all.set(h.name, r.hostObject(h))
	}
	if len(all) == 0 {
		r.todo("hosts.web1: no machine was found in the tree")
		all.set("web1", r.hostObject(&host{name: "web1", settings: map[string]any{}}), "TODO: no machine was found in the tree")
	}
	return all
}

func (r *reading) hostObject(h *host) object {
	var o object
	cpu := object{}
	switch {
	case slices.Contains(h.kernelModules, "kvm-amd"):
		cpu.set("vendor", "amd")
	case slices.Contains(h.kernelModules, "kvm-intel"):
		cpu.set("vendor", "intel")
	case strings.HasPrefix(h.said("nixpkgs.hostPlatform"), "aarch64"):
		cpu.set("arch", "aarch64")
	default:
		r.todo("hosts.%s.cpu.vendor: intel or amd", h.name)
		cpu.set("vendor", "intel", "TODO: intel or amd, as lscpu on the host says")
	}
	if n := number(h.flake, "cpuCores"); n > 0 {
		cpu.set("cores", n)
	}
	o.set("cpu", cpu)
	switch {
	case h.settings["boot.loader.systemd-boot.enable"] == true:
		o.set("firmware", "uefi")
	case h.said("boot.loader.grub.device") != "" && h.said("boot.loader.grub.device") != "nodev":
		o.set("firmware", "bios")
	}
	release, state := r.nixos, h.said("system.stateVersion")
	for _, v := range []struct{ name, value, note string }{{"release", release, "TODO: the NixOS release that runs: nixos-version"}, {"stateVersion", state, "TODO: system.stateVersion of the host, which never changes"}} {
		if v.value == "" {
			r.todo("hosts.%s.%s: %s", h.name, v.name, strings.TrimPrefix(v.note, "TODO: "))
			o.set(v.name, oldestRelease, v.note)
		} else if v.name == "release" && v.value < oldestRelease {
			r.todo("hosts.%s.release: %s runs, and gen's output is written for %s and newer: bring the host there first, by its own files", h.name, v.value, oldestRelease)
			o.set(v.name, oldestRelease, "TODO: "+v.value+" runs; bring the host to this one by its own files first")
		} else {
			o.set(v.name, v.value)
		}
	}
	if key := r.ages[h.name]; key != "" {
		o.set("age", key)
	} else {
		r.todo("hosts.%s.age: the public age key of the host", h.name)
		o.set("age", todoAge("host "+h.name), "TODO: the public age key of the host, of /var/lib/sops-nix/keys.txt; nobody has this one")
	}
	r.disks(h, &o)
	r.network(h, &o)
	users := h.users()
	if len(users) == 0 {
		r.todo("hosts.%s.users: who logs in", h.name)
		users.set("admin", object{{name: "keys", value: []string{todoSSH()}}, {name: "groups", value: []string{"wheel"}}}, "TODO: who logs in, with their SSH keys")
	}
	o.set("users", users)
	if host := r.surfaces["ssh"]; host != "" && h == r.hostList[0] {
		ssh := object{}
		if host != "ssh."+r.primary() {
			ssh.set("hostname", host)
		}
		if g := r.guardOf(host); g != r.defaultGroup() {
			ssh.set("access", g)
		}
		if len(ssh) > 0 {
			o.set("ssh", ssh)
		}
	}
	o.setText("timeZone", h.said("time.timeZone"))
	if len(h.imports) > 0 {
		o.set("imports", slices.Compact(slices.Sorted(slices.Values(h.imports))))
	}
	return o
}
