package importer

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

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
			z.file.say(needsYou, "the zone "+cmp.Or(z.id, z.key)+": its name is in no file: domains of the spec has to say it, with its records")
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
