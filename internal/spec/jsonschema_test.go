package spec

import (
	"bytes"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestJSONSchema: a validator of JSON Schema says of a spec exported as JSON what gen says
// of the spec: it fits the schema or not.
func TestJSONSchema(t *testing.T) {
	s, of := compiled(t), schemaType(t)
	texts := shapes(t)
	for _, dir := range []string{"golden", "examples"} {
		found, err := filepath.Glob(filepath.Join("..", "..", dir, "*", "site.cue"))
		if err != nil || len(found) == 0 {
			t.Fatalf("no specs in %s: %v", dir, err)
		}
		for _, name := range found {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			texts[name] = string(data)
		}
	}
	ctx := cuecontext.New()
	fits, misfits := 0, 0
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		f, problems := parseFile("site.cue", []byte(texts[name]))
		if len(problems) > 0 {
			continue
		}
		files := []*ast.File{f}
		ix := newIndex(files)
		root, problems := evaluate(files, ix)
		if len(problems) > 0 || !root.sound() || !root.isJSON() {
			continue
		}
		ix.root = root
		_, problems = fit(of, root, ix)
		data, err := buildFiles(ctx, files).MarshalJSON()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		err = s.Validate(doc)
		switch {
		case (err == nil) != (len(problems) == 0):
			t.Errorf("%s: JSON Schema says %v, gen %v", name, err, problems.Error())
		case err == nil:
			fits++
		default:
			misfits++
		}
	}
	t.Logf("%d specs that fit, %d that do not", fits, misfits)
	if fits < 50 || misfits < 100 {
		t.Error("too few to tell")
	}
}

// isJSON tells whether JSON can say all of a value, and say it as CUE does: it has no
// bytes, and for its schemas 1.0 is a whole number.
func (v *value) isJSON() bool {
	n, err := strconv.ParseFloat(v.Text, 64)
	whole := v.Kind == floatKind && err == nil && n == math.Trunc(n)
	return v.Kind != bytesKind && !whole && !slices.ContainsFunc(v.Parts, func(p *value) bool { return !p.isJSON() })
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json") // which compares it with the schema of schemas
	if err != nil {
		t.Fatal(err)
	}
	if s.DraftVersion != 2020 {
		t.Errorf("it is of draft %d", s.DraftVersion)
	}
	return s
}

// TestJSONSchemaTells: each field of the schema has its comment and its default there.
func TestJSONSchemaTells(t *testing.T) {
	s := compiled(t)
	n := 0
	var walk func(of *Type, s *jsonschema.Schema, at string)
	walk = func(of *Type, s *jsonschema.Schema, at string) {
		for s.Ref != nil {
			s = s.Ref
		}
		if len(s.AnyOf) > 0 && of.kinds&(structKind|listKind) != 0 {
			s = s.AnyOf[len(s.AnyOf)-1] // structs come last
		}
		for _, name := range of.names {
			f, p := of.fields[name], s.Properties[name]
			if p == nil {
				t.Errorf("%s.%s is not there", at, name)
				continue
			}
			if n++; p.Description != f.doc {
				t.Errorf("%s.%s means %q", at, name, p.Description)
			}
			if (p.Default == nil) != (f.def == nil) {
				t.Errorf("%s.%s: the default is %v, want %v", at, name, p.Default, f.def)
			}
			walk(f.Type, p, at+"."+name)
		}
		if of.any != nil {
			walk(of.any, s.AdditionalProperties.(*jsonschema.Schema), at+".NAME")
		}
		if of.elem != nil {
			walk(of.elem, s.Items2020, at+"[]")
		}
	}
	walk(schemaType(t), s, "")
	if n < 400 {
		t.Errorf("only %d fields", n)
	}
}
