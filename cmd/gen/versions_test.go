package main

import (
	"slices"
	"strings"
	"testing"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// TestPins: gen versions knows every field that holds a version, or an image.
func TestPins(t *testing.T) {
	fields, err := spec.Fields()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, f := range fields {
		last := f.Path[len(f.Path)-1]
		version := f.Path[0] == "versions" && strings.HasPrefix(f.Type, "text") || slices.Contains([]string{"image", "version", "release"}, last)
		if !version || f.Name() == "hosts.NAME.installer.image" { // no part of what runs
			continue
		}
		var at diag.Path
		for _, e := range f.Path {
			at = append(at, e)
		}
		if !slices.ContainsFunc(pins(), at.Matches) {
			t.Errorf("gen versions does not list %s", f.Name())
		}
		found++
	}
	if found < 20 {
		t.Errorf("only %d pins in the schema", found)
	}
}
