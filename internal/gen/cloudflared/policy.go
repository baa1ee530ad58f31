package cloudflared

import (
	"slices"

	"sitegen/internal/manifest"
	"sitegen/internal/site"
)

// closed shuts the namespace in both directions. Nothing has to come in: the
// connections of a tunnel go out, and the kubelet's probes come from the node.
func closed() manifest.Object[manifest.NetworkPolicySpec] {
	return manifest.NewNetworkPolicy(manifest.Meta{Name: "default-deny", Namespace: name}, manifest.NetworkPolicySpec{
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
	var namespaces []string
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
		case site.RouteClient, site.RouteApp:
			namespaces = append(namespaces, r.Namespace)
		}
	}
	slices.Sort(namespaces)
	if namespaces = slices.Compact(namespaces); len(namespaces) > 0 {
		// Which ports is said where they are: by the policies of these namespaces.
		rules = append(rules, manifest.CiliumEgress{ToEndpoints: []manifest.Selector{{
			MatchExpressions: []manifest.Expression{{Key: namespaceLabel, Operator: "In", Values: namespaces}},
		}}})
	}
	rules = append(rules, manifest.CiliumEgress{ToEntities: []string{"host", "remote-node"}, ToPorts: ports("22", "TCP")})
	return manifest.NewCiliumPolicy(meta(), manifest.CiliumPolicySpec{
		Description:      "DNS, Cloudflare's edge, and what the tunnel leads to",
		Egress:           rules,
		EndpointSelector: manifest.Selector{MatchLabels: labels()},
	})
}

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
