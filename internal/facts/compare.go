package facts

import (
	"fmt"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/site"
)

// Difference is where a machine is not what the spec says of a host.
type Difference struct {
	At   diag.Path
	What string
	Do   string
}

// Host is the host of a site that the machine is: the one with most of its cards and
// disks; nil where none has any.
func (m *Machine) Host(s *site.Site) *site.Host {
	var best *site.Host
	most := 0
	for _, h := range s.Hosts {
		n := 0
		for _, nic := range h.NICs {
			if m.card(nic.MAC) != nil {
				n++
			}
		}
		for _, d := range h.Disks {
			if m.disk(d.Device) != nil {
				n++
			}
		}
		if n > most {
			best, most = h, n
		}
	}
	return best
}

func (m *Machine) card(mac string) *Card {
	i := slices.IndexFunc(m.Cards, func(c Card) bool { return strings.EqualFold(c.MAC, mac) })
	if i < 0 {
		return nil
	}
	return &m.Cards[i]
}

func (m *Machine) disk(device string) *Disk {
	i := slices.IndexFunc(m.Disks, func(d Disk) bool { return d.Name == device || slices.Contains(d.IDs, device) })
	if i < 0 {
		return nil
	}
	return &m.Disks[i]
}

// Compare says where the machine is not what the spec says of the host.
func (m *Machine) Compare(h *site.Host) []Difference {
	at := diag.Path{"hosts", h.Name}
	var all []Difference
	say := func(at diag.Path, do, format string, args ...any) {
		all = append(all, Difference{at, fmt.Sprintf(format, args...), do})
	}
	if m.Arch != "" && m.Arch != h.CPU.Arch {
		say(at.With("cpu", "arch"), "say what it is", "the machine computes in %s", m.Arch)
	}
	if vendor := m.vendor(); vendor != "" && h.CPU.Vendor != "" && vendor != h.CPU.Vendor {
		say(at.With("cpu", "vendor"), "say what it is", "the machine's processor is by %s", vendor)
	}
	if h.CPU.Threads > 0 && m.CPU.Threads > 0 && h.CPU.Threads != m.CPU.Threads {
		say(at.With("cpu", "threads"), "say how many it has", "the machine has %d threads", m.CPU.Threads)
	}
	if m.Firmware != "" && h.Firmware != site.FirmwareUnknown && h.Firmware != m.Firmware {
		say(at.With("firmware"), "say that, or \"unknown\", which boots in both modes; or change the firmware's boot mode", "the machine was booted in %s mode", m.Firmware)
	}
	for _, d := range h.Disks {
		m.compareDisk(d, at.With("disks", d.Name), say)
	}
	for _, n := range h.NICs {
		if !m.Partial && m.card(n.MAC) == nil {
			say(at.With("nics", n.Name, "mac"), "gen probe shows the machine's cards", "the machine has no card with the address %s", n.MAC)
		}
	}
	return all
}

func (m *Machine) compareDisk(d *site.Disk, at diag.Path, say func(at diag.Path, do, format string, args ...any)) {
	found := m.disk(d.Device)
	switch {
	case found == nil:
		say(at.With("device"), "gen probe shows the machine's disks", "the machine has no disk %s", d.Device)
		return
	case d.Least > 0 && (found.Size < d.Least || found.Size > d.Most):
		say(at.With("size"), fmt.Sprintf("say size: \"%dMiB\", or choose the right disk", found.Size>>20), "the machine's disk has %s", size(found.Size))
	}
	if found.Health == "failed" {
		say(at.With("device"), "have it replaced before anything is put on it", "smartctl says that the disk fails")
	}
	if found.Type == "raid" {
		say(at.With("device"), "switch the controller to HBA (JBOD) mode: the disks behind it are mirrored by gen's layouts, and watched by smartd", "the disk is made by a RAID controller (%s)", plain(found.Controller))
	}
}
