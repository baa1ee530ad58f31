package prove

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// proveLists compares the lists of scripts with the tree.
func (p *Proof) proveLists() {
	for _, name := range p.within("scripts") {
		if path.Ext(name) != ".sh" {
			continue
		}
		lists := p.bashLists(name)
		first := func(key string) []string {
			var all []string
			for _, l := range lists[key] {
				word, _, _ := strings.Cut(l, " ")
				all = append(all, word)
			}
			return all
		}
		if routes, ok := lists["routes"]; ok {
			p.proveRoutes(name, routes)
		}
		if _, ok := lists["redirects"]; ok {
			var want []string
			for host := range p.turned {
				want = append(want, host)
			}
			p.same(name, "redirects", first("redirects"), want)
		}
		for _, key := range []string{"nodes", "hosts"} {
			if _, ok := lists[key]; ok && strings.HasPrefix(path.Base(name), map[string]string{"nodes": "bootstrap-", "hosts": "verify-"}[key]) {
				var want []string
				for _, h := range p.hosts {
					want = append(want, h.name)
				}
				p.same(name, key, first(key), want)
			}
		}
		for _, a := range lists["core_applications"] {
			if p.applications[a] == nil {
				p.find(RuleDangling, p.line(name, a), "there is no Application %q", a)
			}
		}
		if _, ok := lists["connectors"]; ok {
			var want []string
			for _, c := range p.configs {
				if c.pods != nil {
					want = append(want, c.pods.name)
				}
			}
			p.same(name, "connectors", lists["connectors"], want)
		}
		p.proveSecretLists(name, lists)
	}
}

func (p *Proof) proveSecretLists(name string, lists map[string][]string) {
	if listed, ok := lists["app_secrets"]; ok {
		var got, want []string
		for _, l := range listed {
			_, file, _ := strings.Cut(l, " ")
			got = append(got, file)
		}
		for _, e := range p.encrypted {
			if slices.ContainsFunc(e.readers, func(r reader) bool { return r.recipient == "argocd" }) && strings.HasPrefix(e.path, p.argoDir+"/") {
				want = append(want, e.path)
			}
		}
		p.same(name, "app_secrets", got, want)
	}
	said := map[string]string{}
	for _, m := range readonly.FindAllStringSubmatch(string(p.files[name]), -1) {
		said[m[1]] = strings.Trim(m[2], `'"`)
	}
	for file, key := range map[string]string{said["secrets_file"]: "secret_keys", said["k8s_secrets"]: "secret_keys", said["idp_secrets"]: "idp_keys"} {
		if e := p.encrypted[file]; e != nil && e.example != "" {
			var want []string
			for k := range e.keys {
				want = append(want, k)
			}
			p.same(name, key, lists[key], want)
		}
	}
}

// proveRoutes compares the hostnames that the verify script asks with the tunnel's, and
// whether a log-in is wanted.
func (p *Proof) proveRoutes(name string, routes []string) {
	listed, want := []string{}, []string{}
	for _, l := range routes {
		fields := strings.Fields(l)
		host, urlPath, _ := strings.Cut(fields[0], "/")
		if urlPath == "" {
			listed = append(listed, host)
		}
		g := p.guardOf(host, "/"+urlPath)
		if closed := g != nil && !g.open(); len(fields) > 2 && closed != (fields[2] != "-") {
			p.find(RuleUnguarded, p.line(name, "'"+l+"'"), "the script expects a log-in for %s, or none, and Access does the other", fields[0])
		} else if closed && len(g.policies) > 0 && !slices.ContainsFunc(g.policies, func(pol *policy) bool { return pol.group() == fields[2] }) {
			p.find(RuleUnguarded, p.line(name, "'"+l+"'"), "the script says that %s is for %s, and Access lets in %s", fields[0], fields[2], g.policies[0].name)
		}
	}
	for _, c := range p.configs {
		for _, r := range c.rules {
			if r.Hostname != "" && !slices.Contains(want, r.Hostname) {
				want = append(want, r.Hostname)
			}
		}
	}
	p.same(name, "routes", listed, want)
}

var bashList = regexp.MustCompile(`(?m)^readonly ([a-z_]+)=\(\n((?:  .*\n)*)\)|^readonly ([a-z_]+)=\(\)$`)

// bashLists are the lists of a script of gen's.
func (p *Proof) bashLists(file string) map[string][]string {
	all := map[string][]string{}
	for _, m := range bashList.FindAllStringSubmatch(string(p.files[file]), -1) {
		if m[3] != "" {
			all[m[3]] = []string{}
			continue
		}
		for line := range strings.Lines(m[2]) {
			all[m[1]] = append(all[m[1]], strings.Trim(strings.TrimSpace(line), "'"))
		}
	}
	return all
}

// same wants a list of a script to name what the tree has.
func (p *Proof) same(file, what string, listed, want []string) {
	for _, l := range listed {
		if !slices.Contains(want, l) {
			p.find(RuleDangling, p.line(file, l), "the script's %s names %q, which the tree does not have", what, l)
		}
	}
	for _, w := range want {
		if !slices.Contains(listed, w) {
			p.find(RuleOrphan, p.line(file, "readonly "+what+"="), "the script's %s leaves out %q", what, w)
		}
	}
	for i, l := range listed {
		if slices.Contains(listed[:i], l) {
			p.find(RuleOwners, p.line(file, l), "the script's %s names %q twice", what, l)
		}
	}
}

// proveInstall compares what the install script of a host looks for with the host.
func (p *Proof) proveInstall(h *host) {
	file := path.Join("scripts", "install-"+h.name+".sh")
	if !p.has(file) {
		return
	}
	lists := p.bashLists(file)
	var disks, macs []string
	for _, d := range h.said.Devices.Disk {
		disks = append(disks, d.Device)
	}
	for _, n := range h.said.Networks {
		if n.Mac != "" && !slices.Contains(macs, n.Mac) {
			macs = append(macs, n.Mac)
		}
	}
	p.same(file, "disks", lists["disks"], disks)
	p.same(file, "macs", lists["macs"], macs)
	p.same(file, "arrays", lists["arrays"], slices.Collect(maps.Keys(h.said.Devices.Mdadm)))
	p.same(file, "pools", lists["pools"], slices.Collect(maps.Keys(h.said.Devices.Zpool)))
}
