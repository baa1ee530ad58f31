package rules

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

func checkRecordContents(c *checker) {
	c.eachRecord(func(zone string, r spec.Record, at diag.Path) {
		target := at.With("content")
		switch {
		case r.SRV != nil && r.Type == "SRV":
			if r.SRV.Target != "." { // no such service (RFC 2782)
				c.fault(at.With("srv", "target"), format.Hostname(r.SRV.Target))
			}
		case r.CAA != nil && r.Type == "CAA":
			c.fault(at.With("caa", "value"), caaFault(r.CAA.Tag, r.CAA.Value))
			if r.CAA.Flags != 0 && r.CAA.Flags != 128 {
				c.report(at.With("caa", "flags"), "%d is no value of the flags of a CAA record", r.CAA.Flags).WithHint("0, or 128 for a tag that an authority must know")
			}
		case r.Content == "":
		case r.Type == "A":
			c.fault(target, recordAddressFault(r.Content, 4))
		case r.Type == "AAAA":
			c.fault(target, recordAddressFault(r.Content, 6))
		case r.Content == "." && r.Type != "MX" && r.Type != "TXT":
			c.report(target, "a lone dot says that there is no such service, which only MX and SRV records can say").WithHint("write a hostname, or leave the record out")
		case r.Content == "@" && r.Type != "TXT":
			c.report(target, "%q stands for the domain in a record's name, not in its value", r.Content).WithHint("%s", format.DidYouMean(zone))
		case r.Type == "CNAME":
			if !recordNameRE().MatchString(r.Content) || !strings.Contains(r.Content, "_") { // names of verification and DKIM have underscores
				c.fault(target, format.Hostname(r.Content))
			}
		case r.Type == "MX" && r.Content == ".": // no mail (RFC 7505)
			if r.Priority != nil && *r.Priority != 0 {
				c.report(at.With("priority"), "an MX record that takes no mail, \".\", has the priority 0").WithHint("say priority: 0")
			}
		case r.Type == "MX", r.Type == "NS":
			c.fault(target, format.Hostname(r.Content))
		case r.Type == "TXT":
			c.fault(target, textFault(r.Content))
		}
	})
}

func recordAddressFault(text string, family int) format.Fault {
	if f := format.Family(text, family); f.Bad() {
		return f
	}
	a := netip.MustParseAddr(text)
	switch {
	case a.IsLoopback(), a.Is6() && netip.MustParsePrefix("100::/64").Contains(a):
		return format.Fault{} // some do that on purpose: Cloudflare's documentation takes 100:: where there is no server
	case isUnusable(a) != "":
		return format.Fault{What: text + " " + isUnusable(a)}
	case a.IsLinkLocalUnicast():
		return format.Fault{What: text + " is a link-local address, which no router passes on", Hint: "write an address that others reach"}
	}
	return format.Fault{}
}

func textFault(text string) format.Fault {
	switch {
	case strings.TrimSpace(text) == "":
		return format.Fault{What: "the text is blank", Hint: "leave the record out"}
	case strings.ContainsAny(text, "\r\n"):
		return format.Fault{What: "the text is more than one line", Hint: "one record holds one text; a long one is cut into strings by gen"}
	}
	return format.Fault{}
}

// issuerRE is the value of issue and issuewild: a domain, or none, and parameters
// (RFC 8659, 4.2).
var issuerRE = format.Pattern(`^\s*([^;\s]*)\s*(;\s*([A-Za-z0-9-]+=[!-:<-~]*\s*(;\s*|$))*)?$`)

func caaFault(tag, value string) format.Fault {
	if tag == "iodef" {
		switch {
		case strings.HasPrefix(value, "mailto:") && !format.Email(value[len("mailto:"):]).Bad(), strings.HasPrefix(value, "https://") && !format.URL(value).Bad(), strings.HasPrefix(value, "http://"):
			return format.Fault{}
		case !format.Email(value).Bad():
			return format.Fault{What: fmt.Sprintf("%q is no URL to report to", value), Meant: "mailto:" + value}
		}
		return format.Fault{What: fmt.Sprintf("%q is no URL to report to", format.Shorten(value)), Hint: "write it like \"mailto:ops@example.com\""}
	}
	m := issuerRE().FindStringSubmatch(value)
	if m == nil {
		return format.Fault{What: fmt.Sprintf("%q names no certificate authority", format.Shorten(value)), Hint: "write its domain, like \"letsencrypt.org\", or \";\" for none"}
	}
	if m[1] == "" && strings.Contains(value, ";") {
		return format.Fault{}
	}
	if f := format.Hostname(m[1]); f.Bad() {
		f.Hint = "write its domain, like \"letsencrypt.org\", or \";\" for none"
		return f
	}
	return format.Fault{}
}

// What Cloudflare stores (developers.cloudflare.com, DNS record types): bytes of a
// record on the wire, characters of those of one name and type.
const (
	maxRecord    = 4096
	maxRecordSet = 8192
	maxString    = 255 // of the strings that a text is cut into (RFC 1035, 3.3)
)

func checkRecordSizes(c *checker) {
	type set struct{ name, kind string }
	sums := map[set]int{}
	c.eachRecord(func(zone string, r spec.Record, at diag.Path) {
		if r.Type != "TXT" {
			return
		}
		text := r.Content
		if strings.HasPrefix(text, `"`) {
			text = strings.ReplaceAll(strings.ReplaceAll(text, `" "`, ""), `"`, "")
		}
		if wire := len(text) + (len(text)+maxString-1)/maxString; wire > maxRecord {
			c.report(at.With("content"), "the text has %d bytes, and a record holds %d", len(text), maxRecord-maxRecord/(maxString+1)).WithHint("a shorter key, or fewer entries")
			return
		}
		key := set{fullName(zone, r), r.Type}
		before := sums[key]
		sums[key] += len([]rune(text))
		if before <= maxRecordSet && sums[key] > maxRecordSet {
			c.report(at.With("content"), "the TXT records of %q have more than %d characters together, which is the most", key.name, maxRecordSet).WithHint("remove those that nobody looks at any more")
		}
	})
}

// Cloudflare's own addresses (cloudflare.com/ips), and those of its resolver: the
// proxy would call itself.
var cloudflareNetworks = []string{
	"173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "141.101.64.0/18", "108.162.192.0/18", "190.93.240.0/20", "188.114.96.0/20",
	"197.234.240.0/22", "198.41.128.0/17", "162.158.0.0/15", "104.16.0.0/13", "104.24.0.0/14", "172.64.0.0/13", "131.0.72.0/22", "1.1.1.0/24", "1.0.0.0/24",
	"2400:cb00::/32", "2606:4700::/32", "2803:f800::/32", "2405:b500::/32", "2405:8100::/32", "2a06:98c0::/29", "2c0f:f248::/32",
}

// checkRecordProxied follows what the API refuses as the target of a proxied
// record (its error 9003). Addresses for documentation are fine: they stand where
// there is no server.
func checkRecordProxied(c *checker) {
	c.eachRecord(func(_ string, r spec.Record, at diag.Path) {
		a := format.ParseAddr(r.Content)
		if !r.Proxied || !a.IsValid() || r.Type != "A" && r.Type != "AAAA" {
			return
		}
		in := func(networks ...string) bool {
			return slices.ContainsFunc(networks, func(n string) bool { return netip.MustParsePrefix(n).Contains(a) })
		}
		switch {
		case a.IsPrivate(), a.IsLoopback(), a.IsLinkLocalUnicast(), in("100.64.0.0/10"):
			c.report(at.With("content"), "%s is not on the internet, where Cloudflare's proxy would look for it", a).
				WithHint("leave proxied out, or list the hostname with an app: the tunnel needs no address")
		case in(cloudflareNetworks...):
			c.report(at.With("content"), "%s is an address of Cloudflare's own, not of a server behind it", a).WithHint("write the server's own address")
		}
	})
}
