package manifest

import (
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// Noted is a text with a comment behind it, for values that do not say
// themselves whose they are.
type Noted struct{ Text, Note string }

// MarshalYAML implements yaml.Marshaler.
func (n Noted) MarshalYAML() (any, error) {
	node, err := scalar(n.Text)
	if err != nil {
		return nil, err
	}
	if strings.Contains(n.Text, "\n") {
		node.Style = yaml.DoubleQuotedStyle // a comment cannot follow a block
	}
	node.LineComment = comment(oneLine(n.Note))
	return node, nil
}

// Map is a mapping whose keys keep their order and may have a comment above them.
type Map []Entry

// Entry is one key of a Map. Value is a text, or another Map.
type Entry struct {
	Key   string
	Value any
	Note  string // written above the key; a line each
}

// MarshalYAML implements yaml.Marshaler.
func (m Map) MarshalYAML() (any, error) {
	node := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for _, e := range m {
		key, err := scalar(e.Key)
		if err != nil {
			return nil, err
		}
		key.HeadComment = comment(e.Note)
		value := &yaml.Node{}
		if err := value.Encode(e.Value); err != nil {
			return nil, err
		}
		node.Content = append(node.Content, key, value)
	}
	return node, nil
}

// scalar makes the node of a text the long way round, because the encoder quotes
// what YAML 1.1 reads as a boolean (y, no, on) in a string but not in a node.
func scalar(text string) (*yaml.Node, error) {
	n := &yaml.Node{}
	return n, n.Encode(text)
}

// comment marks each line of the text as a comment.
func comment(text string) string {
	if text == "" {
		return ""
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = "# " + oneLine(l)
	}
	return strings.Join(lines, "\n")
}

// oneLine replaces what could end a comment, or what no YAML reader lets stand
// in one.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffe || r == 0xffff {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
}
