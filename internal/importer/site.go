package importer

import (
	"maps"
	"slices"
	"strings"
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
			r.todo("access.%s: write who it lets in; %s", g.name, g.why)
		} else if g.include.missing != "" {
			r.todo("access.%s.emails: write who it lets in; %s is in no file", g.name, g.include.missing)
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
