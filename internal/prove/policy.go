package prove

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

func itoa(i int) string { return strconv.Itoa(i) }

// peer is one end of a flow.
type peer struct {
	namespace string
	labels    map[string]string
	addr      netip.Addr // outside of the cluster; the zero value: a name
	node      bool       // outside, and one of the nodes
	outside   bool
	ports     func(name string) int // numbers of named ports
}

// flow is a connection that pods make.
type flow struct {
	from, to peer
	port     int
	protocol string // "": TCP
}

// over compares the protocol of a flow with what a rule says; other is what it means where it says none.
func (f flow) over(protocol, other string) bool {
	own := cmp.Or(f.protocol, "TCP")
	protocol = cmp.Or(protocol, other)
	return protocol == own || protocol == "ANY"
}

// proveFlow wants the network policies of both sides to let cloudflared to where a rule leads.
func (p *Proof) proveFlow(c *config, r *rule) {
	if c.pods == nil {
		return
	}
	f := flow{from: peer{namespace: c.pods.namespace, labels: c.pods.labels}}
	where, what := r.place("service"), r.Service
	switch {
	case r.to.chart != nil:
		v := r.to.chart
		f.to, f.port = peer{namespace: v.namespace, labels: v.labels}, v.podPort
	case r.to.workload != nil:
		w := r.to.workload
		f.to = peer{namespace: w.namespace, labels: w.labels, ports: func(name string) int { n, _ := w.port(name); return n }}
		f.port = r.to.podPort
	case r.to.namespace != "":
		// A chart's pods: what labels they have is not known, but their namespace is.
		f.to = peer{namespace: r.to.namespace}
		f.port, _ = strconv.Atoi(r.to.port)
		if !p.anyTo(f) {
			p.find(RuleRefused, where, "no policy lets cloudflared into the namespace %s", r.to.namespace)
		}
		return
	default:
		addr, _ := netip.ParseAddr(r.to.host)
		f.to = peer{addr: addr, outside: true, node: p.isNode(addr)}
		f.port, _ = strconv.Atoi(r.to.port)
	}
	if f.port == 0 {
		return // told before
	}
	if ok, by := p.allows(f, "Egress"); !ok {
		p.find(RuleRefused, where, "no network policy lets cloudflared out to %s port %d", what, f.port).hint("%s", by)
	}
	if ok, by := p.allows(f, "Ingress"); !ok && !f.to.outside {
		p.find(RuleRefused, where, "no network policy lets cloudflared into the pods of %s, port %d", what, f.port).hint("%s", by)
	}
}

// allows tells whether the policies of one end let a flow through: all may that no policy
// selects, and else what some policy that selects the end says. by names what selects it.
func (p *Proof) allows(f flow, direction string) (ok bool, by string) {
	own, other := f.from, f.to
	if direction == "Ingress" {
		own, other = f.to, f.from
	}
	selected := ""
	for _, o := range p.policiesIn[own.namespace] {
		rules, applies := p.policyRules(o, own, direction)
		if !applies {
			continue
		}
		if selected != "" {
			selected += ", "
		}
		selected += o.at().String()
		for _, rule := range rules {
			if o.kind == "NetworkPolicy" && ruleAllows(p, o, rule, direction, other, f) || o.kind == "CiliumNetworkPolicy" && ciliumAllows(o, rule, direction, other, f) {
				return true, o.at().String()
			}
		}
	}
	return selected == "", "the policies are at " + selected
}

// policyRules are a policy's rules for a direction, where it selects the pods.
func (p *Proof) policyRules(o *object, own peer, direction string) (rules []*yaml.Node, applies bool) {
	key := strings.ToLower(direction)
	switch o.kind {
	case "NetworkPolicy":
		types := texts(o.node, "spec", "policyTypes")
		applies = matches(at(o.node, "spec", "podSelector"), own.labels) && slices.Contains(types, direction)
	case "CiliumNetworkPolicy":
		applies = matches(at(o.node, "spec", "endpointSelector"), own.labels) && at(o.node, "spec", key) != nil
	}
	return items(o.node, "spec", key), applies
}

// ruleAllows reads a rule of Kubernetes' own.
func ruleAllows(p *Proof, o *object, rule *yaml.Node, direction string, other peer, f flow) bool {
	key := map[string]string{"Egress": "to", "Ingress": "from"}[direction]
	peers := items(rule, key)
	if at(rule, key) != nil && !slices.ContainsFunc(peers, func(n *yaml.Node) bool { return peerMatches(p, o, n, other) }) {
		return false
	}
	ports := items(rule, "ports")
	return at(rule, "ports") == nil || slices.ContainsFunc(ports, func(n *yaml.Node) bool {
		if !f.over(text(n, "protocol"), "TCP") {
			return false
		}
		port := text(n, "port")
		number, err := strconv.Atoi(port)
		if err != nil && f.to.ports != nil {
			number = f.to.ports(port)
		}
		end := max(number, numberOf(text(n, "endPort")))
		return port == "" || number != 0 && number <= f.port && f.port <= end
	})
}

func numberOf(s string) int { n, _ := strconv.Atoi(s); return n }

func peerMatches(p *Proof, o *object, n *yaml.Node, other peer) bool {
	if block := at(n, "ipBlock"); block != nil {
		// Cilium compares addresses with what is no pod and no node of the cluster's.
		return other.outside && !other.node && inBlock(other.addr, text(block, "cidr"), texts(block, "except"))
	}
	if other.outside {
		return false
	}
	if s := at(n, "namespaceSelector"); s != nil {
		if !matches(s, p.namespaceLabels(other.namespace)) {
			return false
		}
	} else if other.namespace != o.namespace {
		return false
	}
	s := at(n, "podSelector")
	return s == nil || matches(s, other.labels)
}

func (p *Proof) namespaceLabels(name string) map[string]string {
	all := map[string]string{}
	if o := p.get("Namespace", "", name); o != nil {
		all = labels(o.node, "metadata", "labels")
	}
	all["kubernetes.io/metadata.name"] = name
	return all
}

func inBlock(addr netip.Addr, cidr string, except []string) bool {
	prefix, err := netip.ParsePrefix(cidr)
	if err != nil || !addr.IsValid() || !prefix.Contains(addr) {
		return false
	}
	return !slices.ContainsFunc(except, func(s string) bool {
		e, err := netip.ParsePrefix(s)
		return err == nil && e.Contains(addr)
	})
}
