package prove

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// module is a NixOS module of the tree.
type module struct {
	file     string
	imports  []link
	sops     string // the folder-relative default file with secrets
	sopsAt   Place
	declares map[string]Place // sops.secrets
	uses     map[string]Place // config.sops.secrets.X and placeholders
}

// link is a path that a file names.
type link struct {
	to string
	at Place
}

var (
	nixPath     = regexp.MustCompile(`(?:^|[\s(\[=])(\.{1,2}(?:/[A-Za-z0-9._+-]+)+)`)
	programName = regexp.MustCompile(`\bprogram "([a-z-]+)"`) // roles/backup, of the scripts beside it
	secretBlock = regexp.MustCompile(`(?m)^( *)sops\.secrets = \{\n((?:.*\n)*?) *\};`)
	secretName  = regexp.MustCompile(`^ *"?([A-Za-z0-9_-]+)"?(?:\.[A-Za-z]+)? = `)
	secretAlone = regexp.MustCompile(`sops\.secrets\.(?:"([^"]+)"|([A-Za-z0-9_-]+))(?:\.[a-zA-Z]+)? = `)
)

// code is a Nix file without its strings and comments: lines stay where they are.
func code(data string) string {
	out := []byte(data)
	blank := func(i, j int) {
		for ; i < j && i < len(out); i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
	}
	for i := 0; i < len(data); {
		end := -1
		switch {
		case data[i] == '#':
			end = i + strings.IndexByte(data[i:]+"\n", '\n')
		case strings.HasPrefix(data[i:], "/*"):
			end = i + strings.Index(data[i:]+"*/", "*/") + 2
		case data[i] == '"':
			for end = i + 1; end < len(data) && data[end] != '"'; end++ {
				if data[end] == '\\' {
					end++
				}
			}
			end++
		case strings.HasPrefix(data[i:], "''"):
			for end = i + 2; end < len(data) && (!strings.HasPrefix(data[end:], "''") || strings.IndexByte("$'\\", (data + "  ")[end+2]) >= 0); end++ {
				if strings.HasPrefix(data[end:], "''") {
					end += 2
				}
			}
			end += 2
		default:
			i++
			continue
		}
		blank(i, end)
		i = max(end, i+1)
	}
	return string(out)
}

func lineOf(data string, offset int) int { return 1 + strings.Count(data[:offset], "\n") }

// readModule reads what a Nix file refers to.
func (p *Proof) readModule(file string) *module {
	m := &module{file: file, declares: map[string]Place{}, uses: map[string]Place{}}
	data := string(p.files[file])
	plain := code(data)
	for _, i := range nixPath.FindAllStringSubmatchIndex(plain, -1) {
		m.imports = append(m.imports, link{path.Join(path.Dir(file), plain[i[2]:i[3]]), Place{file, lineOf(plain, i[2])}})
	}
	if strings.Contains(data, `./. + "/${name}.sh"`) {
		for _, i := range programName.FindAllStringSubmatchIndex(data, -1) {
			m.imports = append(m.imports, link{path.Join(path.Dir(file), data[i[2]:i[3]]+".sh"), Place{file, lineOf(data, i[2])}})
		}
	}
	if path.Dir(file) == "hosts" { // what a hand-written flake passes to its function
		for list, folder := range map[string]string{"roles": "roles", "machine": "machines"} {
			for _, i := range regexp.MustCompile(list+` = \[([^\]]*)\]`).FindAllStringSubmatchIndex(data, -1) {
				for _, name := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(data[i[2]:i[3]], -1) {
					m.imports = append(m.imports, link{path.Join(folder, name[1]), Place{file, lineOf(data, i[0])}})
				}
			}
		}
	}
	if i := sopsFile.FindStringSubmatchIndex(plain); i != nil {
		m.sops, m.sopsAt = path.Join(path.Dir(file), plain[i[2]:i[3]]), Place{file, lineOf(plain, i[2])}
	}
	for _, i := range secretBlock.FindAllStringSubmatchIndex(data, -1) {
		depth := 0
		first := lineOf(data, i[4])
		for n, line := range strings.Split(data[i[4]:i[5]], "\n") {
			if s := secretName.FindStringSubmatch(line); s != nil && depth == 0 {
				m.declares[s[1]] = Place{file, first + n}
			}
			depth += strings.Count(line, "{") - strings.Count(line, "}")
		}
	}
	for _, i := range secretAlone.FindAllStringSubmatchIndex(data, -1) {
		m.declares[either(data, i)] = Place{file, lineOf(data, i[0])}
	}
	for _, i := range sopsKey.FindAllStringSubmatchIndex(data, -1) {
		m.uses[either(data, i)] = Place{file, lineOf(data, i[0])}
	}
	return m
}

// either is the first of two groups that matched.
func either(data string, i []int) string {
	if i[2] >= 0 {
		return data[i[2]:i[3]]
	}
	return data[i[4]:i[5]]
}

// nixFile is what an import names: a file, or default.nix of a folder.
func (p *Proof) nixFile(to string) string {
	if p.dirs[to] {
		return path.Join(to, "default.nix")
	}
	return to
}

// closure are a module and those that it imports.
func (p *Proof) closure(file string, modules map[string]*module) {
	if modules[file] != nil || !p.has(file) || path.Ext(file) != ".nix" {
		return
	}
	m := p.readModule(file)
	modules[file] = m
	for _, l := range m.imports {
		p.closure(p.nixFile(l.to), modules)
	}
}

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
