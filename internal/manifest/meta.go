package manifest

import (
	"encoding/base64"
	"unicode"
	"unicode/utf8"
)

// Object is a Kubernetes object that has metadata and a spec, which is nearly
// every kind.
type Object[Spec any] struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Metadata   Meta   `yaml:"metadata"`
	Spec       Spec   `yaml:"spec"`
}

// Meta is an object's metadata.
type Meta struct {
	Annotations map[string]string `yaml:"annotations,omitempty"`
	Finalizers  []string          `yaml:"finalizers,omitempty"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Name        string            `yaml:"name,omitempty"`
	Namespace   string            `yaml:"namespace,omitempty"`
}

// Namespace is the kind of that name.
type Namespace struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Metadata   Meta   `yaml:"metadata"`
}

// NewNamespace makes a Namespace.
func NewNamespace(m Meta) Namespace {
	return Namespace{APIVersion: "v1", Kind: "Namespace", Metadata: m}
}

// Secret is the kind of that name, with its values in clear: an example to fill in
// and encrypt.
type Secret struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Metadata   Meta   `yaml:"metadata"`
	StringData Map    `yaml:"stringData"`
	Type       string `yaml:"type"`
}

// NewSecret makes a Secret of type Opaque.
func NewSecret(m Meta, values Map) Secret {
	return Secret{APIVersion: "v1", Kind: "Secret", Metadata: m, StringData: values, Type: "Opaque"}
}

// ConfigMap is the kind of that name. A key is in one of the two maps.
type ConfigMap struct {
	APIVersion string            `yaml:"apiVersion"`
	BinaryData map[string]string `yaml:"binaryData,omitempty"` // in base64
	Data       map[string]Text   `yaml:"data,omitempty"`
	Kind       string            `yaml:"kind"`
	Metadata   Meta              `yaml:"metadata"`
}

// NewConfigMap makes a ConfigMap of files by their keys. What YAML cannot hold as a text,
// or kustomize refuses in one, goes in as base64.
func NewConfigMap(m Meta, files map[string][]byte) ConfigMap {
	c := ConfigMap{APIVersion: "v1", Kind: "ConfigMap", Metadata: m, BinaryData: map[string]string{}, Data: map[string]Text{}}
	for key, data := range files {
		if isText(data) {
			c.Data[key] = Text(data)
		} else {
			c.BinaryData[key] = base64.StdEncoding.EncodeToString(data)
		}
	}
	return c
}

// isText tells what is UTF-8 without control characters but tabs and line ends.
func isText(data []byte) bool {
	if !utf8.Valid(data) {
		return false
	}
	for _, r := range string(data) {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\ufeff' || r == '\ufffe' || r == '\uffff' || r == '\u2028' || r == '\u2029' {
			return false
		}
	}
	return true
}

// Selector selects objects by their labels; the empty one selects all.
type Selector struct {
	MatchExpressions []Expression      `yaml:"matchExpressions,omitempty"`
	MatchLabels      map[string]string `yaml:"matchLabels,omitempty"`
}

// Named selects what goes by any of the names.
func Named(names ...string) Selector {
	const label = "app.kubernetes.io/name"
	if len(names) == 1 {
		return Selector{MatchLabels: map[string]string{label: names[0]}}
	}
	return Selector{MatchExpressions: []Expression{{Key: label, Operator: "In", Values: names}}}
}

// Expression is a condition on one label.
type Expression struct {
	Key      string   `yaml:"key"`
	Operator string   `yaml:"operator"`
	Values   []string `yaml:"values,omitempty"`
}

// ServiceSpec is a Service's.
type ServiceSpec struct {
	ClusterIP                string            `yaml:"clusterIP,omitempty"` // "None": the names of pods, and no address of its own
	Ports                    []ServicePort     `yaml:"ports"`
	PublishNotReadyAddresses bool              `yaml:"publishNotReadyAddresses,omitempty"`
	Selector                 map[string]string `yaml:"selector"`
}

// ServicePort is a port of a Service; TargetPort is the name of a container's port, or a
// number.
type ServicePort struct {
	Name       string `yaml:"name"`
	Port       int    `yaml:"port"`
	TargetPort any    `yaml:"targetPort"`
}

// NewService makes a Service.
func NewService(m Meta, s ServiceSpec) Object[ServiceSpec] {
	return Object[ServiceSpec]{APIVersion: "v1", Kind: "Service", Metadata: m, Spec: s}
}

// ClaimSpec is a PersistentVolumeClaim's.
type ClaimSpec struct {
	AccessModes      []string      `yaml:"accessModes"`
	Resources        ClaimResource `yaml:"resources"`
	StorageClassName string        `yaml:"storageClassName"`
}

// ClaimResource is how much storage a claim asks for.
type ClaimResource struct {
	Requests map[string]string `yaml:"requests"`
}

// NewClaim makes a PersistentVolumeClaim.
func NewClaim(m Meta, s ClaimSpec) Object[ClaimSpec] {
	return Object[ClaimSpec]{APIVersion: "v1", Kind: "PersistentVolumeClaim", Metadata: m, Spec: s}
}

// DisruptionBudgetSpec is a PodDisruptionBudget's.
type DisruptionBudgetSpec struct {
	MaxUnavailable int      `yaml:"maxUnavailable"`
	Selector       Selector `yaml:"selector"`
}

// NewDisruptionBudget makes a PodDisruptionBudget.
func NewDisruptionBudget(m Meta, s DisruptionBudgetSpec) Object[DisruptionBudgetSpec] {
	return Object[DisruptionBudgetSpec]{APIVersion: "policy/v1", Kind: "PodDisruptionBudget", Metadata: m, Spec: s}
}
