package nixos

import (
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
	if s.Alerts == nil {
		return files, nil
	}
	notify, err := hostScript("notify.sh", "roles/base/notify.sh",
		sh.Var{Name: "email", Value: s.Alerts.Email}, sh.Var{Name: "ntfy", Value: s.Alerts.Ntfy}, sh.Var{Name: "webhook", Value: s.Alerts.Webhook})
	return append(files, notify), err
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
