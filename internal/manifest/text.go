package manifest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"sigs.k8s.io/yaml/goyaml.v3"
)

// text is a text as the value of a key in the first column, with the line break at
// its end.
func (w *writer) text(s string) string {
	if isPlain(s) {
		return s + "\n"
	}
	text, ok := w.texts[s]
	if !ok {
		text = w.encode("k", Noted{Text: s})[len("k: "):]
		if w.err == nil {
			w.texts[s] = text
		}
	}
	return text
}

// key is a key with its colon.
func (w *writer) key(s string) string {
	if isPlain(s) {
		return s + ":"
	}
	return strings.TrimSuffix(w.encode(s, Noted{Text: "v"}), " v\n")
}

// noted is a text on one line with a comment behind it.
func (w *writer) noted(n Noted) string { return w.encode("k", n)[len("k: "):] }

// encode has the library write a mapping of one key.
func (w *writer) encode(key string, value Noted) string {
	k, err := scalar(key, true)
	v, err2 := scalar(value.Text, value.Note != "")
	if err := cmp.Or(err, err2); err != nil {
		w.fail(err)
		return "k: v\n"
	}
	v.LineComment = comment(oneLine(value.Note))
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{k, v}}); err != nil {
		w.fail(err)
	}
	return out.String()
}

// scalar makes the node of a text the long way round, because the encoder quotes
// what YAML 1.1 reads as a boolean (y, no, on) in a string but not in a node.
func scalar(s string, oneLine bool) (*yaml.Node, error) {
	switch {
	case !utf8.ValidString(s):
		return nil, errors.New("text is not valid UTF-8")
	case strings.Contains(s, "\x00"):
		return nil, fmt.Errorf("text holds a NUL, which no program that reads it takes: %q", s)
	case mustQuote(s) || oneLine && strings.Contains(s, "\n"):
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: s}, nil
	}
	n := &yaml.Node{}
	return n, n.Encode(s)
}

// mustQuote finds what the encoder leaves bare and a reader takes for something
// else: << merges mappings, and = is the default value of YAML 1.1. A text of
// several lines with tabs, or with white space at its beginning, it writes as a
// block which its own parser refuses, or reads differently. And it indents what is
// behind the line breaks of YAML 1.1, which YAML 1.2 takes for part of the text.
func mustQuote(s string) bool {
	return s == "<<" || s == "=" || strings.ContainsAny(s, "\u0085\u2028\u2029") || strings.Contains(s, "\n") && (strings.Contains(s, "\t") || strings.IndexByte(" \n\r", s[0]) >= 0)
}

// isPlain finds the texts that are themselves to every reader: they begin with a
// letter, hold nothing with a meaning, and are no word for a boolean or for null.
func isPlain(s string) bool {
	if s == "" || !isLetter(s[0]) || len(s) > 100 { // a longer key is written otherwise
		return false
	}
	for i := 1; i < len(s); i++ {
		c := s[i]
		// A colon means something at the end and before a space, which is not among these.
		if !isLetter(c) && !('0' <= c && c <= '9') && strings.IndexByte("-./_@:", c) < 0 {
			return false
		}
	}
	return s[len(s)-1] != ':' && (len(s) > len("false") || !slices.Contains(words, strings.ToLower(s)))
}

// words are read as booleans or as null by some reader.
var words = []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
