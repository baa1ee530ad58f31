package nixos

import (
	"fmt"
	"io/fs"
	"net/netip"

	"sitegen/internal/sh"
	"sitegen/internal/site"
	"sitegen/internal/tree"
	"sitegen/templates"
)

// base fills the role that every host has.
type base struct {
	Alerts   *site.Alerts
	SMTP     *site.SMTP // of the alerts
	StartTLS bool
}

func baseOf(s *site.Site) base {
	b := base{Alerts: s.Alerts}
	if s.Alerts != nil && s.Alerts.SMTP != nil {
		b.SMTP, b.StartTLS = s.Alerts.SMTP, s.Alerts.SMTP.TLS == "starttls"
	}
	return b
}

// hostScripts are the scripts that the roles read: what runs on a host, beside Nix.
func hostScripts(s *site.Site) ([]tree.File, error) {
	var files []tree.File
	if s.Backup != nil {
		scripts, err := backupScripts(s)
		if err != nil {
			return nil, err
		}
		files = scripts
	}
	if s.Quorum() {
		join, err := joinScript(s)
		if err != nil {
			return nil, err
		}
		files = append(files, join)
	}
	if s.Alerts == nil {
		return files, nil
	}
	notify, err := hostScript("notify.sh", "roles/base/notify.sh",
		sh.Var{Name: "email", Value: s.Alerts.Email}, sh.Var{Name: "ntfy", Value: s.Alerts.Ntfy}, sh.Var{Name: "webhook", Value: s.Alerts.Webhook})
	return append(files, notify), err
}

// joinScript runs on each server before k3s.
func joinScript(s *site.Site) (tree.File, error) {
	var servers []string
	for _, h := range s.Servers {
		if !h.NodeIP.IsValid() {
			return tree.File{}, fmt.Errorf("the address of the server %q is not known, and the others have to join it", h.Name)
		}
		servers = append(servers, h.Name+" "+h.NodeIP.String())
	}
	return hostScript("k3s-join.sh", "roles/k3s-cilium/join.sh", sh.Var{Name: "servers", Value: servers})
}

func hostScript(template, path string, values ...sh.Var) (tree.File, error) {
	text, err := fs.ReadFile(templates.FS, "sh/"+template)
	if err != nil {
		return tree.File{}, err
	}
	t, err := sh.Parse(string(text))
	if err != nil {
		return tree.File{}, err
	}
	data, err := t.Execute(tree.Header, values...)
	return tree.File{Path: path, Mode: 0o644, Data: data}, err
}

// k3s fills the role of the cluster's nodes.
type k3s struct {
	ClusterCIDR, ServiceCIDR, ClusterDNS string

	Flags   []string
	Nodes   []netip.Addr // all of them, where there are several
	Servers []netip.Addr // likewise
	IPv6    bool         // the family of their addresses
	Encrypt bool

	Longhorn bool

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
		Longhorn:    s.Longhorn(),
	}
	if !s.Joined() {
		return k
	}
	k.Nodes = nodeIPs(s.Hosts)
	if s.Quorum() {
		k.Servers = nodeIPs(s.Servers)
	}
	k.TunnelPorts = s.NodePorts()
	k.IPv6 = len(k.Nodes) > 0 && k.Nodes[0].Is6()
	return k
}

func nodeIPs(hosts []*site.Host) []netip.Addr {
	var all []netip.Addr
	for _, h := range hosts {
		if h.NodeIP.IsValid() {
			all = append(all, h.NodeIP)
		}
	}
	return all
}
