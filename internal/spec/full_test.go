package spec

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"sitegen/internal/site/sitetest"
	"sitegen/schema"
)

// TestFullSite holds sitetest/full.cue to its claim, so that the tests which walk
// it miss no field that is new.
func TestFullSite(t *testing.T) {
	st, said := schemaType(t), map[string]bool{}
	saidFields(specValue(t, sitetest.Full()), st, "", said)
	for _, path := range schemaFields(st, "") {
		if !said[path] && !said[strings.Replace(path, ".clients.", ".apps.", 1)] { // both have #Container
			t.Errorf("sitetest/full.cue does not say %s", path)
		}
	}
}

func schemaType(tb testing.TB) *Type {
	tb.Helper()
	t, err := readSchema(schema.FS)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// specValue is a spec as evaluated.
func specValue(tb testing.TB, text string) *value {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "site.cue")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		tb.Fatal(err)
	}
	r := Source{Path: path}.Read()
	if !r.Fits() {
		tb.Fatal(r.Problems.Error())
	}
	return r.Index.root
}

// TestSpecMirrorsSchema: Spec has a field for each of the schema's, and no other.
func TestSpecMirrorsSchema(t *testing.T) {
	mirrors(t, schemaType(t), reflect.TypeFor[Spec](), "")
}

func mirrors(t *testing.T, of *Type, in reflect.Type, at string) {
	t.Helper()
	if in.Kind() == reflect.Pointer {
		in = in.Elem()
	}
	kinds := map[reflect.Kind]kind{reflect.String: textKind, reflect.Int: intKind, reflect.Bool: boolKind, reflect.Slice: listKind, reflect.Struct: structKind, reflect.Map: structKind}
	_, isWord := reflect.New(in).Interface().(worded)
	if want := kinds[in.Kind()]; of.kinds != want && !(isWord && of.kinds == textKind|structKind) && !(in == reflect.TypeFor[Choice]() && of.kinds == textKind|boolKind) || of.any != nil && in.Kind() != reflect.Map {
		t.Errorf("%s is %s in the schema and %s in Go", at, kindName(of.kinds), in)
		return
	}
	if of.open != (in == reflect.TypeFor[Data]()) {
		t.Errorf("%s is of any shape in one of schema and Go", at)
	}
	switch in.Kind() {
	case reflect.Slice:
		mirrors(t, of.elem, in.Elem(), at+".*")
	case reflect.Map:
		if of.open {
			return
		}
		mirrors(t, of.any, in.Elem(), at+".*")
	case reflect.Struct:
		plan := (&fitter{plans: map[reflect.Type]map[string][]int{}}).plan(in)
		for _, name := range of.names {
			if index, ok := plan[name]; ok {
				mirrors(t, of.fields[name].Type, in.FieldByIndex(index).Type, at+"."+name)
			} else {
				t.Errorf("%s has no field for %s.%s", in, at, name)
			}
		}
		for name := range plan {
			if of.fields[name] == nil {
				t.Errorf("%s has a field %s, which the schema does not have at %s", in, name, at)
			}
		}
	}
}

// schemaFields lists the fields of the schema; a name of the user's choice is *.
func schemaFields(t *Type, at string) []string {
	var all []string
	below := func(t *Type, name string) {
		all = append(all, at+"."+name)
		all = append(all, schemaFields(t, at+"."+name)...)
	}
	for _, name := range t.names {
		below(t.fields[name].Type, name)
	}
	for _, in := range []*Type{t.any, t.elem} {
		if in != nil {
			below(in, "*")
		}
	}
	return all
}

// saidFields collects the schema's paths of what a spec says.
func saidFields(v *value, t *Type, at string, said map[string]bool) {
	if t == nil || t.open {
		return // of any shape
	}
	for i, part := range v.Parts {
		name, of := "*", t.elem
		if v.Kind == structKind {
			if of = t.field(v.Names[i]); t.any == nil {
				name = v.Names[i]
			}
		}
		said[at+"."+name] = true
		saidFields(part, of, at+"."+name, said)
	}
}
