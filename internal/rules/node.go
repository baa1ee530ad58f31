package rules

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

func checkNodeAddress(c *checker) {
	for _, h := range c.site.Hosts {
		if h.NodeIP.IsValid() || len(h.NICs) == 0 || c.hasBadAddress(h.Name) || c.spec.Hosts[h.Name].Node != "" {
			continue
		}
		at := diag.Path{"hosts", h.Name, "address"}
		const hint = "say node, the IPv4 address that DHCP gives the host, where the tunnel and the other nodes reach it; or give a card a static ipv4"
		if format.ParseAddr(h.Address).IsValid() {
			c.report(at, "%q is an IPv6 address, the cluster is IPv4 only, and no card has a static IPv4 address", h.Address).WithHint(hint)
			continue
		}
		p := c.report(at, "no IPv4 address of the host is known, which the cluster needs: its cards have none that is static").WithHint(hint)
		for _, l := range h.Links() {
			if l.IPv6.Address.IsValid() {
				c.note(p, linkPath(h, l).With("ipv6"), "an IPv6 address alone is not enough")
			}
		}
	}
}

func checkNode(c *checker) {
	seen := map[netip.Addr]diag.Path{}
	for _, h := range c.site.Hosts {
		node, at := c.spec.Hosts[h.Name].Node, diag.Path{"hosts", h.Name, "node"}
		if node != "" {
			c.nodeOf(h, node, at)
		}
		if !h.NodeIP.IsValid() {
			continue
		}
		if node == "" {
			at = diag.Path{"hosts", h.Name, "address"}
		}
		for _, l := range h.Links() {
			if slices.ContainsFunc(l.Addresses, func(p netip.Prefix) bool { return p.Addr() == h.NodeIP }) {
				p := c.report(c.nodePath(h), "%s is one more address of the %s %q, and the host sends from another one", h.NodeIP, whatLink(l), l.Name).
					WithHint("say node: %q, or make it the address of its ipv4", l.Name)
				c.note(p, linkPath(h, l).With("addresses"), "its addresses")
			}
		}
		if !h.Static(h.NodeIP) { // for the addresses of cards other rules do
			for _, n := range []struct {
				what    string
				network netip.Prefix
			}{{"pods", c.site.Cluster.Pods}, {"Services", c.site.Cluster.Services}} {
				if n.network.Contains(h.NodeIP) {
					c.report(at, "%s is inside %s, the network of the %s", h.NodeIP, n.network, n.what).WithHint("take another network for the %s", n.what)
				}
			}
			if first, ok := seen[h.NodeIP]; ok {
				c.note(c.report(at, "%s is where another host is reached", h.NodeIP).WithHint("each node has an address of its own"), first, "the other host")
			}
		}
		seen[h.NodeIP] = at
	}
}

// nodeOf looks at what a host says of its node: a card, a VLAN or a bond, or an address.
func (c *checker) nodeOf(h *site.Host, node string, at diag.Path) {
	links := map[string]*site.Link{}
	for _, l := range h.Links() {
		links[l.Name] = l
	}
	l, known := links[node]
	switch a := format.ParseAddr(node); {
	case known && l.IPv4.Mode == "dhcp":
		c.note(c.report(at, "DHCP gives the %s %q its address, and nobody knows it here", whatLink(l), node).WithHint("say the address itself, which DHCP has to give it each time"), linkPath(h, l).With("ipv4"), "the %s", whatLink(l))
	case known && l.IPv4.Mode == "none":
		c.note(c.report(at, "the %s %q has no IPv4 address", whatLink(l), node).WithHint("name a card, VLAN or bond that has one"), linkPath(h, l).With("ipv4"), "the %s", whatLink(l))
	case known:
	case a.Is6():
		c.report(at, "%q is an IPv6 address, and the cluster is IPv4 only", node).WithHint("name a card, or say its IPv4 address")
	case a.IsValid() && isUnusable(a) != "":
		c.report(at, "%s %s", a, isUnusable(a))
	case a.IsValid() && c.nodeNear(h, a, at):
	case a.IsValid() && !h.Carries(a):
		c.report(at, "no card of the host has the address %q", node).WithHint("name one of its cards, VLANs and bonds: %s", format.AllOf(slices.Sorted(maps.Keys(links))))
	case a.IsValid():
	case looksLikeAddress(node):
		c.fault(at, format.Address(node))
	default:
		unknownName(c, at, "card, VLAN or bond", node, links)
	}
}

// nodePath is where the spec says the address of a host's node.
func (c *checker) nodePath(h *site.Host) diag.Path {
	at := diag.Path{"hosts", h.Name}
	for _, field := range []string{"node", "address"} {
		if c.ix.Has(at.With(field)) {
			return at.With(field)
		}
	}
	for _, l := range h.Links() {
		if l.IPv4.Address.Addr() == h.NodeIP && h.NodeIP.IsValid() {
			return linkPath(h, l).With("ipv4")
		}
	}
	return at
}

// Flags of `k3s server` (k3s pkg/cli/cmds/server.go, agent.go). ownedFlags are
// those that the NixOS module or gen sets, and those that would take away what the
// rest of the output rests on; a test holds them to the flags that gen passes.
// Secrets among them would be read by everybody who sees the process.
var (
	ownedFlags = words(`
		agent-token agent-token-file apiserver-port bind-address cluster-cidr cluster-dns cluster-domain cluster-init cluster-reset
		cluster-reset-restore-path cluster-secret config container-runtime-endpoint data-dir default-local-storage-path disable disable-agent disable-apiserver
		disable-controller-manager disable-kube-proxy disable-network-policy disable-scheduler docker egress-selector-mode
		etcd-s3-access-key etcd-s3-secret-key flannel-backend flannel-cni-conf flannel-conf flannel-external-ip flannel-iface
		flannel-ipv6-masq https-listen-port kube-proxy-arg lb-server-port no-deploy no-flannel node-ip node-name rootless secrets-encryption
		server service-cidr supervisor-port token token-file vpn-auth vpn-auth-file with-node-id write-kubeconfig write-kubeconfig-group write-kubeconfig-mode`)
	knownFlags = words(`
		advertise-address advertise-port airgap-extra-registry alsologtostderr datastore-cafile datastore-certfile datastore-endpoint
		datastore-keyfile debug default-runtime disable-cloud-controller disable-default-registry-endpoint
		disable-etcd disable-helm-controller embedded-registry enable-pprof etcd-arg etcd-disable-snapshots etcd-expose-metrics etcd-s3
		etcd-s3-bucket etcd-s3-bucket-lookup-type etcd-s3-config-secret etcd-s3-endpoint etcd-s3-endpoint-ca etcd-s3-folder etcd-s3-insecure
		etcd-s3-proxy etcd-s3-region etcd-s3-retention etcd-s3-session-token etcd-s3-skip-ssl-verify etcd-s3-timeout etcd-snapshot-compress
		etcd-snapshot-dir etcd-snapshot-name etcd-snapshot-reconcile-interval etcd-snapshot-retention etcd-snapshot-schedule-cron helm-job-image
		image-credential-provider-bin-dir image-credential-provider-config image-service-endpoint kube-apiserver-arg kube-cloud-controller-arg
		kube-cloud-controller-manager-arg kube-controller-arg kube-controller-manager-arg kube-scheduler-arg kubelet-arg kine-tls log
		node-external-dns node-external-ip node-internal-dns node-label node-taint nonroot-devices pause-image prefer-bundled-bin private-registry
		protect-kernel-defaults resolv-conf secrets-encryption-provider selinux service-node-port-range servicelb-namespace snapshotter
		supervisor-metrics system-default-registry tls-san tls-san-security v vmodule`)
)

// flagFields are the fields that say what a flag would.
var flagFields = map[string]string{
	"cluster-cidr": "cluster.pods", "default-local-storage-path": "hosts.HOST.volumes", "node-ip": "hosts.HOST.node", "service-cidr": "cluster.services",
}

// hostFlags differ from host to host, and the flags of the spec are those of all servers.
var hostFlags = words(`advertise-address node-external-dns node-external-ip node-internal-dns`)

// isSnapshotFlag tells of flags on the snapshots that servers make of etcd.
func isSnapshotFlag(name string) bool {
	return name == "etcd-disable-snapshots" || name == "etcd-s3" || strings.HasPrefix(name, "etcd-s3-") || strings.HasPrefix(name, "etcd-snapshot-")
}

func words(text string) []string { return strings.Fields(text) }

func ownedFlag(flag string) bool { return slices.Contains(ownedFlags, flag) }

var flagRE = format.Pattern(`^--[a-z][a-z0-9-]*(=[^\x00-\x1f]*)?$`)

// noEncryption is for a cluster that was begun without the encryption of Secrets, which k3s
// does not take on later without more (docs.k3s.io/cli/secrets-encrypt). Of a flag that is
// there twice, the last one counts.
const noEncryption = "--secrets-encryption=false"

func checkK3sFlags(c *checker) {
	for i, f := range c.spec.Cluster.K3s.Flags {
		at := diag.Path{"cluster", "k3s", "flags", i}
		name, _, _ := strings.Cut(strings.TrimPrefix(f, "--"), "=")
		switch {
		case f == noEncryption:
		case !flagRE().MatchString(f):
			c.report(at, "%q is no flag", f).WithHint("write each as \"--name=value\"")
		case name == "private-registry" && len(c.spec.Registries) > 0:
			p := c.report(at, "k3s would read another file, without the passwords of the registries").WithHint("leave it out; a module of your own may add to sops.templates.\"registries.yaml\".content")
			c.note(p, diag.Path{"registries"}, "the registries")
		case c.site.Quorum() && slices.Contains(hostFlags, name):
			c.report(at, "each server would get the same value of --%s, which is one host's", name).
				WithHint("leave it out; a module of a host may add it to services.k3s.extraFlags")
		case c.site.Quorum() && isSnapshotFlag(name):
			p := c.report(at, "the runbook and scripts/restore-%s-etcd.sh look for the snapshots of etcd where k3s puts them by itself", c.site.Name).WithHint("leave it out")
			if c.spec.Backup != nil {
				p.Message = "the backup's bucket gets the snapshots of etcd, and a flag would change where, how many or when"
				c.note(p, diag.Path{"backup"}, "the backup")
			}
		case ownedFlag(name):
			p := c.report(at, "gen sets the flag --%s itself, or rests on its default", name).WithHint("leave it out; where the schema has a field for it, say that")
			if field := flagFields[name]; field != "" {
				p.WithHint("leave it out, and say %s", field)
			}
		}
	}
}

func checkK3sUnknown(c *checker) {
	for i, f := range c.spec.Cluster.K3s.Flags {
		name, _, _ := strings.Cut(strings.TrimPrefix(f, "--"), "=")
		if !flagRE().MatchString(f) || ownedFlag(name) || slices.Contains(knownFlags, name) {
			continue
		}
		p := c.report(diag.Path{"cluster", "k3s", "flags", i}, "k3s has no flag --%s, and does not start with one that it does not know", name).
			WithHint("silence this where the flag is newer than gen")
		if best := format.Nearest(name, knownFlags); best != "" {
			p.WithHint("did you mean --%s?", best)
		}
	}
}
