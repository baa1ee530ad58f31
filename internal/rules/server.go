package rules

import (
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

// What examples of rules about three servers begin with.
const hostThree = `#server: {role: "server", release: "26.05", stateVersion: "26.05", cpu: vendor: "amd", users: maria: {keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBY0JKrrzZRBKd4Hc9iU0Hur3/w+KTzJFUyuvEfDbZXF maria"], groups: ["wheel"]}, ...}
hosts: web2: #server & {age: "age1rlmspzgcker7g9g2wj62m2q29psc7msp4vv67jshz8fzmpdxt35sng7j7l", disks: a: device: "/dev/disk/by-id/nvme-EXAMPLE_SN200001", nics: wan: {mac: "a8:a1:59:0f:20:01", ipv4: {address: "203.0.113.11/26", gateway: "203.0.113.1"}}}
hosts: web3: #server & {age: "age17zu7upttr57ugpk6aeyj6hy2qjmzqd8qyr5m68cq5n8qfnf69vqqkxenav", disks: a: device: "/dev/disk/by-id/nvme-EXAMPLE_SN300001", nics: wan: {mac: "a8:a1:59:0f:30:01", ipv4: {address: "203.0.113.12/26", gateway: "203.0.113.1"}}}
`

func serverRules() []Rule {
	return []Rule{
		{ID: "server", Severity: diag.Error, Summary: "One host is a k3s server, or an odd number of them: three go on without one, four do not go on without two.",
			Bad: `hosts: web1: role: "agent"`, Good: `hosts: web1: role: "server"`, check: checkServer},
		{ID: "first", Severity: diag.Error, Summary: "The first server is one of the servers.",
			Bad: `cluster: first: "web2"`, Good: `cluster: first: "web1"`, check: checkFirst},
		{ID: "servers-datastore", Severity: diag.Error, Summary: "Several servers keep the cluster's state in etcd, each a part of it: flags for k3s name no other place for it.",
			Bad: hostThree + `cluster: k3s: flags: ["--datastore-endpoint=https://db.example.com:2379"]`, Good: hostThree, check: checkServersDatastore},
	}
}

func checkServer(c *checker) {
	var servers []string
	for _, name := range slices.Sorted(maps.Keys(c.spec.Hosts)) {
		if c.spec.Hosts[name].Role == site.RoleServer {
			servers = append(servers, name)
		}
	}
	switch {
	case len(c.spec.Hosts) == 0:
		c.report(diag.Path{"hosts"}, "there is no host").WithHint("a site has one host at least, the k3s server")
	case len(servers) == 0:
		first := slices.Sorted(maps.Keys(c.spec.Hosts))[0]
		c.report(diag.Path{"hosts", first, "role"}, "every host is an agent, and none the server").WithHint("leave role out for the host that runs the control plane")
	}
	n := len(servers)
	if n == 0 || n%2 == 1 {
		return
	}
	last := diag.Path{"hosts", servers[0], "role"}
	for _, name := range servers[1:] {
		last, _ = c.later(last, diag.Path{"hosts", name, "role"})
	}
	// etcd.io, FAQ, "Why an odd number of cluster members?"
	p := c.report(last, "of %d servers no more may die than of %d: etcd goes on while more than half of them are there", n, n-1).
		WithHint("say role: \"agent\" for one of them, or add a server")
	if n == 2 {
		p.Message = "of two servers none may die: etcd goes on while more than half of them are there, which is both"
		p.WithHint("say role: \"agent\", or add a third server")
	}
	for _, name := range servers {
		if at := (diag.Path{"hosts", name, "role"}); at.Key() != last.Key() {
			c.note(p, at, "another server")
		}
	}
}

func checkFirst(c *checker) {
	first, at := c.spec.Cluster.First, diag.Path{"cluster", "first"}
	if first == "" {
		return
	}
	servers := map[string]*site.Host{}
	for _, h := range c.site.Servers {
		servers[h.Name] = h
	}
	if h := c.spec.Hosts[first]; h != nil && h.Role == site.RoleAgent {
		c.note(c.report(at, "the host %q is an agent, and has no part of the cluster's state", first).WithHint("name a server: %s", format.AllOf(slices.Sorted(maps.Keys(servers)))), diag.Path{"hosts", first, "role"}, "the host")
	} else if h == nil {
		unknownName(c, at, "host", first, servers)
	}
}

func checkServersDatastore(c *checker) {
	if !c.site.Quorum() {
		return
	}
	for i, f := range c.spec.Cluster.K3s.Flags {
		name, _, _ := strings.Cut(strings.TrimPrefix(f, "--"), "=")
		if strings.HasPrefix(name, "datastore-") || name == "disable-etcd" {
			c.report(diag.Path{"cluster", "k3s", "flags", i}, "the servers would not have the cluster's state in their etcd, as the scripts, the backup and the runbook take it").
				WithHint("leave --%s out, or have one server", name)
		}
	}
}
