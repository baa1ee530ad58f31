package rules

import (
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

// Flags of `k3s server` (k3s pkg/cli/cmds/server.go, agent.go). ownedFlags are
// those that the NixOS module or gen sets, and those that would take away what the
// rest of the output rests on; a test holds them to the flags that gen passes.
// Secrets among them would be read by everybody who sees the process.
var (
	ownedFlags = words(`
		agent-token agent-token-file apiserver-port bind-address cluster-cidr cluster-dns cluster-domain cluster-init cluster-reset
		cluster-reset-restore-path cluster-secret config container-runtime-endpoint data-dir disable disable-agent disable-apiserver
		disable-controller-manager disable-kube-proxy disable-network-policy disable-scheduler docker egress-selector-mode
		etcd-s3-access-key etcd-s3-secret-key flannel-backend flannel-cni-conf flannel-conf flannel-external-ip flannel-iface
		flannel-ipv6-masq https-listen-port kube-proxy-arg lb-server-port no-deploy no-flannel node-ip node-name rootless secrets-encryption
		server service-cidr supervisor-port token token-file vpn-auth vpn-auth-file with-node-id write-kubeconfig write-kubeconfig-group write-kubeconfig-mode`)
	knownFlags = words(`
		advertise-address advertise-port airgap-extra-registry alsologtostderr datastore-cafile datastore-certfile datastore-endpoint
		datastore-keyfile debug default-local-storage-path default-runtime disable-cloud-controller disable-default-registry-endpoint
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

func words(text string) []string { return strings.Fields(text) }

func ownedFlag(flag string) bool { return slices.Contains(ownedFlags, flag) }

var flagRE = format.Pattern(`^--[a-z][a-z0-9-]*(=[^\x00-\x1f]*)?$`)

func checkK3sFlags(c *checker) {
	for i, f := range c.spec.Cluster.K3s.Flags {
		at := diag.Path{"cluster", "k3s", "flags", i}
		name, _, _ := strings.Cut(strings.TrimPrefix(f, "--"), "=")
		switch {
		case !flagRE().MatchString(f):
			c.report(at, "%q is no flag", f).WithHint("write each as \"--name=value\"")
		case ownedFlag(name):
			c.report(at, "gen sets the flag --%s itself, or rests on its default", name).WithHint("leave it out; where the schema has a field for it, say that")
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
