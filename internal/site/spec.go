package site

// Spec is the spec in the schema's shape, with the schema's defaults, before gen's
// own rules. Field names and meaning are the schema's;
// TestSpecMirrorsSchema holds the two together.
type Spec struct {
	Name       string                 `json:"name"`
	Repo       RepoSpec               `json:"repo"`
	Admin      AdminSpec              `json:"admin"`
	Hosts      map[string]*HostSpec   `json:"hosts"`
	Cluster    ClusterSpec            `json:"cluster"`
	Cloudflare CloudflareSpec         `json:"cloudflare"`
	Domains    map[string]*DomainSpec `json:"domains"`
	Tunnel     TunnelSpec             `json:"tunnel"`
	Access     map[string]*GroupSpec  `json:"access"`
	Clients    map[string]*ClientSpec `json:"clients"`
	Apps       map[string]*AppSpec    `json:"apps"`
	ArgoCD     SurfaceSpec            `json:"argocd"`
	Sops       SopsSpec               `json:"sops"`
	Alerts     *AlertsSpec            `json:"alerts"`
	Terraform  TerraformSpec          `json:"terraform"`
	Output     OutputSpec             `json:"output"`
	Versions   VersionsSpec           `json:"versions"`
	Silence    map[string]string      `json:"silence"`
}

// RepoSpec mirrors #Repo.
type RepoSpec struct {
	URL        string   `json:"url"`
	Branch     string   `json:"branch"`
	Path       string   `json:"path"`
	Private    bool     `json:"private"`
	KnownHosts []string `json:"knownHosts"`
}

// AdminSpec mirrors #Site.admin.
type AdminSpec struct {
	Email string `json:"email"`
}

// CloudflareSpec mirrors #Cloudflare.
type CloudflareSpec struct {
	Account string `json:"account"`
}

// TunnelSpec mirrors #Tunnel.
type TunnelSpec struct {
	Name     string `json:"name"`
	Replicas int    `json:"replicas"`
}

// SurfaceSpec mirrors #Surface.
type SurfaceSpec struct {
	Hostname string `json:"hostname"`
	Access   string `json:"access"`
}

// SopsSpec mirrors #Sops.
type SopsSpec struct {
	People map[string]string `json:"people"`
	ArgoCD string            `json:"argocd"`
}

// AlertsSpec mirrors #Alerts.
type AlertsSpec struct {
	Email string `json:"email"`
	SMTP  struct {
		Host string `json:"host"`
		Port int    `json:"port"`
		User string `json:"user"`
		From string `json:"from"`
		TLS  string `json:"tls"`
	} `json:"smtp"`
}

// TerraformSpec mirrors #Terraform.
type TerraformSpec struct {
	S3 *struct {
		Bucket   string `json:"bucket"`
		Key      string `json:"key"`
		Region   string `json:"region"`
		Endpoint string `json:"endpoint"`
	} `json:"s3"`
}

// OutputSpec mirrors #Output.
type OutputSpec struct {
	Flake   string   `json:"flake"`
	Exclude []string `json:"exclude"`
}

// HostSpec mirrors #Host.
type HostSpec struct {
	Role    string `json:"role"`
	Address string `json:"address"`
	Node    string `json:"node"`
	CPU     struct {
		Vendor  string `json:"vendor"`
		Cores   int    `json:"cores"`
		Threads int    `json:"threads"`
	} `json:"cpu"`
	Memory       string `json:"memory"`
	Firmware     string `json:"firmware"`
	Release      string `json:"release"`
	StateVersion string `json:"stateVersion"`
	Kernel       string `json:"kernel"`
	Installer    struct {
		Image  string `json:"image"`
		Kernel string `json:"kernel"`
	} `json:"installer"`
	Age     string                `json:"age"`
	ESPSize string                `json:"espSize"`
	Disks   map[string]*DiskSpec  `json:"disks"`
	Arrays  map[string]*ArraySpec `json:"arrays"`
	NICs    map[string]*NICSpec   `json:"nics"`
	Users   map[string]*UserSpec  `json:"users"`
	SSH     struct {
		From     []string `json:"from"`
		Hostname string   `json:"hostname"`
		Access   string   `json:"access"`
	} `json:"ssh"`
	TimeZone string   `json:"timeZone"`
	Imports  []string `json:"imports"`
}

// DiskSpec mirrors #Disk.
type DiskSpec struct {
	Device       string `json:"device"`
	UnstableName bool   `json:"unstableName"`
	Size         string `json:"size"`
	Mount        string `json:"mount"`
	Format       string `json:"format"`
}

// ArraySpec mirrors #Array.
type ArraySpec struct {
	Level  int      `json:"level"`
	Disks  []string `json:"disks"`
	Mount  string   `json:"mount"`
	Format string   `json:"format"`
	Size   string   `json:"size"`
}

// NICSpec mirrors #NIC.
type NICSpec struct {
	MAC  string   `json:"mac"`
	IPv4 IPv4Spec `json:"ipv4"`
	IPv6 *IPSpec  `json:"ipv6"`
	DNS  []string `json:"dns"`
}

// IPv4Spec is "dhcp", "none" or a static address: Mode is "static" then.
type IPv4Spec struct {
	Mode string
	IPSpec
}

// IPSpec mirrors #IPv4 and #IPv6.
type IPSpec struct {
	Address string `json:"address"`
	Gateway string `json:"gateway"`
	OnLink  bool   `json:"onLink"`
}

// setWord takes a word, which is aStruct for an address.
func (s *IPv4Spec) setWord(word string) { s.Mode = word }

// UserSpec mirrors #User.
type UserSpec struct {
	Keys     []string `json:"keys"`
	Groups   []string `json:"groups"`
	UID      *int     `json:"uid"`
	Shell    string   `json:"shell"`
	Password bool     `json:"password"`
}

// ClusterSpec mirrors #Cluster.
type ClusterSpec struct {
	Pods     string `json:"pods"`
	Services string `json:"services"`
	K3s      struct {
		Flags []string `json:"flags"`
	} `json:"k3s"`
	Hubble struct {
		Enabled bool `json:"enabled"`
		SurfaceSpec
	} `json:"hubble"`
	Encryption *bool `json:"encryption"`
}

// DomainSpec mirrors #Domain.
type DomainSpec struct {
	Primary             bool         `json:"primary"`
	Wildcard            bool         `json:"wildcard"`
	ZoneID              string       `json:"zoneId"`
	AdvancedCertificate bool         `json:"advancedCertificate"`
	Delegated           bool         `json:"delegated"`
	Records             []RecordSpec `json:"records"`
}

// RecordSpec mirrors #Record.
type RecordSpec struct {
	Type     string   `json:"type"`
	Name     string   `json:"name"`
	Content  string   `json:"content"`
	Priority *int     `json:"priority"`
	TTL      int      `json:"ttl"`
	Proxied  bool     `json:"proxied"`
	Comment  string   `json:"comment"`
	CAA      *CAASpec `json:"caa"`
	SRV      *SRVSpec `json:"srv"`
}

// CAASpec mirrors #Record.caa.
type CAASpec struct {
	Flags int    `json:"flags"`
	Tag   string `json:"tag"`
	Value string `json:"value"`
}

// SRVSpec mirrors #Record.srv.
type SRVSpec struct {
	Priority int    `json:"priority"`
	Weight   int    `json:"weight"`
	Port     int    `json:"port"`
	Target   string `json:"target"`
}

// GroupSpec mirrors #AccessGroup.
type GroupSpec struct {
	Emails       []string `json:"emails"`
	EmailDomains []string `json:"emailDomains"`
	Session      string   `json:"session"`
	Default      bool     `json:"default"`
}

// ClientSpec mirrors #Client.
type ClientSpec struct {
	Domain    string   `json:"domain"`
	WWW       *bool    `json:"www"`
	Hostnames []string `json:"hostnames"`
	Access    string   `json:"access"`
	Internet  bool     `json:"internet"`
	ContainerSpec
}

// AppSpec mirrors #App.
type AppSpec struct {
	Hostnames []string               `json:"hostnames"`
	Access    string                 `json:"access"`
	Public    bool                   `json:"public"`
	Secrets   []string               `json:"secrets"`
	Volumes   map[string]*VolumeSpec `json:"volumes"`
	Allow     []string               `json:"allow"`
	Internet  bool                   `json:"internet"`
	ContainerSpec
}

// VolumeSpec mirrors #App.volumes.
type VolumeSpec struct {
	Mount string `json:"mount"`
	Size  string `json:"size"`
}

// ContainerSpec mirrors #Container.
type ContainerSpec struct {
	Image     string            `json:"image"`
	Port      int               `json:"port"`
	Replicas  int               `json:"replicas"`
	Command   []string          `json:"command"`
	Args      []string          `json:"args"`
	Env       map[string]string `json:"env"`
	Health    string            `json:"health"`
	Resources struct {
		Requests QuantitySpec `json:"requests"`
		Limits   QuantitySpec `json:"limits"`
	} `json:"resources"`
	PodSecurity string   `json:"podSecurity"`
	User        int      `json:"user"`
	ReadOnly    bool     `json:"readOnly"`
	Writable    []string `json:"writable"`
}

// QuantitySpec mirrors #Container.resources.
type QuantitySpec struct {
	CPU    string `json:"cpu"`
	Memory string `json:"memory"`
}

// VersionsSpec mirrors #Versions.
type VersionsSpec struct {
	Charts struct {
		Cilium string `json:"cilium"`
		ArgoCD string `json:"argocd"`
	} `json:"charts"`
	Images struct {
		ArgoCD      string `json:"argocd"`
		Ksops       string `json:"ksops"`
		Cloudflared string `json:"cloudflared"`
	} `json:"images"`
	Terraform string `json:"terraform"`
	Providers struct {
		Cloudflare string `json:"cloudflare"`
		Helm       string `json:"helm"`
		Kubectl    string `json:"kubectl"`
		Kubernetes string `json:"kubernetes"`
		Random     string `json:"random"`
		Sops       string `json:"sops"`
	} `json:"providers"`
	Flake struct {
		Disko         string `json:"disko"`
		NixosAnywhere string `json:"nixosAnywhere"`
		SopsNix       string `json:"sopsNix"`
	} `json:"flake"`
}
