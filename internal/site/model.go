package site

import (
	"net/netip"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// Site is a sound, complete site: what the spec says, and in its place what follows
// from it. Every default is filled in, every name resolved, every list sorted by
// name. Generators read it and nothing else; they never change it.
//
// The types here embed those of the spec, so a field is declared once. What is
// declared again has another form: a list for a map, an address for its text.
type Site struct {
	spec.Spec
	Repo Repo

	Hosts   []*Host // sorted by name
	Servers []*Host // those with RoleServer: the one that begins the cluster, then by name
	Server  *Host   // the first of them
	Agents  []*Host // the other hosts, sorted by name

	Cluster    Cluster
	Registries []Registry    // sorted by name
	Zones      []Zone        // sorted by name; exactly one is Primary
	Primary    *Zone         // points into Zones
	Groups     []AccessGroup // sorted by name
	Logins     []IdP         // sorted by name
	Routes     []Route       // every hostname the tunnel serves, sorted, wildcards last: the first match counts
	Redirects  []Redirect    // every hostname that Cloudflare sends elsewhere, sorted

	Clients []*Workload // those with pods of their own, sorted by name
	Served  []Served    // those that an app serves, sorted by name
	Apps    []*Workload // sorted by name
	Charts  []*Beside   // sorted by name
	Folders []*Beside   // sorted by name

	People []Recipient // sorted by name; who can read and re-encrypt every secret
	ArgoCD Recipient   // the key Argo CD decrypts with; the server's own where the spec names none

	ZoneNames  map[string]bool // the names of Zones
	namespaces map[string]bool // of the cluster; true: routes may lead to its Services
	ix         *spec.Index     // nil: not made from a spec
}

// Parts of the spec that a site has as they are, for those who see only the site.
type (
	Alerts       = spec.Alerts
	SMTP         = spec.SMTP
	FlakeInputs  = spec.FlakeInputs
	Health       = spec.Health
	Record       = spec.Record // in a site, Name is the full name, without a trailing dot
	Quantity     = spec.Quantity
	Resources    = spec.Resources
	S3           = spec.S3
	ZoneSettings = spec.ZoneSettings
	Versions     = spec.Versions
)

// OwnFlake tells whether flake.nix is hand-written: hosts/HOST.nix instead.
func (s *Site) OwnFlake() bool { return s.Output.Flake == "own" }

// Repo is the git repository that holds the output.
type Repo struct {
	spec.Repo
	Kind RepoKind // how it is reached
	Host string   // host name, for known_hosts
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
	spec.Cluster
	Pods     netip.Prefix
	Services netip.Prefix
	DNS      netip.Addr // the cluster DNS Service's address
	APIPort  int        // where every node finds the API on 127.0.0.1: 6443 where all are servers, or 6444
	Encrypt  bool       // WireGuard between nodes
}

// Zone is a DNS zone at Cloudflare.
type Zone struct {
	spec.Domain
	Name string
	At   diag.Path // the domain, or the client or redirect that it follows from
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
	RouteOwn    RouteKind = "route" // of the spec's routes
)

// Route is one hostname that the tunnel serves.
type Route struct {
	Hostname    string
	Zone        string // the zone it is a record of
	Kind        RouteKind
	Owner       string       // client, app or host name; "" for Argo CD, Hubble and routes
	Access      string       // access group; "" is public
	Session     string       // Access session; "" where public
	Bypass      []string     // paths that Access lets by, sorted
	AccessPaths []AccessPath // paths of other groups, longer ones first
	Target
	Paths []RoutePath // before Target, in this order: the first that matches counts

	At diag.Path // what the spec says it with
}

// RoutePath leads some paths of a hostname elsewhere.
type RoutePath struct {
	Path string // regular expression, as cloudflared matches it
	Target
}

// Target is where a rule of the tunnel leads.
type Target struct {
	Service   string     // cloudflared's URL of it
	Namespace string     // of the pods behind a Service; "" outside of the cluster
	Port      int        // outside of the cluster; 0 inside
	Addr      netip.Addr // outside, where it is an address
	Node      bool       // outside, and the address is a node's
	Origin    *Origin    // nil: cloudflared's defaults
}

// Origin is how cloudflared speaks to a target.
type Origin = spec.Origin

// WorkloadKind tells clients' websites from the site's own apps.
type WorkloadKind string

// The kinds of workload.
const (
	KindClient WorkloadKind = "client"
	KindApp    WorkloadKind = "app"
)

// Workload is a client's website or an app: one Deployment behind one Service. A
// client is an app whose hostnames follow from its domain.
type Workload struct {
	spec.App
	Kind        WorkloadKind
	Name        string
	Namespace   string
	Folder      string    // of its manifests, relative to ArgoDir: "websites/bakery", "invoices"
	Application string    // name of its Argo CD Application: "website-bakery", "invoices"
	ServicePort int       // of the Service in front of it
	TunnelPorts []int     // of an app: those that hostnames lead to, sorted
	Ports       []Port    // beside Port, sorted by name
	Volumes     []Volume  // sorted by name
	Files       []File    // sorted by path
	Pages       []File    // what the folder of Static holds once it has been read, sorted; their paths begin there
	Init        []Process // sorted by name, which is their order
	Sidecars    []Process // sorted by name
	Jobs        []Job     // sorted by name
}

// Served is a client whose website an app serves.
type Served struct {
	*spec.Client
	Name      string
	Hostnames []string // also those of its domain
}

// Volume is a persistent volume of an app.
type Volume struct {
	spec.Volume
	Name string
}

// Recipient is an age recipient and whose it is.
type Recipient struct{ Name, Key string }

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
	case RouteOwn:
		return r.Service
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
