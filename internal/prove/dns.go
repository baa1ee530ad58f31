package prove

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"sitegen/internal/tfread"
)

var (
	tunnelTarget = regexp.MustCompile(`^((?:data\.)?cloudflare_zero_trust_tunnel_cloudflared\..+)\.id\.cfargotunnel\.com$`)
	redirectHost = regexp.MustCompile(`http\.host eq "([^"]+)"`)
)

// readRecords reads the records and redirects of a root.
func (p *Proof) readRecords(r *tfread.Root) {
	zoneOf := map[string]string{}
	p.readZones(r)
	for name, id := range values(r.Local("zone_ids")) {
		zoneOf[textOf(id)] = name
	}
	for _, at := range slices.Sorted(maps.Keys(r.Resources)) {
		switch res := r.Resources[at]; res.Kind {
		case "cloudflare_dns_record":
			p.readRecord(r, res, zoneOf)
		case "cloudflare_ruleset":
			for _, rule := range list(res.Attrs["rules"].Value) {
				rule := values(rule)
				for _, m := range redirectHost.FindAllStringSubmatch(textOf(rule["expression"]), -1) {
					where, _ := r.Said("redirects", m[1])
					if res.Text("phase") != "http_request_dynamic_redirect" || textOf(rule["action"]) != "redirect" {
						p.find(RuleDangling, tfPlace(res.Pos), "the rule for %s is no redirect", m[1])
					}
					if enabled := rule["enabled"]; enabled != cty.NilVal && enabled.False() {
						continue
					}
					p.turned[m[1]] = tfPlace(where)
					p.turns[m[1]] = turn(rule)
					if name, zone := m[1], zoneOf[res.Text("zone_id")]; !inZone(name, zone) {
						p.find(RuleDangling, tfPlace(where), "%s is not in the zone %q, which has the redirect", name, zone)
					}
				}
			}
		}
	}
}

// readZones finds hostnames that two zones list: Terraform makes a record in the last.
func (p *Proof) readZones(r *tfread.Root) {
	zones := values(r.Local("zones"))
	for _, zone := range slices.Sorted(maps.Keys(zones)) {
		for _, v := range list(values(zones[zone])["hostnames"]) {
			name := textOf(v)
			where, _ := r.Said("zones", name)
			if before, ok := p.listed[name]; ok {
				p.find(RuleOwners, tfPlace(where), "the zones %s and %s both list %s", before, zone, name)
			}
			p.listed[name] = zone
		}
	}
}

func (p *Proof) readRecord(r *tfread.Root, res *tfread.Resource, zoneOf map[string]string) {
	rec := &record{name: res.Text("name"), kind: res.Text("type"), content: res.Text("content"), zone: zoneOf[res.Text("zone_id")]}
	if v := res.Attrs["proxied"].Value; v != cty.NilVal && v.IsKnown() && !v.IsNull() && v.Type() == cty.Bool {
		rec.proxied = v.True()
	}
	rec.ttl = number0(res.Attrs["ttl"].Value)
	if n := number0(res.Attrs["priority"].Value); n != "" && rec.kind == "MX" {
		rec.more = " priority " + n
	}
	data := values(res.Attrs["data"].Value)
	for _, key := range slices.Sorted(maps.Keys(data)) {
		rec.more += " " + key + " " + textOf(data[key]) + number0(data[key])
	}
	rec.at = tfPlace(res.Pos)
	for _, local := range []string{"zones", res.Name + "_records", "records"} {
		key := res.Key
		if where, ok := r.Said(local, key); ok {
			rec.at = tfPlace(where)
			break
		}
	}
	if m := tunnelTarget.FindStringSubmatch(rec.content); m != nil {
		if to := r.Resources[m[1]]; to != nil {
			rec.tunnel = to.Text("name")
			if f := values(to.Attrs["filter"].Value); f != nil {
				rec.tunnel = textOf(f["name"])
			}
		}
	}
	p.proveRecord(res, rec)
	p.records[rec.name] = append(p.records[rec.name], rec)
	for name := rec.name; name != ""; _, name, _ = strings.Cut(name, ".") {
		p.existing[name] = true
	}
}

// proveRecord holds a single record to what Cloudflare takes.
func (p *Proof) proveRecord(res *tfread.Resource, rec *record) {
	if rec.zone == "" {
		p.find(RuleDangling, rec.at, "the record of %s is in no zone that the root knows", rec.name)
	} else if !inZone(rec.name, rec.zone) {
		p.find(RuleDangling, rec.at, "%s is not in the zone %s, which the record is made in", rec.name, rec.zone)
	}
	data, hasData := res.Attrs["data"]
	hasData = hasData && data.Value.IsKnown() && !data.Value.IsNull()
	switch {
	case rec.name == "" || rec.kind == "" || rec.content == "" && !hasData || res.Attrs["ttl"].Value == cty.NilVal:
		p.find(RuleDangling, rec.at, "the record of %q has no name, type, content or ttl", rec.name)
	case strings.HasSuffix(rec.content, ".cfargotunnel.com") && rec.tunnel == "":
		p.find(RuleDangling, rec.at, "the record of %s leads to a tunnel that is not of this root: %s", rec.name, rec.content)
	case rec.tunnel != "" && (rec.kind != "CNAME" || !rec.proxied):
		p.find(RuleDangling, rec.at, "the record of %s does not lead to the tunnel: it has to be a proxied CNAME", rec.name)
	}
	if name, kind, ok := strings.Cut(res.Key, " "); ok && (name != rec.name || strings.Fields(kind)[0] != rec.kind) {
		p.find(RuleDangling, rec.at, "the key says %q, and the record is %s %s", res.Key, rec.name, rec.kind)
	}
	if rec.kind == "MX" && (res.Attrs["priority"].Value == cty.NilVal || res.Attrs["priority"].Value.IsNull()) {
		p.find(RuleDangling, rec.at, "the MX record of %s has no priority", rec.name)
	}
	if tag := textOf(values(data.Value)["tag"]); rec.kind == "CAA" && !slices.Contains([]string{"issue", "issuewild", "issuemail", "iodef"}, tag) {
		p.find(RuleDangling, rec.at, "a CAA record knows no tag %q", tag)
	}
	if _, _, ok := strings.Cut(res.Key, " "); ok && hasData && rec.kind == "CAA" && strings.Contains(res.Key, " CAA ") && !strings.HasSuffix(res.Key, textOf(values(data.Value)["tag"])+" "+textOf(values(data.Value)["value"])) {
		p.find(RuleDangling, rec.at, "the key says %q, and the record %q", res.Key, textOf(values(data.Value)["value"]))
	}
	if strings.HasSuffix(rec.name, ".") || strings.ToLower(rec.name) != rec.name {
		p.find(RuleDangling, rec.at, "%q is not the form that Cloudflare keeps: small letters, no trailing dot", rec.name)
	}
}

func inZone(name, zone string) bool { return name == zone || strings.HasSuffix(name, "."+zone) }

// reached is the record that answers for a hostname: its own, or the wildcard of the closest
// name above it, as RFC 4592 has it; nil where none does.
func (p *Proof) reached(hostname string) *record {
	for _, r := range p.records[hostname] {
		if slices.Contains([]string{"CNAME", "A", "AAAA"}, r.kind) {
			return r
		}
	}
	for name := hostname; ; {
		_, above, ok := strings.Cut(name, ".")
		if !ok {
			return nil
		}
		if wild := p.records["*."+above]; len(wild) > 0 {
			return wild[0]
		}
		if p.existing[above] {
			return nil
		}
		name = above
	}
}

// proveDNS looks at all records together.
func (p *Proof) proveDNS() {
	for _, name := range slices.Sorted(maps.Keys(p.records)) {
		all := p.records[name]
		var tunnel *record
		for i, r := range all {
			for _, before := range all[:i] {
				switch {
				case r.tunnel != "" && before.tunnel != "":
					p.find(RuleOwners, r.at, "%s has two records of the tunnel, the other at %s", name, before.at)
				case r.kind == "CNAME" && alone(before.kind) || before.kind == "CNAME" && alone(r.kind):
					p.find(RuleClash, r.at, "%s has a CNAME and beside it %s at %s", name, strings.TrimSuffix(before.kind+" "+before.content, " "), before.at).
						hint("Cloudflare refuses the second: a name has one owner")
				case *r == *before || r.kind == before.kind && r.content == before.content && r.content != "":
					p.find(RuleOwners, r.at, "%s has the same %s record twice, the other at %s", name, r.kind, before.at)
				}
			}
			if r.tunnel != "" {
				tunnel = r
			}
		}
		if tunnel != nil && !p.answered(name) {
			f := p.find(RuleNoRule, tunnel.at, "%s leads to the tunnel %s, and no rule of it is for that name: it answers 404", name, tunnel.tunnel)
			f.hint("add a rule in cloudflared's config.yaml, or take the record away")
			f.Warning = strings.HasPrefix(name, "*.") // names below it may be to come
		}
	}
	for name, where := range p.turned {
		if r := p.reached(name); r == nil || !r.proxied {
			p.find(RuleNoRecord, where, "%s is sent elsewhere, and no proxied record leads it to Cloudflare", name)
		}
	}
}

// alone tells whether a record of a type may not stand beside a CNAME of its name: at the
// top of a zone Cloudflare flattens it, so that others may.
func alone(kind string) bool { return slices.Contains([]string{"A", "AAAA", "CNAME", "NS"}, kind) }

// number0 is a number in words; "" where it is none.
func number0(v cty.Value) string {
	if v == cty.NilVal || !v.IsKnown() || v.IsNull() || v.Type() != cty.Number {
		return ""
	}
	return v.AsBigFloat().Text('f', -1)
}

var turnTo = regexp.MustCompile(`"(https?://[^"]*)"`)

// turn is where a redirect leads, and how.
func turn(rule map[string]cty.Value) string {
	from := values(values(rule["action_parameters"])["from_value"])
	target := values(from["target_url"])
	to := textOf(target["value"])
	keep := to == ""
	if m := turnTo.FindStringSubmatch(textOf(target["expression"])); keep && m != nil {
		to = m[1]
	}
	return fmt.Sprintf("%s %s path %t", number0(from["status_code"]), to, keep)
}
