package site

import (
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// MadeRecord is a record that follows from another field of a domain than records. Its
// name is relative to the domain, as those of the spec are.
type MadeRecord struct {
	spec.Record
	At diag.Path
}

// MadeRecords are the records that mail and caa of a domain stand for.
func MadeRecords(zone string, d *spec.Domain) []MadeRecord {
	var all []MadeRecord
	at := diag.Path{"domains", zone}
	add := func(r spec.Record, at diag.Path) {
		r.TTL = 1
		all = append(all, MadeRecord{r, at})
	}
	for i, ca := range d.CAA {
		// Cloudflare adds issuewild of its own authorities, beside which issue alone would
		// leave this one without (RFC 8659, 4.3).
		for _, tag := range []string{"issue", "issuewild"} {
			add(spec.Record{Type: "CAA", Name: "@", CAA: &spec.CAA{Tag: tag, Value: ca}}, at.With("caa", i))
		}
	}
	m, at := d.Mail, at.With("mail")
	if m == nil {
		return all
	}
	for i, host := range m.MX {
		priority := 10 * (i + 1)
		if host == "." {
			priority = 0 // RFC 7505
		}
		add(spec.Record{Type: "MX", Name: "@", Content: host, Priority: &priority}, at.With("mx", i))
	}
	if m.SPF != nil {
		text := strings.Join(append(append([]string{"v=spf1"}, m.SPF...), m.SPFAll), " ")
		add(spec.Record{Type: "TXT", Name: "@", Content: text}, at.With("spf"))
	}
	for _, selector := range slices.Sorted(maps.Keys(m.DKIM)) {
		r := spec.Record{Type: "TXT", Name: selector + "._domainkey", Content: m.DKIM[selector]}
		if !IsDKIMKey(r.Content) {
			r.Type = "CNAME"
		}
		add(r, at.With("dkim", selector))
	}
	if m.DMARC != nil {
		add(spec.Record{Type: "TXT", Name: "_dmarc", Content: dmarc(m.DMARC)}, at.With("dmarc"))
	}
	return all
}

// IsDKIMKey tells a key's record from the name of another one: tags have = in them.
func IsDKIMKey(text string) bool { return strings.Contains(text, "=") }

func dmarc(d *spec.DMARC) string {
	tags := []string{"v=DMARC1", "p=" + d.Policy}
	if d.Subdomains != "" {
		tags = append(tags, "sp="+d.Subdomains)
	}
	if len(d.RUA) > 0 {
		tags = append(tags, "rua=mailto:"+strings.Join(d.RUA, ",mailto:"))
	}
	return strings.Join(tags, "; ")
}
