package prove

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"sitegen/internal/sopsread"
)

var (
	nixPath     = regexp.MustCompile(`(?:^|[\s(\[=])(\.{1,2}(?:/[A-Za-z0-9._+-]+)+)`)
	programName = regexp.MustCompile(`\bprogram "([a-z-]+)"`) // roles/backup, of the scripts beside it
	secretBlock = regexp.MustCompile(`(?m)^( *)sops\.secrets = \{\n((?:.*\n)*?) *\};`)
	secretName  = regexp.MustCompile(`^ *"?([A-Za-z0-9_-]+)"?(?:\.[A-Za-z]+)? = `)
	secretAlone = regexp.MustCompile(`sops\.secrets\.(?:"([^"]+)"|([A-Za-z0-9_-]+))(?:\.[a-zA-Z]+)? = `)
)

// readHostSecrets goes from each host's module to the keys that it reads.
func (p *Proof) readHostSecrets() {
	for _, name := range p.names {
		if path.Dir(path.Dir(name)) != "machines" || path.Base(name) != "default.nix" {
			continue
		}
		modules := map[string]*module{}
		p.closure(name, modules)
		p.closure(path.Join("hosts", path.Base(path.Dir(name))+".nix"), modules)
		h := &host{name: path.Base(path.Dir(name)), modules: modules}
		p.hosts = append(p.hosts, h)
		var e *encrypted
		declared := map[string]bool{}
		for _, m := range modules {
			if m.sops != "" && strings.Contains(string(p.files[m.file]), "defaultSopsFile") {
				e = p.secretFile(m.sops)
				h.secrets = e
				e.readers = append(e.readers, reader{"the host " + h.name, p.hostKeys[path.Dir(m.sops)], m.sopsAt})
				if e.example == "" && !p.has(e.path) {
					p.find(RuleDangling, m.sopsAt, "there is neither %q nor an example of it", e.path)
				}
			}
			for key := range m.declares {
				declared[key] = true
			}
		}
		for _, m := range modules {
			for key, at := range m.declares {
				if e == nil {
					p.find(RuleKey, at, "the host %s names no file with the secret %q", h.name, key)
					continue
				}
				e.reads[key] = at
			}
			for key, at := range m.uses {
				if !declared[key] {
					p.find(RuleKey, at, "the host %s declares no secret %q", h.name, key).hint("sops.secrets of machines/%s/default.nix", h.name)
				}
			}
		}
	}
}

// readTerraformSecrets goes from each file that Terraform decrypts to the keys that it reads.
func (p *Proof) readTerraformSecrets() {
	for _, r := range p.tf {
		files := map[string]*encrypted{}
		for at, res := range r.Resources {
			if res.Kind != "sops_file" {
				continue
			}
			source := path.Join(r.Dir, res.Text("source_file"))
			e := p.secretFile(source)
			e.readers = append(e.readers, reader{who: "who runs Terraform", at: tfPlace(res.Pos)})
			files[at] = e
			if e.example == "" && !p.has(e.path) {
				p.find(RuleDangling, tfPlace(res.Pos), "there is neither %q nor an example of it", e.path)
			}
		}
		used := map[string]bool{}
		for _, name := range p.within(r.Dir) {
			if path.Ext(name) != ".tf" {
				continue
			}
			data := string(p.files[name])
			for _, at := range tfFile.FindAllString(data, -1) {
				used[at] = true
			}
			for _, i := range tfKey.FindAllStringSubmatchIndex(data, -1) {
				if e := files[data[i[2]:i[3]]]; e != nil {
					e.reads[data[i[4]:i[5]]] = Place{name, lineOf(data, i[0])}
				}
			}
		}
		// A key for each identity provider.
		for _, res := range r.Resources {
			if c, ok := res.Attrs["config"]; ok && strings.Contains(c.Expr, ".data[each.key]") {
				if at := tfFile.FindString(c.Expr); files[at] != nil {
					files[at].reads[res.Key] = tfPlace(c.Pos)
				}
			}
		}
		for at, e := range files {
			if !used[at] {
				p.find(RuleOrphan, e.readers[0].at, "nothing reads %s", at)
			}
		}
	}
}

// proveSecrets goes from each encrypted file to its readers.
func (p *Proof) proveSecrets() {
	for _, name := range p.names {
		if !isExample(name) {
			continue
		}
		stem := strings.TrimSuffix(name, ".example.yaml")
		if p.encrypted[stem+".enc.yaml"] == nil && p.encrypted[stem+".yaml"] == nil {
			p.find(RuleOrphan, Place{File: name}, "nobody reads the file that this is the example of")
		}
	}
	for _, e := range p.encrypted {
		p.proveFile(e)
	}
	people := p.people()
	for i, r := range p.creation {
		for _, k := range people {
			if !slices.Contains(r.recipients, k) && len(people) > 0 {
				p.find(RuleReader, r.at, "%s cannot read what creation rule %d covers, and can read all else", p.called(k), i+1)
			}
		}
	}
}

// people are the recipients that are neither a host's nor Argo CD's.
func (p *Proof) people() []string {
	machines := []string{p.argoKey}
	for _, k := range p.hostKeys {
		machines = append(machines, k)
	}
	var all []string
	for _, r := range p.creation {
		for _, k := range r.recipients {
			if !slices.Contains(machines, k) && !slices.Contains(all, k) {
				all = append(all, k)
			}
		}
	}
	slices.Sort(all)
	return all
}

// called is what .sops.yaml calls a recipient.
func (p *Proof) called(key string) string {
	for _, r := range p.creation {
		if n := r.names[key]; n != "" {
			return n
		}
	}
	return key
}

// ruleFor is the rule that sops takes: the first that matches the path from the folder of
// .sops.yaml (sops config/config.go, parseCreationRuleForFile).
func (p *Proof) ruleFor(name string) *creationRule {
	for i := range p.creation {
		if p.creation[i].path.MatchString(name) {
			return &p.creation[i]
		}
	}
	return nil
}

func (p *Proof) proveFile(e *encrypted) {
	where := Place{File: e.path}
	if len(e.readers) > 0 {
		where = e.readers[0].at
	} else if e.example != "" || isEncrypted(e.path) {
		p.find(RuleOrphan, where, "nothing reads the encrypted file")
	}
	if e.example != "" {
		for key, at := range e.reads {
			if !e.keys[key] {
				p.find(RuleKey, at, "the key %q is read from %s, and %s does not list it", key, e.path, e.example)
			}
		}
		for key := range e.keys {
			if _, ok := e.reads[key]; !ok && e.object == nil {
				p.find(RuleOrphan, p.line(e.example, key+":"), "nobody reads the key %q of %s", key, e.path)
			}
		}
	}
	if data := p.files[e.path]; data != nil {
		for _, f := range sopsread.Faults(e.path, data, p.files[e.example]) {
			p.find(RulePlain, Place{File: e.path}, "%s", f.What).hint("%s", f.Do)
		}
	}
	if !p.has(sopsConfig) {
		return
	}
	r := p.ruleFor(e.path)
	if r == nil {
		p.find(RuleReader, where, "no creation rule of %s covers %s", sopsConfig, e.path)
		return
	}
	r.used = true
	for _, reader := range e.readers {
		recipient := reader.recipient
		if recipient == "argocd" {
			recipient = p.argoKey
		}
		if recipient != "" && !slices.Contains(r.recipients, recipient) {
			p.find(RuleReader, r.at, "%s reads %s, and is no recipient of it", reader.who, e.path).hint("%s names the reader", reader.at)
		}
		if recipient == "" && len(p.people()) == 0 {
			p.find(RuleReader, r.at, "%s reads %s, and no person is a recipient of it", reader.who, e.path)
		}
	}
}
