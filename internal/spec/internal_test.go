package spec

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"cuelang.org/go/cue/ast"

	"sitegen/internal/diag"
	"sitegen/internal/site/sitetest"
)

// TestInternal shows what is said where gen itself is at fault: with a broken
// schema, a schema that the program does not know, and an evaluator that gives up.
func TestInternal(t *testing.T) {
	file, problems := parseFile("site.cue", []byte(sitetest.Base()))
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	ix := newIndex([]*ast.File{file})
	broken := func(text string) diag.Problems {
		_, err := readSchema(fstest.MapFS{"site.cue": {Data: []byte(text)}})
		return schemaProblem(err)
	}
	_, gaveUp := evaluate([]*ast.File{nil}, ix)
	for _, tc := range []struct {
		problems diag.Problems
		want     string
	}{
		{broken("package schema\n#Site: {"), "the embedded schema is broken: expected '}', found 'EOF' [internal]"},
		{broken("package schema\n#Host: {}"), "the embedded schema is broken: -: there is no #Site [internal]"},
		{broken("package schema\n#Site: {name: number}"), "the embedded schema is broken: schema/site.cue:2:15: there is no number [internal]"},
		{broken("package schema\n#Site: {name: string | len(\"x\")}"), "the embedded schema is broken: schema/site.cue:2:24: gen does not read *ast.CallExpr here [internal]"},
		{gaveUp, "site.cue:1:1: CUE cannot evaluate the spec [internal]\n\thint: take out what was added last; please report it"},
	} {
		if got := tc.problems.Error(); got != tc.want {
			t.Errorf("got  %s\nwant %s", got, tc.want)
		}
	}
}

// TestSpecTime shows what is said of a spec that takes more than it may; TestBombs
// has such specs.
func TestSpecTime(t *testing.T) {
	text := "package site\n\nimport \"list\"\n\napps: {for a in _n for b in _n {\"x\\(a)-\\(b)\": image: \"x/y:1\"}}\n_n: list.Range(0, 250, 1)\n"
	path := filepath.Join(t.TempDir(), "site.cue")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for want, most := range map[string]limits{
		":1:1: evaluating the spec takes longer than 0s [spec-time]":            {time.Millisecond, 1 << 40},
		":1:1: evaluating the spec takes more than 8 MiB of memory [spec-time]": {time.Minute, 8 << 20},
	} {
		runtime.GC() // what other tests left behind would hide what this takes
		problems := Source{Path: path}.within(most).Problems
		want += "\n\thint: look for loops over very many elements, for references that double the data at each step, and for structs of tens of thousands of fields"
		if got := strings.TrimPrefix(problems.Error(), path); got != want && got != strings.TrimPrefix(want, ":1:1") { // the shorter one before it is parsed
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
