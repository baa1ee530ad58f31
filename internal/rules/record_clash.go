package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

// checkRecordClashes follows Cloudflare's rules on names (developers.cloudflare.com,
// API, create DNS record): A and AAAA not beside CNAME, NS beside nothing. They hold
// within a zone: the NS records of a delegated one stand in the zone around it.
func checkRecordClashes(c *checker) {
	type place struct{ zone, name string }
	routes := map[place]diag.Path{}
	if len(c.spec.Domains) > 0 {
		for _, r := range c.site.Claims() {
			if hasRecords(c.spec.Domains[r.Zone]) {
				routes[place{r.Zone, r.Hostname}] = r.At
			}
		}
	}
	for zone, d := range c.spec.Domains {
		if d.Wildcard {
			routes[place{zone, "*." + zone}] = diag.Path{"domains", zone, "wildcard"}
		}
	}
	seen := map[place]map[string]diag.Path{} // by name and type
	c.eachRecord(func(zone string, r spec.Record, at diag.Path) {
		name := fullName(zone, r)
		here := place{zone, name}
		if tunnel, ok := routes[here]; ok && !besideCNAME(r.Type) {
			p := c.report(at.With("name"), "%q leads into the tunnel, and cannot have a record of type %s", name, r.Type).WithHint("remove the record, or the hostname")
			c.note(p, tunnel, "the hostname is set here")
			return
		}
		for _, other := range slices.Sorted(maps.Keys(seen[here])) {
			if clash(r.Type, other, name == zone) {
				p := c.report(at.With("type"), "%q has a record of type %s already, which does not go with one of type %s", name, other, r.Type).WithHint("keep one of them")
				c.note(p, seen[here][other], "the other record")
				return
			}
		}
		if seen[here] == nil {
			seen[here] = map[string]diag.Path{}
		}
		if _, ok := seen[here][r.Type]; !ok {
			seen[here][r.Type] = at
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
	seen := map[string]diag.Path{}
	nullMX, mail := map[string]diag.Path{}, map[string]diag.Path{}
	c.eachRecord(func(zone string, r spec.Record, at diag.Path) {
		value := r.Content
		if a := format.ParseAddr(value); a.IsValid() {
			value = a.String()
		}
		if r.Type != "TXT" {
			value = strings.ToLower(value)
		}
		if r.CAA != nil {
			value += fmt.Sprint(*r.CAA)
		}
		if r.SRV != nil {
			value += fmt.Sprint(*r.SRV)
		}
		name := fullName(zone, r)
		key := zone + " " + name + " " + r.Type + " " + value
		if r.Type == "CNAME" {
			return // two of a name clash in any case
		}
		if first, ok := seen[key]; ok {
			c.note(c.report(at, "the record is given twice"), first, "the first one")
			return
		}
		seen[key] = at
		if r.Type != "MX" {
			return
		}
		here, other := mail, nullMX
		if value == "." {
			here, other = nullMX, mail
		}
		if first, ok := other[name]; ok {
			p := c.report(at, "%q takes no mail by one MX record, and takes it by another", name).WithHint("keep the one with \".\", or the others")
			c.note(p, first, "the other record")
		} else if _, ok := here[name]; !ok {
			here[name] = at
		}
	})
}

// checkRecordPolicies: two policies are an error for who reads them (RFC 7208,
// 4.5; RFC 7489, 6.6.3).
func checkRecordPolicies(c *checker) {
	seen := map[string]diag.Path{}
	c.eachRecord(func(zone string, r spec.Record, at diag.Path) {
		if r.Type != "TXT" {
			return
		}
		text := strings.ToLower(strings.TrimLeft(r.Content, "\" "))
		kind := ""
		switch {
		case text == "v=spf1" || strings.HasPrefix(text, "v=spf1 "):
			kind = "SPF"
		case strings.HasPrefix(text, "v=dmarc1") && strings.HasPrefix(r.Name, "_dmarc"):
			kind = "DMARC"
		default:
			return
		}
		name := fullName(zone, r)
		first, twice := seen[kind+" "+name]
		if !twice {
			seen[kind+" "+name] = at
			return
		}
		p := c.report(at.With("content"), "%q has an %s policy already, and receivers take two for none", name, kind).WithHint("make one record of them")
		if kind == "DMARC" {
			p.Message = fmt.Sprintf("%q has a DMARC policy already, and receivers take two for none", name)
		}
		c.note(p, first.With("content"), "the other one")
	})
}

// checkRecordMixed: developers.cloudflare.com, DNS, proxy status, mix of records.
func checkRecordMixed(c *checker) {
	type first struct {
		proxied bool
		at      diag.Path
	}
	seen := map[string]first{}
	c.eachRecord(func(zone string, r spec.Record, at diag.Path) {
		if r.Type != "A" && r.Type != "AAAA" {
			return
		}
		name := fullName(zone, r)
		f, ok := seen[name]
		switch {
		case !ok:
			seen[name] = first{r.Proxied, at}
		case f.proxied != r.Proxied:
			p := c.report(at, "one address of %q goes through the proxy and one does not, and Cloudflare then sends both through it", name).WithHint("say proxied for all of them or for none")
			c.note(p, f.at, "the other record")
		}
	})
}
