package prove

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"sitegen/internal/format"
	"sitegen/internal/ingress"
)

// Hop is one step of the way that a hostname takes.
type Hop struct {
	At   Place
	Text string
}

// Hostnames are those that a record or a rule has, sorted.
func (p *Proof) Hostnames() []string {
	var all []string
	for name, records := range p.records {
		if slices.ContainsFunc(records, func(r *record) bool { return r.tunnel != "" }) {
			all = append(all, name)
		}
	}
	for name := range p.turned {
		all = append(all, name)
	}
	for _, c := range p.configs {
		for _, r := range c.rules {
			if r.Hostname != "" {
				all = append(all, r.Hostname)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Chain is the way of a hostname: to its zone and record, to those whom Access lets in, and
// for each rule to the pods and to who brings them into the cluster. ok tells whether
// the tree has the hostname.
func (p *Proof) Chain(hostname string) (hops []Hop, ok bool) {
	add := func(at Place, format string, args ...any) { hops = append(hops, Hop{at, fmt.Sprintf(format, args...)}) }
	rec := p.reached(ingress.Sample(hostname))
	if rec == nil {
		rec = p.reached(hostname)
	}
	if rec != nil {
		to := rec.content
		if rec.tunnel != "" {
			to = "the tunnel " + rec.tunnel
		}
		add(rec.at, "record %s %s in the zone %s leads to %s", rec.name, rec.kind, rec.zone, to)
	}
	if where, sent := p.turned[hostname]; sent {
		add(where, "Cloudflare sends it elsewhere")
		return hops, true
	}
	for _, g := range p.guards[hostname] {
		add(g.at, "Access guards %s", strings.TrimSuffix(g.host+"/"+g.path, "/"))
		for _, pol := range g.policies {
			add(pol.at, "  policy %s: %s %s", pol.name, pol.decision, strings.Join(pol.who, ", "))
		}
	}
	for _, c := range p.configs {
		if rec != nil && rec.tunnel != "" && c.name != rec.tunnel {
			continue
		}
		for i, r := range c.rules {
			if i == len(c.rules)-1 || r.Hostname != hostname && (c.table.First(ingress.Sample(hostname), "/") != i || !r.Covers(ingress.Sample(hostname))) {
				continue
			}
			ok = true
			add(r.place(), "rule %d%s leads to %s", i+1, pathWords(r.Path), r.Service)
			hops = append(hops, p.onward(c, r)...)
		}
	}
	if !ok && rec != nil && rec.tunnel != "" {
		for _, c := range p.configs {
			if last := c.rules[len(c.rules)-1]; c.name == rec.tunnel {
				add(last.place(), "no rule is for it: the last one says %s", last.Service)
			}
		}
	}
	return hops, ok || rec != nil
}

// onward is the way from a rule on.
func (p *Proof) onward(c *config, r *rule) []Hop {
	var hops []Hop
	add := func(at Place, format string, args ...any) {
		hops = append(hops, Hop{at, fmt.Sprintf("  "+format, args...)})
	}
	if r.to.chart != nil {
		add(Place{}, "Service %s/%s of the chart %s, pods port %d", r.to.chart.namespace, r.to.chart.name, r.to.chart.release, r.to.chart.podPort)
	}
	if s := r.to.service; s != nil {
		add(s.at(), "%s port %s", s.said(), r.to.port)
	}
	if by, where := p.broughtBy(r.to.namespace); r.to.namespace != "" && r.to.chart == nil && r.to.service == nil && by != "" {
		add(where, "taken as said: a Service of %s, in the namespace %s; its objects are not in the tree", by, r.to.namespace)
	}
	w := r.to.workload
	if w == nil {
		if h := p.hostAt(r.Service); h != nil {
			hops = append(hops, p.standsOn(h, "answers", nil)...)
		}
		return hops
	}
	replicas := text(w.node, "spec", "replicas")
	if replicas == "" {
		replicas = "1"
	}
	add(w.at(), "%s, replicas %s, port %d", w.said(), replicas, r.to.podPort)
	if c.pods != nil {
		f := flow{from: peer{namespace: c.pods.namespace, labels: c.pods.labels}, port: r.to.podPort,
			to: peer{namespace: w.namespace, labels: w.labels, ports: func(name string) int { n, _ := w.port(name); return n }}}
		for _, direction := range []string{"Egress", "Ingress"} {
			if ok, by := p.allows(f, direction); ok {
				file, _, _ := strings.Cut(by, " ")
				add(placeOf(file), "network policy lets cloudflared through (%s)", strings.ToLower(direction))
			}
		}
	}
	add(w.listed, "kustomization lists %s", path.Base(w.file))
	if a := w.app; a != nil {
		add(a.at(), "Application %s reads %s%s", a.name, p.prefix, path.Dir(w.file))
		if project := p.projects[a.project]; project != nil {
			add(project.at(), "project %s permits %s in %s", a.project, w.kind, w.namespace)
		}
	}
	return append(hops, p.stands(w)...)
}

// placeOf reads a place back; "" where it is none.
func placeOf(s string) Place {
	file, number, ok := strings.Cut(s, ":")
	if !ok || strings.Contains(file, " ") {
		return Place{}
	}
	return Place{file, numberOf(number)}
}

// Sum says how much was followed.
func (p *Proof) Sum() string {
	rules := 0
	for _, c := range p.configs {
		rules += len(c.rules) - 1
	}
	return fmt.Sprintf("%s, %s of %s, %s of %s, %s, %s", format.Count(len(p.Hostnames()), "hostname"), format.Count(rules, "rule"), format.Count(len(p.configs), "tunnel"),
		format.Count(len(p.byID), "object"), format.Count(len(p.applications), "Application"), format.Count(len(p.encrypted), "encrypted file"), format.Count(len(p.hosts), "host"))
}
