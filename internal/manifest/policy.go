package manifest

// NetworkPolicySpec is a NetworkPolicy's. A direction that PolicyTypes names is
// closed but for its rules.
type NetworkPolicySpec struct {
	Egress      []EgressRule  `yaml:"egress,omitempty"`
	Ingress     []IngressRule `yaml:"ingress,omitempty"`
	PodSelector Selector      `yaml:"podSelector"`
	PolicyTypes []string      `yaml:"policyTypes"`
}

// NewNetworkPolicy makes a NetworkPolicy.
func NewNetworkPolicy(m Meta, s NetworkPolicySpec) Object[NetworkPolicySpec] {
	return Object[NetworkPolicySpec]{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy", Metadata: m, Spec: s}
}

// IngressRule lets connections in.
type IngressRule struct {
	From  []Peer `yaml:"from,omitempty"`
	Ports []Port `yaml:"ports,omitempty"`
}

// EgressRule lets connections out.
type EgressRule struct {
	Ports []Port `yaml:"ports,omitempty"`
	To    []Peer `yaml:"to,omitempty"`
}

// Peer is the other end of a connection.
type Peer struct {
	IPBlock           *IPBlock  `yaml:"ipBlock,omitempty"`
	NamespaceSelector *Selector `yaml:"namespaceSelector,omitempty"`
	PodSelector       *Selector `yaml:"podSelector,omitempty"`
}

// IPBlock is a prefix with holes.
type IPBlock struct {
	CIDR   string   `yaml:"cidr"`
	Except []string `yaml:"except,omitempty"`
}

// Port is a pod's port, not a Service's.
type Port struct {
	Port     int    `yaml:"port"`
	Protocol string `yaml:"protocol"`
}

// CiliumPolicySpec is a CiliumNetworkPolicy's, for what a NetworkPolicy cannot
// say: nodes, and the world without the cluster.
type CiliumPolicySpec struct {
	Description      string         `yaml:"description,omitempty"`
	Egress           []CiliumEgress `yaml:"egress"`
	EndpointSelector Selector       `yaml:"endpointSelector"`
}

// NewCiliumPolicy makes a CiliumNetworkPolicy.
func NewCiliumPolicy(m Meta, s CiliumPolicySpec) Object[CiliumPolicySpec] {
	return Object[CiliumPolicySpec]{APIVersion: "cilium.io/v2", Kind: "CiliumNetworkPolicy", Metadata: m, Spec: s}
}

// CiliumEgress lets connections out to pods or to entities.
type CiliumEgress struct {
	ToCIDR      []string      `yaml:"toCIDR,omitempty"`
	ToEndpoints []Selector    `yaml:"toEndpoints,omitempty"`
	ToEntities  []string      `yaml:"toEntities,omitempty"`
	ToPorts     []CiliumPorts `yaml:"toPorts,omitempty"`
}

// CiliumPorts is a list of ports.
type CiliumPorts struct {
	Ports []CiliumPort `yaml:"ports"`
}

// CiliumPort is a pod's port; Cilium wants it as a text.
type CiliumPort struct {
	Port     string `yaml:"port"`
	Protocol string `yaml:"protocol"`
}
