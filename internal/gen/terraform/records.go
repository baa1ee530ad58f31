package terraform

import (
	"fmt"
	"net/netip"

	"sitegen/internal/site"
	"sitegen/internal/tf"
)

// recordKind is a resource for some of the records that the spec gives.
type recordKind struct {
	name, local, after string // after: the kind whose changes come first
	entries            fields
}

// recordKinds order the changes of records. Terraform changes all instances of a
// resource at once, a destroy and a create within milliseconds, and Cloudflare
// refuses a CNAME beside another CNAME, A or AAAA (81053), an NS beside anything
// else, and a record that is there already (81058). Between two resources of which
// one depends on the other, what goes is gone before anything comes, either way. So
// what may take each other's place is in different resources, and they are there
// even when empty: one that is not declared orders nothing.
func recordKinds() []recordKind {
	return []recordKind{
		{name: "cname", local: "cname_records", entries: fields{}},
		{name: "record", local: "records", after: "cname", entries: fields{}},
		{name: "more", local: "more_records", after: "record", entries: fields{}},
		{name: "ns", local: "ns_records", after: "more", entries: fields{}},
	}
}

// records writes the DNS records that the spec gives beside the tunnel's own.
//
// A key is name and type: a record that changes its content is updated in place.
// Where several of a type stand at one name, the spec's first has that key too, so
// that a second one never renames it; the further ones, in a resource of their own,
// have their content in the key. Taking the first away destroys the second as a
// further one and then writes its content into the first.
func records(f *tf.File, s *site.Site) {
	kinds := recordKinds()
	cname, first, more, ns := kinds[0], kinds[1], kinds[2], kinds[3]
	for _, z := range s.Zones {
		for _, r := range z.Records {
			kind, key := first, r.Name+" "+r.Type
			_, taken := first.entries[key]
			switch {
			case r.Type == "CNAME":
				kind = cname
			case r.Type == "NS": // several in any case
				kind, key = ns, key+" "+distinction(r)
			case taken:
				kind, key = more, key+" "+distinction(r)
			}
			kind.entries[key] = entry(z.Name, r)
		}
	}
	l := f.Block("locals")
	l.Comment("The spec's own records: more_records are those of a name and type that has one in records already.")
	for i, kind := range kinds {
		if i > 0 {
			l.Blank()
		}
		l.Set(kind.local, tf.Map(kind.entries))
	}
	f.Comment(
		"Each of the next four, and the tunnel's records, depends on the one before: what goes is gone before",
		"anything comes in its place, which Cloudflare would refuse (81053, 81058). So they stay when empty.",
	)
	for _, kind := range kinds {
		kind.resource(f)
	}
}

func (kind recordKind) resource(f *tf.File) {
	r := f.Block("resource", "cloudflare_dns_record", kind.name)
	r.Set("for_each", tf.Ref("local", kind.local))
	r.Set("zone_id", tf.Fixed("local.zone_ids[each.value.zone]"))
	for _, name := range []string{"name", "type", "content", "data", "priority", "proxied", "ttl", "comment"} {
		r.Set(name, tf.Ref("each", "value", name))
	}
	if kind.after != "" {
		r.Set("depends_on", tf.Tuple(tf.Ref("cloudflare_dns_record", kind.after)))
	}
}

// entry is a record as the resources read it. Null is the same as not said.
func entry(zone string, r site.Record) tf.Expr {
	e := fields{
		"comment": tf.StringOrNull(r.Comment), "content": tf.Null(), "data": tf.Null(), "name": tf.String(r.Name),
		"priority": tf.Null(), "proxied": tf.Null(), "ttl": tf.Int(r.TTL), "type": tf.String(r.Type), "zone": tf.String(zone),
	}
	switch {
	case r.CAA != nil:
		e["data"] = tf.Object(fields{"flags": tf.Int(r.CAA.Flags), "tag": tf.String(r.CAA.Tag), "value": tf.String(r.CAA.Value)})
	case r.SRV != nil:
		// Cloudflare repeats the priority outside of the data; without it each plan would take it away.
		e["priority"] = tf.Int(r.SRV.Priority)
		e["data"] = tf.Object(fields{
			"port": tf.Int(r.SRV.Port), "priority": tf.Int(r.SRV.Priority), "target": tf.String(r.SRV.Target), "weight": tf.Int(r.SRV.Weight),
		})
	default:
		e["content"], e["proxied"] = tf.String(content(r)), tf.Bool(r.Proxied)
		if r.Priority != nil {
			e["priority"] = tf.Int(*r.Priority)
		}
	}
	return tf.Object(e)
}

// distinction tells a record from the others of its name and type. Text stays as the spec
// has it, without the quotes.
func distinction(r site.Record) string {
	switch {
	case r.CAA != nil:
		return fmt.Sprintf("%d %s %s", r.CAA.Flags, r.CAA.Tag, r.CAA.Value)
	case r.SRV != nil:
		return fmt.Sprintf("%d %d %d %s", r.SRV.Priority, r.SRV.Weight, r.SRV.Port, r.SRV.Target)
	case r.Type == "TXT":
		return r.Content
	}
	return content(r)
}

// content is the record's content in the form Cloudflare gives it back, since any
// other form would differ at the next plan.
func content(r site.Record) string {
	switch r.Type {
	case "A", "AAAA":
		if addr, err := netip.ParseAddr(r.Content); err == nil {
			return addr.String()
		}
	case "TXT":
		return text(r.Content)
	}
	return r.Content
}
