package docs

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"sitegen/internal/site"
)

// runbook is what the templates read.
type runbook struct {
	Site, Tunnel           string
	Primary, Group         string   // a zone that is here, and the group of pages that nobody else names; "" for none
	People                 []string // who opens every encrypted file
	Beside                 bool     // charts or folders, whose volumes nobody knows
	Hosts                  []host
	Server                 host
	Agents, Joined         bool
	Servers                []host // where there are several
	Others                 []host // all of them but the first
	ServerCount            string
	MayDie, Majority       string // how many of them
	Team                   string // of Zero Trust; "" where cloudflared does not check Access
	Certified              []host // whose sshd takes certificates of Access, or will
	PathGroups             bool   // paths have groups of their own
	Redirects              bool
	Zones                  []string
	Added, Created, Signed []string // zones that a person adds, that Terraform makes, that are signed
	Delegated              []inner  // zones inside another one
	ZoneSettings           bool
	TokenRights            []right
	ZoneRead               string // what the token reads zones for; "" when it does not
	Account                string
	RepoURL                string
	DeployKey, DeployToken bool
	DeployNone             bool
	ArgoOwnKey             bool
	ArgoURL                string
	ArgoDir, TerraformDir  string
	ZoneRoots              []string // folders of the Terraform roots that have zones alone
	TunnelSecrets          []string // resources
	OneTunnel              bool
	K8sSecrets, K8sExample string
	IdPSecrets, IdPExample string
	ServiceTokens          []string
	IdPs                   []login
	K8sKeys                []key
	AppSecrets             []file
	Disks                  []diskRow
	Repairs                []repair
	MD, Both               bool      // some host has arrays, or may have; and some have pools
	ZFS                    []zfsHost // hosts with pools
	PodPort                string    // what carries the pods' traffic between nodes
	CiliumTest             string    // Cilium's own test, as a command
	Volumes                []volume
	Longhorn               string // its version; "" where the site has none
	Copies                 string // of a volume that it keeps
	LonghornTarget         string // where it backs up to; "" without a backup
	Registries             []site.Registry
	Jobs                   []job
	Stateful               bool     // some app with volumes is
	OtherLabel             bool     // the pods of one have another app.kubernetes.io/name than the app's
	VolumesText            string   // where hosts keep them that the spec names a folder for
	Lost                   []string // hosts without a copy of /
	Versions               site.Versions
	StateWhere             string
	S3                     *site.S3
	SSHFrom                string
	Backup                 *backup
	Ways                   bool // between nodes
	VLANs                  []vlan
	Bonds                  []bond
	Openings               []opening
	Alerts                 string // where alerts go; "" when the site has none
	Hooks, Branch          string
	Forge                  string // whose jobs gen writes; "" for none
	Renovate, GitLab       bool
	Include                string // the pipeline that GitLab's own has to include; "" where it is that one
}

type (
	key    struct{ Key, What string }
	file   struct{ File, Example string }
	volume struct{ App, Volume, Mount, Claims, Where string }
	job    struct{ Namespace, Name, Schedule, TimeZone string }
	login  struct{ Name, Type, ClientID string } // an identity provider
	inner  struct{ Name, Outer, Made string }
	right  struct{ Permission, What string } // of the Cloudflare token, to edit in the account
)

func newRunbook(s *site.Site) runbook {
	r := runbook{
		Site: s.Name, Primary: s.Primary.Name, Group: site.DefaultGroup(&s.Spec), Beside: len(s.Spec.Charts)+len(s.Folders) > 0, Tunnel: s.Tunnel.Name, Agents: len(s.Agents) > 0, Joined: s.Joined(), Ways: len(s.Hosts) > 1,
		Redirects: len(s.Redirects) > 0,
		Account:   cmp.Or(s.Cloudflare.Account, "of the zones"), ZoneRead: zoneRead(s),
		RepoURL:   s.Repo.URL,
		DeployKey: s.Repo.Kind == site.RepoSSH, DeployToken: s.Repo.Kind == site.RepoToken, DeployNone: s.Repo.Kind == site.RepoPublic,
		ArgoOwnKey: s.ArgoCD.Key != s.Server.Age, ArgoDir: s.ArgoDir(), TerraformDir: s.TerraformDir(),
		K8sSecrets: s.K8sSecrets(), K8sExample: example(s.K8sSecrets()),
		Versions: s.Versions, S3: s.Terraform.S3, SSHFrom: sshFrom(s.Hosts),
		StateWhere: "the machine that ran the bootstrap",
	}
	r.Registries = s.Registries
	for _, p := range s.People {
		r.People = append(r.People, p.Name)
	}
	r.addForge(s)
	for n := range s.ConnectorNames() {
		r.TunnelSecrets = append(r.TunnelSecrets, "random_bytes."+site.Underscored("tunnel_secret", n))
	}
	r.OneTunnel = len(r.TunnelSecrets) == 1
	r.ZoneRoots = s.TerraformDirs()[1:]
	if s.Terraform.S3 != nil {
		r.StateWhere = "the bucket"
	}
	r.Alerts, r.Backup = alertsText(s.Alerts), newBackup(s)
	for _, h := range s.Hosts {
		r.Hosts = append(r.Hosts, newHost(s, h))
		r.addNetworks(h)
		if h.SSH.Certificates {
			r.Certified = append(r.Certified, newHost(s, h))
		}
		r.Disks = append(r.Disks, disks(h)...)
		r.Repairs = append(r.Repairs, repairs(h)...)
		if len(h.Pools) > 0 {
			r.ZFS = append(r.ZFS, newZFSHost(h))
		} else {
			r.MD = true
		}
	}
	r.Both = r.MD && len(r.ZFS) > 0
	r.VolumesText, r.Lost = volumesText(s.Hosts), lostWith(s.Hosts)
	if s.Longhorn() {
		r.Longhorn, r.Copies = s.Versions.Charts.Longhorn, strconv.Itoa(s.Copies())
		if s.Backup != nil {
			r.LonghornTarget = s.LonghornTarget(s.Backup)
		}
	}
	r.Server = newHost(s, s.Server)
	if s.Quorum() {
		for _, h := range s.Servers {
			r.Servers = append(r.Servers, newHost(s, h))
		}
		r.Others = r.Servers[1:]
		n := len(r.Servers)
		r.ServerCount, r.MayDie, r.Majority = strconv.Itoa(n)+" servers", strconv.Itoa(n/2), strconv.Itoa(n/2+1)
	}
	r.PodPort = "8472 (VXLAN)"
	if s.Cluster.Encrypt {
		r.PodPort = "51871 (WireGuard)"
	}
	r.CiliumTest = "nix shell nixpkgs#cilium-cli -c cilium connectivity test"
	if len(s.Hosts) == 1 {
		r.CiliumTest += " --single-node"
	}
	for _, z := range s.Zones {
		r.addZone(s, z)
	}
	r.Team = s.Cloudflare.Team
	r.addRoutes(s)
	r.TokenRights = tokenRights(s)
	r.ServiceTokens = s.ServiceTokens()
	r.IdPSecrets, r.IdPExample = s.IdPSecrets(), example(s.IdPSecrets())
	for _, idp := range s.Logins {
		r.IdPs = append(r.IdPs, login{idp.Name, idp.Type, idp.ClientID})
	}
	for _, k := range s.K8sSecretKeys() {
		r.K8sKeys = append(r.K8sKeys, key{k, k8sKey(s, k)})
	}
	for _, a := range s.ArgoSecrets() {
		r.AppSecrets = append(r.AppSecrets, file{a.File(), a.Example()})
	}
	for _, a := range s.Apps {
		for _, j := range a.Jobs {
			r.Jobs = append(r.Jobs, job{a.Namespace, a.CronJobName(j), j.Schedule, j.TimeZone})
		}
		for _, v := range a.Volumes {
			r.Volumes = append(r.Volumes, volume{a.Name, v.Name, v.Mount, strings.Join(a.Claims(v), ", "), whereOf(s, v)})
		}
		r.Stateful = r.Stateful || a.Stateful() && len(a.Volumes) > 0
		r.OtherLabel = r.OtherLabel || a.PodLabels()[site.NameLabel] != a.Name && len(a.Volumes) > 0
	}
	return r
}

func (r *runbook) addZone(s *site.Site, z site.Zone) {
	r.Zones = append(r.Zones, z.Name)
	switch {
	case z.Delegated:
		in := inner{z.Name, s.ZoneAround(z.Name), "you add it to the account, which then shows its name servers"}
		if z.Create {
			in.Made = "Terraform makes it, and its output name_servers shows them"
		}
		r.Delegated = append(r.Delegated, in)
	case z.Create:
		r.Created = append(r.Created, z.Name)
	default:
		r.Added = append(r.Added, z.Name)
	}
	if z.DNSSEC {
		r.Signed = append(r.Signed, z.Name)
	}
	r.ZoneSettings = r.ZoneSettings || z.Settings != (site.ZoneSettings{})
}

// addRoutes takes what the runbook has to know of hostnames; docs/ROUTES.md has them all.
func (r *runbook) addRoutes(s *site.Site) {
	for _, from := range s.Routes {
		r.PathGroups = r.PathGroups || len(from.AccessPaths) > 0
		if from.Kind == site.RouteArgoCD {
			r.ArgoURL = "https://" + from.Hostname
		}
	}
}

// zoneRead says what zones are looked up for: nothing, when the spec gives the
// account and every zone by id.
func zoneRead(s *site.Site) string {
	var reads []string
	for _, z := range s.Zones {
		if z.ZoneID == "" && !z.Create {
			reads = append(reads, "finding the zones by name")
			break
		}
	}
	if s.Cloudflare.Account == "" {
		reads = append(reads, "finding the account")
	}
	return strings.Join(reads, ", ")
}

// tokenRights are what the token needs for Access, beside its applications
// (developers.cloudflare.com, API token permissions).
func tokenRights(s *site.Site) []right {
	var what []string
	if slices.ContainsFunc(s.Groups, func(g site.AccessGroup) bool { return !g.Require.Nobody() }) {
		what = append(what, "what access groups require")
	}
	if len(s.Logins) > 0 {
		what = append(what, "the identity providers")
	}
	var all []right
	if len(what) > 0 {
		all = append(all, right{"Access: Organizations, Identity Providers, and Groups", strings.Join(what, ", ")})
	}
	if len(s.ServiceTokens()) > 0 {
		all = append(all, right{"Access: Service Tokens", "the tokens of machines"})
	}
	return all
}

func example(encrypted string) string {
	return strings.TrimSuffix(encrypted, ".yaml") + ".example.yaml"
}

func k8sKey(s *site.Site, name string) string {
	switch name {
	case site.KeyArgoCDAge:
		return "the private age key of " + s.ArgoCD.Key
	case site.KeyRepoSSH:
		return "the private part of the deploy key, all its lines"
	case site.KeyRepoToken:
		return "the token that reads the repository"
	}
	return "the Cloudflare token"
}

// whereOf says what a volume outlives; "" where there is only one way.
func whereOf(s *site.Site, v site.Volume) string {
	switch {
	case !s.Longhorn() && !s.Joined():
		return ""
	case v.Storage == site.StorageLonghorn && s.Copies() > 1:
		return "in " + strconv.Itoa(s.Copies()) + " copies, and outlives a host"
	case v.Storage == site.StorageLonghorn:
		return "in one copy, kept by Longhorn"
	}
	return "on the host of its pod, and dies with the disks there"
}
