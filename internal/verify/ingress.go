package verify

import (
	"fmt"
	"net"
	"path"
	"regexp"
	"strings"

	"golang.org/x/net/idna"
)

// ingressRule is one rule of cloudflared's configuration.
type ingressRule struct {
	Hostname string `yaml:"hostname"`
	Path     string `yaml:"path"`
	Service  string `yaml:"service"`
}

// ingressFiles lists the configurations of cloudflared: config.yaml with rules, and
// config-1.yaml of the next tunnel.
func (w *work) ingressFiles() []string {
	return w.match(func(p string) bool {
		return configRE.MatchString(path.Base(p)) && len(w.rules(p)) > 0
	})
}

var configRE = regexp.MustCompile(`^config(-\d+)?\.ya?ml$`)

// rules reads the rules of a configuration.
func (w *work) rules(p string) []ingressRule {
	var config struct {
		Ingress []ingressRule `yaml:"ingress"`
	}
	if decode(w.read(p), &config) != nil {
		return nil
	}
	return config.Ingress
}

// reachable wants every rule to be the first that matches some request for its own
// hostname and path: cloudflared accepts rules behind one that takes all they are
// for.
func reachable(j *job) string {
	for _, artifact := range j.artifacts {
		rules := j.rules(artifact)
		if why := ingressFault(rules); why != "" {
			j.problem(artifact, 0, "%s", why)
			continue
		}
		for i, r := range rules {
			j.reach(artifact, rules, i, samplePaths(r.Path))
		}
	}
	return ""
}

func (j *job) reach(artifact string, rules []ingressRule, i int, paths []string) {
	var first int
	for _, p := range paths {
		if first = firstMatch(rules, sample(rules[i].Hostname), p); first == i {
			return
		}
	}
	switch r := rules[i]; {
	case len(paths) == 0:
		j.note("%s: rule %d: no path was found that %q matches", artifact, i+1, r.Path)
	case r.Path != "":
		j.problem(artifact, 0, "rule %d (%q, %q) is never reached: rule %d (%q, %q) matches first", i+1, r.Hostname, r.Path, first+1, rules[first].Hostname, rules[first].Path)
	default:
		j.problem(artifact, 0, "rule %d (%q) is never reached: rule %d (%q) matches first", i+1, r.Hostname, first+1, rules[first].Hostname)
	}
}

// ingressFault is what cloudflared says of rules that it does not load
// (cloudflared ingress/ingress.go, validateHostname).
func ingressFault(rules []ingressRule) string {
	for i, r := range rules {
		last := i == len(rules)-1
		all := (r.Hostname == "" || r.Hostname == "*") && r.Path == ""
		_, _, err := net.SplitHostPort(r.Hostname)
		switch {
		case r.Service == "":
			return fmt.Sprintf("rule %d has no service", i+1)
		case err == nil:
			return fmt.Sprintf("rule %d: hostname %q has a port", i+1, r.Hostname)
		case strings.LastIndex(r.Hostname, "*") > 0:
			return fmt.Sprintf("rule %d: hostname %q has a * that is not at the front", i+1, r.Hostname)
		case !compiles(r.Path):
			return fmt.Sprintf("rule %d: path %q is no regular expression", i+1, r.Path)
		case last && !all:
			return "the last rule does not match everything: it must have no hostname and no path"
		case !last && all:
			return fmt.Sprintf("rule %d matches everything, and the rules behind it nothing", i+1)
		}
	}
	return ""
}

// firstMatch is the rule that cloudflared takes for a request: the first that
// matches, and else the last (cloudflared ingress/ingress.go, FindMatchingRule).
// Names are compared as they are, capital letters too; *.a.b matches at any depth.
func firstMatch(rules []ingressRule, hostname, urlPath string) int {
	for i, r := range rules {
		if matchesHost(r, hostname) && matchesPath(r.Path, urlPath) {
			return i
		}
	}
	return len(rules) - 1
}

func matchesHost(r ingressRule, hostname string) bool {
	if r.Hostname == "" || r.Hostname == "*" || matchHost(r.Hostname, hostname) {
		return true
	}
	punycode, err := idna.Lookup.ToASCII(r.Hostname)
	return err == nil && punycode != r.Hostname && matchHost(punycode, hostname)
}

func matchHost(pattern, hostname string) bool {
	if pattern == hostname {
		return true
	}
	return strings.HasPrefix(pattern, "*.") && strings.HasSuffix(hostname, pattern[1:])
}

func compiles(pattern string) bool {
	_, err := regexp.Compile(pattern)
	return err == nil
}

func matchesPath(pattern, urlPath string) bool {
	if pattern == "" {
		return true
	}
	re, err := regexp.Compile(pattern)
	return err == nil && re.MatchString(urlPath)
}

// sample is a hostname that a pattern is for: for *.a.b one that nobody has.
func sample(pattern string) string {
	switch {
	case pattern == "" || pattern == "*":
		return "nobody.invalid"
	case strings.HasPrefix(pattern, "*."):
		return "no-such-name" + pattern[1:]
	}
	if punycode, err := idna.Lookup.ToASCII(pattern); err == nil {
		return punycode // as a browser asks for it
	}
	return pattern
}
