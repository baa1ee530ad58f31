package spec

// Spec is the spec in the schema's shape, with the schema's defaults, before gen's
// own rules. Field names and meaning are the schema's;
// TestSpecMirrorsSchema holds the two together.
type Spec struct {
	Name       string               `json:"name"`
	Repo       Repo                 `json:"repo"`
	Admin      Admin                `json:"admin"`
	Hosts      map[string]*Host     `json:"hosts"`
	Cluster    Cluster              `json:"cluster"`
	Registries map[string]*Registry `json:"registries"`
	Cloudflare Cloudflare           `json:"cloudflare"`
	Domains    map[string]*Domain   `json:"domains"`
	Tunnel     Tunnel               `json:"tunnel"`
	Access     map[string]*Group    `json:"access"`
	IdPs       map[string]*IdP      `json:"idps"`
	Clients    map[string]*Client   `json:"clients"`
	Apps       map[string]*App      `json:"apps"`
	Redirects  map[string]*Redirect `json:"redirects"`
	Routes     map[string]*Route    `json:"routes"`
	Charts     map[string]*Chart    `json:"charts"`
	Folders    map[string]*Folder   `json:"folders"`
	ArgoCD     ArgoCD               `json:"argocd"`
	Sops       Sops                 `json:"sops"`
	Alerts     *Alerts              `json:"alerts"`
	Backup     *Backup              `json:"backup"`
	Storage    string               `json:"storage"`
	Terraform  Terraform            `json:"terraform"`
	Output     Output               `json:"output"`
	CI         *CI                  `json:"ci"`
	Versions   Versions             `json:"versions"`
	Silence    map[string]string    `json:"silence"`
}

// Repo mirrors #Repo.
type Repo struct {
	URL        string   `json:"url"`
	Branch     string   `json:"branch"`
	Path       string   `json:"path"`
	Spec       string   `json:"spec"`
	Private    bool     `json:"private"`
	KnownHosts []string `json:"knownHosts"`
}

// Admin mirrors #Site.admin.
type Admin struct {
	Email string `json:"email"`
}

// Cloudflare mirrors #Cloudflare.
type Cloudflare struct {
	Account string `json:"account"`
	Team    string `json:"team"`
}

// Tunnel mirrors #Tunnel.
type Tunnel struct {
	Name     string `json:"name"`
	Replicas int    `json:"replicas"`
	Shards   int    `json:"shards"`
}

// Surface mirrors #Surface.
type Surface struct {
	Hostname string `json:"hostname"`
	Access   string `json:"access"`
}

// Sops mirrors #Sops.
type Sops struct {
	People map[string]string `json:"people"`
	ArgoCD string            `json:"argocd"`
}

// Alerts mirrors #Alerts.
type Alerts struct {
	Email     string `json:"email"`
	SMTP      *SMTP  `json:"smtp"`
	Ntfy      string `json:"ntfy"`
	NtfyToken bool   `json:"ntfyToken"`
	Webhook   string `json:"webhook"`
}

// SMTP mirrors #Alerts.smtp.
type SMTP struct {
	Host string `json:"host"`
	Port int    `json:"port"`
	User string `json:"user"`
	From string `json:"from"`
	TLS  string `json:"tls"`
}

// Terraform mirrors #Terraform.
type Terraform struct {
	S3        *S3                  `json:"s3"`
	Providers map[string]*Provider `json:"providers"`
	Shards    int                  `json:"shards"`
}

// Provider mirrors #Terraform.providers.
type Provider struct {
	Source  string `json:"source"`
	Version string `json:"version"`
}

// S3 mirrors #Terraform.s3.
type S3 struct {
	Bucket   string `json:"bucket"`
	Key      string `json:"key"`
	Region   string `json:"region"`
	Endpoint string `json:"endpoint"`
}

// Output mirrors #Output.
type Output struct {
	Flake   string   `json:"flake"`
	Exclude []string `json:"exclude"`
}

// CI mirrors #CI.
type CI struct {
	Forge    string   `json:"forge"`
	Install  []string `json:"install"`
	Image    string   `json:"image"`
	Renovate bool     `json:"renovate"`
}

// Host mirrors #Host.
type Host struct {
	Role    string `json:"role"`
	Address string `json:"address"`
	Node    string `json:"node"`
	CPU     struct {
		Arch    string `json:"arch"`
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
	Age     string            `json:"age"`
	ESPSize string            `json:"espSize"`
	Disks   map[string]*Disk  `json:"disks"`
	Layout  string            `json:"layout"`
	Arrays  map[string]*Array `json:"arrays"`
	Pools   map[string]*Pool  `json:"pools"`
	HostID  string            `json:"hostId"`
	Swap    string            `json:"swap"`
	Volumes string            `json:"volumes"`
	NICs    map[string]*NIC   `json:"nics"`
	VLANs   map[string]*VLAN  `json:"vlans"`
	Bonds   map[string]*Bond  `json:"bonds"`
	Open    []Opening         `json:"open"`
	Users   map[string]*User  `json:"users"`
	SSH     struct {
		From         []string `json:"from"`
		Hostname     string   `json:"hostname"`
		Access       string   `json:"access"`
		Certificates bool     `json:"certificates"`
		CA           string   `json:"ca"`
	} `json:"ssh"`
	TimeZone string   `json:"timeZone"`
	Imports  []string `json:"imports"`
}

// Disk mirrors #Disk.
type Disk struct {
	Device       string `json:"device"`
	UnstableName bool   `json:"unstableName"`
	Size         string `json:"size"`
	Mount        string `json:"mount"`
	Format       string `json:"format"`

	Options    []string          `json:"options"`
	Partitions map[string]string `json:"partitions"`
}

// Array mirrors #Array.
type Array struct {
	Level   int      `json:"level"`
	Disks   []string `json:"disks"`
	Mount   string   `json:"mount"`
	Format  string   `json:"format"`
	Options []string `json:"options"`
	Size    string   `json:"size"`
}

// Pool mirrors #Pool.
type Pool struct {
	Mode      string            `json:"mode"`
	Disks     []string          `json:"disks"`
	Mount     string            `json:"mount"`
	Datasets  map[string]string `json:"datasets"`
	Snapshots bool              `json:"snapshots"`
}

// User mirrors #User.
type User struct {
	Keys     []string `json:"keys"`
	Emails   []string `json:"emails"`
	Groups   []string `json:"groups"`
	UID      *int     `json:"uid"`
	Shell    string   `json:"shell"`
	Password bool     `json:"password"`
}

// ArgoCD mirrors #Site.argocd.
type ArgoCD struct {
	ValuesFile string `json:"valuesFile"`
	Surface
}

// Cluster mirrors #Cluster.
type Cluster struct {
	Pods     string `json:"pods"`
	Services string `json:"services"`
	First    string `json:"first"`
	K3s      struct {
		Flags []string `json:"flags"`
	} `json:"k3s"`
	Hubble struct {
		Enabled bool `json:"enabled"`
		Surface
	} `json:"hubble"`
	Cilium struct {
		ValuesFile string `json:"valuesFile"`
	} `json:"cilium"`
	Encryption *bool `json:"encryption"`
}

// Registry mirrors #Registry.
type Registry struct {
	Host string `json:"host"`
	User string `json:"user"`
}

// Domain mirrors #Domain.
type Domain struct {
	Primary             bool         `json:"primary"`
	Wildcard            bool         `json:"wildcard"`
	ZoneID              string       `json:"zoneId"`
	Create              bool         `json:"create"`
	Settings            ZoneSettings `json:"settings"`
	DNSSEC              bool         `json:"dnssec"`
	AdvancedCertificate bool         `json:"advancedCertificate"`
	Delegated           bool         `json:"delegated"`
	Mail                *Mail        `json:"mail"`
	CAA                 []string     `json:"caa"`
	Records             []Record     `json:"records"`
}

// Record mirrors #Record.
type Record struct {
	Type     string `json:"type"`
	Name     string `json:"name"`
	Content  string `json:"content"`
	Priority *int   `json:"priority"`
	TTL      int    `json:"ttl"`
	Proxied  bool   `json:"proxied"`
	Comment  string `json:"comment"`
	CAA      *CAA   `json:"caa"`
	SRV      *SRV   `json:"srv"`
}

// CAA mirrors #Record.caa.
type CAA struct {
	Flags int    `json:"flags"`
	Tag   string `json:"tag"`
	Value string `json:"value"`
}

// SRV mirrors #Record.srv.
type SRV struct {
	Priority int    `json:"priority"`
	Weight   int    `json:"weight"`
	Port     int    `json:"port"`
	Target   string `json:"target"`
}

// Choice is true, false or a word of the schema, each as it is written; "" where the
// spec says nothing.
type Choice string

// Versions mirrors #Versions.
type Versions struct {
	Charts struct {
		Cilium   string `json:"cilium"`
		ArgoCD   string `json:"argocd"`
		Longhorn string `json:"longhorn"`
	} `json:"charts"`
	Images struct {
		ArgoCD      string `json:"argocd"`
		Ksops       string `json:"ksops"`
		Cloudflared string `json:"cloudflared"`
		Nginx       string `json:"nginx"`
		Busybox     string `json:"busybox"`
	} `json:"images"`
	Actions struct {
		Checkout string `json:"checkout"`
	} `json:"actions"`
	Terraform string `json:"terraform"`
	Providers struct {
		Cloudflare string `json:"cloudflare"`
		Helm       string `json:"helm"`
		Kubectl    string `json:"kubectl"`
		Kubernetes string `json:"kubernetes"`
		Random     string `json:"random"`
		Sops       string `json:"sops"`
	} `json:"providers"`
	Flake FlakeInputs `json:"flake"`
}

// FlakeInputs mirrors #Versions.flake.
type FlakeInputs struct {
	Disko         string `json:"disko"`
	NixosAnywhere string `json:"nixosAnywhere"`
	SopsNix       string `json:"sopsNix"`
}
