package rules

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

// checkListsTwice looks at the lists in which a second entry of one kind means
// nothing. Those that other rules know more of (disks of an array, allow, secrets,
// imports, records, hostnames) are theirs.
func checkListsTwice(c *checker) {
	s := c.spec
	for _, name := range slices.Sorted(maps.Keys(s.Hosts)) {
		h, at := s.Hosts[name], diag.Path{"hosts", name}
		c.twice(h.SSH.From, at.With("ssh", "from"), prefixKey)
		c.inside(h.SSH.From, at.With("ssh", "from"))
		for i, o := range h.Open {
			c.twice(o.From, at.With("open", i, "from"), prefixKey)
			c.inside(o.From, at.With("open", i, "from"))
		}
		for _, disk := range slices.Sorted(maps.Keys(h.Disks)) {
			c.twice(h.Disks[disk].Options, at.With("disks", disk, "options"), strings.TrimSpace)
		}
		for _, array := range slices.Sorted(maps.Keys(h.Arrays)) {
			c.twice(h.Arrays[array].Options, at.With("arrays", array, "options"), strings.TrimSpace)
		}
		for _, bond := range slices.Sorted(maps.Keys(h.Bonds)) {
			c.twice(h.Bonds[bond].NICs, at.With("bonds", bond, "nics"), strings.TrimSpace)
		}
		for _, user := range slices.Sorted(maps.Keys(h.Users)) {
			c.twice(h.Users[user].Keys, at.With("users", user, "keys"), sshKey)
			c.twice(h.Users[user].Groups, at.With("users", user, "groups"), strings.TrimSpace)
			c.twice(h.Users[user].Emails, at.With("users", user, "emails"), strings.ToLower)
		}
	}
	c.eachSpecLink(func(_ spec.IPv4, l *spec.Link, at diag.Path) {
		c.twice(l.DNS, at.With("dns"), addressKey)
	})
	for _, name := range slices.Sorted(maps.Keys(s.Access)) {
		c.twice(s.Access[name].ServiceTokens, diag.Path{"access", name, "serviceTokens"}, strings.TrimSpace)
	}
	for _, name := range slices.Sorted(maps.Keys(s.IdPs)) {
		c.twice(s.IdPs[name].Scopes, diag.Path{"idps", name, "scopes"}, strings.TrimSpace)
	}
	c.eachWho(func(w spec.Who, at diag.Path) {
		c.twice(w.Emails, at.With("emails"), strings.ToLower)
		c.twice(w.EmailDomains, at.With("emailDomains"), strings.ToLower)
		c.twice(w.Logins, at.With("logins"), strings.TrimSpace)
		for _, name := range slices.Sorted(maps.Keys(w.IdP)) {
			c.twice(w.IdP[name], at.With("idp", name), strings.ToLower)
		}
		c.twice(w.IPs, at.With("ips"), prefixKey)
		c.inside(w.IPs, at.With("ips"))
	})
	for _, b := range besides(s) {
		for field, list := range map[string][]string{"kinds": b.kinds, "clusterKinds": b.ClusterKinds, "namespaces": b.Namespaces, "secrets": b.Secrets} {
			c.twice(list, b.at.With(field), strings.TrimSpace)
		}
	}
	for _, w := range c.containers {
		if w.Component != nil {
			c.twice(w.Component.Kinds, w.at.With("component", "kinds"), strings.TrimSpace)
		}
	}
	c.twice(s.Repo.KnownHosts, diag.Path{"repo", "knownHosts"}, strings.TrimSpace)
	c.twice(s.Cluster.K3s.Flags, diag.Path{"cluster", "k3s", "flags"}, strings.TrimSpace)
	c.twice(s.Output.Exclude, diag.Path{"output", "exclude"}, func(p string) string { return strings.TrimSuffix(p, "/") })
}

// twice reports what is in a list already; key is what two entries for one thing
// have in common.
func (c *checker) twice(list []string, at diag.Path, key func(string) string) {
	if len(list) < 2 {
		return
	}
	seen := make(map[string]int, len(list))
	for i, text := range list {
		k := key(text)
		first, ok := seen[k]
		if !ok {
			seen[k] = i
			continue
		}
		p := c.report(at.With(i), "%q is in the list already", format.Shorten(text)).WithHint("leave one of them out")
		if text != list[first] {
			p.Message += ", written in another way"
		}
		c.note(p, at.With(first), "here")
	}
}

// inside reports networks that lie in another one of the list.
func (c *checker) inside(list []string, at diag.Path) {
	for i, text := range list {
		p := format.ParsePrefix(text)
		for j, other := range list {
			o := format.ParsePrefix(other)
			if i != j && p.IsValid() && o.IsValid() && o.Bits() < p.Bits() && o.Overlaps(p) {
				c.note(c.report(at.With(i), "%q lies in %q, which is in the list too", text, other).WithHint("leave one of them out"), at.With(j), "here")
				break
			}
		}
	}
}

func prefixKey(text string) string {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked().String()
	}
	return text
}

func addressKey(text string) string {
	if a := format.ParseAddr(text); a.IsValid() {
		return a.String()
	}
	return text
}

// sshKey is the key of a line of authorized_keys, without its comment. The same
// key with other options is another line.
func sshKey(line string) string {
	key, _, options, _, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		return line
	}
	return strings.Join(options, ",") + " " + string(key.Marshal())
}
