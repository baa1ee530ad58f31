package site

import (
	"fmt"
	"regexp"
	"strings"
)

func recordRules() []Rule {
	return []Rule{
		{ID: "record-name", Severity: Error, Summary: "A record's name is relative to its domain: \"@\", \"mail\", \"*.dev\".",
			Bad: `domains: "example.com": records: [{type: "A", name: "mail.example.com", content: "192.0.2.1"}]`, Good: `domains: "example.com": records: [{type: "A", name: "mail", content: "192.0.2.1"}]`, value: true, check: checkRecordNames},
		{ID: "record-fields", Severity: Error, Summary: "A record has the fields of its type and no others.",
			Bad: `domains: "example.com": records: [{type: "MX", name: "@", content: "mx.example.net"}]`, Good: `domains: "example.com": records: [{type: "MX", name: "@", content: "mx.example.net", priority: 10}]`, check: checkRecordFields},
		{ID: "record-content", Severity: Error, Summary: "A record's value is what its type takes: an address, or a hostname.",
			Bad: `domains: "example.com": records: [{type: "AAAA", name: "mail", content: "192.0.2.1"}]`, Good: `domains: "example.com": records: [{type: "AAAA", name: "mail", content: "2001:db8::25"}]`, value: true, check: checkRecordContents},
		{ID: "record-clash", Severity: Error, Summary: "No record stands where the tunnel's own record has to, or beside a CNAME or NS record of that name.",
			Bad: `domains: "example.com": records: [{type: "A", name: "invoices", content: "192.0.2.1"}]`, Good: `domains: "example.com": records: [{type: "TXT", name: "invoices", content: "v=1"}]`, check: checkRecordClashes},
		{ID: "record-twice", Severity: Error, Summary: "No record is given twice.",
			Bad: `domains: "example.com": records: [{type: "TXT", name: "@", content: "v=1"}, {type: "TXT", name: "@", content: "v=1"}]`, Good: `domains: "example.com": records: [{type: "TXT", name: "@", content: "v=1"}]`, check: checkRecordTwice},
	}
}

// eachRecord calls f with every record of the spec.
func (c *checker) eachRecord(f func(zone string, r RecordSpec, at Path)) {
	for _, zone := range sortedKeys(c.spec.Domains) {
		for i, r := range c.spec.Domains[zone].Records {
			f(zone, r, Path{"domains", zone, "records", i})
		}
	}
}

func fullName(zone string, r RecordSpec) string {
	if r.Name == "@" {
		return zone
	}
	return r.Name + "." + zone
}

// recordNameRE allows what hostnames do not: _dmarc and the like.
var recordNameRE = regexp.MustCompile(`^(\*|[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?)*$`)

func checkRecordNames(c *checker) {
	c.eachRecord(func(zone string, r RecordSpec, at Path) {
		at = at.With("name")
		inside, full := strings.CutSuffix(strings.TrimSuffix(r.Name, "."), "."+zone)
		switch {
		case r.Name == "@":
		case r.Name == zone || r.Name == zone+".":
			c.report(at, "%q is the domain itself, which is written %q", r.Name, "@")
		case full:
			c.report(at, "%q is a full name, but has to be one inside of %q", r.Name, zone).hint("%s", didYouMeanText(inside))
		case !recordNameRE.MatchString(r.Name):
			p := c.report(at, "%q is no name of a record", r.Name).hint("\"@\", or labels of lower-case letters, digits, - and _")
			if low := strings.ToLower(r.Name); low != r.Name && recordNameRE.MatchString(low) {
				p.hint("%s", didYouMeanText(low))
			}
		case len(fullName(zone, r)) > 253:
			c.report(at, "the record's name is %d characters long, and 253 is the most", len(fullName(zone, r)))
		}
	})
}

func checkRecordFields(c *checker) {
	c.eachRecord(func(_ string, r RecordSpec, at Path) {
		given := map[string]bool{"content": r.Content != "", "priority": r.Priority != nil, "caa": r.CAA != nil, "srv": r.SRV != nil}
		for _, field := range []string{"content", "priority", "caa", "srv"} {
			wants := map[string]bool{
				"content":  r.Type != "CAA" && r.Type != "SRV",
				"priority": r.Type == "MX",
				"caa":      r.Type == "CAA",
				"srv":      r.Type == "SRV",
			}[field]
			switch {
			case wants && !given[field]:
				c.report(at, "the field %q is missing, which %s records have", field, r.Type)
			case given[field] && !wants:
				c.report(at.With(field), "%s records have no field %q", r.Type, field)
			}
		}
		canProxy := r.Type == "A" || r.Type == "AAAA" || r.Type == "CNAME"
		switch {
		case r.Proxied && !canProxy:
			c.report(at.With("proxied"), "%s records do not go through the proxy", r.Type).hint("A, AAAA and CNAME records do")
		case r.Proxied && r.TTL != 1:
			c.report(at.With("ttl"), "a record that goes through the proxy has no ttl of its own").hint("leave ttl out")
		case r.TTL != 1 && r.TTL < 60:
			c.report(at.With("ttl"), "%d is not from 60 to 86400, nor 1 for automatic", r.TTL)
		}
	})
}

func checkRecordContents(c *checker) {
	c.eachRecord(func(_ string, r RecordSpec, at Path) {
		target := at.With("content")
		switch {
		case r.SRV != nil && r.Type == "SRV":
			c.target(at.With("srv", "target"), r.SRV.Target)
		case r.Content == "":
		case r.Type == "A":
			c.fault(target, familyFault(r.Content, 4))
		case r.Type == "AAAA":
			c.fault(target, familyFault(r.Content, 6))
		case r.Type == "CNAME", r.Type == "MX", r.Type == "NS":
			c.target(target, r.Content)
		}
	})
}

// target checks what a record points at: a name, which may have underscores.
// A lone dot says that there is no such service (RFC 7505, RFC 2782).
func (c *checker) target(at Path, name string) {
	if name == "." || recordNameRE.MatchString(name) && strings.Contains(name, "_") {
		return
	}
	c.fault(at, hostnameFault(name))
}

// checkRecordClashes follows Cloudflare's rules on names (developers.cloudflare.com,
// API, create DNS record): A and AAAA not beside CNAME, NS beside nothing.
func checkRecordClashes(c *checker) {
	routes := map[string]Path{}
	if len(c.spec.Domains) > 0 {
		for _, r := range c.site.Routes {
			if c.spec.Domains[r.Zone] != nil && len(c.spec.Domains[r.Zone].Records) > 0 {
				routes[r.Hostname] = r.at
			}
		}
	}
	for zone, d := range c.spec.Domains {
		if d.Wildcard {
			routes["*."+zone] = Path{"domains", zone, "wildcard"}
		}
	}
	seen := map[string]map[string]Path{} // by name and type
	c.eachRecord(func(zone string, r RecordSpec, at Path) {
		name := fullName(zone, r)
		if tunnel, ok := routes[name]; ok && !besideCNAME(r.Type) {
			p := c.report(at.With("name"), "%q leads into the tunnel, and cannot have a record of type %s", name, r.Type).hint("remove the record, or the hostname")
			c.note(p, tunnel, "the hostname is set here")
			return
		}
		for _, other := range sortedKeys(seen[name]) {
			if clash(r.Type, other, name == zone) {
				p := c.report(at.With("type"), "%q has a record of type %s already, which does not go with one of type %s", name, other, r.Type).hint("keep one of them")
				c.note(p, seen[name][other], "the other record")
				return
			}
		}
		if seen[name] == nil {
			seen[name] = map[string]Path{}
		}
		if _, ok := seen[name][r.Type]; !ok {
			seen[name][r.Type] = at
		}
	})
}

// besideCNAME tells whether a record can stand at the name of a CNAME record,
// which is what the tunnel's records are.
func besideCNAME(kind string) bool {
	return kind != "A" && kind != "AAAA" && kind != "CNAME" && kind != "NS"
}

func clash(a, b string, apex bool) bool {
	switch {
	case a == "CNAME" && b == "CNAME":
		return true
	case a == "NS" || b == "NS":
		return a != b && !apex
	}
	return a == "CNAME" && !besideCNAME(b) || b == "CNAME" && !besideCNAME(a)
}

func checkRecordTwice(c *checker) {
	seen := map[string]Path{}
	c.eachRecord(func(zone string, r RecordSpec, at Path) {
		value := r.Content
		if r.Type != "TXT" {
			value = strings.ToLower(value)
		}
		if r.CAA != nil {
			value += fmt.Sprint(*r.CAA)
		}
		if r.SRV != nil {
			value += fmt.Sprint(*r.SRV)
		}
		key := fullName(zone, r) + " " + r.Type + " " + value
		if r.Type == "CNAME" {
			return // two of a name clash in any case
		}
		if first, ok := seen[key]; ok {
			c.note(c.report(at, "the record is given twice"), first, "the first one")
			return
		}
		seen[key] = at
	})
}
