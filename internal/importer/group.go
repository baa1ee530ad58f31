package importer

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// groups makes the groups of the spec, and says which hostname is whose. What cannot be
// said is left to a group that lets in one placeholder: a hostname is never opened.
func (r *reading) groups() {
	names := map[string]string{} // by what a group says
	for _, app := range r.apps {
		g := &group{session: app.session, include: app.who, why: app.why}
		if app.why != "" {
			g.include = who{missing: "who it lets in"}
			app.file.say(needsYou, app.at+": "+app.why+": who may see "+strings.Join(app.domains, ", ")+" is for access of the spec to say")
		} else if app.who.missing != "" {
			app.file.say(needsYou, app.at+": "+app.who.missing+" is in no file: write the address in the spec, where it says TODO")
		}
		base := cmp.Or(slug(app.name), "admins")
		if app.why != "" {
			base = "todo"
		}
		said, _ := inline(g.include.object())
		key := said + g.include.missing + g.session + app.why
		g.name = names[key]
		if g.name == "" {
			g.name = base
			for slices.ContainsFunc(r.access, func(o *group) bool { return o.name == g.name }) {
				g.name = base + "-" + slug(firstLabel(app.domains))
				base += "-x"
			}
			names[key] = g.name
			r.access = append(r.access, g)
		}
		for _, d := range app.domains {
			if unresolved(d) {
				app.file.say(needsYou, app.at+": its hostname is in no file: "+d)
				r.unsure = true
				continue
			}
			host, p, _ := strings.Cut(d, "/")
			if !slices.ContainsFunc(r.rules, func(ru rule) bool {
				return ru.hostname != "" && (matches(host, ru.hostname) || matches(ru.hostname, host))
			}) {
				app.file.say(needsYou, app.at+": no rule of the tunnel leads to "+host+", so that the spec does not have it: a route says it, or a .tf file of your own")
			}
			if p == "" || p == "*" {
				r.guard[host] = g.name
				continue
			}
			if r.paths[host] == nil {
				r.paths[host] = map[string]string{}
			}
			r.paths[host]["/"+strings.TrimSuffix(path.Clean(p), "/*")] = g.name
		}
	}
}

// matches tells whether a hostname is one of a pattern.
func matches(pattern, host string) bool {
	rest, ok := strings.CutPrefix(pattern, "*")
	return pattern == host || ok && strings.HasSuffix(host, rest)
}

func firstLabel(domains []string) string {
	if len(domains) == 0 {
		return "other"
	}
	label, _, _ := strings.Cut(strings.Trim(domains[0], `"*.`), ".")
	return label
}

// guardOf is the group that may see a hostname; "" where everybody may.
func (r *reading) guardOf(host string) string {
	if g := r.guard[host]; g != "" {
		return g
	}
	_, parent, _ := strings.Cut(host, ".")
	if g := r.guard["*."+parent]; g != "" {
		return g
	}
	if r.unsure {
		return r.todoGroup()
	}
	return ""
}

// open notes that nothing of the tree guards a hostname.
func (r *reading) open(hosts ...string) {
	r.public = append(r.public, hosts...)
}

// todoGroup is one for hostnames of which it is not known who may see them.
func (r *reading) todoGroup() string {
	const name = "todo-unsure"
	if !slices.ContainsFunc(r.access, func(g *group) bool { return g.name == name }) {
		r.access = append(r.access, &group{name: name, session: "24h", include: who{missing: "who may see these hostnames"}})
	}
	return name
}
