package spec

import (
	"flag"
	"os"
	"strings"
	"testing"

	"cuelang.org/go/cue/ast"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"sitegen/internal/site/sitetest"
)

var update = flag.Bool("update", false, "write testdata/errors.txtar anew")

// TestCUEErrors holds what is said of each kind of error that CUE itself finds in a
// spec: testdata/errors.txtar. None is left in words that only CUE's makers know.
func TestCUEErrors(t *testing.T) {
	const name = "testdata/errors.txtar"
	all, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got := &txtar.Archive{Comment: all.Comment}
	for i := 0; i+1 < len(all.Files); i += 2 {
		text := all.Files[i]
		f, problems := parseFile("site.cue", text.Data)
		if len(problems) == 0 {
			_, problems = evaluate([]*ast.File{f}, newIndex([]*ast.File{f}))
		}
		said := problems.Sorted().Error() + "\n"
		if sitetest.CUEWords.MatchString(said) || len(problems) == 0 {
			t.Errorf("%s is accepted, or refused in words of CUE's: %s", text.Data, said)
		}
		if strings.Contains(said, "CUE says") && !strings.Contains(string(text.Data), "* -1") {
			t.Errorf("%s has no words of its own: %s", text.Data, said)
		}
		got.Files = append(got.Files, text, txtar.File{Name: all.Files[i+1].Name, Data: []byte(said)})
	}
	if *update {
		if err := os.WriteFile(name, txtar.Format(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(txtar.Format(all)), string(txtar.Format(got))); diff != "" && !*update {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}
