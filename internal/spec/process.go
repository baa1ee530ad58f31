package spec

// Resources mirrors #Resources.
type Resources struct {
	Requests Quantity `json:"requests"`
	Limits   Quantity `json:"limits"`
}

// Init mirrors #Init.
type Init struct {
	Process
	Resources *Resources `json:"resources"`
}

// Sidecar mirrors #Sidecar.
type Sidecar struct {
	Process
	Port      int       `json:"port"`
	Health    Health    `json:"health"`
	Resources Resources `json:"resources"`
}

// Job mirrors #Job.
type Job struct {
	Process
	Schedule  string     `json:"schedule"`
	TimeZone  string     `json:"timeZone"`
	Timeout   string     `json:"timeout"`
	Retries   int        `json:"retries"`
	Volumes   []string   `json:"volumes"`
	Resources *Resources `json:"resources"`
}

// Process mirrors #Process.
type Process struct {
	Image    string            `json:"image"`
	Command  []string          `json:"command"`
	Args     []string          `json:"args"`
	Env      map[string]string `json:"env"`
	Secrets  []string          `json:"secrets"`
	User     int               `json:"user"`
	ReadOnly *bool             `json:"readOnly"`
}
