// Package ingress is a model of how cloudflared takes a rule of its configuration.
package ingress

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// Rule is one rule of cloudflared's configuration.
type Rule struct {
	Hostname string `yaml:"hostname"`
	Path     string `yaml:"path"`
	Service  string `yaml:"service"`
}

// Fault is what cloudflared says of rules that it does not load
// (cloudflared ingress/ingress.go, validateHostname).
func Fault(rules []Rule) string {
	for i, r := range rules {
		last := i == len(rules)-1
		all := (r.Hostname == "" || r.Hostname == "*") && r.Path == ""
		_, _, err := net.SplitHostPort(r.Hostname)
		_, badPath := regexp.Compile(r.Path)
		switch {
		case r.Service == "":
			return fmt.Sprintf("rule %d has no service", i+1)
		case err == nil:
			return fmt.Sprintf("rule %d: hostname %q has a port", i+1, r.Hostname)
		case strings.LastIndex(r.Hostname, "*") > 0:
			return fmt.Sprintf("rule %d: hostname %q has a * that is not at the front", i+1, r.Hostname)
		case badPath != nil:
			return fmt.Sprintf("rule %d: path %q is no regular expression", i+1, r.Path)
		case last && !all:
			return "the last rule does not match everything: it must have no hostname and no path"
		case !last && all:
			return fmt.Sprintf("rule %d matches everything, and the rules behind it nothing", i+1)
		}
	}
	return ""
}

// Table are rules that Fault has nothing against.
type Table struct {
	Rules []Rule

	paths  []*regexp.Regexp
	byName map[string][]int // rules of one name each, by it
	others []int            // rules of more names than one
}

// New makes a table of rules.
func New(rules []Rule) *Table {
	t := &Table{Rules: rules, paths: make([]*regexp.Regexp, len(rules)), byName: map[string][]int{}}
	for i, r := range rules {
		if re, err := regexp.Compile(r.Path); err == nil && r.Path != "" {
			t.paths[i] = re
		}
		if r.Hostname == "" || strings.HasPrefix(r.Hostname, "*") {
			t.others = append(t.others, i)
			continue
		}
		t.byName[r.Hostname] = append(t.byName[r.Hostname], i)
		if p := Sample(r.Hostname); p != r.Hostname {
			t.byName[p] = append(t.byName[p], i)
		}
	}
	for _, all := range t.byName {
		slices.Sort(all)
	}
	return t
}

// First is the rule that cloudflared takes for a request: the first that matches, and
// else the last (cloudflared ingress/ingress.go, FindMatchingRule). Names are compared
// as they are, capital letters too; *.a.b matches at any depth.
func (t *Table) First(hostname, urlPath string) int {
	first := len(t.Rules) - 1
	matches := func(i int) bool { return t.paths[i] == nil || t.paths[i].MatchString(urlPath) }
	for _, i := range t.byName[hostname] {
		if matches(i) {
			first = i
			break
		}
	}
	for _, i := range t.others {
		if i >= first {
			break
		}
		if t.Rules[i].Covers(hostname) && matches(i) {
			return i
		}
	}
	return first
}

// Unreached is the rule that takes what another one is for: -1 where some request of its
// own reaches it. unsure tells that no path was found which it matches.
func (t *Table) Unreached(i int) (by int, unsure bool) {
	paths := SamplePaths(t.Rules[i].Path)
	for _, p := range paths {
		if by = t.First(Sample(t.Rules[i].Hostname), p); by == i {
			return -1, false
		}
	}
	return by, len(paths) == 0
}

// Covers tells whether a rule is for a hostname.
func (r Rule) Covers(hostname string) bool {
	if r.Hostname == "" || r.Hostname == "*" || r.Hostname == hostname {
		return true
	}
	if strings.HasPrefix(r.Hostname, "*.") {
		return strings.HasSuffix(hostname, r.Hostname[1:])
	}
	punycode, err := idna.Lookup.ToASCII(r.Hostname)
	return err == nil && punycode == hostname
}

// Sample is a hostname that a pattern is for: for *.a.b one that nobody has.
func Sample(pattern string) string {
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
