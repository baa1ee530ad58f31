package site

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
)

// fullSite says every field of the schema.
func fullSite(tb testing.TB) string {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "full.cue"))
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

// TestFullSite holds testdata/full.cue to its claim, so that the tests which walk
// it miss no field that is new.
func TestFullSite(t *testing.T) {
	if _, problems := loadText(t, fullSite(t)); len(problems) > 0 {
		t.Errorf("the full site:\n%s", problems.Error())
	}
	ctx := cuecontext.New()
	def, err := siteSchema(ctx)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	saidFields(ctx.CompileString(fullSite(t)), def, "", said)
	for _, path := range schemaFields(&walker{}, def, "") {
		if !said[path] && !said[strings.Replace(path, ".clients.", ".apps.", 1)] { // both have #Container
			t.Errorf("testdata/full.cue does not say %s", path)
		}
	}
}

// TestSpecMirrorsSchema: Spec has a field for each of the schema's.
func TestSpecMirrorsSchema(t *testing.T) {
	ctx := cuecontext.New()
	def, err := siteSchema(ctx)
	if err != nil {
		t.Fatal(err)
	}
	data, err := def.Unify(ctx.CompileString(fullSite(t))).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if err := unmarshalStrict(data, new(Spec)); err != nil {
		t.Error(err)
	}
}

// schemaFields lists the fields of the schema; a name of the user's choice is *.
func schemaFields(w *walker, def cue.Value, at string) []string {
	var all []string
	if op, args := def.Expr(); op == cue.OrOp {
		for _, a := range args {
			all = append(all, schemaFields(w, a, at)...)
		}
		return all
	}
	below := func(v cue.Value, name string) {
		all = append(all, at+"."+name)
		all = append(all, schemaFields(w, v, at+"."+name)...)
	}
	switch def.IncompleteKind() {
	case cue.StructKind:
		it, err := def.Fields(cue.Optional(true))
		for err == nil && it.Next() {
			below(it.Value(), it.Selector().Unquoted())
		}
		if v := def.LookupPath(cue.MakePath(cue.AnyString)); v.Exists() {
			below(v, "*")
		}
	case cue.ListKind:
		if v := def.LookupPath(cue.MakePath(cue.AnyIndex)); v.Exists() {
			below(v, "*")
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// saidFields collects the schema's paths of what a spec says.
func saidFields(user, def cue.Value, at string, said map[string]bool) {
	w := &walker{}
	def = w.alternative(def, user)
	switch user.IncompleteKind() {
	case cue.StructKind:
		it, err := user.Fields()
		for err == nil && it.Next() {
			name := it.Selector().Unquoted()
			next := def.LookupPath(cue.MakePath(cue.Str(name)))
			for _, p := range []cue.Path{cue.MakePath(cue.Str(name).Optional()), cue.MakePath(cue.Str(name).Required())} {
				if !next.Exists() {
					next = def.LookupPath(p)
				}
			}
			if any := def.LookupPath(cue.MakePath(cue.AnyString)); any.Exists() {
				next, name = any, "*"
			}
			said[at+"."+name] = true
			saidFields(it.Value(), next, at+"."+name, said)
		}
	case cue.ListKind:
		it, err := user.List()
		for err == nil && it.Next() {
			said[at+".*"] = true
			saidFields(it.Value(), def.LookupPath(cue.MakePath(cue.AnyIndex)), at+".*", said)
		}
	}
}
