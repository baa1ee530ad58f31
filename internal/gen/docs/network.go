package docs

import (
	"strconv"
	"strings"

	"sitegen/internal/site"
)

// What the provider has to know of a host's networks, and what is open on it.
type (
	vlan    struct{ Host, Name, Tag, On, MTU, Address string }
	bond    struct{ Host, Name, Cards, Mode string }
	opening struct{ Host, Ports, From string }
)

func (r *runbook) addNetworks(h *site.Host) {
	for _, v := range h.VLANs {
		bytes, _ := h.LinkMTU(&v.Link)
		var addresses []string
		for _, p := range v.Statics() {
			addresses = append(addresses, p.String())
		}
		if v.IPv4.Mode == "dhcp" {
			addresses = append(addresses, "by DHCP")
		}
		r.VLANs = append(r.VLANs, vlan{h.Name, v.Name, strconv.Itoa(v.ID), v.On, strconv.Itoa(bytes), strings.Join(addresses, ", ")})
	}
	for _, b := range h.Bonds {
		mode := "active-backup, which no switch has to know of"
		if b.Mode == "802.3ad" {
			mode = "LACP (802.3ad), which the switch has to have for these ports"
		}
		r.Bonds = append(r.Bonds, bond{h.Name, b.Name, strings.Join(b.NICs, ", "), mode})
	}
	for _, o := range h.Open {
		var ports, from []string
		for _, p := range o.Ports {
			ports = append(ports, strconv.Itoa(p))
		}
		for _, p := range o.From {
			from = append(from, p.String())
		}
		r.Openings = append(r.Openings, opening{h.Name, strings.ToUpper(o.Protocol) + " " + strings.Join(ports, ", "), strings.Join(from, ", ")})
	}
}
