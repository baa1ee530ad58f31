package prove

import (
	"iter"
	"path"
	"sitegen/internal/yamlread"
	"slices"
	"strconv"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// at is what a mapping holds below some keys; nil where that is nothing.
func at(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		var found *yaml.Node
		for k, v := range pairs(n) {
			if k.Value == key {
				found = v
				break
			}
		}
		if n = found; n == nil {
			return nil
		}
	}
	return resolve(n)
}

func resolve(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// text is the scalar below some keys.
func text(n *yaml.Node, keys ...string) string {
	if n = at(n, keys...); n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

func number(n *yaml.Node, keys ...string) int {
	i, err := strconv.Atoi(text(n, keys...))
	if err != nil {
		return 0
	}
	return i
}

// items are the entries of the list below some keys.
func items(n *yaml.Node, keys ...string) []*yaml.Node {
	if n = at(n, keys...); n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	all := make([]*yaml.Node, len(n.Content))
	for i, c := range n.Content {
		all[i] = resolve(c)
	}
	return all
}

// texts are the scalars of a list.
func texts(n *yaml.Node, keys ...string) []string {
	var all []string
	for _, i := range items(n, keys...) {
		all = append(all, i.Value)
	}
	return all
}

// pairs are the keys and values of a mapping.
func pairs(n *yaml.Node, keys ...string) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(k, v *yaml.Node) bool) {
		m := resolve(n)
		if len(keys) > 0 {
			m = at(n, keys...)
		}
		if m == nil || m.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(m.Content); i += 2 {
			if !yield(m.Content[i], resolve(m.Content[i+1])) {
				return
			}
		}
	}
}

// labels are a mapping of texts.
func labels(n *yaml.Node, keys ...string) map[string]string {
	all := map[string]string{}
	for k, v := range pairs(n, keys...) {
		all[k.Value] = v.Value
	}
	return all
}

func isYAML(name string) bool { return slices.Contains([]string{".yaml", ".yml"}, path.Ext(name)) }

// documents are the values of a stream's documents that have one, and the error that ends it.
func documents(data []byte) ([]*yaml.Node, error) {
	all, err := yamlread.Documents(data)
	var docs []*yaml.Node
	for _, doc := range all {
		docs = append(docs, doc.Content...)
	}
	return docs, err
}
