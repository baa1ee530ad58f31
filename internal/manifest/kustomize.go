package manifest

// Kustomization says which files of a folder belong together.
type Kustomization struct {
	APIVersion         string               `yaml:"apiVersion"`
	Components         []string             `yaml:"components,omitempty"`
	ConfigMapGenerator []ConfigMapGenerator `yaml:"configMapGenerator,omitempty"`
	Generators         []string             `yaml:"generators,omitempty"`
	Kind               string               `yaml:"kind"`
	Resources          []string             `yaml:"resources,omitempty"`
}

// NewKustomization sets what every kustomization says.
func NewKustomization(k Kustomization) Kustomization {
	k.APIVersion, k.Kind = "kustomize.config.k8s.io/v1beta1", "Kustomization"
	return k
}

// ConfigMapGenerator makes a ConfigMap of files; its name gets a hash of the
// content, and so do the references to it.
type ConfigMapGenerator struct {
	Files     []string `yaml:"files"`
	Name      string   `yaml:"name"`
	Namespace string   `yaml:"namespace"`
}

// Ksops is the generator that decrypts files while kustomize runs.
type Ksops struct {
	APIVersion string   `yaml:"apiVersion"`
	Files      []string `yaml:"files"`
	Kind       string   `yaml:"kind"`
	Metadata   Meta     `yaml:"metadata"`
}

// NewKsops makes a ksops generator. kustomize starts the program ksops, found on
// PATH, because of the annotation.
func NewKsops(name string, files ...string) Ksops {
	return Ksops{
		APIVersion: "viaduct.ai/v1", Kind: "ksops", Files: files,
		Metadata: Meta{Name: name, Annotations: map[string]string{"config.kubernetes.io/function": "exec:\n  path: ksops\n"}},
	}
}
