package importer

import (
	"maps"
	"slices"
	"strings"
)

// route says hostnames that are no client's.
func (r *reading) route(names []string, rules map[string][]rule) {
	for _, host := range names {
		list := rules[host]
		if r.led[host] {
			continue
		}
		last := list[len(list)-1]
		if r.surface(host, last) {
			continue
		}
		var o object
		to := "http_status:404"
		if last.path == "" {
			to = r.to(last)
			list = list[:len(list)-1]
		}
		o.set("to", to)
		r.whoSees(host, &o)
		var paths []object
		for _, ru := range list {
			to := r.to(ru)
			one := object{{name: "path", value: ru.path}, {name: "to", value: to}}
			if origin := ru.originOf(to); len(origin) > 0 {
				one.set("origin", origin)
			}
			paths = append(paths, one)
		}
		if len(paths) > 0 {
			o.set("paths", paths)
		}
		if origin := last.originOf(to); len(origin) > 0 && last.path == "" {
			o.set("origin", origin)
		}
		r.routes = append(r.routes, field{name: host, value: o})
	}
	r.recordless(names, rules)
	for _, key := range slices.Sorted(maps.Keys(r.zones)) {
		z := r.zones[key]
		for _, rec := range z.records {
			host := z.host(rec.name)
			if rec.tunnel && z.name != "" && !strings.HasPrefix(rec.name, "*") && rules[host] == nil {
				o := object{{name: "to", value: "http_status:404"}}
				r.whoSees(host, &o)
				r.routes = append(r.routes, field{name: host, value: o, note: "its record leads to the tunnel, which has no rule for it"})
			}
		}
	}
}

// recordless tells of hostnames that have a rule and no record, where the tree has records.
func (r *reading) recordless(names []string, rules map[string][]rule) {
	for _, host := range names {
		for _, key := range slices.Sorted(maps.Keys(r.zones)) {
			z := r.zones[key]
			if z.name == "" || !inZone(host, z.name) || len(z.records) == 0 {
				continue
			}
			if !slices.ContainsFunc(z.records, func(rec *record) bool { return matches(z.host(rec.name), host) }) {
				rules[host][0].file.say(needsYou, host+" has a rule and no record in the tree; gen makes one: if it is not to be reached, take it out of the spec")
			}
		}
	}
}

// whoSees says who may see a hostname, and its paths.
func (r *reading) whoSees(host string, o *object) {
	if g := r.guardOf(host); g != "" {
		o.set("access", g)
	} else {
		o.set("public", true)
		r.open(host)
	}
	var paths object
	for _, p := range slices.Sorted(maps.Keys(r.paths[host])) {
		paths.set(p, r.paths[host][p])
	}
	if len(paths) > 0 {
		o.set("accessPaths", paths)
	}
}

// surface takes the hostnames of Argo CD, Hubble and ssh, which the spec has fields for.
func (r *reading) surface(host string, ru rule) bool {
	t, _ := ru.target()
	what := ""
	switch {
	case ru.path != "" || len(ru.origin) > 0 && t.service != "argocd-server":
	case t.namespace == "argocd" && strings.HasSuffix(t.service, "argocd-server"):
		what = "argocd"
	case t.service == "hubble-ui":
		what = "hubble"
	case strings.HasPrefix(ru.service, "ssh://") && t.service == "":
		what = "ssh"
	}
	if what == "" || r.surfaces[what] != "" || r.guardOf(host) == "" {
		return false
	}
	r.surfaces[what] = host
	return true
}

func (z *zone) host(name string) string {
	if name == "@" || name == z.name {
		return z.name
	}
	if inZone(name, z.name) {
		return name
	}
	return name + "." + z.name
}
