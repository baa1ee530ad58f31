package verify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/sopsread"
	"sitegen/internal/yamlread"
)

// sopsConfig is the file with the creation rules, in the output root.
const sopsConfig = ".sops.yaml"

// secret is an encrypted file that the tree is made for: a person makes it from
// its example.
type secret struct{ path, example string }

// secretFiles lists the encrypted files that the tree wants: those that a ksops
// generator reads, and those that there is an example of.
func (w *work) secretFiles() []secret {
	byPath := map[string]string{}
	taken := map[string]bool{}
	for _, files := range w.ksopsGenerators() {
		for _, f := range files {
			byPath[f] = ""
			if e := sopsread.Example(f); w.has(e) {
				byPath[f], taken[e] = e, true
			}
		}
	}
	for _, e := range w.match(sopsread.IsExample) {
		if !taken[e] {
			byPath[strings.TrimSuffix(e, ".example.yaml")+".yaml"] = e
		}
	}
	var all []secret
	for p, e := range byPath {
		all = append(all, secret{p, e})
	}
	slices.SortFunc(all, func(a, b secret) int { return strings.Compare(a.path, b.path) })
	return all
}

// secretPaths lists where encrypted files belong; nothing without creation rules.
func (w *work) secretPaths() []string {
	var paths []string
	for _, s := range w.secretFiles() {
		paths = append(paths, s.path)
	}
	return paths
}

// sopsRules is .sops.yaml, parsed so that it can be written again.
type sopsRules struct {
	doc   *yaml.Node
	rules []creationRule
}

// creationRule is a rule of .sops.yaml, as far as it is compared.
type creationRule struct {
	path       *regexp.Regexp
	recipients []string // age only, sorted
}

// readSops reads .sops.yaml.
func readSops(data []byte) (*sopsRules, error) {
	docs, err := yamlread.Documents(data)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fmt.Errorf("%d documents, expected 1", len(docs))
	}
	s := &sopsRules{doc: docs[0]}
	var any any // refuses an alias that leads to itself
	if err := decode(data, &any); err != nil {
		return nil, err
	}
	if len(s.doc.Content) == 0 {
		return nil, fmt.Errorf("it is empty")
	}
	list := lookup(s.doc.Content[0], "creation_rules")
	if list == nil {
		return nil, fmt.Errorf("there are no creation_rules")
	}
	for i, n := range list.Content {
		var r creationRule
		pattern := ""
		if p := lookup(n, "path_regex"); p != nil {
			pattern = p.Value
		}
		if r.path, err = regexp.Compile(pattern); err != nil {
			return nil, fmt.Errorf("creation rule %d: %w", i+1, err)
		}
		eachRecipient(n, func(s string) string {
			r.recipients = append(r.recipients, s)
			return s
		})
		slices.Sort(r.recipients)
		r.recipients = slices.Compact(r.recipients)
		s.rules = append(s.rules, r)
	}
	return s, nil
}

// lookup is the value of a key of a mapping, or nil.
func lookup(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// ruleFor is the rule that sops takes for a path: the first that matches the path
// from the folder of .sops.yaml (sops config/config.go, parseCreationRuleForFile).
func (s *sopsRules) ruleFor(p string) *creationRule {
	for i, r := range s.rules {
		if r.path.MatchString(p) {
			return &s.rules[i]
		}
	}
	return nil
}

// eachRecipient replaces the age recipients below a node: a list, or a string with
// commas, at any key "age".
func eachRecipient(n *yaml.Node, replace func(string) string) {
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && n.Content[i-1].Value == "age" {
			scalars(child, replace)
			continue
		}
		eachRecipient(child, replace)
	}
}

func scalars(n *yaml.Node, replace func(string) string) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	for _, child := range n.Content {
		scalars(child, replace)
	}
	if n.Kind != yaml.ScalarNode {
		return
	}
	var parts []string
	for part := range strings.SplitSeq(n.Value, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, replace(part))
		}
	}
	n.Value = strings.Join(parts, ",")
}
