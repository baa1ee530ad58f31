package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// missingRules says where the rules that a .sops.yaml lacks belong, and gives the
// lines to write there. A list in brackets takes no lines of a block, and a second
// creation_rules is no YAML: then the lines hold the rules that are there too.
func missingRules(have, want []byte) (where string, lines []string) {
	ours := parseRules(want)
	theirs := parseRules(have)
	missing := lacking(theirs.rules(), ours.rules())
	if len(missing) == 0 {
		return "", nil
	}
	all := ruleList(slices.Concat(missing, theirs.rules()))
	switch {
	case theirs.err != nil:
		return fmt.Sprintf("add these lines to it, once sops can read it (%v)", theirs.err), layOut(mapping(ruleList(missing)))
	case theirs.root == nil || theirs.list == nil && theirs.root.Style&yaml.FlowStyle == 0:
		return "add these lines at its end", layOut(mapping(ruleList(missing)))
	case theirs.root.Style&yaml.FlowStyle != 0:
		return "write these lines in the place of all that is in it", layOut(theirs.with(all))
	case theirs.list.Kind == yaml.SequenceNode && theirs.list.Style&yaml.FlowStyle == 0:
		lines := layOut(ruleList(missing))
		for i := range lines {
			lines[i] = strings.Repeat(" ", theirs.list.Column-1) + lines[i]
		}
		return "add these rules below creation_rules:, above the rules that are there", lines
	}
	return fmt.Sprintf("write these lines in the place of creation_rules and its list (line %d)", theirs.key.Line), layOut(mapping(all))
}

// sopsConfig is a .sops.yaml as it is laid out.
type sopsConfig struct {
	root      *yaml.Node // nil: nothing is in it
	key, list *yaml.Node // creation_rules and its value; nil: there is none
	err       error      // sops cannot read it
}

func parseRules(data []byte) sopsConfig {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return sopsConfig{err: err}
	}
	if doc.Kind == 0 {
		return sopsConfig{}
	}
	c := sopsConfig{root: doc.Content[0]}
	if c.root.Kind != yaml.MappingNode {
		return sopsConfig{err: fmt.Errorf("line %d: it is no mapping", c.root.Line)}
	}
	for i := 0; i < len(c.root.Content); i += 2 {
		if c.root.Content[i].Value == "creation_rules" {
			c.key, c.list = c.root.Content[i], c.root.Content[i+1]
		}
	}
	return c
}

func (c sopsConfig) rules() []*yaml.Node {
	switch {
	case c.list == nil:
		return nil
	case c.list.Kind == yaml.AliasNode:
		return c.list.Alias.Content
	}
	return c.list.Content
}

// with is all of the file, in lines of its own, with another list of rules.
func (c sopsConfig) with(rules *yaml.Node) *yaml.Node {
	root := *c.root
	root.Style, root.Content = 0, slices.Clone(c.root.Content)
	for i, n := range root.Content {
		if n == c.list {
			root.Content[i] = rules
			return &root
		}
	}
	root.Content = append(root.Content, mapping(rules).Content...)
	return &root
}

// lacking are the rules of ours that say what none of theirs says.
func lacking(theirs, ours []*yaml.Node) []*yaml.Node {
	held := map[string]bool{}
	for _, r := range theirs {
		held[meaning(r)] = true
	}
	return slices.DeleteFunc(slices.Clone(ours), func(r *yaml.Node) bool { return held[meaning(r)] })
}

// meaning is a rule without its layout; maps print sorted.
func meaning(rule *yaml.Node) string {
	var v any
	if err := rule.Decode(&v); err != nil {
		return ""
	}
	return fmt.Sprint(v)
}

func ruleList(rules []*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Content: rules}
}

func mapping(rules *yaml.Node) *yaml.Node {
	key := &yaml.Node{Kind: yaml.ScalarNode, Value: "creation_rules"}
	return &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{key, rules}}
}

// layOut gives the lines of a node, laid out as gen's own files are.
func layOut(n *yaml.Node) []string {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	e.CompactSeqIndent()
	if err := e.Encode(n); err != nil {
		panic(err) // it was read from YAML
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}
