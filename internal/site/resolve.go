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
	s := &Site{Spec: *sp, ix: ix, Repo: resolveRepo(sp.Repo), Groups: resolveGroups(sp.Access)}
	s.Tunnel.Name = cmp.Or(sp.Tunnel.Name, sp.Name)
	resolveRegistries(s, sp)
	resolveIdPs(s, sp)
	resolveHosts(s, sp)
	resolveCluster(s, sp)
	resolveZones(s, sp)
	resolveWorkloads(s, sp)
	resolveBeside(s, sp)
	resolveNamespaces(s)
	resolveRoutes(s, sp)
	resolveTunneled(s)
	resolveRedirects(s, sp)
	resolveSecrets(s, sp)
	s.Alerts = resolveAlerts(sp.Alerts)
	resolveBackup(s, sp)
	if sp.Terraform.S3 != nil {
		b := *sp.Terraform.S3
		b.Key = cmp.Or(b.Key, sp.Name+".tfstate")
		s.Terraform.S3 = &b
	}
	return s
}

func resolveAlerts(sp *spec.Alerts) *Alerts {
	if sp == nil || sp.SMTP == nil {
		return sp
	}
	a, relay := *sp, *sp.SMTP
	relay.Port = cmp.Or(relay.Port, SmtpPort(relay.TLS))
	relay.From = cmp.Or(relay.From, relay.User)
	a.SMTP = &relay
	return &a
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
	u := ParseRepoURL(r.URL)
	repo := Repo{Repo: r, Kind: RepoPublic, Host: u.Host}
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

func resolveCluster(s *Site, sp *spec.Spec) {
	c := sp.Cluster
	s.Cluster = Cluster{Cluster: c, Pods: format.ParsePrefix(c.Pods), Services: format.ParsePrefix(c.Services), APIPort: 6443, Encrypt: len(s.Hosts) > 1}
	// k3s agents reach the API through their own load balancer, which listens on
	// 6444 (k3s pkg/agent/proxy); a server's own API answers there too, and servers
	// have no load balancer (k3s pkg/cli/server/server.go, DisableLoadBalancer).
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
