package importer

import (
	"maps"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// oldestRelease is the oldest one that the rules take.
const oldestRelease = "25.11"

// site is the whole spec.
func (r *reading) site() object {
	var top object
	section := func(name string, value any, note ...string) {
		if o, ok := value.(object); ok && len(o) == 0 {
			return
		}
		top.set(name, value, note...)
		top[len(top)-1].gap = true
	}
	section("name", r.name())
	repo := object{}
	if !strings.HasPrefix(r.repo, "git@") && !strings.HasPrefix(r.repo, "ssh://") && !strings.HasPrefix(r.repo, "https://") {
		r.todo("repo.url: the git repository that Argo CD reads")
		repo.set("url", "git@github.com:replace-me/replace-me.git", "TODO: the git repository that Argo CD reads")
	} else {
		repo.set("url", repoURL(r.repo))
	}
	if b := r.branch; b != "" && b != "main" {
		repo.set("branch", map[bool]string{true: "main", false: b}[b == "HEAD"])
	}
	top.set("repo", repo)
	email, note := r.adminEmail()
	top.set("admin", object{{name: "email", value: email, note: note}})

	hosts := r.hostObjects()
	section("hosts", hosts)
	section("cluster", r.cluster())
	guardedAll := func(f field) bool { return strings.HasPrefix(f.name, "*.") && f.value.(object).has("access") }
	if len(r.paths) > 0 || slices.ContainsFunc(r.routes, guardedAll) {
		r.todo("cloudflare.team: accessPaths, and wildcards behind Access, want it")
		section("cloudflare", object{{name: "team", value: "replace-me", note: "TODO: TEAM of TEAM.cloudflareaccess.com"}})
	}
	domains := r.domains()
	section("domains", domains)
	tunnel := object{}
	if r.tunnelName != "" && r.tunnelName != r.name() {
		tunnel.set("name", r.tunnelName)
	}
	if r.replicas > 0 && r.replicas != 2 {
		tunnel.set("replicas", r.replicas)
	}
	section("tunnel", tunnel)
	argocd, access := r.argocd(), r.groupObjects()
	section("access", access)
	for _, s := range []struct {
		name string
		all  []field
	}{{"clients", r.clients}, {"apps", r.appFields}, {"routes", r.routes}, {"charts", r.charts}, {"folders", r.folders}} {
		section(s.name, object(s.all))
	}
	section("argocd", argocd)
	section("sops", object{{name: "people", value: r.peopleObject()}})
	section("output", r.output())
	section("versions", r.pins(), "as they run, so that adopting changes none of them; without these lines they are gen's own")
	if r.smallESP {
		section("silence", object{{name: "esp-small", value: "installed before gen, with boot partitions of that size"}})
	}
	return top
}

// repoURL is a url as git's own commands take it.
func repoURL(url string) string {
	if strings.HasPrefix(url, "git@") && !strings.HasSuffix(url, ".git") {
		return url + ".git"
	}
	return url
}

func (r *reading) adminEmail() (email, note string) {
	for _, g := range r.access {
		if len(g.include.emails) > 0 {
			return g.include.emails[0], ""
		}
	}
	r.todo("admin.email: who runs the site")
	return placeholder, "TODO: who runs the site"
}

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

// network says the cards: their MAC is on the machine alone.
func (r *reading) network(h *host, o *object) {
	names := texts(h.flake, "NICs")
	for p := range h.settings {
		if rest, ok := strings.CutPrefix(p, "networking.interfaces."); ok {
			name, _, _ := strings.Cut(rest, ".")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	var nics object
	static := false
	if len(names) == 0 {
		names = []string{"wan"}
	}
	for _, name := range names {
		nic := object{{name: "mac", value: todoMAC, note: "TODO: of " + name + ", as ip link on the host shows it"}}
		r.todo("hosts.%s.nics.%s.mac: as ip link on the host shows it (gen probe prints cards and disks)", h.name, name)
		for _, a := range items(h.settings["networking.interfaces."+name+".ipv4.addresses"]) {
			ip := object{{name: "address", value: text(a, "address") + "/" + text(a, "prefixLength")}}
			ip.setText("gateway", firstOf(h.said("networking.defaultGateway.address"), h.said("networking.defaultGateway")))
			nic.set("ipv4", ip)
			static = true
			break
		}
		nics.set(name, nic)
	}
	if !static {
		r.todo("hosts.%s.node: the IPv4 address that DHCP gives the host", h.name)
		o.set("node", todoNode, "TODO: the IPv4 address that DHCP gives it")
	}
	o.set("nics", nics)
}

func (r *reading) cluster() object {
	var o object
	o.setText("pods", r.pods)
	o.setText("services", r.services)
	k3s := field{name: "flags", value: r.flags}
	if r.plainSecrets {
		k3s.value = append(slices.Clone(r.flags), "--secrets-encryption=false")
		k3s.note = "as the cluster was begun: k3s does not take encryption on later without more"
	}
	if len(r.flags) > 0 || r.plainSecrets {
		o.set("k3s", object{k3s})
	}
	host := r.surfaces["hubble"]
	hubble := object{}
	switch g := r.guardOf(host); {
	case host == "":
		hubble.set("enabled", false, "no rule of the tunnel leads to its page")
	default:
		if host != "hubble."+r.primary() {
			hubble.set("hostname", host)
		}
		if g != r.defaultGroup() {
			hubble.set("access", g)
		}
	}
	if len(hubble) > 0 {
		o.set("hubble", hubble)
	}
	return o
}

func (r *reading) argocd() object {
	var o object
	host := r.surfaces["argocd"]
	switch {
	case host == "":
		r.todo("argocd.hostname: no rule of the tunnel leads to Argo CD, which gets argocd.%s, behind the default group of access", r.primary())
	default:
		if host != "argocd."+r.primary() {
			o.set("hostname", host)
		}
		if g := r.guardOf(host); g != r.defaultGroup() {
			o.set("access", g)
		}
	}
	return o
}

// defaultGroup is the one that guards Argo CD.
func (r *reading) defaultGroup() string {
	for _, what := range []string{"argocd", "hubble", "ssh"} {
		if host := r.surfaces[what]; host != "" {
			return r.guardOf(host)
		}
	}
	if len(r.access) > 0 {
		return r.access[0].name
	}
	return r.todoGroup()
}

func (r *reading) groupObjects() object {
	var all object
	first := r.defaultGroup()
	for _, g := range r.access {
		o := g.include.object()
		if len(o) == 0 {
			o.set("emails", []string{placeholder}, "TODO: who it lets in")
		}
		if g.why != "" {
			r.todo("access.%s: %s", g.name, g.why)
		} else if g.include.missing != "" {
			r.todo("access.%s.emails: %s is in no file", g.name, g.include.missing)
		}
		if g.session != "24h" {
			o.set("session", g.session)
		}
		if g.name == first {
			o.set("default", true)
		}
		all.set(g.name, o)
	}
	return all
}

// primary is the domain of Argo CD, Hubble and ssh.
func (r *reading) primary() string {
	names := r.zoneNames()
	for _, what := range []string{"argocd", "hubble", "ssh"} {
		for _, n := range names {
			if host := r.surfaces[what]; host != "" && inZone(host, n) {
				return n
			}
		}
	}
	for _, z := range r.zones {
		if z.name != "" && slices.ContainsFunc(z.records, func(rec *record) bool { return rec.tunnel && strings.HasPrefix(rec.name, "*") }) {
			return z.name
		}
	}
	if len(names) > 0 {
		return names[0]
	}
	return todoDomain
}

// zoneNames are the zones, also those that only hostnames tell of.
func (r *reading) zoneNames() []string {
	names := map[string]bool{}
	for _, z := range r.zones {
		if z.name != "" {
			names[z.name] = true
		}
	}
	for _, ru := range r.rules {
		host := strings.TrimPrefix(ru.hostname, "*.")
		if host == "" || slices.ContainsFunc(slices.Collect(maps.Keys(names)), func(n string) bool { return inZone(host, n) }) {
			continue
		}
		if name, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func (r *reading) domains() object {
	var all object
	primary := r.primary()
	for _, name := range append([]string{primary}, slices.DeleteFunc(r.zoneNames(), func(n string) bool { return n == primary })...) {
		var o object
		var z *zone
		for _, key := range slices.Sorted(maps.Keys(r.zones)) {
			if r.zones[key].name == name {
				z = r.zones[key]
			}
		}
		if name == primary {
			o.set("primary", true)
		}
		note := ""
		if z == nil {
			note = "TODO: no record of it is in the tree; is it a zone of its own?"
			r.todo("domains.%q: no record of it is in the tree", name)
		} else {
			note = z.why
			z.say(&o)
		}
		if len(o) == 0 && note == "" && slices.ContainsFunc(r.clients, func(c field) bool {
			return slices.ContainsFunc(c.value.(object), func(f field) bool { return f.name == "domain" && f.value == name })
		}) {
			continue
		}
		all.set(name, o, note)
	}
	for _, key := range slices.Sorted(maps.Keys(r.zones)) {
		if z := r.zones[key]; z.name == "" && z.file != nil {
			z.file.say(needsYou, "the zone "+firstOf(z.id, z.key)+": its name is in no file: domains of the spec has to say it, with its records")
		}
	}
	return all
}

// say is what a zone's records say, but for those of hostnames.
func (z *zone) say(o *object) {
	var records []object
	for _, rec := range z.records {
		switch {
		case rec.tunnel && (rec.name == "*" || rec.name == "*."+z.name):
			o.set("wildcard", true)
		case rec.said != nil:
			for i := range rec.said {
				if rec.said[i].name == "name" {
					rec.said[i].value = z.inner(rec.name)
				}
			}
			records = append(records, rec.said)
		}
	}
	o.setText("zoneId", z.id)
	if z.made {
		o.set("create", true)
	}
	if len(records) > 0 {
		o.set("records", records)
	}
}

func (r *reading) peopleObject() object {
	var o object
	for _, name := range slices.Sorted(maps.Keys(r.people)) {
		o.set(slug(name), r.people[name])
	}
	if len(o) == 0 {
		r.todo("sops.people: public age keys of those who read every secret")
		o.set("admin", todoAge("person"), "TODO: the public age key of who reads every secret; nobody has this one")
	}
	return o
}

func (r *reading) output() object {
	var o object
	if r.ownFlake {
		o.set("flake", "own")
	}
	if exclude := slices.Compact(slices.Sorted(slices.Values(r.exclude))); len(exclude) > 0 {
		o.set("exclude", exclude)
	}
	return o
}

func (r *reading) pins() object {
	var o, charts, images object
	charts.setText("cilium", pin(r.versions.cilium))
	if v := pin(r.versions.argocd); v != "" {
		charts.set("argocd", v)
		images.set("argocd", "", "the chart's own")
	}
	images.setText("ksops", r.versions.ksops)
	images.setText("cloudflared", r.versions.cloudflared)
	if len(charts) > 0 {
		o.set("charts", charts)
	}
	if len(images) > 0 {
		o.set("images", images)
	}
	return o
}

func pin(version string) string {
	if unresolved(version) && version != "" {
		return ""
	}
	return version
}
