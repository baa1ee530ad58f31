package site

import (
	"maps"
	"slices"

	"sitegen/internal/spec"
)

// Namespaces of the clients' websites. Pod Security is a label of a namespace, so
// those that need less than "restricted" have one of their own.
const (
	WebsitesNamespace         = "websites"
	WebsitesBaselineNamespace = "websites-baseline"
)

func resolveWorkloads(s *Site, sp *spec.Spec) {
	for _, name := range slices.Sorted(maps.Keys(sp.Clients)) {
		c := sp.Clients[name]
		w := resolveContainer(c.Container)
		w.Kind, w.Name, w.Folder, w.Application = KindClient, name, "websites/"+name, "website-"+name
		w.ServicePort, w.Namespace = 80, WebsitesNamespace
		if w.PodSecurity == "baseline" {
			w.Namespace = WebsitesBaselineNamespace
		}
		w.Hostnames = append(domainHostnames(s.ZoneNames, c), c.Hostnames...)
		w.Access, w.Internet = c.Access, c.Internet
		s.Clients = append(s.Clients, w)
	}
	for _, name := range slices.Sorted(maps.Keys(sp.Apps)) {
		a := sp.Apps[name]
		w := resolveContainer(a.Container)
		w.Kind, w.Name, w.Folder, w.Application, w.Namespace = KindApp, name, name, name, name
		// Apps are reached by other apps too, at the port they are known by.
		w.ServicePort = w.Port
		w.Hostnames, w.Access, w.Internet = slices.Clone(a.Hostnames), a.Access, a.Internet
		w.Secrets, w.AllowFrom = Sorted(a.Secrets), Sorted(a.Allow)
		for _, v := range slices.Sorted(maps.Keys(a.Volumes)) {
			w.Volumes = append(w.Volumes, Volume{Name: v, Mount: a.Volumes[v].Mount, Size: a.Volumes[v].Size})
		}
		s.Apps = append(s.Apps, w)
	}
}

// domainHostnames are the hostnames that a client's domain stands for. www. comes
// along where the domain is a zone's own name: one label deeper than a zone is
// what Cloudflare's universal certificate covers.
func domainHostnames(zones map[string]bool, c *spec.Client) []string {
	if c.Domain == "" {
		return nil
	}
	www := zones[c.Domain]
	if c.WWW != nil {
		www = *c.WWW
	}
	if www {
		return []string{c.Domain, "www." + c.Domain}
	}
	return []string{c.Domain}
}

func resolveContainer(c spec.Container) *Workload {
	w := &Workload{
		Image: c.Image, Port: c.Port, Replicas: c.Replicas, Command: c.Command, Args: c.Args,
		Health: c.Health, PodSecurity: c.PodSecurity, User: c.User, ReadOnly: c.ReadOnly, Writable: Sorted(c.Writable),
		Resources: Resources{
			CPU: c.Resources.Requests.CPU, Memory: c.Resources.Requests.Memory,
			CPULimit: c.Resources.Limits.CPU, MemoryLimit: c.Resources.Limits.Memory,
		},
	}
	for _, name := range slices.Sorted(maps.Keys(c.Env)) {
		w.Env = append(w.Env, EnvVar{Name: name, Value: c.Env[name]})
	}
	return w
}
