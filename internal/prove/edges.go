package prove

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// Edge is a link of the graph, in words: two graphs say the same where their edges are
// the same.
type Edge struct {
	From, To string
	At       Place
}

// Edges are the links that a spec says too: where hostnames lead and who gets in, records,
// the images that run and how many, who can read secrets, the disks and addresses of hosts.
func (p *Proof) Edges() []Edge {
	var all []Edge
	add := func(at Place, to, from string, args ...any) {
		all = append(all, Edge{fmt.Sprintf(from, args...), to, at})
	}
	for _, c := range p.configs {
		for i, r := range c.rules {
			if i < len(c.rules)-1 && !strings.HasPrefix(r.Service, "http_status:") {
				add(r.place("service"), r.Service, "hostname %s", r.Hostname)
			}
		}
	}
	for _, host := range slices.Sorted(maps.Keys(p.guards)) {
		for _, g := range p.guards[host] {
			for _, pol := range g.policies {
				if pol.decision != "bypass" || !g.open() {
					add(g.at, pol.group(), "access %s", strings.TrimSuffix(g.host+"/"+g.path, "/"))
				}
			}
		}
	}
	for _, at := range slices.Sorted(maps.Keys(p.policies)) {
		pol := p.policies[at]
		for _, who := range pol.who {
			if kind, value, _ := strings.Cut(strings.TrimPrefix(who, "include "), " "); slices.Contains([]string{"email", "email_domain", "ip"}, kind) && strings.HasPrefix(who, "include ") {
				add(pol.at, kind+" "+value, "people %s", pol.group())
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.records)) {
		for _, r := range p.records[name] {
			if r.tunnel == "" {
				add(r.at, r.words(), "record %s", name)
			}
		}
	}
	for _, host := range slices.Sorted(maps.Keys(p.guards)) {
		for _, g := range p.guards[host] {
			if !g.open() {
				add(g.at, g.session, "session %s", strings.TrimSuffix(g.host+"/"+g.path, "/"))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.turned)) {
		add(p.turned[name], p.turns[name], "redirect %s", name)
	}
	for _, name := range slices.Sorted(maps.Keys(p.applications)) {
		for _, s := range p.applications[name].sources {
			if s.chart != "" {
				add(p.applications[name].place(s.node), strings.Join([]string{s.repo, s.chart, s.revision}, " "), "chart %s", name)
			}
		}
	}
	p.otherEdges(add)
	for _, o := range p.objects {
		if w := podsOf(o); w != nil && p.byID[o.id()] == o && slices.Contains([]string{"Deployment", "StatefulSet", "CronJob"}, o.kind) {
			p.workloadEdges(w, add)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.encrypted)) {
		if r := p.ruleFor(name); r != nil {
			for _, key := range r.recipients {
				add(r.at, key, "secret %s", name)
			}
		}
	}
	for _, h := range p.hosts {
		if h.said != nil {
			hostEdges(p, h, add)
		}
	}
	return all
}

func (p *Proof) workloadEdges(w *pods, add func(at Place, to, from string, args ...any)) {
	id := w.namespace + "/" + w.name
	for _, c := range slices.Concat(items(w.template, "spec", "initContainers"), w.containers()) {
		if name := text(c, "name"); name != w.name {
			containerEdges(w, c, id+"/"+name, add)
			continue
		}
		containerEdges(w, c, id, add)
		if user := text(w.template, "spec", "securityContext", "runAsUser"); user != "" {
			add(w.at(), user, "user of %s", id)
		}
		for _, m := range items(c, "volumeMounts") {
			if dir := text(m, "mountPath"); dir != "/tmp" { // gen's own, where the file system is read-only
				add(w.place(m), dir, "mount of %s", id)
			}
		}
		for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
			if path := at(c, probe, "httpGet", "path"); path != nil {
				add(w.place(path), path.Value, "health of %s", id)
			}
		}
	}
	if n := at(w.node, "spec", "replicas"); n != nil {
		add(w.place(n), n.Value, "pods of %s", id)
	}
}

// containerEdges are those of any container.
func containerEdges(w *pods, c *yaml.Node, id string, add func(at Place, to, from string, args ...any)) {
	add(w.place(at(c, "image")), text(c, "image"), "image of %s", id)
	add(w.place(at(c, "securityContext")), "readOnlyRootFilesystem "+cmp.Or(text(c, "securityContext", "readOnlyRootFilesystem"), "false"), "file system of %s", id)
	for _, what := range []string{"requests", "limits"} {
		for _, of := range []string{"cpu", "memory"} {
			if v := text(c, "resources", what, of); v != "" {
				add(w.place(at(c, "resources", what, of)), of+" "+v, "%s of %s", what, id)
			}
		}
	}
	for _, e := range items(c, "env") {
		if v := at(e, "value"); v != nil {
			add(w.place(v), text(e, "name")+"="+strings.ReplaceAll(v.Value, "$$", "$"), "environment of %s", id)
		}
	}
	for _, list := range []string{"command", "args"} {
		if c := texts(c, list); len(c) > 0 {
			add(w.at(), strings.ReplaceAll(fmt.Sprintf("%q", c), "$$", "$"), "%s of %s", list, id)
		}
	}
}

func hostEdges(p *Proof, h *host, add func(at Place, to, from string, args ...any)) {
	m, disko := h.said, h.file("disko.nix")
	for _, name := range slices.Sorted(maps.Keys(m.Devices.Disk)) {
		add(p.line(disko, m.Devices.Disk[name].Device), name+" "+m.Devices.Disk[name].Device, "disk of %s", h.name)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Devices.Mdadm)) {
		add(p.line(disko, name+" = {"), fmt.Sprintf("%s level %d", name, m.Devices.Mdadm[name].Level), "array of %s", h.name)
	}
	add(p.line(h.file("default.nix"), "firmware"), m.Firmware, "firmware of %s", h.name)
	for _, name := range slices.Sorted(maps.Keys(m.Networks)) {
		if mac := m.Networks[name].Mac; mac != "" {
			add(p.line(h.file("network.nix"), mac), mac, "card of %s", h.name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Networks)) {
		for _, a := range m.Networks[name].Address {
			add(p.line(h.file("network.nix"), a), a, "address of %s", h.name)
		}
		for _, g := range m.Networks[name].Gateways {
			if g.Destination == "" && g.Gateway != "" {
				add(p.line(h.file("network.nix"), g.Gateway), g.Gateway, "gateway of %s", h.name)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Users)) {
		for _, key := range m.Users[name] {
			add(p.line(h.file("default.nix"), key), name+" "+key, "login of %s", h.name)
		}
	}
	add(p.line(h.file("default.nix"), "role ="), m.Role, "role of %s", h.name)
}

// KnowsHosts tells whether Nix said what the hosts are.
func (p *Proof) KnowsHosts() bool {
	return len(p.hosts) > 0 && !slices.ContainsFunc(p.hosts, func(h *host) bool { return h.said == nil })
}

// words are what a record says.
func (r *record) words() string {
	content := plainTXT(r) + r.more
	if r.content == "" {
		content = strings.TrimPrefix(r.more, " ")
	}
	return fmt.Sprintf("%s %s proxied %t ttl %s", r.kind, content, r.proxied, r.ttl)
}

// otherEdges are those of volumes and jobs.
func (p *Proof) otherEdges(add func(at Place, to, from string, args ...any)) {
	for _, o := range p.objects {
		if p.byID[o.id()] != o || o.node == nil {
			continue
		}
		switch o.kind {
		case "PersistentVolumeClaim":
			add(o.at("spec"), text(o.node, "spec", "resources", "requests", "storage"), "volume %s/%s", o.namespace, o.name)
		case "CronJob":
			add(o.at("spec", "schedule"), strings.TrimSpace(text(o.node, "spec", "schedule")), "schedule %s/%s", o.namespace, o.name)
		}
	}
}

// plainTXT is the content of a record; that of a TXT record is quoted in parts of 255 bytes.
func plainTXT(r *record) string {
	if r.kind != "TXT" || !strings.HasPrefix(r.content, `"`) {
		return r.content
	}
	text := strings.ReplaceAll(strings.TrimSuffix(r.content[1:], `"`), `" "`, "")
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(text)
}

// Objects are what comes into the cluster.
func (p *Proof) Objects() []string { return slices.Sorted(maps.Keys(p.byID)) }
