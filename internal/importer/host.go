package importer

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// host is a machine of the tree.
type host struct {
	name     string
	flake    map[string]any // the argument of mkHost
	settings map[string]any // of the modules of its machine and roles, by their path
	files    []*file        // of its machine
	disko    map[string]any
	diskoAt  *file
	imports  []string

	kernelModules []string
}

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

var hostCall = regexp.MustCompile(`([A-Za-z_][\w-]*)\s*=\s*[\w.]*mkHost\s*\{`)

// hosts reads the flake, the machines and the roles.
func (r *reading) hosts() {
	nix := newNixReader(r.dir)
	flake := r.tree.files["flake.nix"]
	var all []*host
	if flake != nil && flake.text {
		all = r.flake(nix, flake)
	}
	for _, f := range r.tree.all(".nix") {
		if dir := path.Dir(f.path); path.Dir(dir) == "machines" && !slices.ContainsFunc(all, func(h *host) bool { return h.name == path.Base(dir) }) {
			all = append(all, &host{name: path.Base(dir), settings: map[string]any{}})
		}
	}
	r.chooseHosts(nix, all)
	for _, f := range r.tree.all(".nix") {
		if f.untold() && f != flake {
			f.say(yours, "")
		}
	}
}

// flake finds the calls of mkHost, and the release.
func (r *reading) flake(nix *nixReader, f *file) []*host {
	if m := releaseRE.FindSubmatch(f.data); m != nil {
		r.nixos = string(m[1])
	}
	var all []*host
	text := string(f.data)
	for _, m := range hostCall.FindAllStringSubmatchIndex(text, -1) {
		h := &host{name: text[m[2]:m[3]], settings: map[string]any{}}
		args, err := nix.attributes(braced(text[m[1]-1:]))
		if err != nil {
			f.say(needsYou, h.name+": "+err.Error())
		}
		h.flake = args
		all = append(all, h)
	}
	if len(all) == 0 {
		f.say(needsYou, "calls no mkHost: its hosts are for the spec to say; output: flake: \"own\" keeps the file (docs/BESIDE.md, A flake.nix of your own)")
	}
	return all
}

var releaseRE = regexp.MustCompile(`nixpkgs(?:\.url)?\s*=.*?nixos-(\d\d\.\d\d)`)

// braced is the text up to the brace that closes the first one.
func braced(text string) string {
	depth := 0
	for i, c := range text {
		switch c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return text[:i+1]
			}
		}
	}
	return text
}

// chooseHosts takes the hosts that run k3s, and leaves the others to their owner.
func (r *reading) chooseHosts(nix *nixReader, all []*host) {
	for _, h := range all {
		k3s := len(all) == 1
		var sources []*file
		for _, dir := range append([]string{"machines/" + h.name}, under("machines/", texts(h.flake, "machine"))...) {
			sources = append(sources, r.tree.under(dir)...)
		}
		for _, dir := range under("roles/", texts(h.flake, "roles")) {
			sources = append(sources, r.tree.under(dir)...)
		}
		slices.SortFunc(sources, func(a, b *file) int { return strings.Compare(a.path, b.path) })
		sources = slices.Compact(sources)
		for _, f := range sources {
			k3s = k3s || f.text && strings.Contains(string(f.data), "services.k3s")
		}
		if !k3s {
			continue
		}
		h.files = sources
		for _, f := range sources {
			if f.text && strings.HasSuffix(f.path, ".nix") {
				r.module(nix, h, f)
			}
		}
		r.hostList = append(r.hostList, h)
		if f := r.tree.files["flake.nix"]; f != nil && h.flake != nil {
			r.ownFlake = true
			f.say(yours, "output.flake is \"own\"")
			f.say(needsYou, fmt.Sprintf("%s = …mkHost (import ./hosts/%s.nix), in place of what stands there; inputs of gen's: disko, sops-nix, nixos-anywhere (docs/BESIDE.md, A flake.nix of your own)", h.name, h.name))
		}
	}
}

func under(dir string, names []string) []string {
	var all []string
	for _, n := range names {
		all = append(all, path.Join(dir, n))
	}
	return all
}

// module takes a NixOS module of a host.
func (r *reading) module(nix *nixReader, h *host, f *file) {
	settings, err := nix.module(f)
	if err != nil {
		f.say(needsYou, err.Error())
		return
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
	role := strings.HasPrefix(f.path, "roles/")
	more := beyond(settings, slices.Concat(knownOfNixOS, r.knownUsers(settings))...)
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

// users are those of the flake and of the modules.
func (h *host) users() object {
	var o object
	type user struct {
		keys, groups []string
		uid          int
		shell        string
	}
	all := map[string]*user{}
	get := func(name string) *user {
		if all[name] == nil {
			all[name] = &user{}
		}
		return all[name]
	}
	for _, u := range items(h.flake, "users") {
		if name := text(u, "name"); name != "" && name != unknownValue {
			one := get(name)
			one.groups, one.uid, one.shell = texts(u, "groups"), number(u, "uid"), text(u, "shell")
		}
	}
	for p, v := range h.settings {
		rest, ok := strings.CutPrefix(p, "users.users.")
		name, field, _ := strings.Cut(rest, ".")
		if !ok || name == "root" {
			continue
		}
		switch one := get(name); field {
		case "openssh.authorizedKeys.keys":
			one.keys = texts(v)
		case "extraGroups":
			one.groups = texts(v)
		case "uid":
			one.uid = number(v)
		case "shell":
			one.shell = text(v)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		u := all[name]
		var said object
		if len(u.keys) > 0 {
			said.set("keys", u.keys)
		}
		if len(u.groups) > 0 {
			said.set("groups", u.groups)
		}
		if u.uid > 0 {
			said.set("uid", u.uid)
		}
		if slices.Contains([]string{"zsh", "fish"}, u.shell) {
			said.set("shell", u.shell)
		}
		o.set(name, said)
	}
	return o
}

// said is a setting of a host's modules.
func (h *host) said(p string) string {
	if v := text(h.settings[p]); v != unknownValue {
		return v
	}
	return ""
}
