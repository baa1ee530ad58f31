package cloudflared

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// closed shuts the namespace in both directions. Nothing has to come in: the
// connections of a tunnel go out, and the kubelet's probes come from the node.
func closed() manifest.Object[manifest.NetworkPolicySpec] {
	return manifest.NewNetworkPolicy(manifest.Meta{Name: "default-deny", Namespace: namespace}, manifest.NetworkPolicySpec{
		PolicyTypes: []string{"Ingress", "Egress"},
	})
}

// egress opens what the connector needs. It is Cilium's own kind because a
// NetworkPolicy cannot name the nodes, whose sshd is one of the targets: an
// address block does not match them.
func egress(s *site.Site) manifest.Object[manifest.CiliumPolicySpec] {
	rules := []manifest.CiliumEgress{
		{
			ToEndpoints: []manifest.Selector{pods("kube-system", "k8s-app", "kube-dns")},
			ToPorts:     ports("53", "UDP", "TCP"),
		},
		{ToEntities: []string{"world"}, ToPorts: ports("7844", "UDP", "TCP")},
		{ToEntities: []string{"world"}, ToPorts: ports("443", "TCP")},
	}
	for _, r := range s.Routes {
		switch r.Kind {
		case site.RouteArgoCD:
			rules = append(rules, manifest.CiliumEgress{
				ToEndpoints: []manifest.Selector{pods(r.Namespace, "app.kubernetes.io/name", "argocd-server")},
				ToPorts:     ports("8080", "TCP"),
			})
		case site.RouteHubble:
			rules = append(rules, manifest.CiliumEgress{
				ToEndpoints: []manifest.Selector{pods(r.Namespace, "k8s-app", "hubble-ui")},
				ToPorts:     ports("8081", "TCP"),
			})
		}
	}
	if namespaces := workloadNamespaces(s); len(namespaces) > 0 {
		// Which ports is said where they are: by the policies of these namespaces.
		rules = append(rules, manifest.CiliumEgress{ToEndpoints: []manifest.Selector{{
			MatchExpressions: []manifest.Expression{{Key: namespaceLabel, Operator: "In", Values: namespaces}},
		}}})
	}
	rules = append(rules, manifest.CiliumEgress{ToEntities: nodes(), ToPorts: ports("22", "TCP")})
	rules = append(rules, outside(s)...)
	return manifest.NewCiliumPolicy(meta(s.Connectors()[0]), manifest.CiliumPolicySpec{
		Description:      "DNS, Cloudflare's edge, and what the tunnel leads to",
		Egress:           rules,
		EndpointSelector: manifest.Named(s.ConnectorNames()...),
	})
}

// workloadNamespaces are the namespaces of what routes lead to, beside Argo CD's and
// Hubble's own pages.
func workloadNamespaces(s *site.Site) []string {
	var all []string
	for _, r := range s.Routes {
		if r.Kind == site.RouteArgoCD || r.Kind == site.RouteHubble {
			continue
		}
		for _, t := range r.Targets() {
			if t.Namespace != "" {
				all = append(all, t.Namespace)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// outside opens the way to each machine outside of the cluster that a route leads
// to. A node is none: its address is no part of a block (Cilium knows it as an
// entity). A name may resolve to anything, so its port is open to all that is
// neither a pod nor a node.
func outside(s *site.Site) []manifest.CiliumEgress {
	opened := map[string]manifest.CiliumEgress{}
	for _, r := range s.Routes {
		for _, t := range r.Targets() {
			if t.Port == 0 || r.Kind == site.RouteSSH {
				continue
			}
			rule := manifest.CiliumEgress{ToPorts: ports(strconv.Itoa(t.Port), "TCP")}
			switch {
			case t.Node:
				rule.ToEntities = nodes()
			case t.Addr.IsValid():
				rule.ToCIDR = []string{t.Addr.String() + "/32"}
			default:
				rule.ToEntities = []string{"world"}
			}
			opened[fmt.Sprint(rule.ToEntities, rule.ToCIDR, rule.ToPorts)] = rule
		}
	}
	var rules []manifest.CiliumEgress
	for _, key := range slices.Sorted(maps.Keys(opened)) {
		rules = append(rules, opened[key])
	}
	return rules
}

func nodes() []string { return []string{"host", "remote-node"} }

// namespaceLabel is what Cilium knows a pod's namespace by; without it a selector
// means pods of the policy's own namespace.
const namespaceLabel = "k8s:io.kubernetes.pod.namespace"

func pods(namespace, label, value string) manifest.Selector {
	return manifest.Selector{MatchLabels: map[string]string{namespaceLabel: namespace, "k8s:" + label: value}}
}

func ports(port string, protocols ...string) []manifest.CiliumPorts {
	var list []manifest.CiliumPort
	for _, p := range protocols {
		list = append(list, manifest.CiliumPort{Port: port, Protocol: p})
	}
	return []manifest.CiliumPorts{{Ports: list}}
}
