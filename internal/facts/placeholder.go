package facts

import (
	"fmt"
	"net/netip"
	"slices"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// Placeholder is a fragment for a machine that nobody has looked at: a rule warns of
// each of its values until the machine's own take their place.
func Placeholder(host string, number int) string {
	f := &fragment{}
	f.line("// PLACEHOLDERS, until somebody looks at the machine. In its rescue system, with its address,")
	f.line("//   gen probe --script | ssh root@192.0.2.%d sh > %s.facts.json && gen probe --name %s %[2]s.facts.json", 10+number, host, host)
	f.line("// prints the lines that take the place of these.")
	f.open("hosts: %s: {", diag.Path{host}.String())
	f.line("cpu: vendor: %s // or \"amd\"", spec.Quote("intel"))
	f.line("")
	f.line("// Two disks make a RAID 1; with one, leave out the other.")
	f.open("disks: {")
	for i := range 2 {
		f.line("%s: device: %s", diskName(i), spec.Quote(fmt.Sprintf("/dev/disk/by-id/REPLACE-ME-%s-%d", host, i+1)))
	}
	f.close("}")
	f.open("nics: wan: {")
	f.line("mac: %s", spec.Quote(placeholderMAC(number, 0)))
	c := Card{Addresses: []netip.Prefix{placeholderAddress(number)}, Gateways: []netip.Addr{placeholderGateway}}
	f.addresses(&c)
	f.close("}")
	f.close("}")
	return f.b.String()
}

// placeholderMAC is one that is reserved for documentation (RFC 9542, 2.1.4).
func placeholderMAC(host, card int) string {
	return fmt.Sprintf("00:00:5e:00:53:%02x", (16*host+card+1)%256)
}

// placeholderAddress is one that is reserved for documentation (RFC 5737).
func placeholderAddress(host int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(10 + host)}), 24)
}

var placeholderGateway = netip.AddrFrom4([4]byte{192, 0, 2, 1})

// fill puts placeholders where a report of nixos-facter has nothing: each card's MAC
// address, and the addresses of the first one with a link.
func (n *network) fill(number int) {
	out := max(0, slices.IndexFunc(n.cards, func(c Card) bool { return c.Link == "up" }))
	for i := range n.cards {
		c := &n.cards[i]
		c.MAC = placeholderMAC(number, i)
		if i == out {
			c.Addresses, c.Gateways = []netip.Prefix{placeholderAddress(number)}, []netip.Addr{placeholderGateway}
			n.notes[c.Name] = append(n.notes[c.Name], "PLACEHOLDERS: the report has neither MAC nor IP addresses; the card that leads out may be another one, too")
		}
	}
}
