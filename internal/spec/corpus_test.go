package spec

import (
	"bytes"
	"path/filepath"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"sitegen/internal/site/sitetest"
)

// TestCUEAsWritten: specs as people who know CUE write them are sites, and the same
// as their plain spelling: testdata/corpus.txtar holds pairs, each laid over the
// base site. What `cue export` makes of both is the same too.
func TestCUEAsWritten(t *testing.T) {
	all, err := txtar.ParseFile(filepath.Join("testdata", "corpus.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(all.Files); i += 2 {
		t.Run(all.Files[i].Name, func(t *testing.T) {
			written, export := sound(t, all.Files[i].Data)
			plain, plainExport := sound(t, all.Files[i+1].Data)
			if diff := cmp.Diff(plainExport, export); diff != "" {
				t.Errorf("the pair is none: `cue export` gives (-plain +written):\n%s", diff)
			}
			if diff := cmp.Diff(plain, written); diff != "" {
				t.Errorf("not its plain spelling (-plain +written):\n%s", diff)
			}
		})
	}
}

// sound loads the base site with a piece more, and exports it as CUE does.
func sound(t *testing.T, piece []byte) (*Spec, any) {
	t.Helper()
	var text []byte
	imports, rest := cutImports(piece)
	text = append(append(append(text, "package site\n"...), imports...), bytes.TrimPrefix([]byte(sitetest.Base()), []byte("package site\n"))...)
	text = append(text, rest...)
	f, problems := parseFile("site.cue", text)
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	ix := newIndex([]*ast.File{f})
	root, problems := evaluate([]*ast.File{f}, ix)
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	ix.root = root
	sp, problems := fit(schemaType(t), root, ix)
	if len(problems) > 0 {
		t.Fatal(problems.Sorted().Error())
	}
	v := buildFiles(cuecontext.New(), []*ast.File{f})
	if err := v.Validate(cue.Concrete(true)); err != nil {
		t.Fatal(err)
	}
	var export any
	if err := v.Decode(&export); err != nil {
		t.Fatal(err)
	}
	return sp, export
}

// cutImports divides a piece into the lines that import and the others.
func cutImports(piece []byte) (imports, rest []byte) {
	for line := range bytes.Lines(piece) {
		if bytes.HasPrefix(line, []byte("import ")) {
			imports = append(imports, line...)
		} else {
			rest = append(rest, line...)
		}
	}
	return imports, rest
}
