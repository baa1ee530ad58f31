package manifest

// StatefulSetSpec is a StatefulSet's.
type StatefulSetSpec struct {
	Retention            Retention           `yaml:"persistentVolumeClaimRetentionPolicy"`
	Replicas             int                 `yaml:"replicas"`
	RevisionHistoryLimit int                 `yaml:"revisionHistoryLimit"`
	Selector             Selector            `yaml:"selector"`
	ServiceName          string              `yaml:"serviceName"`
	Template             PodTemplate         `yaml:"template"`
	VolumeClaimTemplates []Object[ClaimSpec] `yaml:"volumeClaimTemplates,omitempty"`
}

// Retention says what becomes of claims without pods: Retain, or Delete.
type Retention struct {
	WhenDeleted string `yaml:"whenDeleted"`
	WhenScaled  string `yaml:"whenScaled"`
}

// NewStatefulSet makes a StatefulSet.
func NewStatefulSet(m Meta, s StatefulSetSpec) Object[StatefulSetSpec] {
	return Object[StatefulSetSpec]{APIVersion: "apps/v1", Kind: "StatefulSet", Metadata: m, Spec: s}
}
