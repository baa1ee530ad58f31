// Package schema embeds the CUE schema of a site spec. The files beside it are
// the published schema and the one that gen runs: there is no other copy.
package schema

import (
	"bytes"
	"cmp"
	"embed"
	"io/fs"
	"slices"
)

// FS holds the schema's files, all of CUE package "schema".
//
//go:embed *.cue
var FS embed.FS

// Text is the whole schema as one CUE file.
func Text() ([]byte, error) {
	names, err := fs.Glob(FS, "*.cue")
	if err != nil {
		return nil, err
	}
	slices.SortFunc(names, first("site.cue"))
	var text []byte
	for i, name := range names {
		data, err := FS.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			_, data, _ = bytes.Cut(data, []byte("package schema\n"))
		}
		text = append(text, data...)
	}
	return text, nil
}

// first orders names, with one of them in front.
func first(name string) func(a, b string) int {
	return func(a, b string) int {
		switch {
		case a == b:
			return 0
		case a == name:
			return -1
		case b == name:
			return 1
		}
		return cmp.Compare(a, b)
	}
}
