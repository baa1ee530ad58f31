package nixos

import (
	"net/netip"

	"sitegen/internal/site"
)

// base fills the role that every host has.
type base struct {
	Alerts   *site.Alerts
	StartTLS bool
}

func baseOf(s *site.Site) base {
	return base{Alerts: s.Alerts, StartTLS: s.Alerts != nil && s.Alerts.SMTP.TLS == "starttls"}
}

// k3s fills the role of the cluster's nodes.
type k3s struct {
	ClusterCIDR, ServiceCIDR, ClusterDNS string

	Flags   []string
	Nodes   []netip.Addr // all of them, where there are several
	IPv6    bool         // the family of their addresses
	Encrypt bool

	TunnelPorts []int // of the nodes, that routes lead to
}

func k3sOf(s *site.Site) k3s {
	c := s.Cluster
	k := k3s{
		ClusterCIDR: "--cluster-cidr=" + c.Pods.String(),
		ServiceCIDR: "--service-cidr=" + c.Services.String(),
		ClusterDNS:  "--cluster-dns=" + c.DNS.String(),
		Flags:       c.K3s.Flags,
		Encrypt:     c.Encrypt,
	}
	if len(s.Agents) == 0 {
		return k
	}
	for _, h := range s.Hosts {
		if h.NodeIP.IsValid() {
			k.Nodes = append(k.Nodes, h.NodeIP)
		}
	}
	k.TunnelPorts = s.NodePorts()
	k.IPv6 = len(k.Nodes) > 0 && k.Nodes[0].Is6()
	return k
}
