package rules

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"time"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

func originRules() []Rule {
	return []Rule{
		{ID: "route-path", Severity: diag.Error, Summary: "A path of a route is a regular expression as Go has them, for http and https, and none before it takes all that it matches.",
			Bad:  `routes: "nas.example.com": {to: "http://192.168.0.80:5000", access: "admins", paths: [{path: "^/a", to: "http://192.168.0.81"}, {path: "^/api/", to: "http://192.168.0.82"}]}`,
			Good: `routes: "nas.example.com": {to: "http://192.168.0.80:5000", access: "admins", paths: [{path: "^/api/", to: "http://192.168.0.82"}, {path: "^/a", to: "http://192.168.0.81"}]}`, check: checkRoutePath},
		{ID: "route-path-anywhere", Severity: diag.Warning, Summary: "A path of a route starts with ^, or ends with $: without them cloudflared finds it anywhere in the path.",
			Bad:  `routes: "nas.example.com": {to: "http://192.168.0.80:5000", access: "admins", paths: [{path: "/api/", to: "http://192.168.0.82"}]}`,
			Good: `routes: "nas.example.com": {to: "http://192.168.0.80:5000", access: "admins", paths: [{path: "^/api/", to: "http://192.168.0.82"}]}`, check: checkRoutePathAnywhere},
		{ID: "origin", Severity: diag.Error, Summary: "Options of an origin are what cloudflared takes: durations, names, certificates.",
			Bad: `routes: "nas.example.com": {to: "https://192.168.0.80:5001", access: "admins", origin: connectTimeout: "10"}`, Good: `routes: "nas.example.com": {to: "https://192.168.0.80:5001", access: "admins", origin: connectTimeout: "10s"}`, value: true, check: checkOrigins},
		{ID: "origin-scheme", Severity: diag.Error, Summary: "An option of an origin is one that its scheme has: those about TLS want https.",
			Bad: `routes: "nas.example.com": {to: "http://192.168.0.80:5000", access: "admins", origin: noTLSVerify: true}`, Good: `routes: "nas.example.com": {to: "https://192.168.0.80:5001", access: "admins", origin: noTLSVerify: true}`, check: checkOriginSchemes},
	}
}

func checkRoutePath(c *checker) {
	for name, r := range c.spec.Routes {
		for i, p := range r.Paths {
			at := diag.Path{"routes", name, "paths", i, "path"}
			if _, err := regexp.Compile(p.Path); err != nil {
				c.report(at, "%q is no regular expression: %s", p.Path, strings.TrimPrefix(err.Error(), "error parsing regexp: ")).WithHint("its language is RE2: https://github.com/google/re2/wiki/Syntax")
				continue
			}
			if o, fault := format.ParseOrigin(r.To); !fault.Bad() && !o.HTTP() {
				c.report(at, "%s has no paths", r.To).WithHint("leave paths out, or make to an http URL")
				continue
			}
			for j, before := range r.Paths[:i] {
				if covers(before.Path, p.Path) {
					q := c.report(at, "%q never counts: all that it matches is matched before", p.Path).WithHint("put it first")
					c.note(q, diag.Path{"routes", name, "paths", j, "path"}, "by this one")
					break
				}
			}
		}
	}
}

func checkRoutePathAnywhere(c *checker) {
	for name, r := range c.spec.Routes {
		for i, p := range r.Paths {
			if re, err := syntax.Parse(p.Path, syntax.Perl); err != nil || anchored(re.Simplify()) || endsText(re.Simplify()) {
				continue
			}
			report := c.report(diag.Path{"routes", name, "paths", i, "path"}, "%q is found anywhere in a path, as in %q", p.Path, "/other/"+strings.TrimPrefix(p.Path, "/"))
			if strings.HasPrefix(p.Path, "/") || strings.HasPrefix(p.Path, `\/`) {
				report.WithHint("%s", format.DidYouMean("^"+p.Path))
			}
		}
	}
}

// anchored tells whether an expression matches at the start of a text alone.
func anchored(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginText:
		return true
	case syntax.OpConcat, syntax.OpCapture:
		return len(re.Sub) > 0 && anchored(re.Sub[0])
	case syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(s *syntax.Regexp) bool { return !anchored(s) })
	}
	return false
}

// endsText tells of an expression about the end of a path, like \.css$.
func endsText(re *syntax.Regexp) bool {
	return re.Op == syntax.OpConcat && re.Sub[len(re.Sub)-1].Op == syntax.OpEndText
}

// covers tells of two expressions whether the first one certainly matches all paths
// that the second one does: they are equal, or the first is plain text that stands in
// the plain text which the second starts with. Whether it does in general is a hard
// question; this much finds what people write.
func covers(first, second string) bool {
	if first == second || strings.Trim(first, "^") == "/" || first == ".*" || first == "^.*" || first == "^/.*" {
		return true // every path starts with a slash
	}
	a, err := syntax.Parse(first, syntax.Perl)
	if err != nil {
		return false
	}
	b, err := syntax.Parse(second, syntax.Perl)
	if err != nil {
		return false
	}
	textA, wholeA := plainText(a.Simplify())
	textB, _ := plainText(b.Simplify())
	switch {
	case !wholeA || textA == "" || textB == "":
		return false
	case anchored(a.Simplify()):
		return anchored(b.Simplify()) && strings.HasPrefix(textB, textA)
	}
	return strings.Contains(textB, textA)
}

// plainText is the plain text at the start of an expression, behind ^, and whether the
// expression is nothing else.
func plainText(re *syntax.Regexp) (text string, whole bool) {
	parts := []*syntax.Regexp{re}
	if re.Op == syntax.OpConcat {
		parts = re.Sub
	}
	if parts[0].Op == syntax.OpBeginText {
		parts = parts[1:]
	}
	if len(parts) == 0 || parts[0].Op != syntax.OpLiteral || parts[0].Flags&syntax.FoldCase != 0 {
		return "", false
	}
	return string(parts[0].Rune), len(parts) == 1
}

func checkOrigins(c *checker) {
	c.eachOrigin(func(_ string, o *spec.Origin, at diag.Path) {
		at = at.With("origin")
		for name, text := range map[string]string{
			"connectTimeout": o.ConnectTimeout, "tlsTimeout": o.TLSTimeout, "tcpKeepAlive": o.TCPKeepAlive, "keepAliveTimeout": o.KeepAliveTimeout,
		} {
			if text != "" {
				c.fault(at.With(name), wait(text))
			}
		}
		for name, text := range map[string]string{"originServerName": o.OriginServerName, "httpHostHeader": o.HTTPHostHeader} {
			if text != "" && !format.LabelRE().MatchString(text) && !format.ParseAddr(text).IsValid() {
				c.fault(at.With(name), format.Hostname(text))
			}
		}
		if o.CAPool != "" {
			c.fault(at.With("caPool"), certificates(o.CAPool))
		}
	})
}

// wait wants a duration as Go writes it, of up to a day.
func wait(text string) format.Fault {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil && strings.Trim(text, "0123456789") == "":
		return format.Fault{What: fmt.Sprintf("%q has no unit", text), Hint: format.DidYouMean(text + "s")}
	case err != nil:
		return format.Fault{What: fmt.Sprintf("%q is no duration", text), Hint: "write it like \"10s\" or \"1m30s\""}
	case d <= 0 || d > 24*time.Hour:
		return format.Fault{What: fmt.Sprintf("%q is no time to wait", text), Hint: "write a duration of up to 24h"}
	}
	return format.Fault{}
}

// certificates wants PEM of certificates and of nothing else.
func certificates(text string) format.Fault {
	rest, n := []byte(text), 0
	for {
		block, more := pem.Decode(rest)
		if block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return format.Fault{What: fmt.Sprintf("the PEM has a %s in it", strings.ToLower(block.Type)), Hint: "certificates alone belong here"}
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return format.Fault{What: fmt.Sprintf("certificate %d of the PEM does not parse: %v", n+1, err), Hint: "paste the file of the authority as it is"}
		}
		rest, n = more, n+1
	}
	if n == 0 || strings.TrimSpace(string(rest)) != "" {
		return format.Fault{What: "this is no PEM of certificates", Hint: "write it between \"\"\" and \"\"\", from -----BEGIN CERTIFICATE----- on"}
	}
	return format.Fault{}
}

func checkOriginSchemes(c *checker) {
	c.eachOrigin(func(to string, o *spec.Origin, at diag.Path) {
		target, fault := format.ParseOrigin(to)
		if fault.Bad() {
			return
		}
		at = at.With("origin")
		tls := map[string]bool{
			"noTLSVerify": o.NoTLSVerify, "originServerName": o.OriginServerName != "", "matchSNItoHost": o.MatchSNIToHost,
			"caPool": o.CAPool != "", "http2Origin": o.HTTP2Origin, "tlsTimeout": o.TLSTimeout != "",
		}
		web := map[string]bool{
			"httpHostHeader": o.HTTPHostHeader != "", "disableChunkedEncoding": o.DisableChunkedEncoding,
			"keepAliveTimeout": o.KeepAliveTimeout != "", "keepAliveConnections": o.KeepAliveConnections > 0,
		}
		any := map[string]bool{"connectTimeout": o.ConnectTimeout != "", "tcpKeepAlive": o.TCPKeepAlive != ""}
		c.unfit(tls, target.Scheme == "https", to, "https", at)
		c.unfit(web, target.HTTP() && target.Status == 0, to, "http and https", at)
		c.unfit(any, target.Status == 0, to, "what is connected to", at)
		if o.NoTLSVerify && o.CAPool != "" {
			c.note(c.report(at.With("noTLSVerify"), "takes any certificate, so that caPool means nothing").WithHint("leave one of them out"), at.With("caPool"), "the authorities")
		}
		if o.MatchSNIToHost && o.OriginServerName != "" {
			c.note(c.report(at.With("matchSNItoHost"), "says another name than originServerName").WithHint("leave one of them out"), at.With("originServerName"), "the other name")
		}
	})
}

func (c *checker) unfit(options map[string]bool, fits bool, to, forWhat string, at diag.Path) {
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if options[name] && !fits {
			c.report(at.With(name), "%s is an option for %s, and the route leads to %s", name, forWhat, to).WithHint("leave it out")
		}
	}
}
