package site

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"sitegen/internal/format"
	"sitegen/internal/spec"
)

// Resolve derives the site from the spec: it fills in what depends on other
// fields, names what the spec leaves unnamed, and sorts. It is total: a value that
// does not parse is left out, and the rules, which run over spec and site
// together, report it.
func Resolve(sp *spec.Spec, ix *spec.Index) *Site {
	s := &Site{
		ix:         ix,
		Name:       sp.Name,
		AdminEmail: sp.Admin.Email,
		Repo:       resolveRepo(sp.Repo),
		Cloudflare: Cloudflare(sp.Cloudflare),
		Tunnel:     Tunnel{Name: cmp.Or(sp.Tunnel.Name, sp.Name), Replicas: sp.Tunnel.Replicas},
		Groups:     resolveGroups(sp.Access),
		Output:     Output{OwnFlake: sp.Output.Flake == "own", Exclude: sp.Output.Exclude},
		Versions:   resolveVersions(sp.Versions),
	}
	resolveHosts(s, sp)
	resolveCluster(s, sp)
	resolveZones(s, sp)
	resolveWorkloads(s, sp)
	resolveRoutes(s, sp)
	resolveSecrets(s, sp)
	for _, rule := range slices.Sorted(maps.Keys(sp.Silence)) {
		s.Silenced = append(s.Silenced, Silenced{rule, sp.Silence[rule]})
	}
	if a := sp.Alerts; a != nil {
		port := a.SMTP.Port
		if port == 0 {
			port = SmtpPort(a.SMTP.TLS)
		}
		s.Alerts = &Alerts{Email: a.Email, SMTP: SMTP{Host: a.SMTP.Host, Port: port, User: a.SMTP.User, From: cmp.Or(a.SMTP.From, a.SMTP.User), TLS: a.SMTP.TLS}}
	}
	if b := sp.Terraform.S3; b != nil {
		s.Terraform.S3 = &S3{Bucket: b.Bucket, Key: cmp.Or(b.Key, sp.Name+".tfstate"), Region: b.Region, Endpoint: b.Endpoint}
	}
	return s
}

// SmtpPort is where relays take mail from users (RFC 8314): 465 speaks TLS from the
// first byte, 587 after STARTTLS.
func SmtpPort(tls string) int {
	if tls == "tls" {
		return 465
	}
	return 587
}

func resolveRepo(r spec.Repo) Repo {
	repo := Repo{URL: r.URL, Branch: r.Branch, Path: r.Path, KnownHosts: r.KnownHosts, Kind: RepoPublic}
	u := ParseRepoURL(r.URL)
	repo.Host = u.Host
	switch {
	case u.Scheme == "ssh":
		repo.Kind = RepoSSH
	case r.Private:
		repo.Kind = RepoToken
	}
	return repo
}

// repoURL is a git URL taken apart. ssh stands for ssh:// and for git's
// scp-like form, user@host:path; scheme is "" for anything gen does not know.
type repoURL struct{ Scheme, User, Host, Path string }

func ParseRepoURL(raw string) repoURL {
	if scheme, rest, ok := strings.Cut(raw, "://"); ok {
		host, path, _ := strings.Cut(rest, "/")
		u := repoURL{Scheme: scheme, Path: path}
		if i := strings.LastIndex(host, "@"); i >= 0 {
			u.User, host = host[:i], host[i+1:]
		}
		u.Host = host
		if scheme != "ssh" && scheme != "https" {
			u.Scheme = ""
		}
		return u
	}
	front, path, ok := strings.Cut(raw, ":")
	user, host, at := strings.Cut(front, "@")
	if !ok || !at || strings.Contains(front, "/") {
		return repoURL{}
	}
	return repoURL{Scheme: "ssh", User: user, Host: host, Path: path}
}

func resolveGroups(specs map[string]*spec.Group) []AccessGroup {
	var groups []AccessGroup
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		g := specs[name]
		groups = append(groups, AccessGroup{Name: name, Emails: Sorted(g.Emails), EmailDomains: Sorted(g.EmailDomains), Session: g.Session})
	}
	return groups
}

func resolveVersions(v spec.Versions) Versions {
	return Versions{
		Cilium: v.Charts.Cilium, ArgoCD: v.Charts.ArgoCD,
		ArgoCDImage: v.Images.ArgoCD, Ksops: v.Images.Ksops, Cloudflared: v.Images.Cloudflared,
		Terraform: v.Terraform,
		Providers: Providers(v.Providers),
		Flake:     FlakeInputs(v.Flake),
	}
}

func resolveCluster(s *Site, sp *spec.Spec) {
	c := sp.Cluster
	s.Cluster = Cluster{
		Pods: format.ParsePrefix(c.Pods), Services: format.ParsePrefix(c.Services),
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

func resolveSecrets(s *Site, sp *spec.Spec) {
	for _, name := range slices.Sorted(maps.Keys(sp.Sops.People)) {
		s.People = append(s.People, Recipient{Name: name, Key: sp.Sops.People[name]})
	}
	s.ArgoCD = Recipient{Name: "argocd", Key: sp.Sops.ArgoCD}
	if sp.Sops.ArgoCD == "" && s.Server != nil {
		s.ArgoCD = Recipient{Name: s.Server.Name, Key: s.Server.Age}
	}
}

// DefaultGroup is the access group that built-in pages are behind unless they
// name one.
func DefaultGroup(sp *spec.Spec) string {
	for _, name := range slices.Sorted(maps.Keys(sp.Access)) {
		if sp.Access[name].Default {
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

func Sorted(list []string) []string {
	return slices.Sorted(slices.Values(list))
}
