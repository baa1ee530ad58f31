package cloudflared

import (
	"fmt"
	"regexp"
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
func ingress(s *site.Site) ([]rule, []authority, error) {
	var rules []rule
	var authorities []authority
	for _, r := range s.Routes {
		add := func(path string, t site.Target, ca string) {
			if t.Origin != nil && t.Origin.CAPool != "" {
				authorities = append(authorities, authority{ca, t.Origin.CAPool})
			}
			rules = append(rules, rule{Hostname: r.Hostname, Path: path, Service: t.Service, OriginRequest: request(t.Origin, ca, check(s, r))})
		}
		rules = append(rules, bypass(s, r)...)
		for i, p := range r.Paths {
			add(p.Path, p.Target, fmt.Sprintf("ca-%s-%d.pem", r.AccessKey(), i))
		}
		add("", r.Target, "ca-"+r.AccessKey()+".pem")
	}
	for _, r := range rules {
		if r.Hostname == "" || r.Service == "" {
			return nil, nil, fmt.Errorf("route %q to %q leads nowhere", r.Hostname, r.Service)
		}
	}
	return append(rules, rule{Service: "http_status:404"}), authorities, nil
}

// bypass leads the paths that Access lets by past its check, which wants a token. A path
// that climbs would be let by at one place and read at another: no request has one.
func bypass(s *site.Site, r site.Route) []rule {
	if len(r.Bypass) == 0 {
		return nil
	}
	all := []rule{{Hostname: r.Hostname, Path: `/\.\.(/|$)`, Service: "http_status:400"}}
	if check(s, r) == nil {
		return all
	}
	for _, path := range r.Bypass {
		all = append(all, rule{Hostname: r.Hostname, Path: pathExpression(path), Service: r.Service, OriginRequest: request(r.Origin, "ca-"+r.AccessKey()+".pem", nil)})
	}
	return all
}

// pathExpression is a path of Access as an expression: a star stands for anything, and
// a path without one at its end for all below it too.
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

// check is Access's for a guarded hostname. Its audience is known when the application
// is there: see audiences.
func check(s *site.Site, r site.Route) *accessCheck {
	if s.Cloudflare.Team == "" || r.Access == "" {
		return nil
	}
	return &accessCheck{AudTag: []string{audience + r.AccessKey()}, Required: true, TeamName: s.Cloudflare.Team}
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
