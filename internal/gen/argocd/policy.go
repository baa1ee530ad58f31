package argocd

import (
	"net/netip"
	"slices"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

type policy = manifest.Object[manifest.NetworkPolicySpec]

const (
	ingress = "Ingress"
	egress  = "Egress"
)

func newPolicy(name, namespace string, spec manifest.NetworkPolicySpec) policy {
	return manifest.NewNetworkPolicy(manifest.Meta{Name: name, Namespace: namespace}, spec)
}

func defaultDeny(namespace string) policy {
	return newPolicy("default-deny", namespace, manifest.NetworkPolicySpec{PolicyTypes: []string{ingress, egress}})
}

func allowDNS(namespace string) policy {
	return newPolicy("dns", namespace, manifest.NetworkPolicySpec{
		Egress: []manifest.EgressRule{{
			Ports: []manifest.Port{{Port: 53, Protocol: "UDP"}, {Port: 53, Protocol: "TCP"}},
			To:    []manifest.Peer{pods("kube-system", map[string]string{"k8s-app": "kube-dns"})},
		}},
		PolicyTypes: []string{egress},
	})
}

// fromTunnel lets the tunnel reach every port of a namespace: clients choose their
// ports, and each pod listens on one.
func fromTunnel(s *site.Site, namespace string) policy {
	return newPolicy("from-tunnel", namespace, manifest.NetworkPolicySpec{
		Ingress:     []manifest.IngressRule{{From: []manifest.Peer{tunnel(s)}}},
		PolicyTypes: []string{ingress},
	})
}

func toInternet(s *site.Site, namespace string) policy {
	return newPolicy("to-internet", namespace, manifest.NetworkPolicySpec{
		Egress:      []manifest.EgressRule{internet(s)},
		PodSelector: manifest.Selector{MatchLabels: map[string]string{site.InternetLabel: "allowed"}},
		PolicyTypes: []string{egress},
	})
}

// appPolicy is what one app may do besides asking for names.
func appPolicy(s *site.Site, w *site.Workload) policy {
	spec := manifest.NetworkPolicySpec{PodSelector: selector(w)}
	spec.Ingress = appIngress(s, w)
	spec.Egress = reaches(s, w)
	if w.Stateful() && w.Replicas > 1 { // they are a cluster, whose pods talk at ports of their own
		all := []manifest.Peer{own(w.PodSelector())}
		spec.Ingress = append(spec.Ingress, manifest.IngressRule{From: all})
		spec.Egress = append(spec.Egress, manifest.EgressRule{To: all})
	}
	spec.PolicyTypes = []string{ingress, egress}
	return newPolicy(w.Name, w.Namespace, spec)
}

// jobPolicy lets an app's jobs connect to what the app may, and to the app.
func jobPolicy(s *site.Site, w *site.Workload) policy {
	return newPolicy(w.Name+"-jobs", w.Namespace, manifest.NetworkPolicySpec{
		Egress: append(reaches(s, w), manifest.EgressRule{
			Ports: tcp(w.AllPorts()), To: []manifest.Peer{own(w.PodSelector())},
		}),
		PodSelector: manifest.Selector{MatchLabels: jobSelector(w)},
		PolicyTypes: []string{ingress, egress},
	})
}

// own are pods of the policy's namespace.
func own(labels map[string]string) manifest.Peer {
	return manifest.Peer{PodSelector: &manifest.Selector{MatchLabels: labels}}
}

// reaches is what an app may connect to.
func reaches(s *site.Site, w *site.Workload) []manifest.EgressRule {
	var to []manifest.EgressRule
	for _, target := range s.Apps {
		if slices.Contains(target.Allow, w.Name) {
			to = append(to, manifest.EgressRule{
				Ports: tcp(target.AllPorts()),
				To:    []manifest.Peer{pods(target.Namespace, target.PodSelector())},
			})
		}
	}
	for _, b := range s.Beside() {
		if slices.Contains(b.Allow, w.Name) {
			to = append(to, manifest.EgressRule{To: []manifest.Peer{{NamespaceSelector: inNamespace(b.Namespace)}}})
		}
	}
	if w.Internet {
		to = append(to, internet(s))
	}
	return to
}

func tunnel(s *site.Site) manifest.Peer {
	connectors := manifest.Named(s.ConnectorNames()...)
	return manifest.Peer{NamespaceSelector: inNamespace("cloudflared"), PodSelector: &connectors}
}

func pods(namespace string, labels map[string]string) manifest.Peer {
	return manifest.Peer{
		NamespaceSelector: inNamespace(namespace),
		PodSelector:       &manifest.Selector{MatchLabels: labels},
	}
}

// inNamespace selects a namespace by the label that Kubernetes gives it.
func inNamespace(name string) *manifest.Selector {
	return &manifest.Selector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": name}}
}

// private are the networks that are no part of the internet: private and shared
// address space, link-local addresses with the metadata services on them, and
// loopback.
var private = [...]string{"10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"}

// internet opens the way out, and neither the cluster nor a neighbour's private
// network.
func internet(s *site.Site) manifest.EgressRule {
	except := private[:]
	for _, p := range []netip.Prefix{s.Cluster.Pods, s.Cluster.Services} {
		if p.IsValid() && !inside(p, except) {
			except = append(except, p.Masked().String())
		}
	}
	return manifest.EgressRule{To: []manifest.Peer{
		{IPBlock: &manifest.IPBlock{CIDR: "0.0.0.0/0", Except: except}},
		{IPBlock: &manifest.IPBlock{CIDR: "::/0", Except: []string{"fc00::/7", "fe80::/10"}}},
	}}
}

func inside(p netip.Prefix, networks []string) bool {
	for _, n := range networks {
		q := netip.MustParsePrefix(n)
		if q.Bits() <= p.Bits() && q.Contains(p.Addr()) {
			return true
		}
	}
	return false
}
