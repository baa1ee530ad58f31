package format

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// Address wants an IP address alone.
func Address(text string) Fault {
	_, err := netip.ParseAddr(text)
	if err == nil {
		if addr, zone, ok := strings.Cut(text, "%"); ok {
			return Fault{What: fmt.Sprintf("%q has a zone, %q, in it", text, zone), Meant: addr}
		}
		return Fault{}
	}
	if p, err := netip.ParsePrefix(text); err == nil {
		return Fault{What: fmt.Sprintf("%q has a prefix length, but has to be an address alone", text), Meant: p.Addr().String()}
	}
	return Fault{What: fmt.Sprintf("%q is no IP address%s", text, because(text))}
}

// Family wants an address of one family, 4 or 6.
func Family(text string, family int) Fault {
	if f := Address(text); f.Bad() {
		return f
	}
	return wrongFamily(text, netip.MustParseAddr(text), family)
}

func wrongFamily(text string, a netip.Addr, family int) Fault {
	switch {
	case a.Is4In6():
		return Fault{What: fmt.Sprintf("%q is an IPv4 address in IPv6 clothes", text), Meant: a.Unmap().String()}
	case a.Is4() && family == 6:
		return Fault{What: fmt.Sprintf("%q is an IPv4 address, but has to be an IPv6 one", text)}
	case a.Is6() && family == 4:
		return Fault{What: fmt.Sprintf("%q is an IPv6 address, but has to be an IPv4 one", text)}
	}
	return Fault{}
}

// Interface wants an address of a family with its prefix length.
func Interface(text string, family int) Fault {
	if p, err := netip.ParsePrefix(text); err == nil {
		return wrongFamily(text, p.Addr(), family)
	}
	if bare, zone, ok := strings.Cut(text, "%"); ok && ParseAddr(bare).IsValid() {
		zone, length, _ := strings.Cut(zone, "/")
		return Fault{What: fmt.Sprintf("%q has a zone, %q, in it", text, zone), Meant: Suggest(bare+"/"+length, func(text string) Fault { return Interface(text, family) })}
	}
	if a, err := netip.ParseAddr(text); err == nil {
		example := a.String() + "/64"
		if a.Is4() {
			example = a.String() + "/24"
		}
		return Fault{What: fmt.Sprintf("%q lacks the prefix length of its network", text), Hint: fmt.Sprintf("write it like %q", example)}
	}
	return Fault{What: fmt.Sprintf("%q is no address with a prefix length%s", text, because(text))}
}

// Network wants the prefix of a network: no bits set behind its length.
func Network(text string) Fault {
	p, err := netip.ParsePrefix(text)
	if err == nil {
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			return Fault{What: fmt.Sprintf("%q is an IPv4 network in the form of an IPv6 one, which no packet comes from", text), Meant: netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96).Masked().String()}
		}
		if p != p.Masked() {
			return Fault{What: fmt.Sprintf("%q is an address in a network, but has to be the network", text), Meant: p.Masked().String()}
		}
		return Fault{}
	}
	if a, err := netip.ParseAddr(text); err == nil {
		return Fault{What: fmt.Sprintf("%q lacks a prefix length", text), Meant: netip.PrefixFrom(a, a.BitLen()).String()}
	}
	return Fault{What: fmt.Sprintf("%q is no network prefix%s", text, because(text)), Hint: "write it like \"192.0.2.0/24\""}
}

// because says what is wrong with a text that looks like an IPv4 address.
func because(text string) string {
	text, length, _ := strings.Cut(text, "/")
	parts := strings.Split(text, ".")
	if strings.Trim(text, "0123456789.") != "" || len(parts) < 2 {
		return ""
	}
	if len(parts) != 4 {
		return fmt.Sprintf(": it has %d numbers, not four", len(parts))
	}
	for _, part := range parts {
		switch {
		case len(part) > 1 && part[0] == '0':
			return fmt.Sprintf(": %s starts with a zero", part)
		case len(part) > 3 || len(part) == 3 && part > "255":
			return fmt.Sprintf(": %s is above 255", part)
		}
	}
	if length != "" {
		return fmt.Sprintf(": the prefix length %s is not from 0 to 32", length)
	}
	return ""
}

// MAC wants six bytes with colons between them.
func MAC(text string) Fault {
	hw, err := net.ParseMAC(text)
	if err == nil && len(hw) == 6 && strings.Trim(text, "0:-.") == "" {
		return Fault{What: fmt.Sprintf("%q is no card's MAC address", text), Hint: "`ip link` in the rescue system shows the card's own"}
	}
	if err == nil && len(hw) == 6 {
		if strings.Count(text, ":") != 5 {
			return Fault{What: fmt.Sprintf("%q is written without colons", text), Meant: hw.String()}
		}
		return Fault{}
	}
	return Fault{What: fmt.Sprintf("%q is no MAC address", text), Hint: "six pairs of hex digits, as `ip link` shows them: \"a8:a1:59:0f:10:01\""}
}

// IsDocumentationMAC tells the addresses of cards that are reserved for examples:
// 00-00-5E-00-53-00 to 00-00-5E-00-53-FF (RFC 9542, 2.1.4).
func IsDocumentationMAC(text string) bool {
	return strings.HasPrefix(strings.ToLower(text), "00:00:5e:00:53:")
}

// LastAddr is the highest address of a prefix: the broadcast address of an IPv4
// network.
func LastAddr(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// Prefixes that are reserved for examples: RFC 5737, RFC 3849, RFC 9637.
var documentation = []netip.Prefix{
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("3fff::/20"),
}

func IsDocumentation(a netip.Addr) bool {
	for _, p := range documentation {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// ParsePrefix is the prefix, or the zero Prefix where text is none.
func ParsePrefix(text string) netip.Prefix {
	p, _ := netip.ParsePrefix(text)
	return p
}

// ParseAddr is the address, or the zero Addr where text is none. One with a zone is
// none: a zone names a card of one machine, and netip takes any text as one.
func ParseAddr(text string) netip.Addr {
	a, _ := netip.ParseAddr(text)
	if a.Zone() != "" {
		return netip.Addr{}
	}
	return a
}
