package importer

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"sitegen/internal/tfread"
)

// zone is a DNS zone as the files refer to it.
type zone struct {
	key     string // how the files say its id
	id      string // where they say it itself
	name    string // "" where nothing tells it
	why     string // what tells it, where that is no file by itself
	made    bool   // by Terraform
	file    *file
	apps    []string // domains of its Access applications
	records []*record
}

// record is a DNS record.
type record struct {
	at, name, kind string
	tunnel         bool
	said           object // as the spec has it
	file           *file
}

var (
	zoneID   = regexp.MustCompile(`^[0-9a-f]{32}$`)
	zoneData = regexp.MustCompile(`\bdata\.(cloudflare_zones?)\.(\w+)|\bcloudflare_zone\.(\w+)`)
)

// zone is the one that an id is of, as a file says it: a number, or where it is found.
func (r *reading) zone(root *root, key string) *zone {
	z := r.zones[key]
	if z != nil {
		return z
	}
	z = &zone{key: key}
	if zoneID.MatchString(key) {
		z.id = key
	}
	if m := zoneData.FindStringSubmatch(key); m != nil {
		at := "data." + m[1] + "." + m[2]
		if m[3] != "" {
			at = "cloudflare_zone." + m[3]
		}
		for name, res := range root.Resources {
			if name != at && name != strings.TrimSuffix(key[strings.Index(key, at):], ".id") && name != strings.TrimSuffix(key, ".zone_id") {
				continue
			}
			found := cmp.Or(res.Text("name"), res.Text("zone"), res.BlockText("filter", "name"), textOf(at1(res.Attrs["filter"].Value, "name")))
			if !unresolved(found) {
				z.name = found
			}
		}
	} else if strings.Contains(key, ".") && !strings.ContainsAny(key, "[]\"") && !unresolved(key) && z.id == "" {
		z.name = key
	}
	for _, other := range r.zones {
		if z.name != "" && other.name == z.name {
			r.zones[key] = other
			return other
		}
	}
	r.zones[key] = z
	return z
}

// zoneOf is the zone of a record or of an Access application.
func (r *reading) zoneOf(root *root, res *tfread.Resource) *zone {
	a, ok := res.Attrs["zone_id"]
	if !ok {
		return nil
	}
	return r.zone(root, cmp.Or(res.Text("zone_id"), a.Expr))
}

// record takes a DNS record.
func (r *reading) record(root *root, f *file, at string, res *tfread.Resource) {
	content := cmp.Or(res.Text("content"), res.Text("value"))
	expr := res.Attrs["content"].Expr + res.Attrs["value"].Expr
	rec := &record{at: at, name: res.Text("name"), kind: res.Text("type"), file: f}
	z := r.zoneOf(root, res)
	rec.tunnel = strings.Contains(expr+content, ".cfargotunnel.com") || strings.HasSuffix(expr, ".cname")
	switch {
	case z == nil || unresolved(rec.name) && rec.name != "@" || rec.kind == "":
		f.say(needsYou, at+": its name, type or zone is in no file: domains.ZONE.records of the spec, or a hostname, has to say it")
		return
	case rec.tunnel:
	case unresolved(content) && !hasData(res):
		f.say(needsYou, at+": its content is in no file: domains.ZONE.records of the spec has to say it")
		return
	default:
		rec.said = r.recordFields(f, at, res, rec, content)
	}
	z.file = f
	z.records = append(z.records, rec)
	f.say(taken, "")
}

var recordFields = []string{"zone_id", "name", "type", "content", "value", "ttl", "proxied", "priority", "comment", "allow_overwrite", "data"}

// recordFields is a record as the spec says it.
func (r *reading) recordFields(f *file, at string, res *tfread.Resource, rec *record, content string) object {
	var o object
	o.set("type", rec.kind)
	o.set("name", rec.name)
	for name := range res.Attrs {
		if !slices.Contains(recordFields, name) {
			f.say(needsYou, at+": the spec has no field for its "+name)
		}
	}
	switch {
	case hasData(res):
		if !r.recordData(&o, rec.kind, res) {
			f.say(needsYou, at+": its data is not read: records of the spec have caa and srv")
			return nil
		}
	case rec.kind == "TXT":
		o.set("content", strings.Trim(content, `"`))
	default:
		o.set("content", content)
	}
	if n, ok := whole(res.Attrs["priority"].Value); ok && rec.kind == "MX" {
		o.set("priority", n)
	}
	if n, ok := whole(res.Attrs["ttl"].Value); ok && n != 1 {
		o.set("ttl", n)
	}
	if truth(res.Attrs["proxied"].Value) {
		o.set("proxied", true)
	}
	if c := res.Text("comment"); c != "" {
		o.set("comment", c)
	}
	return o
}

// nameZones finds the names of zones whose id alone the files say: by the hostnames that
// lead to the tunnel, where only one zone has just these.
func (r *reading) nameZones() {
	keys := slices.Sorted(maps.Keys(r.zones))
	hosts := map[string]bool{}
	for _, rule := range r.rules {
		if rule.hostname != "" && !strings.HasPrefix(rule.hostname, "*") {
			hosts[rule.hostname] = true
		}
	}
	for _, key := range keys {
		z := r.zones[key]
		if z.name == "" && len(z.apps) > 0 {
			if name := common(z.apps); name != "" {
				z.name, z.why = name, "of its Access applications: please check"
			}
		}
		for _, rec := range z.records {
			if z.name == "" && rec.tunnel && hosts[rec.name] { // version 5 has names in full
				z.name, z.why = shortest(z.records), "of its records: please check"
			}
		}
	}
	for range keys { // one that is found leaves less to the others
		for _, key := range keys {
			if z := r.zones[key]; z.name == "" {
				if fits := r.fitting(z, hosts); len(fits) == 1 {
					z.name, z.why = fits[0], "the zone of this id has just the hostnames of "+fits[0]+": please check"
				}
			}
		}
	}
}

// shortest is the name that all names of records end in.
func shortest(records []*record) string {
	name := ""
	for _, rec := range records {
		if n := strings.TrimPrefix(rec.name, "*."); name == "" || len(n) < len(name) {
			name = n
		}
	}
	return name
}

// common is the domain that several hostnames have one label more than.
func common(hosts []string) string {
	_, name, _ := strings.Cut(hosts[0], ".")
	for _, h := range hosts {
		if !strings.HasSuffix(h, "."+name) && h != name {
			return ""
		}
	}
	if !strings.Contains(name, ".") {
		return ""
	}
	return name
}

// fitting are the domains whose hostnames of the tunnel are just those of a zone's records.
func (r *reading) fitting(z *zone, hosts map[string]bool) []string {
	want := map[string]bool{}
	for _, rec := range z.records {
		if rec.tunnel && !strings.HasPrefix(rec.name, "*") {
			want[rec.name] = true
		}
	}
	var found []string
	for _, h := range slices.Sorted(maps.Keys(hosts)) {
		known := slices.ContainsFunc(slices.Collect(maps.Values(r.zones)), func(o *zone) bool { return o.name != "" && inZone(h, o.name) })
		if known || !want["@"] {
			continue
		}
		have := map[string]bool{}
		for other := range hosts {
			if other == h {
				have["@"] = true
			} else if sub, ok := strings.CutSuffix(other, "."+h); ok {
				have[sub] = true
			}
		}
		if maps.Equal(have, want) {
			found = append(found, h)
		}
	}
	return found
}

func inZone(host, zone string) bool { return host == zone || strings.HasSuffix(host, "."+zone) }

// inner is the name of a record inside of its zone.
func (z *zone) inner(name string) string {
	if name == z.name {
		return "@"
	}
	return strings.TrimSuffix(name, "."+z.name)
}
