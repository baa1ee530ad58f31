package prove

import (
	"cmp"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// chartValues are the values that Terraform gives a chart: of several files, the last that says a key counts.
type chartValues struct {
	files []string
	docs  []*yaml.Node
}

// releaseValues are those of a release; nil where there is none, or they are not all files of the tree.
func (p *Proof) releaseValues(chart string) *chartValues {
	for _, root := range p.tf {
		for _, res := range root.Resources {
			if res.Kind != "helm_release" || res.Text("chart") != chart {
				continue
			}
			v := &chartValues{}
			for _, m := range fileCall.FindAllStringSubmatch(res.Attrs["values"].Expr, -1) {
				file := path.Join(root.Dir, m[1])
				docs, err := documents(p.files[file])
				if err != nil || len(docs) != 1 {
					return nil // told elsewhere, or the user's that is not there yet
				}
				v.files, v.docs = append(v.files, file), append(v.docs, docs[0])
			}
			return v
		}
	}
	return nil
}

// get is a value, the chart's own where none of the files says it, and where it stands.
func (v *chartValues) get(own string, keys ...string) (string, Place) {
	for i := len(v.docs) - 1; i >= 0; i-- {
		if n := at(v.docs[i], keys...); n != nil {
			return n.Value, Place{v.files[i], n.Line}
		}
	}
	if len(v.files) == 0 {
		return own, Place{}
	}
	return own, Place{v.files[0], 1}
}

func (v *chartValues) list(keys ...string) []string {
	for i := len(v.docs) - 1; i >= 0; i-- {
		if n := at(v.docs[i], keys...); n != nil {
			return texts(v.docs[i], keys...)
		}
	}
	return nil
}

// proveCilium holds Cilium's values to what k3s is started with, and to the hosts' firewalls. What
// the chart takes where nothing is said is in its values.yaml (cilium, install/kubernetes/cilium).
func (p *Proof) proveCilium() {
	v := p.releaseValues("cilium")
	if v == nil || len(v.docs) == 0 || slices.ContainsFunc(p.hosts, func(h *host) bool { return h.said == nil }) {
		return
	}
	var flags []string
	agents := false
	for _, h := range p.hosts {
		flags = append(flags, h.said.Flags...)
		agents = agents || h.said.Role == "agent"
	}
	p.proveKubeProxy(v, slices.Contains(flags, "--disable-kube-proxy"), agents)
	mode, where := v.get("cluster-pool", "ipam", "mode")
	if !slices.Contains([]string{"kubernetes", "cluster-pool", "multi-pool", "crd", "delegated-plugin", "eni", "azure", "alibabacloud"}, mode) {
		p.find(RuleDangling, where, "Cilium knows no ipam.mode %q", mode)
	}
	if pods := p.anyFlag("cluster-cidr"); mode == "cluster-pool" && pods != "" {
		if list := v.list("ipam", "operator", "clusterPoolIPv4PodCIDRList"); !slices.Contains(list, pods) {
			p.find(RuleHost, where, "Cilium gives pods addresses of %q, and k3s is told that they are in %s", cmp.Or(strings.Join(list, ", "), "10.0.0.0/8"), pods)
		}
	}
	if replicas, where := v.get("2", "operator", "replicas"); numberOf(replicas) > len(p.hosts) {
		p.find(RuleHost, where, "Cilium's operator wants %s nodes, each for one of its pods, and there are %d: Terraform waits for it in vain", replicas, len(p.hosts))
	}
	ui, where := v.get("false", "hubble", "ui", "enabled")
	relay, _ := v.get("false", "hubble", "relay", "enabled")
	if hubble, _ := v.get("true", "hubble", "enabled"); ui == "true" && (relay != "true" || hubble != "true") {
		p.find(RuleDangling, where, "Hubble's page asks the relay, which is not there: hubble.enabled and hubble.relay.enabled are not both true")
	}
	p.proveCiliumPorts(v)
}

// anyFlag is the value that a flag has on some host.
func (p *Proof) anyFlag(name string) string {
	for _, h := range p.hosts {
		if v := h.said.flag(name); v != "" {
			return v
		}
	}
	return ""
}

// proveKubeProxy wants one of two to lead Services' addresses to pods, and Cilium to find the
// API without those.
func (p *Proof) proveKubeProxy(v *chartValues, off, agents bool) {
	replaced, where := v.get("false", "kubeProxyReplacement")
	switch {
	case off && replaced != "true":
		p.find(RuleHost, where, "k3s runs no kube-proxy, and Cilium does not replace it: kubeProxyReplacement is %s, and no Service has an address that works", replaced)
	case !off && replaced == "true":
		p.find(RuleHost, where, "Cilium replaces kube-proxy, which k3s runs too: --disable-kube-proxy is missing")
	}
	if !off {
		return
	}
	name, where := v.get("", "k8sServiceHost")
	port, _ := v.get("", "k8sServicePort")
	addr, err := netip.ParseAddr(name)
	switch {
	case name == "":
		p.find(RuleHost, where, "Cilium finds no API: without kube-proxy it wants k8sServiceHost")
	case err != nil && name != "localhost":
		// a name: where it leads is not in the tree
	case (addr.IsLoopback() || name == "localhost") && port != "6444" && (agents || port != "6443"):
		// k3s' load balancer listens at 6444 on agents, the API at 6443 on servers (k3s, docs, Networking).
		p.find(RuleHost, where, "nothing listens at %s:%s on every node: the API is at 6443 on servers, and at 6444 on agents", name, port)
	case !addr.IsLoopback() && name != "localhost" && (!p.isNode(addr) || port != "6443"):
		p.find(RuleHost, where, "no node of the tree has the API at %s:%s", name, port)
	}
}

var dports = regexp.MustCompile(`(tcp|udp) dport (\{[^}]*\}|\d+)`)

// proveCiliumPorts wants the firewalls to let in what carries the pods' traffic between nodes.
func (p *Proof) proveCiliumPorts(v *chartValues) {
	if len(p.hosts) < 2 {
		return
	}
	want := []string{"tcp 4240", "tcp 10250", "tcp 6443"}
	encrypted, _ := v.get("false", "encryption", "enabled")
	kind, _ := v.get("ipsec", "encryption", "type")
	protocol, _ := v.get("vxlan", "tunnelProtocol")
	routing, _ := v.get("tunnel", "routingMode")
	switch {
	case encrypted == "true" && kind == "wireguard":
		want = append(want, "udp 51871")
	case routing == "tunnel" && protocol == "geneve":
		want = append(want, "udp 6081")
	case routing == "tunnel":
		want = append(want, "udp 8472")
	}
	const file = "roles/k3s-cilium/default.nix"
	for _, h := range p.hosts {
		open := map[string]bool{}
		for _, m := range dports.FindAllStringSubmatch(h.said.Firewall, -1) {
			for port := range strings.FieldsFuncSeq(m[2], func(r rune) bool { return r < '0' || r > '9' }) {
				open[m[1]+" "+port] = true
			}
		}
		for _, one := range want {
			if !open[one] && h.said.Firewall != "" {
				p.find(RuleHost, p.line(file, "extraInputRules"), "the firewall of %s does not open %s between nodes", h.name, one)
			}
		}
	}
}
