package prove

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// links is the cluster as package prove follows links in it.
func (w *world) links() *Proof {
	p := &Proof{}
	p.byID, p.policiesIn, p.projects = map[string]*object{}, map[string][]*object{}, map[string]*object{}
	for _, id := range slices.Sorted(maps.Keys(w.objects)) {
		o := w.objects[id]
		p.byID[id] = o.object
		switch o.kind {
		case "NetworkPolicy", "CiliumNetworkPolicy":
			p.policiesIn[o.namespace] = append(p.policiesIn[o.namespace], o.object)
		case "AppProject":
			p.projects[o.name] = o.object
		}
	}
	return p
}

// answer asks for a hostname, of each connector that Cloudflare may take.
func (w *world) answer(host string) answer {
	a := answer{who: strings.Join(w.guards[host], ", ")}
	p := w.links()
	rec := w.reached(host)
	if rec == nil {
		a.why = "it has no record"
		return a
	}
	connectors := 0
	for _, c := range w.pods {
		if c.table == nil || !c.ready || c.login.id != rec.tunnel {
			continue
		}
		out := flow{from: peer{namespace: c.namespace, labels: c.labels}, to: peer{outside: true, addr: netip.MustParseAddr("198.51.100.1")}, port: 7844}
		if ok, _ := p.allows(out, "Egress"); !ok && c.connected {
			return answer{why: fmt.Sprintf("cloudflared %v: it is cut off, and Cloudflare does not know yet", c.labels), who: a.who}
		} else if c.connected = ok; !ok {
			continue
		}
		connectors++
		what, why := w.behind(p, c, host)
		if a.what = cmp.Or(what, a.what); why != "" {
			return answer{why: fmt.Sprintf("cloudflared %v: %s", c.labels, why), who: a.who}
		}
		if a.what != what {
			return answer{what: a.what + " or " + what, who: a.who}
		}
	}
	if connectors == 0 {
		a.why = "no cloudflared is connected to its tunnel"
	}
	return a
}

// reached is the record of a hostname, or the wildcard's above it.
func (w *world) reached(host string) *dnsRecord {
	p := &Proof{}
	p.records, p.existing = map[string][]*record{}, map[string]bool{}
	by := map[*record]*dnsRecord{}
	for _, r := range w.records {
		rec := &record{name: r.name, kind: r.kind}
		by[rec] = r
		p.records[r.name] = append(p.records[r.name], rec)
		for name := r.name; name != ""; _, name, _ = strings.Cut(name, ".") {
			p.existing[name] = true
		}
	}
	return by[p.reached(host)]
}

// behind follows the rule that a connector takes to what answers.
func (w *world) behind(p *Proof, c *pod, host string) (what, why string) {
	service := c.table.Rules[c.table.First(host, "/")].Service
	if strings.HasPrefix(service, "http_status:") {
		return service, ""
	}
	u, err := url.Parse(service)
	if err != nil {
		return "", err.Error()
	}
	port, _ := strconv.Atoi(cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443", "ssh": "22"}[u.Scheme]))
	f := flow{from: peer{namespace: c.namespace, labels: c.labels}, port: port}
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil {
		f.to = peer{outside: true, node: true, addr: addr}
		if ok, by := p.allows(f, "Egress"); !ok {
			return "", "no network policy lets it out to " + u.Host + ": " + by
		}
		return service, ""
	}
	name, namespace, ok := strings.Cut(strings.TrimSuffix(u.Hostname(), ".svc.cluster.local"), ".")
	if !ok {
		return "", "nothing listens at " + service // localhost of a pod
	}
	for _, v := range virtuals {
		if v.namespace != namespace || v.name != name {
			continue
		}
		if _, there := w.releases[namespace+"/"+v.release]; !there && namespace != "kube-system" || namespace == "kube-system" && !w.says(namespace+"/"+v.release, v.values) {
			return "", "no chart makes the Service " + namespace + "/" + name
		}
		f.to, f.port = peer{namespace: namespace, labels: v.labels}, v.podPort
		return "the chart's " + name, w.refused(p, f)
	}
	return w.throughService(p, f, namespace, name, port)
}

// says tells whether the values of a release have something turned on.
func (w *world) says(release string, keys []string) bool {
	return slices.ContainsFunc(w.releases[release], func(values string) bool {
		docs, err := documents([]byte(values))
		return err == nil && len(docs) == 1 && text(docs[0], keys...) == "true"
	})
}

func (w *world) throughService(p *Proof, f flow, namespace, name string, port int) (what, why string) {
	s := w.objects["/Service/"+namespace+"/"+name]
	if s == nil {
		return "", "there is no Service " + namespace + "/" + name
	}
	var images []string
	for _, n := range items(s.node, "spec", "ports") {
		if numberOf(text(n, "port")) != port {
			continue
		}
		target := cmp.Or(text(n, "targetPort"), text(n, "port"))
		for _, to := range w.pods {
			if want := labels(s.node, "spec", "selector"); to.namespace != namespace || !to.ready || len(want) == 0 || !selects(want, to.labels) {
				continue
			}
			pods := &pods{s.object, to.template, to.labels}
			if f.port, _ = pods.port(target); f.port == 0 {
				return "", fmt.Sprintf("a pod of the Service %s has no port %s", name, target)
			}
			f.to = peer{namespace: namespace, labels: to.labels, ports: func(name string) int { n, _ := pods.port(name); return n }}
			if why := w.refused(p, f); why != "" {
				return "", why
			}
			for _, c := range pods.containers() {
				image, _, _ := strings.Cut(text(c, "image"), ":")
				images = append(images, image)
			}
		}
	}
	if len(images) == 0 {
		return "", "no pod is ready behind the Service " + namespace + "/" + name
	}
	slices.Sort(images)
	return strings.Join(slices.Compact(images), " and "), ""
}

// refused tells why the policies of either side stop a flow; "" where they do not.
func (w *world) refused(p *Proof, f flow) string {
	for _, direction := range []string{"Egress", "Ingress"} {
		if ok, _ := p.allows(f, direction); !ok {
			return fmt.Sprintf("a network policy (%s) stops it on the way to the pods %v of %s", direction, f.to.labels, f.to.namespace)
		}
	}
	return ""
}
