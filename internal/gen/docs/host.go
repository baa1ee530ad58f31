package docs

import (
	"cmp"
	"fmt"
	"strings"

	"sitegen/internal/site"
)

// host is a host as the runbook speaks of it.
type host struct {
	Name, Role, SSHHostname     string
	Address                     string // for the table
	AddressOr                   string // for commands: a word that stands for it where the spec has none
	AddressKnown                bool
	Boot, DiskText, BootRepair  string
	KeyFile, FactsFile          string
	SecretsFile, SecretsExample string
	SecretKeys                  []key
}

func newHost(s *site.Site, h *site.Host) host {
	out := host{
		Name: h.Name, Role: h.Role, SSHHostname: h.SSH.Hostname,
		Address: cmp.Or(h.Address, "by DHCP"), AddressOr: cmp.Or(h.Address, "ADDRESS"),
		KeyFile: h.Name + ".key", FactsFile: h.Name + ".facts.json", DiskText: diskText(h),
		SecretsFile: h.HostSecrets(), SecretsExample: example(h.HostSecrets()),
	}
	out.AddressKnown = h.Address != ""
	out.Boot, out.BootRepair = boot(h.Firmware)
	for _, k := range s.HostSecretKeys(h) {
		out.SecretKeys = append(out.SecretKeys, key{k, s.HostKeyWhat(k)})
	}
	return out
}

// boot says how a host starts, and what its boot loader needs after a disk was
// replaced.
func boot(firmware string) (layout, repair string) {
	switch firmware {
	case site.FirmwareUEFI:
		return "UEFI, systemd-boot", "systemd-boot and the kernels are written to the first boot partition and copied to each other one that is mounted. " +
			"If the firmware keeps an entry of the old disk, efibootmgr removes it."
	case site.FirmwareBIOS:
		return "BIOS, GRUB", "GRUB is written to the BIOS boot partition of each disk, menu and kernels to each boot partition that is mounted."
	}
	return "BIOS or UEFI, GRUB", "GRUB is written to each disk for both kinds of firmware, menu and kernels to each boot partition that is mounted. " +
		"It lies where every UEFI firmware looks, so that no entry in the firmware is needed."
}

func diskText(h *site.Host) string {
	var parts []string
	for _, a := range h.Arrays {
		parts = append(parts, fmt.Sprintf("%s on RAID %d of %s", cmp.Or(a.Mount, site.SwapArray), a.Level, strings.Join(a.Disks, ", ")))
	}
	for _, p := range h.Pools {
		parts = append(parts, fmt.Sprintf("%s on the pool %s, %s of %s", p.Mount, p.Name, p.Mode, strings.Join(p.Disks, ", ")))
	}
	for _, d := range h.Disks {
		if d.Mount != "" {
			parts = append(parts, fmt.Sprintf("%s on %s", d.Mount, d.Name))
		}
	}
	return strings.Join(parts, "; ")
}

// volumesText says which hosts keep the volumes in a folder that the spec names.
func volumesText(hosts []*site.Host) string {
	var parts []string
	for _, h := range hosts {
		if h.Volumes != "" {
			parts = append(parts, h.Volumes+" on "+h.Name)
		}
	}
	return strings.Join(parts, ", ")
}

// alertsText says where alerts go.
func alertsText(a *site.Alerts) string {
	if a == nil {
		return ""
	}
	var ways []string
	if a.Email != "" {
		ways = append(ways, a.Email)
	}
	if a.Ntfy != "" {
		ways = append(ways, a.Ntfy)
	}
	if a.Webhook != "" {
		ways = append(ways, "the "+a.Webhook+" webhook")
	}
	return strings.Join(ways, ", ")
}

// diskRow is a disk, and what the machine shows when it is dead.
type diskRow struct{ Host, Disk, Device, Dead string }

func disks(h *site.Host) []diskRow {
	var rows []diskRow
	for _, d := range h.Disks {
		var dead []string
		for _, m := range d.Members {
			if stripe(h, m.Array) != nil {
				dead = append(dead, "the array "+m.Array+" is gone, and what was on it")
			} else {
				dead = append(dead, "the array "+m.Array+" lacks "+d.Label(site.PartArray+m.Array))
			}
		}
		dead = append(dead, poolDead(h, d)...)
		if d.Mount != "" {
			dead = append(dead, d.Mount+" is gone, and what was on it")
		}
		if d.Boot {
			dead = append(dead, d.BootMount+" cannot be read or is not mounted")
		}
		dead = append(dead, "the device and /dev/disk/by-partlabel/disk-"+d.Name+"-… are missing, or their reads fail in journalctl -k")
		rows = append(rows, diskRow{h.Name, d.Name, d.Device, strings.Join(dead, "; ")})
	}
	return rows
}

// repair is what a new disk of an array or a pool gets back. The partitions' labels are
// disko's: disk-DISK-PARTITION.
type repair struct {
	Host, Disk               string
	Members                  []member
	Pool, Label              string // the pool, and the label of its partition; "" where there is none
	BootPartition, BootMount string
	StandIn                  bool // another disk's boot partition can take this one's place
	Stripes                  []remade
}

type member struct{ Array, Partition string }

func repairs(h *site.Host) []repair {
	var out []repair
	boots := 0
	for _, d := range h.Disks {
		if d.Boot {
			boots++
		}
	}
	for _, d := range h.Disks {
		pool, members, stripes := copiedPool(h, d), copiedMembers(h, d), stripesOn(h, d)
		if len(members) == 0 && pool == "" {
			continue
		}
		r := repair{Members: members, Stripes: stripes, Pool: pool, Label: d.Label(site.PartPool), Host: h.Name, Disk: d.Name, BootMount: d.BootMount, BootPartition: d.Label(site.PartBoot)}
		r.StandIn = h.Firmware == site.FirmwareUEFI && boots > 1 && d.BootMount == "/boot"
		out = append(out, r)
	}
	return out
}

// sshFrom is a sentence about who reaches port 22.
func sshFrom(hosts []*site.Host) string {
	var limits []string
	for _, h := range hosts {
		if len(h.SSHFrom) == 0 {
			continue
		}
		var from []string
		for _, p := range h.SSHFrom {
			from = append(from, p.String())
		}
		limits = append(limits, h.Name+" lets in "+strings.Join(from, ", "))
	}
	if len(limits) == 0 {
		return "It is open to every address."
	}
	return "Not from everywhere: " + strings.Join(limits, "; ") + "."
}
