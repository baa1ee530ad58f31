package site

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// Resolve derives the site from the spec: it fills in what depends on other
// fields, names what the spec leaves unnamed, and sorts. It is total: a value that
// does not parse is left out, and the rules, which run over spec and site
// together, report it.
func Resolve(spec *Spec, ix *Index) *Site {
	s := &Site{
		ix:         ix,
		Name:       spec.Name,
		AdminEmail: spec.Admin.Email,
		Repo:       resolveRepo(spec.Repo),
		Cloudflare: Cloudflare(spec.Cloudflare),
		Tunnel:     Tunnel{Name: cmp.Or(spec.Tunnel.Name, spec.Name), Replicas: spec.Tunnel.Replicas},
		Groups:     resolveGroups(spec.Access),
		Output:     Output{OwnFlake: spec.Output.Flake == "own", Exclude: spec.Output.Exclude},
		Versions:   resolveVersions(spec.Versions),
	}
	resolveHosts(s, spec)
	resolveCluster(s, spec)
	resolveZones(s, spec)
	resolveWorkloads(s, spec)
	resolveRoutes(s, spec)
	resolveSecrets(s, spec)
	for _, rule := range slices.Sorted(maps.Keys(spec.Silence)) {
		s.Silenced = append(s.Silenced, Silenced{rule, spec.Silence[rule]})
	}
	if a := spec.Alerts; a != nil {
		port := a.SMTP.Port
		if port == 0 {
			port = smtpPort(a.SMTP.TLS)
		}
		s.Alerts = &Alerts{Email: a.Email, SMTP: SMTP{Host: a.SMTP.Host, Port: port, User: a.SMTP.User, From: cmp.Or(a.SMTP.From, a.SMTP.User), TLS: a.SMTP.TLS}}
	}
	if b := spec.Terraform.S3; b != nil {
		s.Terraform.S3 = &S3{Bucket: b.Bucket, Key: cmp.Or(b.Key, spec.Name+".tfstate"), Region: b.Region, Endpoint: b.Endpoint}
	}
	return s
}

// smtpPort is where relays take mail from users (RFC 8314): 465 speaks TLS from the
// first byte, 587 after STARTTLS.
func smtpPort(tls string) int {
	if tls == "tls" {
		return 465
	}
	return 587
}

func resolveRepo(r RepoSpec) Repo {
	repo := Repo{URL: r.URL, Branch: r.Branch, Path: r.Path, KnownHosts: r.KnownHosts, Kind: RepoPublic}
	u := parseRepoURL(r.URL)
	repo.Host = u.host
	switch {
	case u.scheme == "ssh":
		repo.Kind = RepoSSH
	case r.Private:
		repo.Kind = RepoToken
	}
	return repo
}

// repoURL is a git URL taken apart. ssh stands for ssh:// and for git's
// scp-like form, user@host:path; scheme is "" for anything gen does not know.
type repoURL struct{ scheme, user, host, path string }

func parseRepoURL(raw string) repoURL {
	if scheme, rest, ok := strings.Cut(raw, "://"); ok {
		host, path, _ := strings.Cut(rest, "/")
		u := repoURL{scheme: scheme, path: path}
		if i := strings.LastIndex(host, "@"); i >= 0 {
			u.user, host = host[:i], host[i+1:]
		}
		u.host = host
		if scheme != "ssh" && scheme != "https" {
			u.scheme = ""
		}
		return u
	}
	front, path, ok := strings.Cut(raw, ":")
	user, host, at := strings.Cut(front, "@")
	if !ok || !at || strings.Contains(front, "/") {
		return repoURL{}
	}
	return repoURL{scheme: "ssh", user: user, host: host, path: path}
}

func resolveGroups(specs map[string]*GroupSpec) []AccessGroup {
	var groups []AccessGroup
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		g := specs[name]
		groups = append(groups, AccessGroup{Name: name, Emails: sorted(g.Emails), EmailDomains: sorted(g.EmailDomains), Session: g.Session})
	}
	return groups
}

func resolveVersions(v VersionsSpec) Versions {
	return Versions{
		Cilium: v.Charts.Cilium, ArgoCD: v.Charts.ArgoCD,
		ArgoCDImage: v.Images.ArgoCD, Ksops: v.Images.Ksops, Cloudflared: v.Images.Cloudflared,
		Terraform: v.Terraform,
		Providers: Providers(v.Providers),
		Flake:     FlakeInputs(v.Flake),
	}
}

func resolveCluster(s *Site, spec *Spec) {
	c := spec.Cluster
	s.Cluster = Cluster{
		Pods: parsePrefix(c.Pods), Services: parsePrefix(c.Services),
		K3sFlags: c.K3s.Flags, APIPort: 6443, Hubble: c.Hubble.Enabled,
		Encrypt: len(s.Hosts) > 1,
	}
	// k3s agents reach the API through their own load balancer, which listens on
	// 6444 (k3s pkg/agent/proxy); a server's API answers there too.
	if len(s.Agents) > 0 {
		s.Cluster.APIPort = 6444
	}
	if c.Encryption != nil {
		s.Cluster.Encrypt = *c.Encryption
	}
	s.Cluster.DNS = nthAddr(s.Cluster.Services, 10)
}

func resolveSecrets(s *Site, spec *Spec) {
	for _, name := range slices.Sorted(maps.Keys(spec.Sops.People)) {
		s.People = append(s.People, Recipient{Name: name, Key: spec.Sops.People[name]})
	}
	s.ArgoCD = Recipient{Name: "argocd", Key: spec.Sops.ArgoCD}
	if spec.Sops.ArgoCD == "" && s.Server != nil {
		s.ArgoCD = Recipient{Name: s.Server.Name, Key: s.Server.Age}
	}
}

// defaultGroup is the access group that built-in pages are behind unless they
// name one.
func defaultGroup(spec *Spec) string {
	for _, name := range slices.Sorted(maps.Keys(spec.Access)) {
		if spec.Access[name].Default {
			return name
		}
	}
	return ""
}

// nthAddr is the nth address of a prefix, the zero Addr where it has none.
func nthAddr(p netip.Prefix, n int) netip.Addr {
	a := p.Masked().Addr()
	for range n {
		a = a.Next()
	}
	if !p.Contains(a) {
		return netip.Addr{}
	}
	return a
}

func sorted(list []string) []string {
	return slices.Sorted(slices.Values(list))
}
