// Package manifest writes YAML: Kubernetes objects, kustomizations and the
// configuration of the programs around them.
//
// There is one way in, [Files.Add], and it takes typed structs only. What a
// struct holds is what a reader gets back: a text that looks like a number, a
// date or a boolean is quoted, line breaks and control characters survive, and a
// text that YAML cannot hold (NUL, broken UTF-8) is an error. Object kinds are
// structs of this package with just the fields that are written; fields stand in
// the order of their names, so keys come out sorted.
//
// The package knows the shapes of the objects. It does not check what the API
// server checks, applies no defaults, and reads no YAML of other people's.
package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"

	"sitegen/internal/tree"
)

// Comment is no document but lines above the next one.
type Comment string

// Files collects the files of one generator. The first error sticks and comes out
// of Done.
type Files struct {
	files []tree.File
	err   error
}

// Add makes a file of one or more documents, under the header line that every
// generated file has.
func (f *Files) Add(path string, documents ...any) {
	if f.err != nil {
		return
	}
	data, err := Marshal(tree.Header, documents...)
	if err != nil {
		f.err = fmt.Errorf("%s: %w", path, err)
		return
	}
	f.files = append(f.files, tree.File{Path: path, Mode: 0o644, Data: data})
}

// AddText makes a file of text in a form of its own, under the header line as a
// comment.
func (f *Files) AddText(path, text string) {
	f.files = append(f.files, tree.File{Path: path, Mode: 0o644, Data: []byte("# " + tree.Header + "\n" + text)})
}

// Append takes over the files and the error of another collection.
func (f *Files) Append(other *Files) {
	if f.err == nil {
		f.err = other.err
	}
	f.files = append(f.files, other.files...)
}

// Done returns the files, or the first error.
func (f *Files) Done() ([]tree.File, error) {
	if f.err != nil {
		return nil, f.err
	}
	return f.files, nil
}

// Marshal writes the documents one after the other, the header as a comment above
// the first.
func Marshal(header string, documents ...any) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("# " + oneLine(header) + "\n")
	first := true
	for _, d := range documents {
		if note, ok := d.(Comment); ok {
			out.WriteString(comment(string(note)) + "\n")
			continue
		}
		if !first {
			out.WriteString("---\n")
		}
		first = false
		text, err := encode(d)
		if err != nil {
			return nil, err
		}
		if doubtful(text) {
			if text, err = settle(text); err != nil {
				return nil, err
			}
		}
		out.Write(text)
	}
	return out.Bytes(), nil
}

func encode(document any) ([]byte, error) {
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	e.CompactSeqIndent()
	if err := e.Encode(document); err != nil {
		return nil, err
	}
	if err := e.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// doubtful tells whether a text may hold one of the few things that the encoder
// lets pass and a reader would take for something else. It errs on the safe side:
// looking closer costs a second encoding, and hardly any document needs it.
func doubtful(text []byte) bool {
	for _, sign := range []string{"<<", ": =\n", "- =\n", "=: ", "=:\n", `\0`, "!!binary", "\t", "\u0085", "\u2028", "\u2029"} {
		if bytes.Contains(text, []byte(sign)) {
			return true
		}
	}
	return false
}

// settle reads what was encoded and writes it again with the doubtful scalars
// quoted. The encoder leaves << (which merges mappings) and = (which YAML 1.1
// calls the default value) bare, and turns broken UTF-8 into base64.
func settle(text []byte) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		// The reader takes a bare << for a merge even where it is refused later.
		return nil, fmt.Errorf("cannot be read back: %w", err)
	}
	if err := settleNode(&document); err != nil {
		return nil, err
	}
	return encode(&document)
}

// lineBreaks end a line in YAML 1.1 and not in YAML 1.2: bare, the two read what
// stands behind one differently.
const lineBreaks = "\u0085\u2028\u2029"

func settleNode(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		switch {
		case n.Tag == "!!binary":
			return errors.New("text is not valid UTF-8")
		case bytes.IndexByte([]byte(n.Value), 0) >= 0:
			return fmt.Errorf("text holds a NUL, which no program that reads it takes: %q", n.Value)
		case n.Value == "<<" || n.Value == "=" || strings.ContainsAny(n.Value, lineBreaks):
			n.Tag, n.Style = "!!str", yaml.DoubleQuotedStyle
		}
	}
	for _, child := range n.Content {
		if err := settleNode(child); err != nil {
			return err
		}
	}
	return nil
}
