// Package meant compares what was proved of a tree with what a spec says, once all verdicts
// on the tree are there: both as the links of a graph.
package meant

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sitegen/internal/prove"
	"sitegen/internal/site"
)

// Rule is that of a difference.
const Rule = "prove-spec"

// Edges are the links that a spec says.
func Edges(s *site.Site) []prove.Edge {
	var all []prove.Edge
	add := func(to, from string, args ...any) {
		all = append(all, prove.Edge{From: fmt.Sprintf(from, args...), To: to})
	}
	for _, r := range s.Routes {
		if !strings.HasPrefix(r.Service, "http_status:") {
			add(r.Service, "hostname %s", r.Hostname)
		}
		for _, p := range r.Paths {
			if !strings.HasPrefix(p.Service, "http_status:") {
				add(p.Service, "hostname %s", r.Hostname)
			}
		}
		if r.Access != "" {
			add(r.Access, "access %s", r.Hostname)
			add(r.Session, "session %s", r.Hostname)
		}
		for _, p := range r.AccessPaths {
			if p.Access != "" {
				add(p.Access, "access %s", r.Hostname+p.Path)
				add(p.Session, "session %s", r.Hostname+p.Path)
			}
		}
	}
	used := map[string]bool{}
	for _, e := range all {
		if strings.HasPrefix(e.From, "access ") {
			used[e.To] = true
		}
	}
	for _, g := range s.Groups {
		if !used[g.Name] {
			continue // Terraform makes no policy of it
		}
		for kind, list := range map[string][]string{"email": g.Emails, "email_domain": g.EmailDomains, "ip": g.IPs} {
			for _, one := range list {
				add(kind+" "+one, "people %s", g.Name)
			}
		}
	}
	for _, z := range s.Zones {
		for _, r := range z.Records {
			add(record(r), "record %s", r.Name)
		}
	}
	for _, w := range s.Workloads() {
		workload(w, add)
	}
	for _, r := range s.Redirects {
		add(fmt.Sprintf("%d %s path %t", r.Status, r.To, r.KeepPath), "redirect %s", r.Hostname)
	}
	for _, c := range s.Charts {
		add(strings.Join([]string{c.Chart.Repo, c.Chart.Name, c.Chart.Version}, " "), "chart %s", c.Name)
	}
	secrets(s, add)
	for _, h := range s.Hosts {
		host(h, add)
	}
	return all
}

// record is what a record says.
func record(r site.Record) string {
	more := ""
	switch {
	case r.CAA != nil:
		more = fmt.Sprintf("flags %d tag %s value %s", r.CAA.Flags, r.CAA.Tag, r.CAA.Value)
	case r.SRV != nil:
		more = fmt.Sprintf("port %d priority %d target %s weight %d", r.SRV.Port, r.SRV.Priority, r.SRV.Target, r.SRV.Weight)
	case r.Type == "MX" && r.Priority != nil:
		more = fmt.Sprintf(" priority %d", *r.Priority)
	}
	return fmt.Sprintf("%s %s proxied %t ttl %d", r.Type, r.Content+more, r.Proxied, r.TTL)
}

func workload(w *site.Workload, add func(to, from string, args ...any)) {
	id := w.Namespace + "/" + w.Name
	if w.Image != "" {
		add(w.Image, "image of %s", id)
	}
	add(fmt.Sprintf("readOnlyRootFilesystem %t", w.ReadOnly), "file system of %s", id)
	if w.User != 0 {
		add(fmt.Sprint(w.User), "user of %s", id)
	}
	for _, v := range w.Volumes {
		add(v.Mount, "mount of %s", id)
	}
	for _, f := range w.Files {
		add(f.Path, "mount of %s", id)
	}
	for _, dir := range w.Writable {
		if dir != "/tmp" {
			add(dir, "mount of %s", id)
		}
	}
	if path := w.Health.HTTP(); path != "" {
		add(path, "health of %s", id)
	}
	container(id, w.Env, w.Resources, w.Command, w.Args, add)
	for _, p := range slices.Concat(w.Init, w.Sidecars) {
		process(id+"/"+p.Name, p, add)
	}
	for _, j := range w.Jobs {
		process(id+"-"+j.Name+"/"+j.Name, j.Process, add)
	}
	for _, v := range w.Volumes {
		if w.App.Kind != "stateful" {
			add(v.Size, "volume %s/%s", w.Namespace, v.Name)
		}
	}
	for _, j := range w.Jobs {
		add(j.Schedule, "schedule %s/%s", w.Namespace, w.Name+"-"+j.Name)
	}
	add(fmt.Sprint(w.Replicas), "pods of %s", id)
}

func process(id string, p site.Process, add func(to, from string, args ...any)) {
	if p.Image != "" {
		add(p.Image, "image of %s", id)
	}
	container(id, p.Env, p.Resources, p.Command, p.Args, add)
}

func container(id string, env map[string]string, r site.Resources, command, args []string, add func(to, from string, args ...any)) {
	for name, value := range env {
		add(name+"="+value, "environment of %s", id)
	}
	for name, q := range map[string]site.Quantity{"requests": r.Requests, "limits": r.Limits} {
		for of, v := range map[string]string{"cpu": q.CPU, "memory": q.Memory} {
			if v != "" {
				add(of+" "+v, "%s of %s", name, id)
			}
		}
	}
	for name, list := range map[string][]string{"command": command, "args": args} {
		if len(list) > 0 {
			add(fmt.Sprintf("%q", list), "%s of %s", name, id)
		}
	}
}

func secrets(s *site.Site, add func(to, from string, args ...any)) {
	give := func(file string, more ...string) {
		for _, p := range s.People {
			add(p.Key, "secret %s", file)
		}
		for _, key := range more {
			add(key, "secret %s", file)
		}
	}
	give(s.K8sSecrets())
	if len(s.IdPSecretKeys()) > 0 {
		give(s.IdPSecrets())
	}
	for _, a := range s.ArgoSecrets() {
		give(a.File(), s.ArgoCD.Key)
	}
	for _, h := range s.Hosts {
		if len(s.HostSecretKeys(h)) > 0 {
			give("secrets/hosts/"+h.Name+"/host-secrets.yaml", h.Age)
		}
	}
}

func host(h *site.Host, add func(to, from string, args ...any)) {
	for _, d := range h.Disks {
		add(d.Name+" "+d.Device, "disk of %s", h.Name)
	}
	for _, a := range h.Arrays {
		add(fmt.Sprintf("%s level %d", a.Name, a.Level), "array of %s", h.Name)
	}
	for _, n := range h.NICs {
		add(n.MAC, "card of %s", h.Name)
	}
	for _, l := range h.Links() {
		for _, ip := range []site.IP{l.IPv4.IP, l.IPv6} {
			if ip.Address.IsValid() {
				add(ip.Address.String(), "address of %s", h.Name)
			}
			if ip.Gateway.IsValid() {
				add(ip.Gateway.String(), "gateway of %s", h.Name)
			}
		}
	}
	for _, u := range h.Users {
		for _, key := range u.Keys {
			add(u.Name+" "+key, "login of %s", h.Name)
		}
	}
	for _, key := range h.RootKeys {
		add("root "+key, "login of %s", h.Name)
	}
	add(string(h.Firmware), "firmware of %s", h.Name)
	add(h.Role, "role of %s", h.Name)
}

// Differences are links that the tree has and the spec does not say, or the other way
// round. Of what the spec knows nothing of, the user's own, there is nothing to say.
func Differences(p *prove.Proof, s *site.Site) []prove.Finding {
	said, places := map[string][]string{}, map[string]prove.Place{}
	for _, e := range Edges(s) {
		said[e.From] = append(said[e.From], e.To)
	}
	var found []prove.Finding
	has, told := map[string][]string{}, map[string]bool{}
	for _, e := range p.Edges() {
		has[e.From] = append(has[e.From], e.To)
		if _, ok := places[e.From]; !ok {
			places[e.From] = e.At
		}
		if want, ok := said[e.From]; (ok || strict(e.From)) && !slices.Contains(want, e.To) {
			told[e.From] = true // with all that the spec has
			found = append(found, prove.Finding{Rule: Rule, At: e.At, Text: fmt.Sprintf("%s: the tree has %q, and the spec %s", e.From, e.To, words(want))})
		}
	}
	hosts := p.KnowsHosts()
	for from, want := range said {
		for _, to := range want {
			_, there := has[from]
			if slices.Contains(has[from], to) || told[from] || !hosts && strings.Contains(hostKinds, " "+strings.SplitN(from, " ", 2)[0]+" ") {
				continue
			}
			at := places[from]
			if !there {
				at = prove.Place{File: ".sitegen.spec"}
			}
			found = append(found, prove.Finding{Rule: Rule, At: at, Text: fmt.Sprintf("%s: the spec has %q, and the tree does not", from, to)})
		}
	}
	slices.SortFunc(found, func(a, b prove.Finding) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(found)
}

const hostKinds = " disk array card firmware role address gateway login "

// strict tells whether a link may be there only where the spec says it: hostnames of the
// tunnel, and who gets in.
func strict(from string) bool {
	return strings.HasPrefix(from, "hostname ") || strings.HasPrefix(from, "access ") && !strings.Contains(from, "/")
}

func words(want []string) string {
	if len(want) == 0 {
		return "nothing"
	}
	return fmt.Sprintf("%q", want)
}
