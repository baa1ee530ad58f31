package rules

import (
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func recordRules() []Rule {
	return []Rule{
		{ID: "record-name", Severity: diag.Error, Summary: "A record's name is relative to its domain: \"@\", \"mail\", \"*.dev\"; that of an SRV record starts with _SERVICE._PROTOCOL.",
			Bad: `domains: "example.com": records: [{type: "A", name: "mail.example.com", content: "192.0.2.1"}]`, Good: `domains: "example.com": records: [{type: "A", name: "mail", content: "192.0.2.1"}]`, value: true, check: checkRecordNames},
		{ID: "record-fields", Severity: diag.Error, Summary: "A record has the fields of its type and no others.",
			Bad: `domains: "example.com": records: [{type: "MX", name: "@", content: "mx.example.net"}]`, Good: `domains: "example.com": records: [{type: "MX", name: "@", content: "mx.example.net", priority: 10}]`, check: checkRecordFields},
		{ID: "record-content", Severity: diag.Error, Summary: "A record's value is what its type takes: an address, a hostname, a line of text, or what certificate authorities read.",
			Bad: `domains: "example.com": records: [{type: "AAAA", name: "mail", content: "192.0.2.1"}]`, Good: `domains: "example.com": records: [{type: "AAAA", name: "mail", content: "2001:db8::25"}]`, value: true, check: checkRecordContents},
		{ID: "record-size", Severity: diag.Error, Summary: "A record takes 4,096 bytes at most, and those of one name and type 8,192 characters together.",
			Bad: `domains: "example.com": records: [{type: "TXT", name: "@", content: "` + strings.Repeat("v=1 ", 1024) + `"}]`, Good: `domains: "example.com": records: [{type: "TXT", name: "@", content: "v=1"}]`, beside: true, check: checkRecordSizes},
		{ID: "record-comment", Severity: diag.Error, Summary: "A record's comment is one line, of 500 characters at most.",
			Bad: `domains: "example.com": records: [{type: "TXT", name: "@", content: "v=1", comment: "old\nstays until May"}]`, Good: `domains: "example.com": records: [{type: "TXT", name: "@", content: "v=1", comment: "old; stays until May"}]`, value: true, check: checkRecordComments},
		{ID: "record-comment-length", Severity: diag.Error, Limit: true, Summary: "A record's comment has 100 characters at most, which is what Cloudflare's free plan holds; silence this on a bigger plan.",
			Bad: `domains: "example.com": records: [{type: "TXT", name: "@", content: "v=1", comment: "` + strings.Repeat("a long story ", 8) + `"}]`, Good: `domains: "example.com": records: [{type: "TXT", name: "@", content: "v=1", comment: "a short one"}]`, value: true, check: checkCommentLengths},
		{ID: "record-clash", Severity: diag.Error, Summary: "No record stands where the tunnel's own record has to, or beside a CNAME or NS record of that name.",
			Bad: `domains: "example.com": records: [{type: "A", name: "invoices", content: "192.0.2.1"}]`, Good: `domains: "example.com": records: [{type: "TXT", name: "invoices", content: "v=1"}]`, check: checkRecordClashes},
		{ID: "record-twice", Severity: diag.Error, Summary: "No record is given twice.",
			Bad: `domains: "example.com": records: [{type: "TXT", name: "@", content: "v=1"}, {type: "TXT", name: "@", content: "v=1"}]`, Good: `domains: "example.com": records: [{type: "TXT", name: "@", content: "v=1"}]`, check: checkRecordTwice},
		{ID: "record-policy", Severity: diag.Error, Summary: "A name has one SPF and one DMARC policy: receivers of mail take two for none.",
			Bad: `domains: "example.com": records: [{type: "TXT", name: "@", content: "v=spf1 mx -all"}, {type: "TXT", name: "@", content: "v=spf1 -all"}]`, Good: `domains: "example.com": records: [{type: "TXT", name: "@", content: "v=spf1 mx -all"}]`, check: checkRecordPolicies},
		{ID: "record-loop", Severity: diag.Error, Summary: "CNAME records lead somewhere, and not in a circle.",
			Bad: `domains: "example.com": records: [{type: "CNAME", name: "old", content: "old.example.com"}]`, Good: `domains: "example.com": records: [{type: "CNAME", name: "old", content: "new.example.net"}]`, check: checkRecordLoops},
		{ID: "record-target", Severity: diag.Error, Summary: "Mail and name servers, and those of SRV records, are named by their own names, not by aliases; the tunnel answers only to hostnames that it serves.",
			Bad: `domains: "example.com": records: [{type: "MX", name: "@", content: "invoices.example.com", priority: 10}]`, Good: `domains: "example.com": records: [{type: "MX", name: "@", content: "mx.example.net", priority: 10}]`, check: checkRecordTargets},
		{ID: "record-dangling", Severity: diag.Warning, Summary: "What a record points at inside of a domain whose records the spec gives is there.",
			Bad: `domains: "example.com": records: [{type: "A", name: "mail", content: "192.0.2.1"}, {type: "MX", name: "@", content: "mial.example.com", priority: 10}]`, Good: `domains: "example.com": records: [{type: "A", name: "mail", content: "192.0.2.1"}, {type: "MX", name: "@", content: "mail.example.com", priority: 10}]`, check: checkRecordDangling},
		{ID: "record-proxied", Severity: diag.Error, Summary: "Cloudflare's proxy reaches servers on the internet: no private address, and none of Cloudflare's own.",
			Bad: `domains: "example.com": records: [{type: "A", name: "shop", content: "10.0.0.7", proxied: true}]`, Good: `domains: "example.com": records: [{type: "A", name: "shop", content: "10.0.0.7"}]`, beside: true, check: checkRecordProxied},
		{ID: "record-mixed", Severity: diag.Warning, Summary: "Either all addresses of a name go through Cloudflare's proxy or none does: one that does takes the others along.",
			Bad: `domains: "example.com": records: [{type: "A", name: "shop", content: "192.0.2.1", proxied: true}, {type: "A", name: "shop", content: "192.0.2.2"}]`, Good: `domains: "example.com": records: [{type: "A", name: "shop", content: "192.0.2.1"}, {type: "A", name: "shop", content: "192.0.2.2"}]`, check: checkRecordMixed},
		{ID: "record-delegation", Severity: diag.Warning, Summary: "NS records delegate names below the domain: its own name servers are Cloudflare's.",
			Bad: `domains: "example.com": records: [{type: "NS", name: "@", content: "ns1.example.net"}]`, Good: `domains: "example.com": records: [{type: "NS", name: "lab", content: "ns1.example.net"}]`, check: checkRecordDelegations},
		{ID: "record-shadowed", Severity: diag.Warning, Summary: "No record and no hostname lies below a name that is delegated: other name servers answer for it.",
			Bad: `domains: "example.com": records: [{type: "NS", name: "lab", content: "ns1.example.net"}, {type: "A", name: "www.lab", content: "192.0.2.1"}]`, Good: `domains: "example.com": records: [{type: "NS", name: "lab", content: "ns1.example.net"}, {type: "A", name: "www", content: "192.0.2.1"}]`, check: checkRecordShadowed},
	}
}

// hasRecords tells whether the spec gives a domain records.
func hasRecords(d *spec.Domain) bool {
	return d != nil && (len(d.Records)+len(d.CAA) > 0 || d.Mail != nil)
}

// eachRecord calls f with every record of the spec, and those that follow from mail and
// caa, whose fields stand for those of the record (said).
func (c *checker) eachRecord(f func(zone string, r spec.Record, at diag.Path)) {
	for _, zone := range slices.Sorted(maps.Keys(c.spec.Domains)) {
		for i, r := range c.spec.Domains[zone].Records {
			f(zone, r, diag.Path{"domains", zone, "records", i})
		}
		for _, r := range site.MadeRecords(zone, c.spec.Domains[zone]) {
			f(zone, r.Record, r.At)
		}
	}
}

func fullName(zone string, r spec.Record) string {
	if r.Name == "@" {
		return zone
	}
	return r.Name + "." + zone
}

// recordNameRE allows what hostnames do not: _dmarc and the like.
var recordNameRE = format.Pattern(`^(\*|[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?)*$`)

// serviceRE is how the name of an SRV record starts (RFC 2782).
var serviceRE = format.Pattern(`^(\*|_[a-z0-9-]+)\._[a-z0-9-]+(\.|$)`)

func checkRecordNames(c *checker) {
	c.eachRecord(func(zone string, r spec.Record, at diag.Path) {
		at = at.With("name")
		inside, full := strings.CutSuffix(strings.TrimSuffix(r.Name, "."), "."+zone)
		switch {
		case r.Name == "@" && r.Type != "SRV":
		case r.Name == zone || r.Name == zone+".":
			c.report(at, "%q is the domain itself, which is written %q", r.Name, "@")
		case full:
			c.report(at, "%q is a full name, but has to be one inside of %q", r.Name, zone).WithHint("%s", format.DidYouMean(inside))
		case r.Name != "@" && !recordNameRE().MatchString(r.Name):
			p := c.report(at, "%q is no name of a record", r.Name).WithHint("\"@\", or labels of lower-case letters, digits, - and _")
			if low := strings.ToLower(r.Name); low != r.Name && recordNameRE().MatchString(low) {
				p.WithHint("%s", format.DidYouMean(low))
			}
		case len(fullName(zone, r)) > 253:
			c.report(at, "the record's name is %d characters long, and 253 is the most", len(fullName(zone, r)))
		case r.Type == "SRV" && !serviceRE().MatchString(r.Name):
			c.report(at, "%q does not say which service an SRV record is of", r.Name).WithHint("_SERVICE._PROTOCOL, and the name below the domain if it is not the domain's own: \"_sip._tcp\"")
		default:
			c.inOtherZone(zone, r, at)
		}
	})
}

// inOtherZone finds names that were written in full, for the wrong domain.
func (c *checker) inOtherZone(zone string, r spec.Record, at diag.Path) {
	if other := site.ZoneOf(c.site.ZoneNames, r.Name); other != "" {
		c.report(at, "%q is a name of the domain %q, and the records here are those of %q", r.Name, other, zone).
			WithHint("put the record under domains: %q", other)
	}
}

func checkRecordFields(c *checker) {
	c.eachRecord(func(_ string, r spec.Record, at diag.Path) {
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
			c.report(at.With("proxied"), "%s records do not go through the proxy", r.Type).WithHint("A, AAAA and CNAME records do")
		case r.Proxied && r.TTL != 1:
			c.report(at.With("ttl"), "a record that goes through the proxy has no ttl of its own").WithHint("leave ttl out")
		case r.TTL != 1 && r.TTL < 60:
			c.report(at.With("ttl"), "%d is not from 60 to 86400, nor 1 for automatic", r.TTL)
		}
	})
}

// checkRecordComments follows Cloudflare's rules on comments
// (developers.cloudflare.com, DNS, record attributes).
func checkRecordComments(c *checker) {
	c.eachRecord(func(_ string, r spec.Record, at diag.Path) {
		switch n := len([]rune(r.Comment)); {
		case strings.ContainsAny(r.Comment, "\r\n"):
			c.report(at.With("comment"), "the comment is more than one line").WithHint("; and , stand in a comment as well")
		case n > paidComment:
			c.report(at.With("comment"), "the comment has %d characters, and %d is the most on any plan", n, paidComment).WithHint("a CUE comment beside the record can be as long as you like")
		}
	})
}

// Comments on the free plan and on the paid ones (cloudflare-docs, record
// attributes; the API's error 9313 says the same).
const (
	freeComment = 100
	paidComment = 500
)

func checkCommentLengths(c *checker) {
	c.eachRecord(func(_ string, r spec.Record, at diag.Path) {
		if n := len([]rune(r.Comment)); n > freeComment && n <= paidComment {
			c.report(at.With("comment"), "the comment has %d characters, and Cloudflare's free plan holds %d", n, freeComment).
				WithHint("%d on a paid plan: silence this there", paidComment)
		}
	})
}
