// Package manifest writes YAML: Kubernetes objects, kustomizations and the
// configuration of the programs around them.
//
// There is one way in, [Files.Add], and it takes typed structs only. What a
// struct holds is what a reader gets back: a text that looks like a number, a
// date or a boolean is quoted, line breaks and control characters survive, and a
// text that YAML cannot hold (NUL, broken UTF-8) is an error. Texts are written by
// the YAML library, mappings and lists by this package. Object kinds are
// structs of this package with just the fields that are written; fields stand in
// the order of their names, so keys come out sorted.
//
// The package knows the shapes of the objects. It does not check what the API
// server checks, applies no defaults, and reads no YAML of other people's.
package manifest

import (
	"bytes"
	"fmt"

	"sitegen/internal/tree"
)

// Comment is no document but lines above the next one.
type Comment string

// Files collects the files of one generator. The first error sticks and comes out
// of Done.
type Files struct {
	files  []tree.File
	err    error
	writer writer
}

// Add makes a file of one or more documents, under the header line that every
// generated file has.
func (f *Files) Add(path string, documents ...any) {
	if f.err != nil {
		return
	}
	data, err := f.marshal(tree.Header, documents...)
	if err != nil {
		f.err = fmt.Errorf("%s: %w", path, err)
		return
	}
	f.files = append(f.files, tree.File{Path: path, Mode: 0o644, Data: data})
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

// marshal writes the documents one after the other, the header as a comment above
// the first.
func (f *Files) marshal(header string, documents ...any) ([]byte, error) {
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
		text, err := f.writer.document(d)
		if err != nil {
			return nil, err
		}
		out.Write(text)
	}
	return out.Bytes(), nil
}
