package spec

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
	OnRemoval    string   `json:"onRemoval"`
}
