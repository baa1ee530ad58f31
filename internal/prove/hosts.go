package prove

import (
	"context"
	_ "embed" // the stand-in for nixpkgs
	"encoding/json"
	"fmt"
	"net/netip"
	"path"
	"regexp"
	"strings"
)

// host is a machine of the tree.
type host struct {
	name    string
	modules map[string]*module
	secrets *encrypted
	said    *machine
	mounts  map[string]mounted
}

// machine is what Nix says of a host.
type machine struct {
	Devices    devices
	Name       string
	Firmware   string
	BootDisks  map[string]string
	Users      map[string][]string
	Initrd     []string
	Available  []string
	Binds      map[string]string
	Role       string
	ServerAddr string
	Flags      []string
	Needs      []string
	Firewall   string
	Trusted    []string
	Networks   map[string]network
	Netdevs    []string
	Inputs     map[string]input // of the flake
}

// input is one of the flake's.
type input struct {
	URL     string
	Follows []string
}

type network struct {
	Mac, Name, Bond string
	DHCP            string
	Address, On     []string
	Gateways        []struct {
		Gateway, Destination string
		OnLink               bool
	}
}

//go:embed hosts.nix
var standIn string

var nixAddress = regexp.MustCompile(`"(?:--node-ip=)?([0-9a-fA-F.:]+)(?:/\d+)?"`)

// isNode tells whether an address is one of the machines'.
func (p *Proof) isNode(addr netip.Addr) bool {
	if p.nodes == nil {
		p.nodes = map[netip.Addr]bool{}
		for _, name := range p.names {
			if path.Dir(path.Dir(name)) != "machines" || path.Ext(name) != ".nix" {
				continue
			}
			for _, m := range nixAddress.FindAllStringSubmatch(string(p.files[name]), -1) {
				if a, err := netip.ParseAddr(m[1]); err == nil {
					p.nodes[a] = true
				}
			}
		}
	}
	return p.nodes[addr]
}

func (h *host) file(name string) string { return path.Join("machines", h.name, name) }

// proveHosts evaluates the hosts' modules, and follows disks and networks.
func (p *Proof) proveHosts(ctx context.Context, o Options) {
	if len(p.hosts) == 0 {
		return
	}
	if o.Nix == nil {
		p.find(RuleUnproved, Place{File: "machines"}, "HOSTS WERE NOT PROVED: disks, mounts, boot loaders, networks and k3s' prefixes want nix-instantiate on PATH").Warning = true
		return
	}
	if !p.evaluate(ctx, o, p.hosts...) {
		for _, h := range p.hosts { // which one it is
			p.evaluate(ctx, o, h)
		}
	}
	for _, h := range p.hosts {
		if h.said != nil {
			p.proveDisks(h)
			p.proveNetwork(h)
			p.proveInstall(h)
		}
	}
	p.proveNodes()
	p.proveTunnelPorts()
	p.proveCilium()
	p.proveFlake()
}

// evaluate asks Nix; a failure of one host alone is told.
func (p *Proof) evaluate(ctx context.Context, o Options, hosts ...*host) bool {
	files, read := map[string][]byte{}, []string{}
	for _, name := range p.names {
		if top, _, _ := strings.Cut(name, "/"); path.Ext(name) == ".nix" && p.files[name] != nil {
			files[name] = p.files[name]
			if name == "flake.nix" || top == "machines" || top == "roles" {
				read = append(read, fmt.Sprintf("%q", name))
			}
		}
	}
	var names []string
	for _, h := range hosts {
		names = append(names, fmt.Sprintf("%q", h.name))
	}
	out, err := o.Nix(ctx, files, fmt.Sprintf("root: builtins.listToAttrs (map (name: { inherit name; value = (%s) [ %s ] root name; }) [ %s ])", standIn, strings.Join(read, " "), strings.Join(names, " ")))
	said := map[string]*machine{}
	if err == nil {
		err = json.Unmarshal(out, &said)
	}
	if err != nil {
		if len(hosts) == 1 {
			p.find(RuleHost, Place{File: hosts[0].file("default.nix")}, "the host %s does not evaluate: %v", hosts[0].name, err)
		}
		return false
	}
	for _, h := range hosts {
		h.said = said[h.name]
	}
	return true
}

// flag is the value of one of k3s' flags.
func (m *machine) flag(name string) string {
	for _, f := range m.Flags {
		if v, ok := strings.CutPrefix(f, "--"+name+"="); ok {
			return v
		}
	}
	return ""
}

// proveFlake wants each input of the flake to say where it comes from, and to follow another one of it.
func (p *Proof) proveFlake() {
	const file = "flake.nix"
	for _, h := range p.hosts {
		if h.said == nil {
			continue
		}
		for name, in := range h.said.Inputs {
			if in.URL == "" {
				p.find(RuleDangling, p.line(file, name), "the input %s names no url, and would be what the registry of the machine calls so", name)
			}
			for _, to := range in.Follows {
				if first, _, _ := strings.Cut(to, "/"); h.said.Inputs[first].URL == "" && first != "" {
					p.find(RuleDangling, p.line(file, `"`+to+`"`), "the input %s follows %q, which is no input", name, to)
				}
			}
		}
		return // it is every host's
	}
}
