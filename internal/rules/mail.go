package rules

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

// mailerRE is an address that every program takes for one on the way of a mail about
// what failed: msmtp's list of aliases ends an address at # : and , (msmtp
// src/aliases.c), and its configuration has the sender as it is.
var mailerRE = format.Pattern(`^[A-Za-z0-9._+='/-]+@[A-Za-z0-9.-]+$`)

func mailerFault(text string) format.Fault {
	if f := format.Email(text); f.Bad() || mailerRE().MatchString(text) {
		return f
	}
	return format.Fault{What: fmt.Sprintf("%q has a character in it that the programs which report failing disks take for something else", text),
		Hint: "letters, digits and . _ + = - ' / before the @"}
}

// maxRelayUser is how long a log-in name may be: msmtp reads lines of 500 bytes (msmtp
// src/conf.c, LINEBUFSIZE).
const maxRelayUser = 400

// relayUserFault wants what msmtp reads as it stands: it drops blanks around a value
// and quotes around a whole one (msmtp src/conf.c, trim_string).
func relayUserFault(user string) format.Fault {
	switch {
	case len(user) > maxRelayUser:
		return format.Fault{What: fmt.Sprintf("the log-in name has %d bytes, and %d is the most", len(user), maxRelayUser)}
	case strings.TrimSpace(user) != user:
		return format.Fault{What: fmt.Sprintf("%q has blanks around it, which msmtp drops", user), Meant: strings.TrimSpace(user)}
	case len(user) > 1 && strings.HasPrefix(user, `"`) && strings.HasSuffix(user, `"`):
		return format.Fault{What: fmt.Sprintf("%q has quotes around it, which msmtp drops", user), Meant: strings.Trim(user, `"`)}
	}
	return format.Fault{}
}

func checkEmails(c *checker) {
	c.fault(diag.Path{"admin", "email"}, format.Email(c.spec.Admin.Email))
	c.eachWho(func(w spec.Who, at diag.Path) {
		for i, e := range w.Emails {
			c.fault(at.With("emails", i), oneAddress(e))
		}
	})
	c.eachUser(func(u *spec.User, _ string, at diag.Path) {
		for i, e := range u.Emails {
			c.fault(at.With("emails", i), format.Email(e))
		}
	})
	if a := c.spec.Alerts; a != nil && a.Email != "" {
		c.fault(diag.Path{"alerts", "email"}, mailerFault(a.Email))
	}
	if a := c.spec.Alerts; a != nil && a.SMTP != nil {
		c.fault(diag.Path{"alerts", "smtp", "user"}, relayUserFault(a.SMTP.User))
		switch {
		case a.SMTP.From != "":
			c.fault(diag.Path{"alerts", "smtp", "from"}, mailerFault(a.SMTP.From))
		case relayUserFault(a.SMTP.User).Bad():
		case mailerFault(a.SMTP.User).Bad() && !format.Email(a.SMTP.User).Bad():
			c.fault(diag.Path{"alerts", "smtp", "user"}, mailerFault(a.SMTP.User))
		case format.Email(a.SMTP.User).Bad():
			c.report(diag.Path{"alerts", "smtp", "user"}, "%q is no e-mail address, and mail is sent from it", a.SMTP.User).
				WithHint("say alerts.smtp.from, the address that mail comes from")
		}
	}
}

// oneAddress wants an address as Access compares it: a star is a star.
func oneAddress(text string) format.Fault {
	if domain, all := strings.CutPrefix(text, "*@"); all {
		return format.Fault{What: fmt.Sprintf("%q is one address with a star in it, and not everybody at the domain", text), Hint: fmt.Sprintf("say emailDomains: [%q]", domain)}
	}
	return format.Email(text)
}

func mailRules() []Rule {
	return []Rule{
		{ID: "mail-spf", Severity: diag.Error, Summary: "The terms of SPF are those that receivers know, and ask for 10 look-ups at most.",
			Bad: `domains: "example.com": mail: spf: ["mailhost.example"]`, Good: `domains: "example.com": mail: spf: ["include:mailhost.example"]`, value: true, check: checkSPF},
		{ID: "mail-dkim", Severity: diag.Error, Summary: "A DKIM record holds a public key that verifiers take.",
			Bad: `domains: "example.com": mail: dkim: s1: "v=DKIM1; p=abc"`, Good: `domains: "example.com": mail: dkim: s1: "s1.dkim.mailhost.example"`, value: true, check: checkDKIM},
		{ID: "mail-dkim-weak", Severity: diag.Warning, Summary: "A DKIM key of RSA has 2,048 bits.",
			Bad:  `domains: "example.com": mail: dkim: s1: "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC9vtk2spkGL4Rf9VY5lkPOMxdEqdozX74UT8ZzYQKWOVX8O08p9+KKp02r1pd59rSpWAStqmBS8NZ+PWxF6qb2gfvCEZfdBz9YvPnNXKRUhJpOT+gEOUkyNtOZDYkpNk5GzeTXrEdUN1BSXmiqGFjYFvJfk6MUFnKGtiuA0uBYMQIDAQAB"`,
			Good: `domains: "example.com": mail: dkim: s1: "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEApt+bn2AdA4UK87aOYgKgdT+EGiPHNFmHWoQtInv5fgGXRK6eTaRjjySEXpj9EsLXxUZ8QLehYp0tKBI6ly3As44/PgbLQY3ovnWO8/fzS6vSHIdFDli7CSS+lOHbQSkC3ZxNo4sJZdWO/Tm7Pm+YNpLdio0T1dH4R0Tpsr05kBtvMkPzhcR8GMBp2U6/D9Mw2bNEK4DhGU17fghl7tCG4T58qBVeAWp10p+5PoP4Oh08YqUuqIOEDo3AV8rm0YEILkg7eoUtfqIls0DYG0esdaFE1NBnpI75SdWe5g6xm87vlTBm2WwsKc/ECht3u8nItqiypjxuvBa+M0EBHMULlwIDAQAB"`, value: true, check: checkDKIMWeak},
		{ID: "mail-dmarc", Severity: diag.Error, Summary: "Reports of DMARC are sent to e-mail addresses.",
			Bad: `domains: "example.com": mail: dmarc: {policy: "reject", rua: ["https://example.com/dmarc"]}`, Good: `domains: "example.com": mail: dmarc: {policy: "reject", rua: ["dmarc@example.com"]}`, value: true, check: checkDMARC},
		{ID: "mail-reports", Severity: diag.Warning, Summary: "A domain of the site that gets another one's reports agrees to it by a record.",
			Bad:  "domains: {\n\t\"bakery.example\": mail: dmarc: {policy: \"reject\", rua: [\"dmarc@example.com\"]}\n\t\"example.com\": records: [{type: \"A\", name: \"mail\", content: \"192.0.2.1\"}]\n}",
			Good: "domains: {\n\t\"bakery.example\": mail: dmarc: {policy: \"reject\", rua: [\"dmarc@example.com\"]}\n\t\"example.com\": records: [{type: \"TXT\", name: \"bakery.example._report._dmarc\", content: \"v=DMARC1\"}]\n}", check: checkReports},
	}
}

// eachMail calls f with what the spec says of mail.
func (c *checker) eachMail(f func(zone string, m *spec.Mail, at diag.Path)) {
	for _, zone := range slices.Sorted(maps.Keys(c.spec.Domains)) {
		if m := c.spec.Domains[zone].Mail; m != nil {
			f(zone, m, diag.Path{"domains", zone, "mail"})
		}
	}
}

// maxLookups of a policy: receivers stop there (RFC 7208, 4.6.4). What the policies
// that are included ask for counts too, and is not seen here.
const maxLookups = 10

func checkSPF(c *checker) {
	c.eachMail(func(_ string, m *spec.Mail, at diag.Path) {
		lookups := 0
		for i, term := range m.SPF {
			f, asks := spfTerm(term)
			c.fault(at.With("spf", i), f)
			if asks {
				lookups++
			}
		}
		if lookups > maxLookups {
			c.report(at.With("spf"), "receivers would have to look up %d names, and stop at %d", lookups, maxLookups).WithHint("write addresses, ip4: and ip6:, in the place of some")
		}
		c.twice(m.SPF, at.With("spf"), strings.ToLower)
	})
}

// spfTerm is what is wrong with a mechanism of SPF (RFC 7208, 5), and whether receivers
// look something up for it.
func spfTerm(term string) (f format.Fault, lookup bool) {
	bare := strings.TrimLeft(term, "+-~?")
	end := strings.IndexAny(bare, ":/=")
	if end < 0 {
		end = len(bare)
	}
	name, rest := strings.ToLower(bare[:end]), bare[end:]
	switch {
	case strings.ContainsAny(term, " \t"):
		return format.Fault{What: fmt.Sprintf("%q is more than one term", term), Hint: "each is an entry of the list; v=spf1 and -all are written by gen"}, false
	case name == "all":
		return format.Fault{What: fmt.Sprintf("%q is what spfAll says", term), Hint: "leave it out"}, false
	case name == "include" || name == "exists":
		return spfDomain(term, strings.TrimPrefix(rest, ":"), strings.HasPrefix(rest, ":")), true
	case (name == "a" || name == "mx") && (rest == "" || rest[0] == '/'):
		return format.Fault{}, true // the domain's own
	case name == "a" || name == "mx":
		host, _, _ := strings.Cut(strings.TrimPrefix(rest, ":"), "/")
		return spfDomain(term, host, strings.HasPrefix(rest, ":")), true
	case name == "ip4" && strings.HasPrefix(rest, ":"):
		return spfAddress(term, rest[1:], 4), false
	case name == "ip6" && strings.HasPrefix(rest, ":"):
		return spfAddress(term, rest[1:], 6), false
	case name == "ptr":
		return format.Fault{What: "ptr is not to be used: it is slow, and fails often (RFC 7208, 5.5)", Hint: "write the addresses, ip4: and ip6:"}, true
	case name == "redirect":
		return format.Fault{What: "redirect is passed over in a policy that ends with all", Hint: "", Meant: "include:" + strings.TrimPrefix(rest, "=")}, true
	}
	unknown := format.Fault{What: fmt.Sprintf("%q is no term of SPF", format.Shorten(term)), Hint: "write it like \"include:mailhost.example\", \"ip4:192.0.2.25\", \"a\" or \"mx\""}
	switch a := format.ParseAddr(bare); {
	case a.Is4():
		unknown.Meant = "ip4:" + bare
	case a.IsValid():
		unknown.Meant = "ip6:" + bare
	case !format.Hostname(bare).Bad():
		unknown.Meant = "include:" + bare
	}
	return unknown, false
}

// spfDomain wants a name, with underscores as they have, or a macro.
func spfDomain(term, host string, said bool) format.Fault {
	switch {
	case !said || host == "":
		return format.Fault{What: fmt.Sprintf("%q names no domain", term), Hint: "write it like \"include:mailhost.example\""}
	case strings.Contains(host, "%{"), recordNameRE().MatchString(host) && strings.Contains(host, "."):
		return format.Fault{}
	}
	return format.Hostname(host)
}

func spfAddress(term, text string, family int) format.Fault {
	if strings.Contains(text, "/") {
		if p := format.ParsePrefix(text); p.IsValid() && p.Addr().Is4() == (family == 4) {
			return format.Fault{}
		}
		return format.Fault{What: fmt.Sprintf("%q is no network of IPv%d", term, family), Hint: ""}
	}
	return format.Family(text, family)
}

// dkimKey reads the public key of a DKIM record (RFC 6376, 3.6.1; RFC 8463): its size in
// bits, 0 where there is none to measure.
func dkimKey(text string) (bits int, f format.Fault) {
	tags := map[string]string{"k": "rsa"}
	for tag := range strings.SplitSeq(text, ";") {
		if name, value, ok := strings.Cut(tag, "="); ok {
			tags[strings.TrimSpace(name)] = strings.Join(strings.Fields(value), "")
		} else if strings.TrimSpace(tag) != "" {
			return 0, format.Fault{What: fmt.Sprintf("%q is no tag of a DKIM record", format.Shorten(strings.TrimSpace(tag))), Hint: "tags are divided by ; and have = in them"}
		}
	}
	p, there := tags["p"]
	raw, err := base64.StdEncoding.DecodeString(p)
	switch {
	case tags["v"] != "" && tags["v"] != "DKIM1":
		return 0, format.Fault{What: fmt.Sprintf("%q is no version of DKIM", tags["v"]), Hint: "the record starts with v=DKIM1"}
	case !there:
		return 0, format.Fault{What: "the key is missing", Hint: "the mail provider shows it: p= and what follows"}
	case p == "":
		return 0, format.Fault{} // taken back
	case err != nil:
		return 0, format.Fault{What: "what follows p= is not base64: it is cut, or has a character too many", Hint: "copy it whole from the mail provider"}
	case tags["k"] == "ed25519" && len(raw) == ed25519.PublicKeySize:
		return 0, format.Fault{}
	case tags["k"] == "rsa":
		if key, err := x509.ParsePKIXPublicKey(raw); err == nil {
			if k, ok := key.(*rsa.PublicKey); ok {
				return k.N.BitLen(), format.Fault{}
			}
		} else if k, err := x509.ParsePKCS1PublicKey(raw); err == nil {
			return k.N.BitLen(), format.Fault{}
		}
	}
	return 0, format.Fault{What: fmt.Sprintf("what follows p= is no %s key", tags["k"]), Hint: "copy it whole from the mail provider"}
}

// Verifiers pass over RSA keys below the first, and signers should have the second (RFC
// 8301, 3.2).
const (
	leastDKIM = 1024
	soundDKIM = 2048
)

func (c *checker) eachDKIM(f func(bits int, fault format.Fault, at diag.Path)) {
	c.eachMail(func(_ string, m *spec.Mail, at diag.Path) {
		for selector, text := range m.DKIM {
			if site.IsDKIMKey(text) {
				bits, fault := dkimKey(text)
				f(bits, fault, at.With("dkim", selector))
			}
		}
	})
}

func checkDKIM(c *checker) {
	c.eachDKIM(func(bits int, fault format.Fault, at diag.Path) {
		c.fault(at, fault)
		if bits > 0 && bits < leastDKIM {
			c.report(at, "the key has %d bits, and verifiers pass over keys below %d", bits, leastDKIM).WithHint("have the mail provider make one of %d bits", soundDKIM)
		}
	})
}

func checkDKIMWeak(c *checker) {
	c.eachDKIM(func(bits int, _ format.Fault, at diag.Path) {
		if bits >= leastDKIM && bits < soundDKIM {
			c.report(at, "the key has %d bits, which is weak", bits).WithHint("have the mail provider make one of %d bits", soundDKIM)
		}
	})
}

func checkDMARC(c *checker) {
	c.eachMail(func(_ string, m *spec.Mail, at diag.Path) {
		if m.DMARC == nil {
			return
		}
		for i, to := range m.DMARC.RUA {
			f := format.Email(to)
			switch plain := strings.TrimPrefix(to, "mailto:"); {
			case plain != to && !format.Email(plain).Bad():
				f = format.Fault{What: fmt.Sprintf("%q has a scheme, which gen writes", to), Meant: plain}
			case !f.Bad() && strings.ContainsAny(to, ",;!"):
				f = format.Fault{What: fmt.Sprintf("%q has a character in it that divides the list of addresses", to), Hint: "letters, digits and . _ + - before the @"}
			}
			c.fault(at.With("dmarc", "rua", i), f)
		}
		c.twice(m.DMARC.RUA, at.With("dmarc", "rua"), strings.ToLower)
	})
}

// checkReports follows RFC 7489, 7.1: reports to an organisation's other domain want a
// record there. Domains outside of the site are not seen.
func checkReports(c *checker) {
	c.eachMail(func(zone string, m *spec.Mail, at diag.Path) {
		if m.DMARC == nil {
			return
		}
		for i, to := range m.DMARC.RUA {
			_, host, _ := strings.Cut(to, "@")
			here, _ := publicsuffix.EffectiveTLDPlusOne(zone)
			there, _ := publicsuffix.EffectiveTLDPlusOne(host)
			other := c.spec.Domains[site.ZoneOf(c.site.ZoneNames, host)]
			if here == there || other == nil {
				continue
			}
			agrees := zone + "._report._dmarc"
			if !slices.ContainsFunc(other.Records, func(r spec.Record) bool {
				return r.Type == "TXT" && (r.Name == agrees || r.Name == "*._report._dmarc")
			}) {
				c.report(at.With("dmarc", "rua", i), "%q gets reports about %q only if it agrees to it", host, zone).
					WithHint("under domains: %q: records: [{type: \"TXT\", name: %q, content: \"v=DMARC1\"}]", site.ZoneOf(c.site.ZoneNames, host), agrees)
			}
		}
	})
}
