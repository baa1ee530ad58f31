package prove

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/sopsread"
)

// secrets are the encrypted files, and who reads what in them.
type secrets struct {
	encrypted map[string]*encrypted
	creation  []creationRule
	hostKeys  map[string]string // age recipients of hosts
	argoKey   string            // that of Argo CD
}

// encrypted is a file that a person makes from its example.
type encrypted struct {
	path, example string
	keys          map[string]bool // that the example lists
	object        *yaml.Node      // the example of a Secret
	readers       []reader
	reads         map[string]Place // the keys that somebody reads
}

// reader is who reads a file: a host, Argo CD, or a person who runs Terraform.
type reader struct {
	who, recipient string // recipient "": any person's
	at             Place
}

type creationRule struct {
	path       *regexp.Regexp
	recipients []string
	names      map[string]string
	at         Place
	used       bool
}

const sopsConfig = ".sops.yaml"

var (
	readonly = regexp.MustCompile(`(?m)^readonly ([a-z_]+)=(\S*)$`)
	sopsFile = regexp.MustCompile(`(?m)(?:sopsFile|defaultSopsFile)\s*=\s*(\.{1,2}/[^;\s]+);`)
	sopsKey  = regexp.MustCompile(`config\.sops\.(?:secrets|placeholder)\.(?:"([^"]+)"|([A-Za-z0-9_-]+))`)
	tfKey    = regexp.MustCompile(`((?:data|ephemeral)\.sops_file\.[A-Za-z0-9_]+)\.data\["([^"]+)"\]`)
	tfFile   = regexp.MustCompile(`(?:data|ephemeral)\.sops_file\.[A-Za-z0-9_]+`)
)

// readSecrets reads .sops.yaml, and finds who reads which file.
func (p *Proof) readSecrets() {
	p.encrypted, p.hostKeys = p.encryptedFiles(), map[string]string{}
	p.readCreation()
	p.readScripts()
	p.readHostSecrets()
	p.readTerraformSecrets()
}

// file is an encrypted file, and its example if there is one.
func (p *Proof) secretFile(name string) *encrypted {
	if e := p.encrypted[name]; e != nil {
		return e
	}
	e := &encrypted{path: name, keys: map[string]bool{}, reads: map[string]Place{}}
	if p.encrypted == nil {
		p.encrypted = map[string]*encrypted{}
	}
	p.encrypted[name] = e
	if e.example = sopsread.Example(name); !p.has(e.example) {
		e.example = ""
		return e
	}
	docs, err := documents(p.files[e.example])
	if err != nil || len(docs) == 0 {
		p.find(RuleDangling, Place{File: e.example}, "is no YAML: %v", err)
		return e
	}
	if text(docs[0], "kind") == "Secret" {
		e.object = docs[0]
		for k := range pairs(docs[0], "stringData") {
			e.keys[k.Value] = true
		}
		for k := range pairs(docs[0], "data") {
			e.keys[k.Value] = true
		}
		return e
	}
	for k := range pairs(docs[0]) {
		e.keys[k.Value] = true
	}
	return e
}

func (p *Proof) encryptedFiles() map[string]*encrypted {
	for _, name := range p.names {
		if isEncrypted(name) {
			p.secretFile(name)
		}
	}
	if p.encrypted == nil {
		p.encrypted = map[string]*encrypted{}
	}
	return p.encrypted
}

// generate is what a generator of ksops makes: the Secrets in the files that it names.
func (p *Proof) generate(a *application, file string, listed Place) {
	for _, o := range p.in[file] {
		o.app = a
		if o.kind != "ksops" {
			p.find(RuleDangling, o.at("kind"), "no generator of the kind %q is known", o.kind)
			continue
		}
		if annotation := text(o.node, "metadata", "annotations", "config.kubernetes.io/function"); strings.Join(strings.Fields(annotation), " ") != "exec: path: ksops" {
			p.find(RuleDangling, o.at("metadata", "annotations"), "kustomize does not start ksops: the annotation says %q", annotation)
		}
		for _, n := range items(o.node, "files") {
			name := path.Join(path.Dir(file), n.Value)
			e := p.secretFile(name)
			e.readers = append(e.readers, reader{"Argo CD", "argocd", Place{file, n.Line}})
			p.arriveSecret(a, e, Place{file, n.Line})
		}
		if len(items(o.node, "files")) == 0 {
			p.find(RuleDangling, o.at(), "the generator names no file")
		}
	}
}

func (p *Proof) arriveSecret(a *application, e *encrypted, where Place) {
	if e.example == "" && !p.has(e.path) {
		p.find(RuleDangling, where, "there is neither %q nor an example of it", e.path)
		return
	}
	docs := []*yaml.Node{e.object}
	file := e.example
	if e.object == nil {
		docs, _ = documents(p.files[e.path])
		file = e.path
	}
	for _, doc := range docs {
		if doc == nil || text(doc, "kind") != "Secret" {
			p.find(RuleDangling, where, "%s holds no Secret", file)
			continue
		}
		o := &object{file: file, node: doc, kind: "Secret", name: text(doc, "metadata", "name"), namespace: text(doc, "metadata", "namespace"), keys: slices.Sorted(maps.Keys(e.keys)), made: true}
		if e.object == nil {
			for _, part := range []string{"data", "stringData"} {
				for k := range pairs(doc, part) {
					o.keys = append(o.keys, k.Value)
				}
			}
		}
		p.arrive(o, a, where)
	}
}

// readCreation reads the creation rules.
func (p *Proof) readCreation() {
	docs, err := documents(p.files[sopsConfig])
	if err != nil || len(docs) != 1 {
		if p.has(sopsConfig) {
			p.find(RuleDangling, Place{File: sopsConfig}, "is no YAML of one document: %v", err)
		}
		return
	}
	for i, n := range items(docs[0], "creation_rules") {
		r := creationRule{names: map[string]string{}, at: Place{sopsConfig, n.Line}}
		if r.path, err = regexp.Compile(text(n, "path_regex")); err != nil {
			p.find(RuleDangling, r.at, "creation rule %d: %v", i+1, err)
			continue
		}
		recipients(n, r.names)
		r.recipients = slices.Sorted(maps.Keys(r.names))
		p.creation = append(p.creation, r)
	}
}

// recipients finds the age recipients below a node, and what the comment calls each.
func recipients(n *yaml.Node, found map[string]string) {
	for k, v := range pairs(n) {
		if k.Value != "age" {
			recipients(v, found)
			continue
		}
		for _, r := range append(items(v), v) {
			for part := range strings.SplitSeq(r.Value, ",") {
				if part = strings.TrimSpace(part); part != "" {
					found[part] = strings.TrimSpace(strings.TrimPrefix(r.LineComment, "#"))
				}
			}
		}
	}
	if n.Kind == yaml.SequenceNode {
		for _, c := range n.Content {
			recipients(c, found)
		}
	}
}

// readScripts takes what the scripts know: the keys of hosts and of Argo CD, the branch.
func (p *Proof) readScripts() {
	for _, name := range p.names {
		if path.Dir(name) != "scripts" || path.Ext(name) != ".sh" {
			continue
		}
		said := map[string]string{}
		for _, m := range readonly.FindAllStringSubmatch(string(p.files[name]), -1) {
			said[m[1]] = strings.Trim(m[2], `'"`)
		}
		switch key := said["age_recipient"]; {
		case key != "" && said["secrets_file"] != "":
			p.hostKeys[path.Dir(said["secrets_file"])] = key
		case key != "": // a host without secrets of its own, whose key is nobody's in particular
			p.hostKeys[name] = key
		}
		if said["argocd_recipient"] != "" {
			p.argoKey = said["argocd_recipient"]
		}
		if said["repo_branch"] != "" {
			p.repo.branch, p.repo.at = said["repo_branch"], p.line(name, "repo_branch=")
		}
		if url := said["repo_url"]; url != "" && p.repo.url != "" && url != p.repo.url {
			p.find(RuleDangling, p.line(name, "repo_url="), "the repository is %q, and %q for Argo CD", url, p.repo.url)
		}
	}
}
