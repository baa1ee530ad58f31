package facts

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// Fragment writes what the facts say of a host as CUE, to be pasted into a spec, with
// what a person should look at in comments.
func (m *Machine) Fragment(host string) string {
	f := &fragment{}
	f.head(m)
	f.open("hosts: %s: {", diag.Path{host}.String())
	f.processor(m)
	if m.Arch != "aarch64" && m.Firmware != "" { // how a rescue system was booted is not how the disks will be
		f.line("// firmware: %s, as that system was booted; left out, the host boots in both modes", spec.Quote(m.Firmware))
	}
	f.line("")
	f.disks(m.Disks)
	f.line("")
	f.network(m)
	f.close("}")
	return f.b.String()
}

type fragment struct {
	b     strings.Builder
	depth int
}

func (f *fragment) line(text string, args ...any) {
	if text != "" {
		f.b.WriteString(strings.Repeat("\t", f.depth))
		fmt.Fprintf(&f.b, text, args...)
	}
	f.b.WriteByte('\n')
}

func (f *fragment) open(text string, args ...any) { f.line(text, args...); f.depth++ }
func (f *fragment) close(text string)             { f.depth--; f.line("%s", text) }

func (f *fragment) head(m *Machine) {
	switch {
	case !m.Partial:
		f.line("// %s: %s firmware, looked at from %s with Linux %s", orUnknown(m.Product), m.Firmware, m.OS, m.Kernel)
	case m.Virtual != "":
		f.line("// %s, a virtual machine (%s): from a report of nixos-facter", orUnknown(m.Product), plain(m.Virtual))
	default:
		f.line("// %s: from a report of nixos-facter", orUnknown(m.Product))
	}
}

func (f *fragment) processor(m *Machine) {
	threads := ""
	if m.CPU.Threads > 0 || !m.Partial {
		threads = fmt.Sprintf(", threads: %d", max(m.CPU.Threads, 1))
	}
	switch vendor := m.vendor(); {
	case m.Arch == "aarch64":
		f.line("cpu: {arch: %s%s}", spec.Quote(m.Arch), threads)
	case vendor != "":
		f.line("cpu: {vendor: %s%s}", spec.Quote(vendor), threads)
	default:
		f.line("cpu: threads: %d // %s, of %s", max(m.CPU.Threads, 1), m.Arch, orUnknown(plain(m.CPU.Vendor)))
	}
	if m.Memory > 0 && m.Partial {
		f.line("memory: %s", spec.Quote(m.Installed()))
	} else if m.Memory > 0 {
		f.line("memory: %s // Linux sees %s", spec.Quote(m.Installed()), size(m.Memory))
	}
}

// disks names all disks but those on USB a, b, c …, in the order of their names.
func (f *fragment) disks(disks []Disk) {
	f.open("disks: {")
	var sizes []int64
	groups := map[int64][]string{}
	n := 0
	for i := range disks {
		d := &disks[i]
		for _, w := range d.warnings() {
			f.line("// %s", w)
		}
		if d.USB() {
			f.line("// not taken, for it hangs on USB: %s", plain(d.Device()))
			continue
		}
		device := spec.Quote(d.Device())
		if d.Device() == "" {
			device = spec.Quote(d.Name) + ", unstableName: true"
		}
		if d.Size > 0 {
			device += ", size: " + spec.Quote(size(d.Size))
		}
		f.line("%s: {device: %s} // %s, %s", diskName(n), device, d.what(), d.Name)
		if groups[d.Size] == nil {
			sizes = append(sizes, d.Size)
		}
		groups[d.Size] = append(groups[d.Size], spec.Quote(diskName(n)))
		n++
	}
	f.close("}")
	if len(sizes) == 2 && len(groups[sizes[0]]) > 1 && len(groups[sizes[1]]) > 1 {
		f.line("// Without more words all disks are one mirror, of the smallest's size. Disks of two sizes may be two arrays:")
		f.line(`// arrays: {system: {disks: [%s], mount: "/"}, data: {disks: [%s], mount: "/data"}}`,
			strings.Join(groups[sizes[0]], ", "), strings.Join(groups[sizes[1]], ", "))
	}
}

// diskName is a, b … z, d26, d27 …
func diskName(n int) string {
	if n < 26 {
		return string(rune('a' + n))
	}
	return fmt.Sprintf("d%d", n)
}

func (d *Disk) what() string {
	text := orUnknown(d.Model) + ", " + d.Type
	if d.Health == "passed" {
		text += ", healthy"
	}
	return text
}

func (d *Disk) warnings() []string {
	var all []string
	if d.Health == "failed" {
		all = append(all, "smartctl says that this disk FAILS: have it replaced")
	}
	if d.Type == "raid" {
		all = append(all, "made by a RAID controller ("+plain(d.Controller)+"): gen mirrors disks itself, which wants the controller in HBA (JBOD) mode")
	}
	if d.Device() == "" {
		all = append(all, "has no name that stays: the order of such names may change with a start")
	}
	return all
}

func (f *fragment) card(name string, c *Card, carries bool) {
	f.line("// %s, %s in the system that looked", c.what(), plain(c.Name))
	if !c.used() && !carries {
		f.line("// %s: {mac: %s, ipv4: \"none\"}", name, spec.Quote(c.mac()))
		return
	}
	f.open("%s: {", name)
	f.line("mac: %s", spec.Quote(c.mac()))
	f.addresses(c)
	f.close("}")
}

// addresses are those of a card, or of a link in the form of one.
func (f *fragment) addresses(c *Card) {
	four, six := c.address(true), c.address(false)
	if four.IsValid() {
		f.line("ipv4: {address: %s%s}", spec.Quote(four.String()), route(four, c.gateway(true)))
	} else {
		f.line(`ipv4: "none"`)
	}
	if gateway := c.gateway(false); six.IsValid() && gateway.IsValid() && gateway != defaultGateway {
		f.line("ipv6: {address: %s%s}", spec.Quote(six.String()), route(six, gateway))
	} else if six.IsValid() && (gateway.IsValid() || len(c.Gateways) > 0) {
		f.line("ipv6: address: %s", spec.Quote(six.String()))
	} else if six.IsValid() {
		f.line(`ipv6: {address: %s, gateway: ""}`, spec.Quote(six.String()))
	}
	if more := c.more(four, six); len(more) > 0 {
		f.line("addresses: [%s]", strings.Join(more, ", "))
	}
	if c.MTU >= 576 && c.MTU <= 9216 {
		f.line("mtu: %d", c.MTU)
	}
}

// more are the addresses beside the first of each family.
func (c *Card) more(first ...netip.Prefix) []string {
	var all []string
	for _, p := range c.Addresses {
		if !slices.Contains(first, p) {
			all = append(all, spec.Quote(p.String()))
		}
	}
	return all
}

// defaultGateway is what a spec takes where it says none.
var defaultGateway = netip.MustParseAddr("fe80::1")

func (c *Card) what() string {
	text := orUnknown(plain(c.Driver)) + ", link " + plain(c.Link)
	if c.Speed > 0 {
		text += fmt.Sprintf(" at %d Mbit/s", c.Speed)
	}
	return text
}

// address is the first of a family.
func (c *Card) address(four bool) netip.Prefix {
	for _, p := range c.Addresses {
		if p.Addr().Is4() == four {
			return p
		}
	}
	return netip.Prefix{}
}

func (c *Card) gateway(four bool) netip.Addr {
	for _, g := range c.Gateways {
		if g.Is4() == four {
			return g
		}
	}
	return netip.Addr{}
}

// route is the rest of an address's fields.
func route(address netip.Prefix, gateway netip.Addr) string {
	switch {
	case !gateway.IsValid():
		return ""
	case address.Contains(gateway) || gateway.IsLinkLocalUnicast():
		return ", gateway: " + spec.Quote(gateway.String())
	}
	return ", gateway: " + spec.Quote(gateway.String()) + ", onLink: true"
}

func orUnknown(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}
