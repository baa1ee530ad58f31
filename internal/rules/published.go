package rules

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

// publishedKeys are the keys that gen's own example, documentation and tests hold:
// anybody may have their private halves. TestPublishedKeys finds those that are
// missing here.
func publishedKeys() []string {
	return words(`
		age1k99xa5dvvzchp0xgjyvms7xdck9u6jt0zn4lw96cqeu9d86a55dq4y0xdf
		age1npmgmwe3rxmyu278txlzhdwyldk9x02rqja4td9uuwkpp09j2ajs73pdex
		age1a3s33vpz5kexc0qxmrcu5utr42pyy3l5385kz59n9n3w832xhfwq0me3h5
		age1evlqx68dt5js4n58pq6yjn0567f84sjlg2hfg0dc7tkucnu9yu3sadsykj
		age1j8kmmzcvwu5qnf0pttf9amzhxa4pmk3ff2xf20v2gnd6jczp7vvswydeqc
		age1rlmspzgcker7g9g2wj62m2q29psc7msp4vv67jshz8fzmpdxt35sng7j7l
		age1ywaugfkwxrxqztjm5s7p2de5ak9u7uxnqw68hvsrymlm83vpeqjqv9rkxd
		age1rvxl4d3wfkv2rdktgpr6k84clzazvw3r0xtjndn3favy46an5quqx0utk9
		age17zu7upttr57ugpk6aeyj6hy2qjmzqd8qyr5m68cq5n8qfnf69vqqkxenav
		age1f2hy9ezwer4kthkda6y24x69j3p56u5435wpuy0tx7kzzawsyd7qjdd5m3
		age1f59tqr9f579nprvwqqreygm5ehyfx659lefsqax0x2rwksy2naks0wgd6k
		age1nvf3yuhcugu0n8qak38nz8utpvzeyew5rz98ev2wd7ceewpe7vtq7hla98
		age1ree03ay6aq8tj0zmzdjqulsgnl8sphhgqlvjynuuvwyxvgyy2gesg4qvk3
		age1t5j8y44qjwfg0gwk5s5sjyu52lwzj6k0mr60xcn3327t6ne8usjqhz3xv5
		age1t94rylw6k0cu9w2pj3j3r2fy2ngnhyq6c36kh9mlt0k7ncu6nd0qsadpvv
		age1uf69xmm2r89ck6c95ce67syzceqaljf5sfa52pxx8qewfdknv53s8kkyam
		age1y8mlygllh3m35v5v0k60tu3t8h44hftdz7jr9ahumv9524q799vqgq6a35
		age1ycufztphnpv9m0nwh2d4r054rx7jjw8478f6yyrx2rce8w4uhfyqm4h89k
		AAAAC3NzaC1lZDI1NTE5AAAAIBY0JKrrzZRBKd4Hc9iU0Hur3/w+KTzJFUyuvEfDbZXF
		AAAAC3NzaC1lZDI1NTE5AAAAIC2vNVczmfaG8LBP3HLyX5d/sGzwPbELBhe8OnZsUMHB
		AAAAC3NzaC1lZDI1NTE5AAAAIO/t/KFZJTJdKTqMVpJ3rZLrz/aKas5my24vb86CfGkA`)
}

func checkPublishedKeys(c *checker) {
	evidence, ok := c.real()
	if !ok {
		return
	}
	published := publishedKeys()
	report := func(at diag.Path, key, what, hint string) {
		if slices.Contains(published, key) {
			p := c.report(at, "is a key of gen's own examples, and this is no example: whoever has its private half %s", what).WithHint("%s", hint)
			c.note(p, evidence, "this value is not from an example")
		}
	}
	const reads, makes = "reads the secrets", "age-keygen -o FILE makes a key of your own, and prints its public half"
	c.eachUser(func(u *spec.User, _ string, at diag.Path) {
		opens := "can log in"
		if slices.Contains(u.Groups, "wheel") {
			opens = "has root"
		}
		for i, line := range u.Keys {
			for word := range strings.FieldsSeq(line) {
				report(at.With("keys", i), word, opens, "write your own: ssh-keygen -t ed25519 makes it, the file ends with .pub")
			}
		}
	})
	for _, name := range slices.Sorted(maps.Keys(c.spec.Hosts)) {
		report(diag.Path{"hosts", name, "age"}, c.spec.Hosts[name].Age, reads, makes)
	}
	for _, name := range slices.Sorted(maps.Keys(c.spec.Sops.People)) {
		report(diag.Path{"sops", "people", name}, c.spec.Sops.People[name], reads, makes)
	}
	report(diag.Path{"sops", "argocd"}, c.spec.Sops.ArgoCD, reads, makes)
}

// real is where a spec speaks of something that is there: a domain that somebody
// owns, a machine, a repository, a mailbox. An example has none of them.
func (c *checker) real() (at diag.Path, ok bool) {
	for _, z := range c.site.Zones {
		if owned(z.Name) {
			return z.At, true
		}
	}
	for _, h := range c.site.Hosts {
		if at := c.realHost(h); at != nil {
			return at, true
		}
	}
	if realRepo(c.spec.Repo.URL) {
		return diag.Path{"repo", "url"}, true
	}
	at = c.realMail()
	return at, at != nil
}

// owned tells whether a domain may be somebody's: it lies under a top-level domain
// that there is, and is not one that is kept for examples.
func owned(name string) bool {
	if format.Hostname(name).Bad() {
		return false
	}
	_, icann := publicsuffix.PublicSuffix(name[strings.LastIndex(name, ".")+1:])
	_, err := publicsuffix.EffectiveTLDPlusOne(name)
	return icann && err == nil && !reservedDomain(name)
}

// reservedDomain tells the names that belong to nobody: RFC 2606, RFC 6761.
func reservedDomain(name string) bool {
	labels := strings.Split(name, ".")
	switch last := labels[len(labels)-1]; last {
	case "example", "test", "invalid", "localhost":
		return true
	case "com", "net", "org":
		return len(labels) > 1 && labels[len(labels)-2] == "example"
	}
	return false
}

// realHost is where a host has a name that somebody owns, or an address that it may
// really have. A private one may be part of an example, if a documentation address of
// its family is beside it, or is where ssh goes.
func (c *checker) realHost(h *site.Host) diag.Path {
	at, said := diag.Path{"hosts", h.Name}, c.spec.Hosts[h.Name]
	if owned(said.Address) {
		return at.With("address")
	}
	outside := format.ParseAddr(said.Address)
	example := map[bool]bool{} // by Is4
	var private []placed
	for _, p := range addresses(h, said, at) {
		switch {
		case format.IsDocumentation(p.addr):
			example[p.addr.Is4()] = true
		case isPrivate(p.addr):
			private = append(private, p)
		case p.addr.IsGlobalUnicast() && isUnusable(p.addr) == "":
			return p.at
		}
	}
	for _, p := range private {
		if !example[p.addr.Is4()] && !format.IsDocumentation(outside) {
			return p.at
		}
	}
	return nil
}

// A placed address is one that the spec gives a host, and where.
type placed struct {
	addr netip.Addr
	at   diag.Path
}

// addresses are those of a host's cards, and the ones of its own fields.
func addresses(h *site.Host, said *spec.Host, at diag.Path) []placed {
	var all []placed
	add := func(a netip.Addr, at diag.Path) {
		if a.IsValid() {
			all = append(all, placed{a, at})
		}
	}
	for _, l := range h.Links() {
		at := linkPath(h, l)
		add(l.IPv4.Address.Addr(), at.With("ipv4", "address"))
		add(l.IPv6.Address.Addr(), at.With("ipv6", "address"))
		for i, text := range l.Link.Addresses {
			add(format.ParsePrefix(text).Addr(), at.With("addresses", i))
		}
	}
	add(format.ParseAddr(said.Address), at.With("address"))
	add(format.ParseAddr(said.Node), at.With("node"))
	return all
}

func isPrivate(a netip.Addr) bool {
	return a.IsPrivate() || slices.ContainsFunc(privateNetworks(), func(n netip.Prefix) bool { return n.Contains(a) })
}

// realRepo tells whether a repository may be there: on a git server that somebody
// owns, or at one of the big ones in another account than "example". (Azure's paths
// begin with the version of its interface.)
func realRepo(url string) bool {
	u := site.ParseRepoURL(url)
	if knownToArgoCD(strings.TrimSuffix(u.Host, ":22")) {
		account, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(u.Path, "/"), "v3/"), "/")
		return account != "example"
	}
	host, _, _ := splitPort(u.Host)
	a := format.ParseAddr(strings.Trim(host, "[]"))
	return owned(host) || a.IsGlobalUnicast() && !format.IsDocumentation(a)
}

// realMail is where a mail address is of a domain that somebody owns. At a big
// provider it can be anybody's, an example's too.
func (c *checker) realMail() diag.Path {
	type mail struct {
		text string
		at   diag.Path
	}
	all := []mail{{c.spec.Admin.Email, diag.Path{"admin", "email"}}}
	if a := c.spec.Alerts; a != nil {
		at := diag.Path{"alerts"}
		all = append(all, mail{a.Email, at.With("email")})
		if a.SMTP != nil {
			all = append(all, mail{a.SMTP.From, at.With("smtp", "from")}, mail{a.SMTP.User, at.With("smtp", "user")})
		}
	}
	c.eachWho(func(w spec.Who, at diag.Path) {
		for i, text := range w.Emails {
			all = append(all, mail{text, at.With("emails", i)})
		}
		for i, text := range w.EmailDomains {
			all = append(all, mail{text, at.With("emailDomains", i)})
		}
	})
	for _, m := range all {
		domain := strings.ToLower(m.text[strings.LastIndex(m.text, "@")+1:])
		if owned(domain) && !publicMail(domain) {
			return m.at
		}
	}
	return nil
}
