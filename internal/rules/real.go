package rules

import (
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

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
	for _, n := range h.NICs {
		add(n.IPv4.Address.Addr(), at.With("nics", n.Name, "ipv4", "address"))
		add(n.IPv6.Address.Addr(), at.With("nics", n.Name, "ipv6", "address"))
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
		all = append(all, mail{a.Email, at.With("email")}, mail{a.SMTP.From, at.With("smtp", "from")}, mail{a.SMTP.User, at.With("smtp", "user")})
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
