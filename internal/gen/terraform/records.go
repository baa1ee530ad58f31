package terraform

import (
	"net/netip"
	"strings"

	"sitegen/internal/site"
	"sitegen/internal/tf"
)

// recordKind is a resource for the records that take the same arguments.
type recordKind struct {
	name, local string
	entries     fields
	write       func(*tf.Body)
}

// records writes the DNS records that the spec gives beside the tunnel's own.
func records(f *tf.File, s *site.Site) {
	plain := recordKind{name: "extra", local: "records", entries: fields{}, write: plainRecord}
	caa := recordKind{name: "caa", local: "caa_records", entries: fields{}, write: caaRecord}
	srv := recordKind{name: "srv", local: "srv_records", entries: fields{}, write: srvRecord}
	for _, z := range s.Zones {
		for _, r := range z.Records {
			entry := fields{
				"comment": tf.StringOrNull(r.Comment), "name": tf.String(r.Name), "ttl": tf.Int(r.TTL), "zone": tf.String(z.Name),
			}
			kind := plain
			switch {
			case r.CAA != nil:
				kind = caa
				entry["flags"], entry["tag"], entry["value"] = tf.Int(r.CAA.Flags), tf.String(r.CAA.Tag), tf.String(r.CAA.Value)
			case r.SRV != nil:
				kind = srv
				entry["priority"], entry["weight"], entry["port"] = tf.Int(r.SRV.Priority), tf.Int(r.SRV.Weight), tf.Int(r.SRV.Port)
				entry["target"] = tf.String(hostname(r.SRV.Target))
			default:
				entry["type"], entry["content"], entry["proxied"] = tf.String(r.Type), tf.String(content(r)), tf.Bool(r.Proxied)
				entry["priority"] = tf.Null()
				if r.Priority != nil {
					entry["priority"] = tf.Int(*r.Priority)
				}
			}
			kind.entries[r.Key] = tf.Object(entry)
		}
	}
	for _, kind := range []recordKind{plain, caa, srv} {
		if len(kind.entries) == 0 {
			continue
		}
		f.Block("locals").Set(kind.local, tf.Map(kind.entries))
		r := f.Block("resource", "cloudflare_dns_record", kind.name)
		r.Set("for_each", tf.Ref("local", kind.local))
		r.Set("zone_id", tf.Fixed("local.zone_ids[each.value.zone]"))
		r.Set("name", tf.Ref("each", "value", "name"))
		kind.write(r)
		r.Set("ttl", tf.Ref("each", "value", "ttl"))
		r.Set("comment", tf.Ref("each", "value", "comment"))
	}
}

func plainRecord(r *tf.Body) {
	for _, name := range []string{"type", "content", "priority", "proxied"} {
		r.Set(name, tf.Ref("each", "value", name))
	}
}

func caaRecord(r *tf.Body) {
	r.Set("type", tf.String("CAA"))
	r.Set("data", dataOf("flags", "tag", "value"))
}

func srvRecord(r *tf.Body) {
	r.Set("type", tf.String("SRV"))
	r.Comment("Cloudflare repeats the priority outside of the data; without it each plan would take it away.")
	r.Set("priority", tf.Ref("each", "value", "priority"))
	r.Set("data", dataOf("port", "priority", "target", "weight"))
}

func dataOf(names ...string) tf.Expr {
	data := fields{}
	for _, name := range names {
		data[name] = tf.Ref("each", "value", name)
	}
	return tf.Object(data)
}

// content is the record's content in the form Cloudflare gives it back, since any
// other form would differ at the next plan.
func content(r site.Record) string {
	switch r.Type {
	case "A", "AAAA":
		if addr, err := netip.ParseAddr(r.Content); err == nil {
			return addr.String()
		}
	case "CNAME", "MX", "NS":
		return hostname(r.Content)
	case "TXT":
		return text(r.Content)
	}
	return r.Content
}

// hostname drops the trailing dot, except of the null MX, which is nothing else.
func hostname(name string) string {
	if name == "." {
		return name
	}
	return strings.TrimSuffix(name, ".")
}
