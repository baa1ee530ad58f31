package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the time zones that timeZone is compared with, on any machine

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func formatRules() []Rule {
	return []Rule{
		{ID: "hostname", Severity: diag.Error, Summary: "Hostnames and domains are full DNS names in lower case: no scheme, port, path, underscore or dot at the end, and Punycode for other alphabets.",
			Bad: `apps: invoices: hostnames: ["https://invoices.example.com"]`, Good: `apps: invoices: hostnames: ["invoices.example.com"]`, value: true, check: checkHostnames},
		{ID: "email", Severity: diag.Error, Summary: "E-mail addresses are addresses alone.",
			Bad: `admin: email: "Maria <maria@example.com>"`, Good: `admin: email: "maria@example.com"`, value: true, check: checkEmails},
		{ID: "address", Severity: diag.Error, Summary: "IP addresses parse, and are of the family that the field is about.",
			Bad: `hosts: web1: nics: wan: ipv4: {address: "203.0.113.300/26", gateway: "203.0.113.1"}`, Good: `hosts: web1: nics: wan: ipv4: {address: "203.0.113.10/26", gateway: "203.0.113.1"}`, value: true, check: checkAddresses},
		{ID: "prefix", Severity: diag.Error, Summary: "A network is written as its prefix, without bits behind the length.",
			Bad: `hosts: web1: ssh: from: ["198.51.100.7/24"]`, Good: `hosts: web1: ssh: from: ["198.51.100.0/24"]`, value: true, check: checkPrefixes},
		{ID: "mac", Severity: diag.Error, Summary: "MAC addresses are six pairs of hex digits with colons.",
			Bad: `hosts: web1: nics: wan: mac: "a8-a1-59-0f-10-01"`, Good: `hosts: web1: nics: wan: mac: "a8:a1:59:0f:10:01"`, value: true, check: checkMACs},
		{ID: "cloudflare-id", Severity: diag.Error, Summary: "Zone and account ids are 32 hex digits in lower case, each its own.",
			Bad: `cloudflare: account: "my-account"`, Good: `cloudflare: account: "0123456789abcdef0123456789abcdef"`, value: true, check: checkCloudflareIDs},
		{ID: "team", Severity: diag.Error, Summary: "The Zero Trust team is named without its domain.",
			Bad: `cloudflare: team: "example.cloudflareaccess.com"`, Good: `cloudflare: team: "example"`, value: true, check: checkTeam},
		{ID: "url", Severity: diag.Error, Summary: "URLs are https and hold no credentials.",
			Bad: `hosts: web1: installer: image: "http://example.com/kexec.tar.gz"`, Good: `hosts: web1: installer: image: "https://example.com/kexec.tar.gz"`, value: true, check: checkURLs},
		{ID: "smtp-port", Severity: diag.Error, Summary: "The port of the mail relay goes with tls: 465 speaks TLS at once, 587 after STARTTLS.",
			Bad: `alerts: {email: "ops@example.com", smtp: {host: "smtp.example.com", user: "web1@example.com", port: 587, tls: "tls"}}`, Good: `alerts: {email: "ops@example.com", smtp: {host: "smtp.example.com", user: "web1@example.com", tls: "tls"}}`, check: checkSMTPPort},
		{ID: "session", Severity: diag.Error, Summary: "A log-in lasts up to 730h, in the units that Access knows: h, m, s.",
			Bad: `access: admins: session: "7d"`, Good: `access: admins: session: "168h"`, value: true, check: checkSessions},
		{ID: "time-zone", Severity: diag.Error, Summary: "Time zones are names of the tz database.",
			Bad: `hosts: web1: timeZone: "CEST"`, Good: `hosts: web1: timeZone: "Europe/Copenhagen"`, value: true, check: checkTimeZones},
		{ID: emptyRule, Severity: diag.Error, Summary: "A text that is given says something; a field without a value is left out.",
			Bad: `hosts: web1: address: ""`, Good: `hosts: web1: address: "203.0.113.10"`, value: true, check: checkEmpty},
		{ID: "list-twice", Severity: diag.Error, Summary: "No list names one thing twice.",
			Bad: `hosts: web1: ssh: from: ["198.51.100.0/24", "198.51.100.0/24"]`, Good: `hosts: web1: ssh: from: ["198.51.100.0/24", "203.0.113.0/24"]`, value: true, check: checkListsTwice},
		{ID: "text", Severity: diag.Error, Summary: "No text holds the character NUL, which no file that gen writes can hold.",
			Bad: `apps: invoices: env: GREETING: "a\u0000b"`, Good: `apps: invoices: env: GREETING: "a b"`, value: true, check: checkTexts},
		{ID: lineRule, Severity: diag.Error, Summary: "Texts that end up in files of lines or as arguments hold no line breaks and no control characters, and start with no hyphen. What a container is given, env, command and args, may; flags of k3s, contents of records and the like may start with one.",
			Bad: "alerts: {email: \"ops@example.com\", smtp: {host: \"smtp.example.com\", user: \"web1\\npasswordeval reboot\", from: \"web1@example.com\"}}", Good: `alerts: {email: "ops@example.com", smtp: {host: "smtp.example.com", user: "web1", from: "web1@example.com"}}`, value: true, check: checkLines},
		{ID: "text-form", Severity: diag.Error, Summary: "Texts are in Unicode's composed form, NFC, the only one that Terraform writes; what programs are given, env, command and args, stays as it is.",
			Bad: "domains: \"example.com\": records: [{type: \"TXT\", name: \"@\", content: \"v=1\", comment: \"cafe\\u0301\"}]", Good: "domains: \"example.com\": records: [{type: \"TXT\", name: \"@\", content: \"v=1\", comment: \"caf\\u00e9\"}]", value: true, check: checkTextForms},
		{ID: hiddenRule, Severity: diag.Warning, Summary: "No text holds characters that nobody sees: those that turn its direction, those without width, soft hyphens, control characters.",
			Bad: `apps: invoices: env: GREETING: "hello\u200bworld"`, Good: `apps: invoices: env: GREETING: "hello world"`, value: true, check: checkHidden},
	}
}

func checkHostnames(c *checker) {
	s := c.spec
	one := func(name string, at ...any) {
		if name != "" {
			c.fault(at, format.Hostname(name))
		}
	}
	for name := range s.Domains {
		c.faultName(diag.Path{"domains", name}, format.Hostname(name))
	}
	for name := range s.Redirects {
		f := format.Hostname(name)
		if strings.HasPrefix(name, "*.") {
			f = format.Fault{What: fmt.Sprintf("%q stands for many hostnames, and a redirect is of one", name), Hint: "list each name that shall lead there"}
		}
		c.faultName(diag.Path{"redirects", name}, f)
	}
	for _, w := range c.owners() {
		if w.web != nil && w.web.Domain != "" {
			if f := format.Hostname(w.web.Domain); f.Bad() {
				c.fault(w.at.With("domain"), f)
			}
		}
		for i, name := range w.hostnames() {
			c.fault(w.at.With("hostnames", i), wildHostname(name))
		}
	}
	for name := range s.Routes {
		c.faultName(diag.Path{"routes", name}, wildHostname(name))
	}
	one(s.ArgoCD.Hostname, "argocd", "hostname")
	one(s.Cluster.Hubble.Hostname, "cluster", "hubble", "hostname")
	for name, h := range s.Hosts {
		one(h.SSH.Hostname, "hosts", name, "ssh", "hostname")
		if !format.ParseAddr(h.Address).IsValid() && !looksLikeAddress(h.Address) {
			one(h.Address, "hosts", name, "address")
		}
	}
	c.eachWho(func(w spec.Who, at diag.Path) {
		for i, d := range w.EmailDomains {
			c.fault(at.With("emailDomains", i), mailDomainFault(d))
		}
	})
	if s.Alerts != nil && s.Alerts.SMTP != nil && !format.ParseAddr(s.Alerts.SMTP.Host).IsValid() {
		c.fault(diag.Path{"alerts", "smtp", "host"}, format.Hostname(s.Alerts.SMTP.Host))
	}
}

// wildHostname wants a hostname, or one with *. in front; other stars are for
// checkWildcards.
func wildHostname(name string) format.Fault {
	rest := strings.TrimPrefix(name, "*.")
	if strings.Contains(rest, "*") {
		return format.Fault{}
	}
	return format.Hostname(rest)
}

func checkTeam(c *checker) {
	team, at := c.spec.Cloudflare.Team, diag.Path{"cloudflare", "team"}
	if team == "" {
		return
	}
	if name, ok := strings.CutSuffix(strings.TrimSuffix(strings.TrimPrefix(team, "https://"), "/"), ".cloudflareaccess.com"); ok {
		c.report(at, "%q is the domain of the team", team).WithHint("%s", format.DidYouMean(name))
		return
	}
	c.fault(at, format.Label("the team", team, maxLabel))
}

// mailDomainFault wants what stands behind the @ of an address.
func mailDomainFault(text string) format.Fault {
	if i := strings.LastIndex(text, "@"); i >= 0 {
		f := format.Fault{What: fmt.Sprintf("%q has an @, but has to be the domain behind it", text)}
		if domain := strings.ToLower(text[i+1:]); !format.Hostname(domain).Bad() {
			f.Meant = domain
		}
		return f
	}
	return format.Hostname(text)
}

// looksLikeAddress tells a mistyped address from a mistyped name.
func looksLikeAddress(text string) bool {
	text, _, zone := strings.Cut(text, "%")
	return zone && strings.Contains(text, ":") || text != "" && strings.Trim(text, "0123456789./") == "" || strings.Contains(text, ":") && strings.Trim(text, "0123456789abcdefABCDEF:./%") == ""
}

func (w container) hostnames() []string {
	if w.web != nil {
		return w.web.Hostnames
	}
	return w.app.Hostnames
}

func checkSMTPPort(c *checker) {
	a := c.spec.Alerts
	if a == nil || a.SMTP == nil || a.SMTP.Port != site.SmtpPort(otherTLS(a.SMTP.TLS)) {
		return
	}
	at := diag.Path{"alerts", "smtp"}
	p := c.report(at.With("port"), "port %d is that of tls: %q, and tls is %q", a.SMTP.Port, otherTLS(a.SMTP.TLS), a.SMTP.TLS).
		WithHint("leave port out, or say tls: %q", otherTLS(a.SMTP.TLS))
	if c.ix.Has(at.With("tls")) {
		c.note(p, at.With("tls"), "set here")
	}
}

func otherTLS(tls string) string {
	if tls == "tls" {
		return "starttls"
	}
	return "tls"
}

func checkAddresses(c *checker) {
	for name, h := range c.spec.Hosts {
		at := diag.Path{"hosts", name}
		if looksLikeAddress(h.Address) {
			c.fault(at.With("address"), format.Address(h.Address))
		}
	}
	c.eachSpecLink(func(ipv4 spec.IPv4, l *spec.Link, at diag.Path) {
		if ipv4.Mode == "static" {
			c.addresses(at.With("ipv4"), ipv4.IP, 4)
		}
		if l.IPv6 != nil {
			c.addresses(at.With("ipv6"), *l.IPv6, 6)
		}
		for i, text := range l.Addresses {
			c.fault(at.With("addresses", i), format.Interface(text, 0))
		}
		for i, r := range l.Routes {
			c.fault(at.With("routes", i, "via"), format.Address(r.Via))
		}
		for i, dns := range l.DNS {
			c.fault(at.With("dns", i), format.Address(dns))
		}
	})
}

func (c *checker) addresses(at diag.Path, ip spec.IP, family int) {
	c.fault(at.With("address"), format.Interface(ip.Address, family))
	if ip.Gateway != "" && (family == 4 || ip.Gateway != site.AutoGateway) {
		c.fault(at.With("gateway"), format.Family(ip.Gateway, family))
	}
}

func checkPrefixes(c *checker) {
	c.fault(diag.Path{"cluster", "pods"}, format.Network(c.spec.Cluster.Pods))
	c.fault(diag.Path{"cluster", "services"}, format.Network(c.spec.Cluster.Services))
	for name, h := range c.spec.Hosts {
		for i, from := range h.SSH.From {
			c.fault(diag.Path{"hosts", name, "ssh", "from", i}, format.Network(from))
		}
		for i, o := range h.Open {
			for j, from := range o.From {
				c.fault(diag.Path{"hosts", name, "open", i, "from", j}, format.Network(from))
			}
		}
	}
	c.eachSpecLink(func(_ spec.IPv4, l *spec.Link, at diag.Path) {
		for i, r := range l.Routes {
			c.fault(at.With("routes", i, "to"), format.Network(r.To))
		}
	})
	c.eachWho(func(w spec.Who, at diag.Path) {
		for i, network := range w.IPs {
			c.fault(at.With("ips", i), format.Network(network))
		}
	})
}

func checkMACs(c *checker) {
	for name, h := range c.spec.Hosts {
		for nic, n := range h.NICs {
			c.fault(diag.Path{"hosts", name, "nics", nic, "mac"}, format.MAC(n.MAC))
		}
		for bond, b := range h.Bonds {
			if b.MAC != "" {
				c.fault(diag.Path{"hosts", name, "bonds", bond, "mac"}, format.MAC(b.MAC))
			}
		}
	}
}

var idRE = format.Pattern(`^[0-9a-f]{32}$`)

func checkCloudflareIDs(c *checker) {
	one := func(id, what string, at ...any) {
		if id != "" && !idRE().MatchString(id) {
			c.report(at, "%q is no %s id: it is not 32 hex digits", id, what).WithHint("%s", "the dashboard shows it on the overview page of the domain")
		}
	}
	one(c.spec.Cloudflare.Account, "account", "cloudflare", "account")
	seen := map[string]diag.Path{}
	if c.spec.Cloudflare.Account != "" {
		seen[c.spec.Cloudflare.Account] = diag.Path{"cloudflare", "account"}
	}
	for _, name := range slices.Sorted(maps.Keys(c.spec.Domains)) {
		id, at := c.spec.Domains[name].ZoneID, diag.Path{"domains", name, "zoneId"}
		one(id, "zone", at...)
		first, ok := seen[id]
		switch {
		case id == "":
		case ok && first[0] == "cloudflare":
			c.note(c.report(at, "%q is the id of the account, not of a zone", id).WithHint("the overview page of the domain shows both"), first, "the account")
		case ok:
			newer, older := c.later(at, first)
			c.note(c.report(newer, "%q is the id of another domain", id).WithHint("each has its own; leave zoneId out to have it looked up"), older, "of %s", older.Parent())
		default:
			seen[id] = at
		}
	}
}

func checkURLs(c *checker) {
	for name, h := range c.spec.Hosts {
		if h.Installer.Image != "" {
			c.fault(diag.Path{"hosts", name, "installer", "image"}, format.URL(h.Installer.Image))
		}
	}
	if b := c.spec.Terraform.S3; b != nil && b.Endpoint != "" {
		c.fault(diag.Path{"terraform", "s3", "endpoint"}, format.URL(b.Endpoint))
	}
	if a := c.spec.Alerts; a != nil && a.Ntfy != "" {
		c.fault(diag.Path{"alerts", "ntfy"}, format.URL(a.Ntfy))
	}
}

// maxSession is what Access calls one month (developers.cloudflare.com,
// Cloudflare One, session management: "from immediate timeout to 1 month").
const maxSession = 730 * time.Hour

// sessionRE is a duration in the units that the rule is about.
var sessionRE = format.Pattern(`^-?([0-9]+(\.[0-9]+)?[hms])+$`)

func checkSessions(c *checker) {
	for name, g := range c.spec.Access {
		at := diag.Path{"access", name, "session"}
		d, err := time.ParseDuration(g.Session)
		if err == nil && !sessionRE().MatchString(g.Session) {
			err = strconv.ErrSyntax
		}
		var days int
		switch {
		case err != nil:
			hint := "write it like \"24h\" or \"30m\""
			if n, err := fmt.Sscanf(g.Session+"\n", "%dd\n", &days); n == 1 && err == nil {
				hint = format.DidYouMean(fmt.Sprintf("%dh", days*24))
			}
			c.report(at, "%q is no duration that Access knows", g.Session).WithHint("%s", hint)
		case d < 0 || d > maxSession:
			c.report(at, "%q is not from 0s to 730h, which is what Access takes", g.Session).WithHint("730h is a month")
		case d > 0 && d < time.Minute:
			c.report(at, "%q is over before the page is there", g.Session).WithHint("\"0s\" asks at each request; \"30m\" is short")
		}
	}
}

func checkTimeZones(c *checker) {
	one := func(zone string, at diag.Path) {
		if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
			c.report(at, "%q is no time zone", zone).WithHint("a name of the tz database, like \"Europe/Copenhagen\"")
		}
	}
	for name, h := range c.spec.Hosts {
		one(h.TimeZone, diag.Path{"hosts", name, "timeZone"})
	}
	c.eachJob(func(_ *spec.App, j *spec.Job, at diag.Path) { one(j.TimeZone, at.With("timeZone")) })
}
