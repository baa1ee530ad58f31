package cloudflared

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sitegen/internal/site"
)

// config is cloudflared's own configuration file.
type config struct {
	CredentialsFile string `yaml:"credentials-file"`
	EdgeIPVersion   string `yaml:"edge-ip-version"`
	Ingress         []rule `yaml:"ingress"`
	Metrics         string `yaml:"metrics"`
	NoAutoupdate    bool   `yaml:"no-autoupdate"`
	Tunnel          string `yaml:"tunnel"`
}

// rule leads a hostname, or some of its paths, to a service. The last rule has
// neither and takes what is left.
type rule struct {
	Hostname      string         `yaml:"hostname,omitempty"`
	Path          string         `yaml:"path,omitempty"`
	Service       string         `yaml:"service"`
	OriginRequest *originRequest `yaml:"originRequest,omitempty"`
}

// originRequest is how cloudflared speaks to a service (cloudflared
// config/configuration.go, OriginRequestConfig).
type originRequest struct {
	Access                 *accessCheck `yaml:"access,omitempty"`
	CAPool                 string       `yaml:"caPool,omitempty"`
	ConnectTimeout         string       `yaml:"connectTimeout,omitempty"`
	DisableChunkedEncoding bool         `yaml:"disableChunkedEncoding,omitempty"`
	HTTP2Origin            bool         `yaml:"http2Origin,omitempty"`
	HTTPHostHeader         string       `yaml:"httpHostHeader,omitempty"`
	KeepAliveConnections   int          `yaml:"keepAliveConnections,omitempty"`
	KeepAliveTimeout       string       `yaml:"keepAliveTimeout,omitempty"`
	MatchSNIToHost         bool         `yaml:"matchSNItoHost,omitempty"`
	NoTLSVerify            bool         `yaml:"noTLSVerify,omitempty"`
	OriginServerName       string       `yaml:"originServerName,omitempty"`
	TCPKeepAlive           string       `yaml:"tcpKeepAlive,omitempty"`
	TLSTimeout             string       `yaml:"tlsTimeout,omitempty"`
}

// accessCheck has cloudflared refuse what comes without Access's token for the
// hostname (cloudflared ingress/middleware/jwtvalidator.go).
type accessCheck struct {
	AudTag   []string `yaml:"audTag"`
	Required bool     `yaml:"required"`
	TeamName string   `yaml:"teamName"`
}

// authority is a file of certificates beside the configuration.
type authority struct{ name, pem string }

// ingress lists the rules, and the certificates that they name, in the order of the
// site's routes: cloudflared takes the first rule that matches. The paths of a hostname
// stand before the rule for the rest of it, so that none falls through to a wildcard.
func ingress(s *site.Site, c site.Connector) ([]rule, []authority, error) {
	var rules []rule
	var authorities []authority
	for _, r := range c.Routes {
		add := func(path string, t site.Target, ca string) {
			if t.Origin != nil && t.Origin.CAPool != "" {
				authorities = append(authorities, authority{ca, t.Origin.CAPool})
			}
			rules = append(rules, rule{Hostname: r.Hostname, Path: path, Service: t.Service, OriginRequest: request(t.Origin, ca, checkAt(s, r, path))})
		}
		if len(r.Bypass)+len(r.AccessPaths) > 0 {
			rules = append(rules, rule{Hostname: r.Hostname, Path: otherPath, Service: "http_status:400"})
		}
		for i, p := range r.Paths {
			add(p.Path, p.Target, fmt.Sprintf("ca-%s-%d.pem", r.AccessKey(), i))
		}
		rules = append(rules, exceptions(s, r)...)
		add("", r.Target, "ca-"+r.AccessKey()+".pem")
	}
	for _, r := range rules {
		if r.Hostname == "" || r.Service == "" {
			return nil, nil, fmt.Errorf("route %q to %q leads nowhere", r.Hostname, r.Service)
		}
	}
	return append(rules, rule{Service: "http_status:404"}), authorities, nil
}

// otherPath are paths that a server may read as another one than Access has looked at:
// they climb, or have a name that some servers pass over. No browser asks for one.
const otherPath = `\\|/\.\.?([;/]|$)|/;[^/]*/`

// exceptions are the rules for paths that others may see than the rest of the hostname,
// the longer ones first, as Access has it: those of another group, and those that Access
// lets by, past a check, which wants a token.
func exceptions(s *site.Site, r site.Route) []rule {
	type exception struct {
		path, expression string
		check            *accessCheck
	}
	var all []exception
	for _, p := range r.AccessPaths {
		all = append(all, exception{p.Path, guardedExpression(p.Path), check(s, r.PathKey(p))})
	}
	for _, path := range r.Bypass {
		if check := checkAt(s, r, ""); check != nil || len(r.AccessPaths) > 0 {
			all = append(all, exception{path, pathExpression(path), nil})
		}
	}
	slices.SortStableFunc(all, func(a, b exception) int {
		return cmp.Compare(len(strings.TrimSuffix(b.path, "/*")), len(strings.TrimSuffix(a.path, "/*")))
	})
	var rules []rule
	for _, e := range all {
		rules = append(rules, rule{Hostname: r.Hostname, Path: e.expression, Service: r.Service, OriginRequest: request(r.Origin, "ca-"+r.AccessKey()+".pem", e.check)})
	}
	return rules
}

// pathExpression is a path that Access lets by as an expression: a star stands for
// anything, and a path without one at its end for all below it too.
func pathExpression(path string) string {
	parts := strings.Split(strings.TrimSuffix(path, "*"), "*")
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	expression := "^" + strings.Join(parts, ".*")
	if !strings.HasSuffix(path, "*") && !strings.HasSuffix(path, "/") {
		expression += "(/|$)"
	}
	return expression
}

// guardedExpression is a path of another group, with every other way to write it that a
// server may take for the same: in capital letters, with more slashes, with parameters
// behind a semicolon. Whoever comes by one that Access does not take for the path has
// no token, and is refused.
func guardedExpression(path string) string {
	names := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, name := range names {
		names[i] = regexp.QuoteMeta(name)
	}
	return `(?i)^/+` + strings.Join(names, `(;[^/]*)?/+`) + `([^\w.~-]|$)`
}

// checkAt is Access's check for what an expression matches, "" for the hostname; nil
// where everybody may see it.
func checkAt(s *site.Site, r site.Route, expression string) *accessCheck {
	if expression != "" {
		if p, _ := r.PathGroup(expression); p != nil {
			return check(s, r.PathKey(*p))
		}
	}
	if r.Access == "" {
		return nil
	}
	return check(s, r.AccessKey())
}

// check is that of an application of Access, whose audience is known when it is there:
// see audiences.
func check(s *site.Site, key string) *accessCheck {
	if s.Cloudflare.Team == "" {
		return nil
	}
	return &accessCheck{AudTag: []string{audience + key}, Required: true, TeamName: s.Cloudflare.Team}
}

func request(o *site.Origin, ca string, check *accessCheck) *originRequest {
	switch {
	case o == nil && check == nil:
		return nil
	case o == nil:
		return &originRequest{Access: check}
	}
	r := &originRequest{
		Access: check, ConnectTimeout: o.ConnectTimeout, DisableChunkedEncoding: o.DisableChunkedEncoding, HTTP2Origin: o.HTTP2Origin,
		HTTPHostHeader: o.HTTPHostHeader, KeepAliveConnections: o.KeepAliveConnections, KeepAliveTimeout: o.KeepAliveTimeout,
		MatchSNIToHost: o.MatchSNIToHost, NoTLSVerify: o.NoTLSVerify, OriginServerName: o.OriginServerName,
		TCPKeepAlive: o.TCPKeepAlive, TLSTimeout: o.TLSTimeout,
	}
	if o.CAPool != "" {
		r.CAPool = configDir + "/" + ca
	}
	return r
}
