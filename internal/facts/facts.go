// Package facts is what a machine is made of, as templates/sh/facts.sh finds it in
// any rescue system, and the lines of a spec that follow from it.
package facts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"sitegen/internal/format"
)

// version is that of the JSON that facts.sh prints.
const version = 1

// Machine is one machine. Texts are as its makers wrote them.
type Machine struct {
	Version  int    `json:"version"`
	OS       string `json:"os"`       // id of the system that looked, as in os-release
	Hostname string `json:"hostname"` // of that system
	Kernel   string `json:"kernel"`   // of that system
	Product  string `json:"product"`
	Arch     string `json:"arch"`     // as uname -m prints it
	Firmware string `json:"firmware"` // how that system was booted: uefi or bios
	CPU      CPU    `json:"cpu"`
	Memory   int64  `json:"memory"` // bytes that Linux sees, which is less than what is built in
	Disks    []Disk `json:"disks"`
	Cards    []Card `json:"cards"`
	Links    []Link `json:"links"`

	Partial bool   `json:"-"` // of a report of nixos-facter, without addresses
	Virtual string `json:"-"` // of such a report: what kind of virtual machine it is
	Number  int    `json:"-"` // of the host, which tells the placeholders of several ones apart
}

// CPU is the processor.
type CPU struct {
	Vendor  string `json:"vendor"` // intel, amd, or as /proc/cpuinfo has it
	Threads int    `json:"threads"`
}

// Disk is a disk that is built in.
type Disk struct {
	Name       string   `json:"name"`       // /dev/nvme0n1
	Size       int64    `json:"size"`       // bytes
	Type       string   `json:"type"`       // nvme, ssd, hdd, virtual, or raid: behind a controller that makes disks of its own
	Health     string   `json:"health"`     // passed, failed or unknown, as smartctl says
	Controller string   `json:"controller"` // driver of its SCSI host
	Model      string   `json:"model"`
	IDs        []string `json:"ids"` // its names in /dev/disk/by-id and by-path
}

// Card is a network card.
type Card struct {
	Name      string         `json:"name"` // in that system
	MAC       string         `json:"mac"`
	Driver    string         `json:"driver"`
	Link      string         `json:"link"`  // up, down or unknown
	Speed     int            `json:"speed"` // Mbit/s; 0: unknown
	MTU       int            `json:"mtu"`   // 0: 1500
	Addresses []netip.Prefix `json:"addresses"`
	Gateways  []netip.Addr   `json:"gateways"`
}

// Read reads the JSON that facts.sh prints, or a report of nixos-facter.
func Read(r io.Reader) (*Machine, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, errors.New("there are no facts: did ssh reach the machine?")
	}
	m, err := parse(data)
	if err != nil {
		return nil, err
	}
	// what ends up in comments; a spec quotes the rest
	for i := range m.Disks {
		d := &m.Disks[i]
		d.Model, d.Type, d.Name = plain(d.Model), plain(d.Type), plain(d.Name)
	}
	m.Product, m.OS, m.Kernel, m.Arch, m.Firmware = plain(m.Product), plain(m.OS), plain(m.Kernel), plain(m.Arch), plain(m.Firmware)
	return m, nil
}

// parse tells the two forms apart: a report of nixos-facter has all under hardware.
func parse(data []byte) (*Machine, error) {
	var form struct {
		Hardware json.RawMessage `json:"hardware"`
	}
	m := &Machine{}
	if err := json.Unmarshal(data, &form); err != nil {
		return nil, fmt.Errorf("not the facts of a machine: %w", err)
	}
	if len(form.Hardware) > 0 && form.Hardware[0] == '{' {
		return readReport(data)
	}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("not the facts of a machine: %w", err)
	}
	if m.Version != version {
		return nil, fmt.Errorf("facts of version %d, and this gen reads version %d", m.Version, version)
	}
	return m, nil
}

// plain is a text of a maker's on one line.
func plain(text string) string {
	printable := func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}
	return strings.Join(strings.Fields(strings.Map(printable, text)), " ")
}

// Device is the name that a spec says for the disk: one with the serial number, which
// a person can compare with the label on the disk, before other names that stay; ""
// where it has none.
func (d *Disk) Device() string {
	best := ""
	for _, id := range slices.Sorted(slices.Values(d.IDs)) {
		if ofContent(id) {
			continue
		}
		if best == "" || rank(id) < rank(best) {
			best = id
		}
	}
	return best
}

// ofContent tells names that go when the disk is erased: of LVM, device mapper and md
// on the disk as a whole, to which udev rules of LVM and mdadm give names beside its own.
func ofContent(id string) bool {
	name, _ := strings.CutPrefix(id, "/dev/disk/by-id/")
	return slices.ContainsFunc([]string{"lvm-pv-uuid-", "dm-", "md-"}, func(kind string) bool { return strings.HasPrefix(name, kind) })
}

// rank orders the kinds of names that udev gives disks (systemd, 60-persistent-storage.rules).
func rank(id string) int {
	kinds := []string{"ata-", "nvme-eui.", "nvme-nvme.", "nvme-", "scsi-S", "scsi-", "virtio-", "wwn-", "usb-"}
	name, byID := strings.CutPrefix(id, "/dev/disk/by-id/")
	kind := slices.IndexFunc(kinds, func(kind string) bool { return strings.HasPrefix(name, kind) })
	switch {
	case !byID:
		return 2 * len(kinds)
	case kind < 0 || kind == 1 || kind == 2: // numbers without the maker's serial
		return len(kinds)
	}
	return kind
}

// USB tells whether the disk hangs on USB, where servers have sticks and virtual media.
func (d *Disk) USB() bool { return strings.HasPrefix(d.Device(), "/dev/disk/by-id/usb-") }

// Installed is how much memory is built in: makers sell it in steps, and Linux sees a
// few hundredths less.
func (m *Machine) Installed() string {
	const gib = 1 << 30
	step := int64(1)
	for step*8*gib*2 <= m.Memory {
		step *= 2
	}
	return fmt.Sprintf("%dGiB", (m.Memory+step*gib-1)/(step*gib)*step)
}

// vendor is what a spec says of the processor; "" where it knows none such.
func (m *Machine) vendor() string {
	if m.CPU.Vendor == "intel" || m.CPU.Vendor == "amd" {
		return m.CPU.Vendor
	}
	return ""
}

// size is what lsblk prints, to a tenth, with its unit said.
func size(bytes int64) string { return fmt.Sprintf("%.1fGiB", float64(bytes)/(1<<30)) }

// mac is a card's address in lower case; "" where it is none.
func (c *Card) mac() string {
	if format.MAC(c.MAC).Bad() {
		return ""
	}
	return strings.ToLower(c.MAC)
}

// used tells whether the card has a way to the internet, or at least an address.
func (c *Card) used() bool { return len(c.Gateways) > 0 || len(c.Addresses) > 0 }
