// Package yamlread reads streams of YAML documents with the places of their values.
package yamlread

import (
	"bytes"
	"errors"
	"io"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// Documents are those of a stream, each a node of yaml.DocumentNode; those before an
// error are returned with it.
func Documents(data []byte) ([]*yaml.Node, error) {
	var docs []*yaml.Node
	for d := yaml.NewDecoder(bytes.NewReader(data)); ; {
		doc := new(yaml.Node)
		switch err := d.Decode(doc); {
		case errors.Is(err, io.EOF):
			return docs, nil
		case err != nil:
			return docs, err
		}
		docs = append(docs, doc)
	}
}
