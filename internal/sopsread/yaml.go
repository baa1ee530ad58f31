package sopsread

import (
	"fmt"
	"sitegen/internal/yamlread"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// Leaves maps the path of each scalar to its value. data and stringData of a
// Secret are one: a person may write either.
func Leaves(data []byte) map[string]string {
	all := map[string]string{}
	docs, _ := yamlread.Documents(data) // what is no YAML is for others to tell
	for _, doc := range docs {
		gather(doc, "", all)
	}
	return all
}

func gather(n *yaml.Node, at string, into map[string]string) {
	switch n.Kind {
	case yaml.DocumentNode, yaml.SequenceNode:
		for i, child := range n.Content {
			inside := at
			if n.Kind == yaml.SequenceNode {
				inside = fmt.Sprintf("%s[%d]", at, i)
			}
			gather(child, inside, into)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if at == "" && key == "sops" {
				continue
			}
			if at == "" && key == "data" {
				key = "stringData"
			}
			gather(n.Content[i+1], strings.TrimPrefix(at+"."+key, "."), into)
		}
	case yaml.ScalarNode:
		into[at] = n.Value
	}
}
