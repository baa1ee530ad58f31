package manifest

// DeploymentSpec is a Deployment's.
type DeploymentSpec struct {
	Replicas             int         `yaml:"replicas"`
	RevisionHistoryLimit int         `yaml:"revisionHistoryLimit"`
	Selector             Selector    `yaml:"selector"`
	Strategy             Strategy    `yaml:"strategy"`
	Template             PodTemplate `yaml:"template"`
}

// NewDeployment makes a Deployment.
func NewDeployment(m Meta, s DeploymentSpec) Object[DeploymentSpec] {
	return Object[DeploymentSpec]{APIVersion: "apps/v1", Kind: "Deployment", Metadata: m, Spec: s}
}

// Strategy is how a Deployment replaces its pods.
type Strategy struct {
	RollingUpdate *RollingUpdate `yaml:"rollingUpdate,omitempty"`
	Type          string         `yaml:"type"`
}

// RollingUpdate bounds how many pods there are during an update.
type RollingUpdate struct {
	MaxSurge       int `yaml:"maxSurge"`
	MaxUnavailable int `yaml:"maxUnavailable"`
}

// PodTemplate is what a Deployment's pods are made from.
type PodTemplate struct {
	Metadata Meta    `yaml:"metadata"`
	Spec     PodSpec `yaml:"spec"`
}

// PodSpec is a pod's.
type PodSpec struct {
	AutomountServiceAccountToken  bool             `yaml:"automountServiceAccountToken"`
	Containers                    []Container      `yaml:"containers"`
	EnableServiceLinks            bool             `yaml:"enableServiceLinks"`
	InitContainers                []Container      `yaml:"initContainers,omitempty"`
	RestartPolicy                 string           `yaml:"restartPolicy,omitempty"`
	SecurityContext               PodSecurity      `yaml:"securityContext"`
	TerminationGracePeriodSeconds int              `yaml:"terminationGracePeriodSeconds,omitempty"`
	TopologySpreadConstraints     []TopologySpread `yaml:"topologySpreadConstraints,omitempty"`
	Volumes                       []PodVolume      `yaml:"volumes,omitempty"`
}

// PodSecurity is the security context of all containers of a pod. A pointer that
// is nil leaves the field to the image.
type PodSecurity struct {
	FSGroup             *int            `yaml:"fsGroup,omitempty"`
	FSGroupChangePolicy string          `yaml:"fsGroupChangePolicy,omitempty"`
	RunAsGroup          *int            `yaml:"runAsGroup,omitempty"`
	RunAsNonRoot        *bool           `yaml:"runAsNonRoot,omitempty"`
	RunAsUser           *int            `yaml:"runAsUser,omitempty"`
	SeccompProfile      *SeccompProfile `yaml:"seccompProfile,omitempty"`
}

// SeccompProfile names a seccomp profile.
type SeccompProfile struct {
	Type string `yaml:"type"`
}

// ContainerSecurity is the security context of one container.
type ContainerSecurity struct {
	AllowPrivilegeEscalation bool          `yaml:"allowPrivilegeEscalation"`
	Capabilities             *Capabilities `yaml:"capabilities,omitempty"`
	ReadOnlyRootFilesystem   bool          `yaml:"readOnlyRootFilesystem"`
	RunAsGroup               *int          `yaml:"runAsGroup,omitempty"` // nil: the pod's
	RunAsUser                *int          `yaml:"runAsUser,omitempty"`
}

// Capabilities changes a container's capabilities.
type Capabilities struct {
	Drop []string `yaml:"drop"`
}

// TopologySpread spreads pods over nodes.
type TopologySpread struct {
	LabelSelector     Selector `yaml:"labelSelector"`
	MaxSkew           int      `yaml:"maxSkew"`
	TopologyKey       string   `yaml:"topologyKey"`
	WhenUnsatisfiable string   `yaml:"whenUnsatisfiable"`
}

// Container is a container of a pod.
type Container struct {
	Args            []Text            `yaml:"args,omitempty"`
	Command         []Text            `yaml:"command,omitempty"`
	Env             []EnvVar          `yaml:"env,omitempty"`
	Image           string            `yaml:"image"`
	Lifecycle       *Lifecycle        `yaml:"lifecycle,omitempty"`
	LivenessProbe   *Probe            `yaml:"livenessProbe,omitempty"`
	Name            string            `yaml:"name"`
	Ports           []ContainerPort   `yaml:"ports,omitempty"`
	ReadinessProbe  *Probe            `yaml:"readinessProbe,omitempty"`
	Resources       Resources         `yaml:"resources"`
	RestartPolicy   string            `yaml:"restartPolicy,omitempty"` // "Always": an init container that goes on
	SecurityContext ContainerSecurity `yaml:"securityContext"`
	StartupProbe    *Probe            `yaml:"startupProbe,omitempty"`
	VolumeMounts    []VolumeMount     `yaml:"volumeMounts,omitempty"`
}

// Lifecycle is what happens before a container is stopped.
type Lifecycle struct {
	PreStop PreStop `yaml:"preStop"`
}

// PreStop waits.
type PreStop struct {
	Sleep Sleep `yaml:"sleep"`
}

// Sleep is a time to wait.
type Sleep struct {
	Seconds int `yaml:"seconds"`
}

// EnvVar is an environment variable; see [Env] and [EnvFromSecret].
type EnvVar struct {
	Name      string     `yaml:"name"`
	Value     *Text      `yaml:"value,omitempty"`
	ValueFrom *EnvSource `yaml:"valueFrom,omitempty"`
}

// EnvSource is where a variable's value comes from.
type EnvSource struct {
	SecretKeyRef SecretKey `yaml:"secretKeyRef"`
}

// SecretKey is a key of a Secret.
type SecretKey struct {
	Key  string `yaml:"key"`
	Name string `yaml:"name"`
}

// ContainerPort is a port that a container listens on.
type ContainerPort struct {
	ContainerPort int    `yaml:"containerPort"`
	Name          string `yaml:"name"`
}

// Probe asks a container how it is: by a command, over HTTP, or whether its port is open.
type Probe struct {
	Exec                *Exec      `yaml:"exec,omitempty"`
	FailureThreshold    int        `yaml:"failureThreshold,omitempty"`
	HTTPGet             *HTTPGet   `yaml:"httpGet,omitempty"`
	InitialDelaySeconds int        `yaml:"initialDelaySeconds,omitempty"`
	PeriodSeconds       int        `yaml:"periodSeconds,omitempty"`
	TCPSocket           *TCPSocket `yaml:"tcpSocket,omitempty"`
	TimeoutSeconds      int        `yaml:"timeoutSeconds,omitempty"`
}

// Exec is a command that a probe runs in the container.
type Exec struct {
	Command []Text `yaml:"command"`
}

// HTTPGet is a probe's request; Port names a port of the container.
type HTTPGet struct {
	Path string `yaml:"path"`
	Port string `yaml:"port"`
}

// TCPSocket is a port to be opened; Port names a port of the container.
type TCPSocket struct {
	Port string `yaml:"port"`
}

// Resources are what a container asks for and may use: quantities by resource.
type Resources struct {
	Limits   map[string]string `yaml:"limits,omitempty"`
	Requests map[string]string `yaml:"requests,omitempty"`
}

// VolumeMount puts a volume of the pod into a container.
type VolumeMount struct {
	MountPath string `yaml:"mountPath"`
	Name      string `yaml:"name"`
	ReadOnly  bool   `yaml:"readOnly,omitempty"`
	SubPath   string `yaml:"subPath,omitempty"`
}

// PodVolume is a volume of a pod; one of its sources is set.
type PodVolume struct {
	ConfigMap             *ConfigMapVolume `yaml:"configMap,omitempty"`
	EmptyDir              *EmptyDir        `yaml:"emptyDir,omitempty"`
	Name                  string           `yaml:"name"`
	PersistentVolumeClaim *ClaimVolume     `yaml:"persistentVolumeClaim,omitempty"`
	Secret                *SecretVolume    `yaml:"secret,omitempty"`
}

// ConfigMapVolume holds a ConfigMap's keys as files.
type ConfigMapVolume struct {
	Items []KeyToPath `yaml:"items,omitempty"` // none: every key
	Name  string      `yaml:"name"`
}

// KeyToPath is a key of a ConfigMap and the name of its file. A pod does not start
// before the key is there.
type KeyToPath struct {
	Key  string `yaml:"key"`
	Path string `yaml:"path"`
}

// EmptyDir is empty when the pod starts.
type EmptyDir struct {
	SizeLimit string `yaml:"sizeLimit,omitempty"`
}

// ClaimVolume is a persistent volume.
type ClaimVolume struct {
	ClaimName string `yaml:"claimName"`
}

// SecretVolume holds a Secret's keys as files, with the mode that it is given, in decimal.
type SecretVolume struct {
	DefaultMode int         `yaml:"defaultMode,omitempty"`
	Items       []KeyToPath `yaml:"items,omitempty"` // none: every key
	SecretName  string      `yaml:"secretName"`
}
