package prove

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// A file of the tree that a script names: gen's scripts have those in readonly variables,
// and in lists of them.
var scriptPath = regexp.MustCompile(`(?m)^(?:readonly [a-z_0-9]+=|  '[^' ]+ )'?((?:secrets|k8s|machines|roles|scripts|docs|hosts)/[A-Za-z0-9._/-]+)'?$`)

// provePaths wants each file to be there that a script, a module or a Terraform root names.
func (p *Proof) provePaths() {
	named := map[string]bool{}
	for _, name := range p.names {
		switch path.Ext(name) {
		case ".nix":
			for _, l := range p.readModule(name).imports {
				named[p.nixFile(l.to)] = true
				p.wantFile(p.nixFile(l.to), l.at)
			}
		case ".sh":
			data := string(p.files[name])
			if path.Dir(name) != "scripts" {
				continue
			}
			if strings.Contains(data, "\nreadonly idp_keys=()\n") {
				data = strings.Replace(data, "\nreadonly idp_secrets=", "\n#", 1)
			}
			for _, i := range scriptPath.FindAllStringSubmatchIndex(data, -1) {
				p.wantFile(data[i[2]:i[3]], Place{name, lineOf(data, i[2])})
			}
		case ".tf":
			data := string(p.files[name])
			for _, i := range fileCall.FindAllStringSubmatchIndex(data, -1) {
				to := path.Join(path.Dir(name), data[i[2]:i[3]])
				named[to] = true
				p.wantFile(to, Place{name, lineOf(data, i[2])})
			}
		}
	}
	p.orphanModules(named)
	p.orphanValues(named)
}

// wantFile wants a file or a folder of the tree; one that is encrypted may be made yet.
func (p *Proof) wantFile(to string, at Place) {
	if p.has(to) || p.dirs[to] || strings.HasPrefix(to, "..") {
		return
	}
	if e := p.encrypted[to]; e != nil && e.example != "" {
		return
	}
	p.find(RuleDangling, at, "there is no %q", to)
}

// orphanModules finds files of the hosts and roles that nothing imports.
func (p *Proof) orphanModules(named map[string]bool) {
	for _, name := range p.names {
		top, _, _ := strings.Cut(name, "/")
		if (top == "roles" || top == "machines") && slices.Contains([]string{".nix", ".sh"}, path.Ext(name)) && !named[name] && (p.has("flake.nix") || top == "roles") {
			p.find(RuleOrphan, Place{File: name}, "no module imports it")
		}
	}
}

// orphanValues finds values of charts that no release reads.
func (p *Proof) orphanValues(named map[string]bool) {
	for _, r := range p.tf {
		for _, name := range p.within(path.Join(r.Dir, "values")) {
			if !named[name] {
				p.find(RuleOrphan, Place{File: name}, "no helm_release reads it")
			}
		}
	}
}
