package cloudflared

import (
	"cmp"
	"fmt"
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

// rule leads a hostname to a service. The last rule has no hostname and takes what
// is left.
type rule struct {
	Hostname string `yaml:"hostname,omitempty"`
	Service  string `yaml:"service"`
}

// ingress lists the rules. cloudflared takes the first that matches, and *.a.b
// matches at any depth, so wildcards stand behind all names, the longest first.
func ingress(routes []site.Route) ([]rule, error) {
	routes = slices.Clone(routes)
	slices.SortStableFunc(routes, func(a, b site.Route) int {
		return cmp.Or(cmp.Compare(breadth(a.Hostname), breadth(b.Hostname)), cmp.Compare(a.Hostname, b.Hostname))
	})
	var rules []rule
	for _, r := range routes {
		if r.Hostname == "" || r.Service == "" {
			return nil, fmt.Errorf("route %q to %q leads nowhere", r.Hostname, r.Service)
		}
		rules = append(rules, rule{Hostname: r.Hostname, Service: r.Service})
	}
	return append(rules, rule{Service: "http_status:404"}), nil
}

// breadth is 0 for a name, and the greater the more a wildcard matches. A name has
// 253 characters at most.
func breadth(hostname string) int {
	if strings.HasPrefix(hostname, "*") {
		return 256 - len(hostname)
	}
	return 0
}
