package site

import (
	"cmp"
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
		hostnames := append(domainHostnames(s.ZoneNames, c), c.Hostnames...)
		if c.App != "" {
			s.Served = append(s.Served, Served{c, name, hostnames})
			continue
		}
		w := &Workload{App: spec.App{Workload: c.Workload}, Kind: KindClient, Name: name, Namespace: WebsitesNamespace,
			Folder: "websites/" + name, Application: "website-" + name, ServicePort: 80}
		if w.PodSecurity == "baseline" {
			w.Namespace = WebsitesBaselineNamespace
		}
		w.Hostnames = hostnames
		w.Writable, w.Files = Sorted(w.Writable), resolveFiles(c.Files)
		serveStatic(w, sp)
		resolveProcesses(w)
		resolvePorts(w)
		s.Clients = append(s.Clients, w)
	}
	for _, name := range slices.Sorted(maps.Keys(sp.Apps)) {
		w := &Workload{App: *sp.Apps[name], Kind: KindApp, Name: name, Namespace: name, Folder: name, Application: name}
		serveStatic(w, sp)
		// Apps are reached by other apps too, at the port they are known by.
		w.ServicePort = w.Port
		w.Writable, w.Secrets, w.Allow = Sorted(w.Writable), Sorted(w.Secrets), Sorted(w.Allow)
		for _, v := range slices.Sorted(maps.Keys(w.App.Volumes)) {
			volume := Volume{*w.App.Volumes[v], v}
			volume.Storage = cmp.Or(volume.Storage, sp.Storage)
			w.Volumes = append(w.Volumes, volume)
		}
		w.Files = resolveFiles(w.App.Files)
		resolveProcesses(w)
		resolvePorts(w)
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
	if c.WWW == "true" || c.WWW == "" && zones[c.Domain] {
		return []string{c.Domain, "www." + c.Domain}
	}
	return []string{c.Domain}
}
