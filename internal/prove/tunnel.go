package prove

import (
	"net"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"sitegen/internal/ingress"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// tunnel is what cloudflared does.
type tunnel struct {
	configs []*config
}

// config is one configuration of cloudflared.
type config struct {
	file  string
	name  string // of the tunnel
	node  *yaml.Node
	rules []*rule
	table *ingress.Table
	pods  *pods // that run with it
	wired bool
}

// rule is one rule of a configuration.
type rule struct {
	*config
	ingress.Rule
	node *yaml.Node
	aud  []string // audTag, with required
	to   target
}

// target is where a rule leads.
type target struct {
	scheme, host string
	port         string
	service      *object // of the tree
	namespace    string  // of a Service; "": outside of the cluster
	workload     *pods   // one that is behind the Service
	podPort      int
	chart        *virtual // a Service that a chart makes
}

func (r *rule) place(keys ...string) Place {
	n := at(r.node, keys...)
	if n == nil {
		n = r.node
	}
	return Place{r.file, n.Line}
}

var configFile = regexp.MustCompile(`^config(-\d+)?\.ya?ml$`)

// readTunnels reads cloudflared's configurations.
func (p *Proof) readTunnels() {
	for _, name := range p.names {
		if !configFile.MatchString(path.Base(name)) {
			continue
		}
		docs, err := documents(p.files[name])
		if err != nil || len(docs) != 1 || at(docs[0], "ingress") == nil {
			if err != nil && path.Base(path.Dir(name)) == "cloudflared" {
				p.find(RuleDangling, Place{File: name}, "is no YAML: %v", err)
			}
			continue
		}
		c := &config{file: name, node: docs[0], name: text(docs[0], "tunnel")}
		var rules []ingress.Rule
		for _, n := range items(c.node, "ingress") {
			r := &rule{config: c, node: n, Rule: ingress.Rule{Hostname: text(n, "hostname"), Path: text(n, "path"), Service: text(n, "service")}}
			if a := at(n, "originRequest", "access"); text(a, "required") == "true" {
				r.aud = texts(a, "audTag")
			}
			rules = append(rules, r.Rule)
			c.rules = append(c.rules, r)
		}
		if why := ingress.Fault(rules); why != "" {
			p.find(RuleDangling, Place{File: name}, "cloudflared does not load it: %s", why)
			continue
		}
		c.table = ingress.New(rules)
		p.configs = append(p.configs, c)
	}
}

// answered tells whether a rule of some tunnel is for a hostname, or for a name below a
// wildcard, or Cloudflare sends it elsewhere.
func (p *Proof) answered(hostname string) bool {
	if _, ok := p.turned[hostname]; ok {
		return true
	}
	below, wild := strings.CutPrefix(hostname, "*")
	for _, c := range p.configs {
		if c.name != p.tunnelOf(hostname) {
			continue
		}
		if first := c.table.First(ingress.Sample(hostname), "/"); first < len(c.rules)-1 {
			return true
		}
		for _, r := range c.rules {
			if wild && strings.HasSuffix(r.Hostname, below) || r.Hostname == hostname {
				return true
			}
		}
	}
	return false
}

func (p *Proof) tunnelOf(hostname string) string {
	for _, r := range p.records[hostname] {
		if r.tunnel != "" {
			return r.tunnel
		}
	}
	return ""
}

// proveTunnels follows each rule.
func (p *Proof) proveTunnels() {
	first := map[string]*rule{}
	for _, c := range p.configs {
		p.wire(c)
		p.proveEdge(c)
		for i, r := range c.rules {
			key := r.Hostname + " " + r.Path
			if before := first[key]; before != nil && before.config != c && i < len(c.rules)-1 {
				p.find(RuleOwners, r.place("hostname"), "%s is of the tunnel %s, and at %s of %s", r.Hostname, c.name, before.place(), before.name)
			}
			first[key] = r
			if by, unsure := c.table.Unreached(i); by >= 0 && !unsure {
				p.find(RuleShadowed, r.place("hostname"), "no request reaches the rule for %s%s: the rule at %s takes it", r.Hostname, pathWords(r.Path), c.rules[by].place())
				continue
			}
			p.proveRule(c, r, i)
		}
	}
}

func pathWords(pattern string) string {
	if pattern == "" {
		return ""
	}
	return " " + pattern
}

func (p *Proof) proveRule(c *config, r *rule, i int) {
	if i < len(c.rules)-1 {
		if rec := p.reached(ingress.Sample(r.Hostname)); len(p.records) > 0 && (rec == nil || rec.tunnel != c.name) {
			p.find(RuleNoRecord, r.place("hostname"), "no record leads %s to the tunnel %s", r.Hostname, c.name).hint("Terraform's zones list the hostnames of each zone")
		}
	}
	if strings.HasPrefix(r.Service, "http_status:") {
		return
	}
	u, err := url.Parse(r.Service)
	if err != nil || u.Host == "" {
		if !strings.HasPrefix(r.Service, "unix") && r.Service != "hello_world" {
			p.find(RuleDangling, r.place("service"), "%q is no address of a service", r.Service)
		}
		return
	}
	r.to = target{scheme: u.Scheme, host: u.Hostname(), port: u.Port()}
	if !slices.Contains([]string{"http", "https", "tcp", "ssh", "rdp", "smb"}, u.Scheme) {
		p.find(RuleDangling, r.place("service"), "cloudflared knows no scheme %q", u.Scheme)
	}
	if r.to.port == "" {
		r.to.port = map[string]string{"http": "80", "https": "443", "ssh": "22", "rdp": "3389", "smb": "445", "tcp": "7864"}[u.Scheme]
	}
	if pool := text(r.node, "originRequest", "caPool"); pool != "" {
		p.mounted(c, r.place("originRequest", "caPool"), pool)
	}
	name, cluster := strings.CutSuffix(r.to.host, ".svc.cluster.local")
	if cluster {
		service, namespace, _ := strings.Cut(name, ".")
		r.to.namespace = namespace
		p.follow(r, service)
	} else if net.ParseIP(r.to.host) == nil && !strings.Contains(r.to.host, ".") {
		p.find(RuleDangling, r.place("service"), "%q is no name that a pod resolves", r.to.host)
	}
	p.proveFlow(c, r)
}
