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
		f.say(needsYou, "calls no mkHost: its hosts are for the spec to say; output: flake: \"own\" keeps the file (docs/BESIDE.md of gen, A flake.nix of your own)")
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
		read := map[*file]map[string]any{}
		for _, f := range sources {
			if f.text && strings.HasSuffix(f.path, ".nix") {
				read[f] = r.settle(nix, h, f)
			}
		}
		for _, f := range sources {
			if read[f] != nil {
				r.module(h, f, read[f])
			}
		}
		r.hostList = append(r.hostList, h)
		if f := r.tree.files["flake.nix"]; f != nil && h.flake != nil {
			r.ownFlake = true
			f.say(yours, "output.flake is \"own\"")
			f.say(needsYou, fmt.Sprintf("write %s = …mkHost (import ./hosts/%s.nix) in place of what stands there, and see that it has the inputs disko, sops-nix and nixos-anywhere (docs/BESIDE.md of gen, A flake.nix of your own)", h.name, h.name))
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
