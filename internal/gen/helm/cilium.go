package helm

import (
	"sitegen/internal/site"
)

// ciliumValues are values of the chart cilium.
type ciliumValues struct {
	BPF                  bpf         `yaml:"bpf"`
	Encryption           *encryption `yaml:"encryption,omitempty"`
	Hubble               hubble      `yaml:"hubble"`
	IPAM                 ipam        `yaml:"ipam"`
	K8s                  k8s         `yaml:"k8s"`
	K8sServiceHost       string      `yaml:"k8sServiceHost"`
	K8sServicePort       int         `yaml:"k8sServicePort"`
	KubeProxyReplacement bool        `yaml:"kubeProxyReplacement"`
	Operator             operator    `yaml:"operator"`
	RollOutCiliumPods    bool        `yaml:"rollOutCiliumPods"`
	RoutingMode          string      `yaml:"routingMode"`
	TunnelProtocol       string      `yaml:"tunnelProtocol"`
}

type bpf struct {
	Masquerade bool `yaml:"masquerade"`
}

type encryption struct {
	Enabled bool   `yaml:"enabled"`
	Type    string `yaml:"type"`
}

type hubble struct {
	Enabled bool        `yaml:"enabled"`
	Relay   *hubblePart `yaml:"relay,omitempty"`
	TLS     *hubbleTLS  `yaml:"tls,omitempty"`
	UI      *hubblePart `yaml:"ui,omitempty"`
}

type hubblePart struct {
	Enabled     bool `yaml:"enabled"`
	RollOutPods bool `yaml:"rollOutPods"`
}

type hubbleTLS struct {
	Auto autoTLS `yaml:"auto"`
}

type autoTLS struct {
	Method string `yaml:"method"`
}

type ipam struct {
	Mode string `yaml:"mode"`
}

type k8s struct {
	RequireIPv4PodCIDR bool `yaml:"requireIPv4PodCIDR"`
}

type operator struct {
	Replicas    int  `yaml:"replicas"`
	RollOutPods bool `yaml:"rollOutPods"`
}

func cilium(s *site.Site) ciliumValues {
	v := ciliumValues{
		BPF: bpf{Masquerade: true},
		// Each node's pods get addresses out of the /24 that k3s gives the node, so
		// the pod network is said once, to k3s.
		IPAM: ipam{Mode: "kubernetes"},
		K8s:  k8s{RequireIPv4PodCIDR: true},
		// There are no Services before Cilium runs, so it is told where the API is.
		K8sServiceHost: "127.0.0.1", K8sServicePort: s.Cluster.APIPort,
		KubeProxyReplacement: true,
		// Replicas of the operator stay off each other's nodes: two on one node would
		// leave one pending for ever, and an installation that waits for it.
		Operator:          operator{Replicas: s.Replicas(), RollOutPods: true},
		RollOutCiliumPods: true,
		RoutingMode:       "tunnel", TunnelProtocol: "vxlan",
	}
	if s.Cluster.Encrypt {
		v.Encryption = &encryption{Enabled: true, Type: "wireguard"}
	}
	if s.Cluster.Hubble.Enabled {
		part := &hubblePart{Enabled: true, RollOutPods: true}
		// Certificates that Helm makes last a year and are renewed by an upgrade only;
		// the cron job renews them every four months.
		v.Hubble = hubble{Enabled: true, Relay: part, UI: part, TLS: &hubbleTLS{Auto: autoTLS{Method: "cronJob"}}}
	}
	return v
}
