package site

import (
	"net/netip"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
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

	ZoneNames map[string]bool // the names of Zones
	ix        *spec.Index     // nil: not made from a spec
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

	At diag.Path // the domain, or the client whose domain it is
}

// Record is a DNS record that the spec gives, beside those that the tunnel needs.
type Record struct {
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

	At diag.Path // what the spec says it with
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
	Exclude  []string // path.Match patterns and folders that gen leaves alone, as the spec lists them
}

// Versions are the pins. Charts and images are exact; providers are constraints.
type Versions struct {
	Cilium      string // chart
	ArgoCD      string // chart argo-cd
	ArgoCDImage string // image tag; "" is the chart's own
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

// OwnedBy says in words what a route leads to.
func (r Route) OwnedBy() string {
	switch r.Kind {
	case RouteArgoCD:
		return "Argo CD"
	case RouteHubble:
		return "Hubble"
	case RouteSSH:
		return "the host " + r.Owner
	case RouteClient:
		return "the client " + r.Owner
	}
	return "the app " + r.Owner
}

// Surface names what a built-in route leads to.
func (r Route) Surface() string {
	if r.Kind == RouteSSH {
		return "SSH to " + r.OwnedBy()
	}
	return r.OwnedBy()
}
