package site

import (
	"net/netip"
	"path"
)

// Site is a sound, complete site: every default is filled in, every name
// resolved, every list sorted by name. Generators read it and nothing else;
// they never change it.
type Site struct {
	Name       string // DNS-1123 label; names folders, the tunnel and the scripts
	AdminEmail string
	Repo       Repo

	Hosts  []*Host // sorted by name
	Server *Host   // the one host with RoleServer
	Agents []*Host // the other hosts, sorted by name

	Cluster    Cluster
	Cloudflare Cloudflare
	Zones      []Zone // sorted by name; exactly one is Primary
	Primary    *Zone  // points into Zones
	Tunnel     Tunnel
	Groups     []AccessGroup // sorted by name
	Routes     []Route       // every hostname the tunnel serves, sorted, wildcards last: the first match counts

	Clients []*Workload // sorted by name
	Apps    []*Workload // sorted by name

	People []Recipient // sorted by name; who can read and re-encrypt every secret
	ArgoCD Recipient   // the key Argo CD decrypts with; the server's own where the spec names none
	Alerts *Alerts     // nil: failures are only logged

	Terraform Terraform
	Output    Output
	Versions  Versions
	Silenced  []Silenced // sorted by rule

	zones map[string]bool // the names of Zones
}

// Silenced is a rule that the spec silences, and why.
type Silenced struct{ Rule, Reason string }

// Repo is the git repository that holds the output.
type Repo struct {
	URL        string   // as Argo CD and git take it: git@host:path, ssh://… or https://…
	Kind       RepoKind // how it is reached
	Host       string   // host name, for known_hosts
	Branch     string
	Path       string   // output root inside the repository, slash-separated; "" is the repository's root
	KnownHosts []string // known_hosts lines for hosts that Argo CD does not know by itself
}

// RepoKind says which credentials Argo CD needs for the repository.
type RepoKind string

// The kinds of repository.
const (
	RepoSSH    RepoKind = "ssh"    // a deploy key: k8s-secrets.yaml argocd_repo_ssh_key
	RepoToken  RepoKind = "token"  // https and private: k8s-secrets.yaml argocd_repo_token
	RepoPublic RepoKind = "public" // https, readable by anybody
)

// Role says what k3s does on a host.
type Role string

// The roles of a host.
const (
	RoleServer Role = "server"
	RoleAgent  Role = "agent"
)

// Firmware says how a host boots.
type Firmware string

// The kinds of firmware.
const (
	FirmwareUnknown Firmware = "unknown" // a layout that boots in both modes
	FirmwareUEFI    Firmware = "uefi"
	FirmwareBIOS    Firmware = "bios"
)

// Host is one machine.
type Host struct {
	Name         string
	Role         Role
	Address      string     // where ssh finds it before the tunnel is up: an address or a name
	NodeIP       netip.Addr // the address other nodes and pods reach it at; invalid when it is only known to DHCP
	CPUVendor    string     // "intel" or "amd"
	CPUCores     int        // 0: not said
	Firmware     Firmware
	Release      string // NixOS release, "26.05"
	StateVersion string // "26.05"; never derived from Release
	Kernel       string // "latest" (pkgs.linuxPackages_latest) or "release" (the release's own)
	Installer    Installer
	Age          string // public age key of the host
	ESPSize      string // size of each boot partition in disko's words, "1G"
	Disks        []*Disk
	Arrays       []*Array       // sorted by name; empty where the root is on a single disk
	NICs         []*NIC         // sorted by name
	Users        []*User        // sorted by name
	RootKeys     []string       // keys of the wheel users, sorted by user, without doubles
	SSHFrom      []netip.Prefix // who may reach port 22 directly; empty: everyone
	SSHHostname  string         // its hostname behind the tunnel
	TimeZone     string
	Imports      []string // NixOS modules of the user's own, slash-separated, relative to the output root
}

// Installer is what nixos-anywhere boots before it installs.
type Installer struct {
	Image  string // URL of a kexec tarball; "" is nixos-anywhere's own
	Kernel string // its kernel version where the spec says it, "6.12"; "" is unknown
}

// Disk is one disk of a host.
type Disk struct {
	Name      string
	Device    string   // /dev/disk/by-id/…
	Boot      bool     // carries a boot partition, and the BIOS boot partition where the firmware is not uefi
	BootMount string   // "/boot", "/boot-fallback", "/boot-fallback-2" …; "" when Boot is false
	Members   []Member // array members on it, in partition order; the one that takes the rest is last
	Mount     string   // where the disk's own file system is mounted; "" when it only has Members
	Format    string   // "ext4" or "xfs"; only with Mount
}

// Member is a disk's part of an array.
type Member struct {
	Array string
	Size  string // disko's words: "100%" or "200G"
}

// Array is an md array with one file system.
type Array struct {
	Name   string // /dev/md/NAME
	Level  int    // 0, 1, 5, 6, 10
	Disks  []string
	Mount  string
	Format string // "ext4" or "xfs"
	Size   string // of each member
}

// NIC is one network card, found by its MAC.
type NIC struct {
	Name string
	MAC  string // lower case, colons
	IPv4 IPv4
	IPv6 IPv6
	DNS  []netip.Addr
}

// IPv4 is how a card gets its IPv4 address.
type IPv4 struct {
	Mode    string       // "dhcp", "static", "none"
	Address netip.Prefix // static: the address with its prefix length
	Gateway netip.Addr   // static; invalid: none
	OnLink  bool         // the gateway lies outside of the prefix
}

// IPv6 is a card's static IPv6 address. Address is invalid when it has none.
type IPv6 struct {
	Address netip.Prefix
	Gateway netip.Addr // invalid: none
	OnLink  bool
}

// User is a person who logs in.
type User struct {
	Name     string
	Keys     []string // authorized_keys lines
	Groups   []string
	UID      int    // 0: NixOS chooses
	Shell    string // "bash", "zsh", "fish"
	Password bool   // a hashed password lies in host-secrets.yaml as password_NAME
}

// Wheel tells whether the user administers the host.
func (u *User) Wheel() bool {
	for _, g := range u.Groups {
		if g == "wheel" {
			return true
		}
	}
	return false
}

// Cluster is the k3s cluster.
type Cluster struct {
	Pods     netip.Prefix
	Services netip.Prefix
	DNS      netip.Addr // the cluster DNS Service's address
	K3sFlags []string   // appended to the server's flags
	APIPort  int        // where every node finds the API on 127.0.0.1: 6443, or 6444 when there are agents
	Encrypt  bool       // WireGuard between nodes
	Hubble   bool
}

// Cloudflare is the account the zones and the tunnel are in.
type Cloudflare struct {
	Account string // 32 hex digits; "" is the account of the primary zone, looked up
}

// Zone is a DNS zone at Cloudflare.
type Zone struct {
	Name     string
	ID       string // 32 hex digits; "" is looked up by name
	Primary  bool
	Wildcard bool // *.NAME points at the tunnel too
	Records  []Record

	at Path // the domain, or the client whose domain it is
}

// Record is a DNS record that the spec gives, beside those that the tunnel needs.
type Record struct {
	Key      string // stable and unique in the zone: "NAME TYPE CONTENT"
	Type     string
	Name     string // the full name, no trailing dot
	Content  string // "" for CAA and SRV
	Priority *int   // MX
	TTL      int    // 1: automatic
	Proxied  bool
	Comment  string
	CAA      *CAA
	SRV      *SRV
}

// CAA is the data of a CAA record.
type CAA struct {
	Flags int
	Tag   string
	Value string
}

// SRV is the data of an SRV record.
type SRV struct {
	Priority, Weight, Port int
	Target                 string
}

// Tunnel is the Cloudflare tunnel.
type Tunnel struct {
	Name     string
	Replicas int
}

// AccessGroup is a set of people that Cloudflare Access lets in.
type AccessGroup struct {
	Name         string
	Emails       []string // sorted
	EmailDomains []string // sorted
	Session      string   // Go duration, "24h"
}

// RouteKind says what a route leads to.
type RouteKind string

// The kinds of route.
const (
	RouteArgoCD RouteKind = "argocd"
	RouteHubble RouteKind = "hubble"
	RouteSSH    RouteKind = "ssh"
	RouteClient RouteKind = "client"
	RouteApp    RouteKind = "app"
)

// Route is one hostname that the tunnel serves.
type Route struct {
	Hostname  string
	Zone      string // the zone it is a record of
	Kind      RouteKind
	Owner     string // client, app or host name; "" for Argo CD and Hubble
	Service   string // cloudflared's service URL
	Namespace string // of the pods it leads to; "" for ssh
	Access    string // access group; "" is public
	Session   string // Access session; "" where public

	at Path // what the spec says it with
}

// WorkloadKind tells clients' websites from the site's own apps.
type WorkloadKind string

// The kinds of workload.
const (
	KindClient WorkloadKind = "client"
	KindApp    WorkloadKind = "app"
)

// Workload is a client's website or an app: one Deployment behind one Service.
type Workload struct {
	Kind        WorkloadKind
	Name        string
	Namespace   string
	Folder      string   // of its manifests, relative to ArgoDir: "websites/bakery", "invoices"
	Application string   // name of its Argo CD Application: "website-bakery", "invoices"
	Hostnames   []string // in the spec's order
	Access      string   // access group; "" is public
	Image       string
	Port        int // of the container
	ServicePort int // of the Service in front of it
	Replicas    int
	Command     []string
	Args        []string
	Env         []EnvVar // sorted by name
	Secrets     []string // keys of the app's encrypted file, sorted; each is an environment variable
	Volumes     []Volume // sorted by name
	Resources   Resources
	User        int      // runAsUser; 0: the image's own
	PodSecurity string   // "restricted" or "baseline"
	ReadOnly    bool     // read-only root file system
	Writable    []string // directories that are writable all the same, sorted; /tmp is always there
	Internet    bool     // may open connections to the internet
	AllowFrom   []string // namespaces of the apps that may reach its port, sorted
	Health      string   // HTTP path of the probes; "" probes the TCP port
}

// EnvVar is an environment variable with a plain value.
type EnvVar struct{ Name, Value string }

// Volume is a persistent volume of a workload.
type Volume struct{ Name, Mount, Size string }

// Resources are Kubernetes quantities; "" leaves one out.
type Resources struct {
	CPU         string // request
	Memory      string // request
	CPULimit    string
	MemoryLimit string
}

// Recipient is an age recipient and whose it is.
type Recipient struct{ Name, Key string }

// Alerts is where failures are reported.
type Alerts struct {
	Email string
	SMTP  SMTP
}

// SMTP is the relay that alerts are sent through; the password lies in
// host-secrets.yaml as smtp_password.
type SMTP struct {
	Host string
	Port int
	User string
	From string
	TLS  string // "starttls" or "tls"
}

// Terraform is how Terraform keeps its state. S3 is nil for a local file.
type Terraform struct{ S3 *S3 }

// S3 is an S3-compatible bucket for the state.
type S3 struct{ Bucket, Key, Region, Endpoint string }

// Output says what of the output is the user's own.
type Output struct {
	OwnFlake bool     // flake.nix is hand-written: hosts/HOST.nix instead
	Exclude  []string // path.Match patterns and folders that gen leaves alone
}

// Versions are the pins. Charts and images are exact; providers are constraints.
type Versions struct {
	Cilium      string // chart
	ArgoCD      string // chart argo-cd
	Ksops       string // image tag, "v4.5.1"
	Cloudflared string // image tag
	Terraform   string // constraint on the program
	Providers   Providers
	Flake       FlakeInputs
}

// Providers are constraints on Terraform providers.
type Providers struct{ Cloudflare, Helm, Kubectl, Kubernetes, Random, Sops string }

// FlakeInputs are flake references.
type FlakeInputs struct{ Disko, NixosAnywhere, SopsNix string }

// TerraformDir is the folder of the Terraform root, relative to the output root.
func (s *Site) TerraformDir() string { return "k8s/terraform-" + s.Name }

// ArgoDir is the folder Argo CD reads, relative to the output root.
func (s *Site) ArgoDir() string { return "k8s/argocd-" + s.Name }

// InRepo turns a path relative to the output root into one relative to the
// repository's root, which is what Argo CD and sops want.
func (s *Site) InRepo(p string) string { return path.Join(s.Repo.Path, p) }

// K8sSecrets is the encrypted file that Terraform reads, relative to the output root.
func (s *Site) K8sSecrets() string { return "secrets/hosts/" + s.Server.Name + "/k8s-secrets.yaml" }

// HostSecrets is the encrypted file that sops-nix reads on the host, relative to the output root.
func (h *Host) HostSecrets() string { return "secrets/hosts/" + h.Name + "/host-secrets.yaml" }

// HostSecretKeys are the keys that the host's encrypted file must hold, sorted;
// none means that the host needs no such file.
func (s *Site) HostSecretKeys(h *Host) []string {
	var keys []string
	if len(s.Agents) > 0 {
		keys = append(keys, "k3s_token")
	}
	for _, u := range h.Users {
		if u.Password {
			keys = append(keys, "password_"+u.Name)
		}
	}
	if s.Alerts != nil {
		keys = append(keys, "smtp_password")
	}
	return keys
}

// K8sSecretKeys are the keys that K8sSecrets must hold, sorted.
func (s *Site) K8sSecretKeys() []string {
	keys := []string{"argocd_age_key"}
	switch s.Repo.Kind {
	case RepoSSH:
		keys = append(keys, "argocd_repo_ssh_key")
	case RepoToken:
		keys = append(keys, "argocd_repo_token")
	}
	return append(keys, "cloudflare_api_token")
}

// Workloads are the clients followed by the apps.
func (s *Site) Workloads() []*Workload {
	return append(append([]*Workload(nil), s.Clients...), s.Apps...)
}

// AppSecrets is the encrypted file of an app, relative to the output root.
func (s *Site) AppSecrets(w *Workload) string {
	return s.ArgoDir() + "/" + w.Folder + "/secrets.enc.yaml"
}

// Host returns the host of that name, or nil.
func (s *Site) Host(name string) *Host {
	for _, h := range s.Hosts {
		if h.Name == name {
			return h
		}
	}
	return nil
}

// Group returns the access group of that name, or nil.
func (s *Site) Group(name string) *AccessGroup {
	for i := range s.Groups {
		if s.Groups[i].Name == name {
			return &s.Groups[i]
		}
	}
	return nil
}
