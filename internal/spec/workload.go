package spec

// Client mirrors #Client.
type Client struct {
	Domain string `json:"domain"`
	WWW    Choice `json:"www"`
	App    string `json:"app"`

	Renamed *Renamed `json:"renamed"`
	Workload
}

// App mirrors #App.
type App struct {
	Public  bool               `json:"public"`
	Secrets []string           `json:"secrets"`
	Kind    string             `json:"kind"`
	Wave    int                `json:"wave"`
	Jobs    map[string]*Job    `json:"jobs"`
	Volumes map[string]*Volume `json:"volumes"`
	Backup  AppBackup          `json:"backup"`
	Allow   []string           `json:"allow"`

	Renamed *Renamed `json:"renamed"`
	Workload
}

// Workload is what #Client and #App both say.
type Workload struct {
	Hostnames   []string          `json:"hostnames"`
	Access      string            `json:"access"`
	AccessPaths map[string]string `json:"accessPaths"`
	Bypass      []string          `json:"bypass"`
	Internet    bool              `json:"internet"`
	Selector    map[string]string `json:"selector"`
	Container
}

// Volume mirrors #App.volumes.
type Volume struct {
	Mount   string `json:"mount"`
	Size    string `json:"size"`
	Backup  bool   `json:"backup"`
	Storage string `json:"storage"`
}

// Container mirrors #Container.
type Container struct {
	Image       string              `json:"image"`
	Static      string              `json:"static"`
	Port        int                 `json:"port"`
	Replicas    int                 `json:"replicas"`
	Command     []string            `json:"command"`
	Args        []string            `json:"args"`
	Env         map[string]string   `json:"env"`
	Health      Health              `json:"health"`
	Resources   Resources           `json:"resources"`
	PodSecurity string              `json:"podSecurity"`
	User        int                 `json:"user"`
	ReadOnly    bool                `json:"readOnly"`
	Writable    []string            `json:"writable"`
	Init        map[string]*Init    `json:"init"`
	Sidecars    map[string]*Sidecar `json:"sidecars"`
	Component   *Component          `json:"component"`

	Files map[string]*File `json:"files"`
	Ports map[string]int   `json:"ports"`
	Paths map[string]*Path `json:"paths"`
}

// Path mirrors #Container.paths.
type Path struct {
	Port int    `json:"port"`
	App  string `json:"app"`
}

// Health is a path, or a command: Path is aStruct then.
type Health struct {
	Path    string
	Command []string `json:"command"`
}

// setWord takes a path, which is aStruct for a command.
func (h *Health) setWord(word string) { h.Path = word }

// Said tells whether there is one of the two.
func (h Health) Said() bool { return h.Path != "" }

// HTTP is the path, or "" for a command.
func (h Health) HTTP() string {
	if h.Command != nil {
		return ""
	}
	return h.Path
}

// File mirrors #File.
type File struct {
	Text   *string `json:"text"`
	From   string  `json:"from"`
	Secret string  `json:"secret"`
}

// Quantity mirrors #Resources.
type Quantity struct {
	CPU    string `json:"cpu"`
	Memory string `json:"memory"`
}
