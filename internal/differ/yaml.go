package differ

import (
	"fmt"
	"sitegen/internal/yamlread"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// readYAML reads the documents of a stream, as a list where there are several.
func readYAML(data []byte) (*value, error) {
	docs, err := yamlread.Documents(data)
	if err != nil {
		return nil, err
	}
	all := &value{line: 1}
	for _, doc := range docs {
		v, err := fromYAML(doc)
		if err != nil {
			return nil, err
		}
		all.list = append(all.list, v)
	}
	if len(all.list) == 1 {
		return all.list[0], nil
	}
	return all, nil
}

func fromYAML(n *yaml.Node) (*value, error) {
	v := &value{line: n.Line}
	switch n.Kind {
	case yaml.DocumentNode:
		return fromYAML(n.Content[0])
	case yaml.AliasNode:
		return fromYAML(n.Alias)
	case yaml.MappingNode:
		v.keys = map[string]*value{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if v.keys[key] != nil {
				return nil, fmt.Errorf("line %d: the key %q is there twice", n.Content[i].Line, key)
			}
			one, err := fromYAML(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			if one.flat || one.line > n.Content[i].Line {
				one.line = n.Content[i].Line // where a reader looks for it
			}
			v.keys[key] = one
		}
	case yaml.SequenceNode:
		for _, c := range n.Content {
			one, err := fromYAML(c)
			if err != nil {
				return nil, err
			}
			v.list = append(v.list, one)
		}
	default:
		v.flat, v.text = true, n.ShortTag()+" "+n.Value
	}
	return v, nil
}
