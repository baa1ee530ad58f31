package manifest

// ApplicationSpec is an Argo CD Application's, with one Source, or several Sources.
type ApplicationSpec struct {
	Destination          Destination `yaml:"destination"`
	IgnoreDifferences    []Ignored   `yaml:"ignoreDifferences,omitempty"`
	Project              string      `yaml:"project"`
	RevisionHistoryLimit int         `yaml:"revisionHistoryLimit"`
	Source               *Source     `yaml:"source,omitempty"`
	Sources              []Source    `yaml:"sources,omitempty"`
	SyncPolicy           SyncPolicy  `yaml:"syncPolicy"`
}

// NewApplication makes an Application.
func NewApplication(m Meta, s ApplicationSpec) Object[ApplicationSpec] {
	return Object[ApplicationSpec]{APIVersion: "argoproj.io/v1alpha1", Kind: "Application", Metadata: m, Spec: s}
}

// Ignored are fields of a kind of objects, or of one object, that may differ.
type Ignored struct {
	Group                 string   `yaml:"group"`
	JQPathExpressions     []string `yaml:"jqPathExpressions,omitempty"`
	JSONPointers          []string `yaml:"jsonPointers,omitempty"`
	Kind                  string   `yaml:"kind"`
	ManagedFieldsManagers []string `yaml:"managedFieldsManagers,omitempty"`
	Name                  string   `yaml:"name,omitempty"`
	Namespace             string   `yaml:"namespace,omitempty"`
}

// Destination is a namespace of a cluster.
type Destination struct {
	Namespace string `yaml:"namespace"`
	Server    string `yaml:"server"`
}

// Source is a folder of a git repository, a Helm chart, or a repository that others
// find files in by Ref.
type Source struct {
	Chart          string `yaml:"chart,omitempty"`
	Helm           *Helm  `yaml:"helm,omitempty"`
	Path           string `yaml:"path,omitempty"`
	Ref            string `yaml:"ref,omitempty"`
	RepoURL        string `yaml:"repoURL"`
	TargetRevision string `yaml:"targetRevision"`
}

// Helm is how a chart is rendered. ValuesObject is a value of Data.
type Helm struct {
	ValueFiles   []string `yaml:"valueFiles,omitempty"`
	ValuesObject any      `yaml:"valuesObject,omitempty"`
}

// SyncPolicy is how an Application is applied.
type SyncPolicy struct {
	Automated   Automated `yaml:"automated"`
	Retry       Retry     `yaml:"retry"`
	SyncOptions []string  `yaml:"syncOptions"`
}

// Automated applies what is in git without being asked.
type Automated struct {
	Prune    bool `yaml:"prune"`
	SelfHeal bool `yaml:"selfHeal"`
}

// Retry is what happens after a failed sync. A negative Limit means for ever;
// Refresh takes the newest commit instead of the one that failed.
type Retry struct {
	Backoff Backoff `yaml:"backoff"`
	Limit   int     `yaml:"limit"`
	Refresh bool    `yaml:"refresh,omitempty"`
}

// Backoff is the time between attempts.
type Backoff struct {
	Duration    string `yaml:"duration"`
	Factor      int    `yaml:"factor"`
	MaxDuration string `yaml:"maxDuration"`
}

// ProjectSpec is an Argo CD AppProject's.
type ProjectSpec struct {
	ClusterResourceWhitelist   []NamedKind   `yaml:"clusterResourceWhitelist"`
	Description                string        `yaml:"description"`
	Destinations               []Destination `yaml:"destinations"`
	NamespaceResourceBlacklist []GroupKind   `yaml:"namespaceResourceBlacklist,omitempty"`
	NamespaceResourceWhitelist []GroupKind   `yaml:"namespaceResourceWhitelist,omitempty"`
	SourceRepos                []string      `yaml:"sourceRepos"`
}

// NewProject makes an AppProject.
func NewProject(m Meta, s ProjectSpec) Object[ProjectSpec] {
	return Object[ProjectSpec]{APIVersion: "argoproj.io/v1alpha1", Kind: "AppProject", Metadata: m, Spec: s}
}

// GroupKind is a kind of objects.
type GroupKind struct {
	Group string `yaml:"group"`
	Kind  string `yaml:"kind"`
}

// NamedKind is a kind of objects, or one object of it.
type NamedKind struct {
	Group string `yaml:"group"`
	Kind  string `yaml:"kind"`
	Name  string `yaml:"name,omitempty"`
}
