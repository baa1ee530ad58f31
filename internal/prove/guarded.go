package prove

import (
	"cmp"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// private are the networks that a pod with the internet does not reach with it.
var private = []string{"10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"}

// proveInternet wants policies that let pods into the internet to leave out private networks:
// of gen's folders.
func (p *Proof) proveInternet(o *object) {
	if !strings.HasPrefix(o.file, p.argoDir+"/") {
		return
	}
	for _, rule := range items(o.node, "spec", "egress") {
		for _, n := range items(rule, "to") {
			cidr, err := netip.ParsePrefix(text(n, "ipBlock", "cidr"))
			if at(n, "ipBlock") == nil {
				continue
			}
			if err != nil {
				p.find(RuleDangling, o.place(n), "%q is no prefix", text(n, "ipBlock", "cidr"))
				continue
			}
			except := texts(n, "ipBlock", "except")
			for _, e := range except {
				if q, err := netip.ParsePrefix(e); err != nil || !cidr.Contains(q.Addr()) {
					p.find(RuleDangling, o.place(n), "%q is no part of %s", e, cidr)
				}
			}
			for _, want := range private {
				if cidr.Bits() == 0 && cidr.Contains(netip.MustParsePrefix(want).Addr()) && !slices.Contains(except, want) {
					p.find(RuleUnguarded, o.place(n), "pods that may into the internet reach %s too", want)
				}
			}
		}
	}
}

// proveEdge wants cloudflared to be let out to Cloudflare's edge: port 7844 of it, and 443 for
// the API (developers.cloudflare.com, Tunnel with firewall).
func (p *Proof) proveEdge(c *config) {
	if c.pods == nil {
		return
	}
	for _, need := range []struct {
		port     int
		protocol string
	}{{7844, "UDP"}, {7844, "TCP"}, {443, "TCP"}} {
		f := flow{from: peer{namespace: c.pods.namespace, labels: c.pods.labels}, to: peer{outside: true, addr: netip.MustParseAddr("198.41.192.7")}, port: need.port, protocol: need.protocol}
		if ok, by := p.allows(f, "Egress"); !ok {
			p.find(RuleRefused, c.pods.at(), "no network policy lets cloudflared out to Cloudflare's edge, %s port %d", need.protocol, need.port).hint("%s", by)
		}
	}
}

// proveKeysUsed wants each key of a ConfigMap or a Secret to be read, where pods read some of
// it key by key.
func (p *Proof) proveKeysUsed() {
	read, whole := map[*object]map[string]bool{}, map[*object]bool{}
	use := func(o *object, key string) {
		if o == nil {
			return
		}
		if read[o] == nil {
			read[o] = map[string]bool{}
		}
		if read[o][key] = true; key == "" {
			whole[o] = true
		}
	}
	for _, o := range p.objects {
		if w := podsOf(o); w != nil && p.byID[o.id()] == o {
			p.keysRead(w, use)
		}
	}
	for o, keys := range read {
		for _, key := range o.keys {
			if !keys[key] && !whole[o] && o.node != nil {
				p.find(RuleOrphan, o.at(), "no pod reads the key %q of %s", key, o.said())
			}
		}
	}
}

func (p *Proof) keysRead(w *pods, use func(o *object, key string)) {
	volumes := map[string]*object{}
	for _, v := range items(w.template, "spec", "volumes") {
		for kind, source := range map[string]*yaml.Node{"ConfigMap": at(v, "configMap"), "Secret": at(v, "secret")} {
			if source == nil {
				continue
			}
			o := p.get(kind, w.namespace, text(source, "name")+text(source, "secretName"))
			for _, i := range items(source, "items") {
				use(o, text(i, "key"))
			}
			if at(source, "items") == nil {
				volumes[text(v, "name")] = o
			}
		}
	}
	for _, c := range slices.Concat(items(w.template, "spec", "initContainers"), w.containers()) {
		for _, m := range items(c, "volumeMounts") {
			if o := volumes[text(m, "name")]; o != nil {
				use(o, text(m, "subPath")) // none: all of it
			}
		}
		for _, e := range items(c, "env") {
			for key, kind := range map[string]string{"secretKeyRef": "Secret", "configMapKeyRef": "ConfigMap"} {
				if ref := at(e, "valueFrom", key); ref != nil {
					use(p.get(kind, w.namespace, text(ref, "name")), text(ref, "key"))
				}
			}
		}
		for _, e := range items(c, "envFrom") {
			use(p.get("Secret", w.namespace, text(e, "secretRef", "name")), "")
			use(p.get("ConfigMap", w.namespace, text(e, "configMapRef", "name")), "")
		}
	}
}

var acceptPorts = regexp.MustCompile(`tcp dport \{ ([0-9, -]+) \} accept`)

// proveTunnelPorts wants the firewall of a node to let the pods of other nodes to what rules
// lead to on it.
func (p *Proof) proveTunnelPorts() {
	for _, h := range p.hosts {
		if h.said == nil || h.said.Firewall == "" {
			return
		}
		for _, want := range []string{"cilium_*", "lxc*"} {
			if !slices.Contains(h.said.Trusted, want) {
				p.find(RuleHost, p.line("roles/k3s-cilium/default.nix", "trustedInterfaces"), "the firewall of %s keeps its own pods out: trustedInterfaces has no %q", h.name, want)
			}
		}
		var open []string
		for _, m := range acceptPorts.FindAllStringSubmatch(h.said.Firewall, -1) {
			open = append(open, strings.Split(m[1], ", ")...)
		}
		for _, c := range p.configs {
			for _, r := range c.rules {
				addr, err := netip.ParseAddr(r.to.host)
				if _, number := strconv.Atoi(r.to.port); err == nil && number == nil && p.isNode(addr) && len(p.hosts) > 1 && !slices.Contains(open, r.to.port) {
					p.find(RuleRefused, r.place("service"), "the firewall of the nodes lets nobody to port %s, which %s leads to", r.to.port, r.Hostname)
				}
			}
		}
	}
}

// proveStrangers wants the pods of gen's folders to be out of reach for pods that nothing is
// said of, in the namespaces whose pods are all known, and not to reach any pod there is.
func (p *Proof) proveStrangers(w *pods) {
	if !strings.HasPrefix(w.file, p.argoDir+"/") {
		return
	}
	port := 0
	for _, c := range w.containers() {
		for _, n := range items(c, "ports") {
			port = cmp.Or(port, number(n, "containerPort"))
		}
	}
	own := peer{namespace: w.namespace, labels: w.labels, ports: func(name string) int { n, _ := w.port(name); return n }}
	nobodys := peer{namespace: "nobody-has-it", labels: map[string]string{"nobody": "knows"}}
	if ok, by := p.allows(flow{from: own, to: nobodys, port: 8080}, "Egress"); ok && p.closed(w, "Egress") {
		p.find(RuleUnguarded, w.at(), "%s reaches pods of every namespace, by the policy at %s", w.said(), by)
	}
	for _, namespace := range p.knownNamespaces() {
		stranger := peer{namespace: namespace, labels: map[string]string{"nobody": "knows"}}
		if ok, by := p.allows(flow{from: stranger, to: own, port: port}, "Ingress"); ok && port != 0 && p.closed(w, "Ingress") {
			p.find(RuleUnguarded, w.at(), "any pod of the namespace %s reaches %s, by the policy at %s", namespace, w.said(), by)
		}
	}
}

// knownNamespaces are those whose pods are all in the tree, and one that nothing is in.
func (p *Proof) knownNamespaces() []string {
	if p.known == nil {
		p.known = []string{"default"}
		for namespace := range p.podsIn {
			if !p.charted(namespace) {
				p.known = append(p.known, namespace)
			}
		}
		slices.Sort(p.known)
	}
	return p.known
}
