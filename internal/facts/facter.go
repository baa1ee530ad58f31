package facts

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// report is what nixos-facter prints (nix-community/nixos-facter, pkg/facter/facter.go),
// as far as it is read. Addresses are not in it, and of a card's MAC address only its
// first character (pkg/hwinfo/resource_hw_addr.go; issues 155 and 506).
type report struct {
	Version        int    `json:"version"`
	System         string `json:"system"`         // x86_64-linux
	Virtualisation string `json:"virtualisation"` // none, kvm …
	UEFI           *struct {
		Supported bool `json:"supported"`
	} `json:"uefi"` // not in old reports
	Hardware *struct {
		CPU []*struct {
			Vendor   string `json:"vendor_name"`
			Siblings int    `json:"siblings"` // threads of the socket
		} `json:"cpu"` // a socket each, null for those that were not found
		Disk   []device `json:"disk"`
		Card   []device `json:"network_interface"`
		Memory []device `json:"memory"`
	} `json:"hardware"`
	SMBIOS struct {
		System struct {
			Maker   string `json:"manufacturer"`
			Product string `json:"product"`
		} `json:"system"`
		Board struct {
			Product string `json:"product"`
		} `json:"board"`
	} `json:"smbios"`
}

// device is a piece of hardware (pkg/hwinfo/hardware.go).
type device struct {
	Classes  []string `json:"class_list"`
	SubClass struct {
		Name string `json:"name"`
	} `json:"sub_class"`
	Model     string   `json:"model"`
	Link      string   `json:"sysfs_device_link"` // the bus it hangs on; virtual devices have none
	Names     []string `json:"unix_device_names"`
	Driver    string   `json:"driver"`
	Drivers   []string `json:"drivers"`
	Resources []struct {
		Type      string `json:"type"`
		Unit      string `json:"unit"`
		Value1    int64  `json:"value_1"` // of type size: how many units
		Value2    int64  `json:"value_2"` // and how many bytes a sector has
		Range     int64  `json:"range"`   // of type phys_mem: bytes
		Connected bool   `json:"connected"`
	} `json:"resources"`
}

// readReport reads what nixos-facter prints.
func readReport(data []byte) (*Machine, error) {
	r := &report{}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("not a report of nixos-facter: %w", err)
	}
	if r.Version != 1 && r.Version != 2 {
		return nil, fmt.Errorf("a report of nixos-facter of version %d, and this gen reads versions 1 and 2", r.Version)
	}
	m := &Machine{Version: version, Partial: true, Virtual: r.Virtualisation, Product: r.product()}
	if m.Virtual == "none" {
		m.Virtual = ""
	}
	m.Arch, _, _ = strings.Cut(r.System, "-")
	if r.UEFI != nil {
		m.Firmware = map[bool]string{true: "uefi", false: "bios"}[r.UEFI.Supported]
	}
	for _, c := range r.Hardware.CPU {
		if c != nil {
			m.CPU.Vendor = cpuVendor(c.Vendor)
			m.CPU.Threads += c.Siblings
		}
	}
	for _, d := range r.Hardware.Memory {
		for _, res := range d.Resources {
			if res.Type == "phys_mem" {
				m.Memory += res.Range
			}
		}
	}
	for _, d := range r.Hardware.Disk {
		if disk := d.disk(); disk.Name != "" {
			m.Disks = append(m.Disks, disk)
		}
	}
	slices.SortFunc(m.Disks, func(a, b Disk) int { return strings.Compare(a.Name, b.Name) })
	for _, d := range r.Hardware.Card {
		if d.SubClass.Name == "Ethernet" && d.Link != "" && len(d.Names) > 0 {
			m.Cards = append(m.Cards, Card{Name: d.Names[0], Driver: d.Driver, Link: d.link()})
		}
	}
	slices.SortFunc(m.Cards, func(a, b Card) int { return strings.Compare(a.Name, b.Name) })
	return m, nil
}

func (r *report) product() string {
	if r.SMBIOS.System.Product == "" {
		return r.SMBIOS.System.Maker + " " + r.SMBIOS.Board.Product
	}
	return r.SMBIOS.System.Maker + " " + r.SMBIOS.System.Product
}

func cpuVendor(name string) string {
	switch name {
	case "GenuineIntel":
		return "intel"
	case "AuthenticAMD":
		return "amd"
	}
	return name
}

func (d *device) disk() Disk {
	disk := Disk{Model: d.Model, Type: d.diskType(), Health: "unknown"}
	for _, name := range d.Names {
		switch {
		case strings.HasPrefix(name, "/dev/disk/by-id/"), strings.HasPrefix(name, "/dev/disk/by-path/"):
			disk.IDs = append(disk.IDs, name)
		case strings.HasPrefix(name, "/dev/") && strings.Count(name, "/") == 2 && !virtualDisk(name):
			disk.Name = name
		}
	}
	if disk.Type == "raid" {
		disk.Controller = d.Driver
	}
	for _, res := range d.Resources {
		if res.Type == "size" && res.Unit == "sectors" {
			disk.Size = res.Value1 * res.Value2
		}
	}
	return disk
}

// virtualDisk tells block devices that lie on others.
func virtualDisk(name string) bool {
	return slices.ContainsFunc([]string{"loop", "ram", "zram", "sr", "fd", "md", "dm-", "nbd"}, func(kind string) bool {
		return strings.HasPrefix(name, "/dev/"+kind)
	})
}

// diskType tells nothing of SSDs and hard disks, which the report does not either.
func (d *device) diskType() string {
	has := func(drivers ...string) bool {
		return slices.ContainsFunc(drivers, func(name string) bool { return slices.Contains(d.Drivers, name) })
	}
	switch {
	case slices.Contains(d.Classes, "nvme"):
		return "nvme"
	case has("virtio_scsi", "virtio_blk", "vmw_pvscsi", "storvsc", "hv_storvsc", "xen_blkfront", "vbd"):
		return "virtual"
	case has("megaraid_sas", "aacraid", "hpsa", "smartpqi", "arcmsr", "3w-9xxx", "3w-sas"):
		return "raid"
	}
	return "disk"
}

func (d *device) link() string {
	for _, res := range d.Resources {
		if res.Type == "link" {
			return map[bool]string{true: "up", false: "down"}[res.Connected]
		}
	}
	return "unknown"
}
