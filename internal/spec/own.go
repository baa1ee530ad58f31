package spec

// Chart mirrors #Chart. Kinds is nil where the spec does not say them.
type Chart struct {
	Repo       string   `json:"repo"`
	Chart      string   `json:"chart"`
	Version    string   `json:"version"`
	Values     Data     `json:"values"`
	ValuesFile string   `json:"valuesFile"`
	Kinds      []string `json:"kinds"`
	Beside
}

// Data is a struct of any shape, as the spec says it: texts, int64, float64, bool,
// nil, []any, and map[string]any.
type Data map[string]any

// Folder mirrors #Folder.
type Folder struct {
	Path  string   `json:"path"`
	Kinds []string `json:"kinds"`
	Beside
}

// Beside mirrors #Beside.
type Beside struct {
	Namespace    string   `json:"namespace"`
	PodSecurity  string   `json:"podSecurity"`
	Namespaces   []string `json:"namespaces"`
	ClusterKinds []string `json:"clusterKinds"`
	Secrets      []string `json:"secrets"`
	Allow        []string `json:"allow"`
	Wave         int      `json:"wave"`
	OnRemoval    string   `json:"onRemoval"`

	IgnoreDifferences []Ignored `json:"ignoreDifferences"`
}

// Ignored mirrors #Ignored.
type Ignored struct {
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Namespace string `json:"namespace"`

	JSONPointers          []string `json:"jsonPointers"`
	JQPathExpressions     []string `json:"jqPathExpressions"`
	ManagedFieldsManagers []string `json:"managedFieldsManagers"`
}

// Component mirrors #Container.component.
type Component struct {
	Path  string   `json:"path"`
	Kinds []string `json:"kinds"`
}
