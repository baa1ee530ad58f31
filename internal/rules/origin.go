package rules

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

func originRules() []Rule {
	return []Rule{
		{ID: "origin", Severity: diag.Error, Summary: "Options of an origin are what cloudflared takes: durations, names, certificates.",
			Bad: `routes: "nas.example.com": {to: "https://192.168.0.80:5001", access: "admins", origin: connectTimeout: "10"}`, Good: `routes: "nas.example.com": {to: "https://192.168.0.80:5001", access: "admins", origin: connectTimeout: "10s"}`, value: true, check: checkOrigins},
		{ID: "origin-scheme", Severity: diag.Error, Summary: "An option of an origin is one that its scheme has: those about TLS want https.",
			Bad: `routes: "nas.example.com": {to: "http://192.168.0.80:5000", access: "admins", origin: noTLSVerify: true}`, Good: `routes: "nas.example.com": {to: "https://192.168.0.80:5001", access: "admins", origin: noTLSVerify: true}`, check: checkOriginSchemes},
	}
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
