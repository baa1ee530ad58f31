package site

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"

	"sitegen/internal/site/sitetest"
)

// shapeRules are those that say that a spec does not fit the schema.
func shapeRules() map[string]bool {
	return map[string]bool{"unknown-field": true, "missing-field": true, "type": true, "value": true, "open-value": true, "conflict": true, "reference": true, "cycle": true}
}

// soundTexts are specs without a problem.
func soundTexts(t *testing.T) map[string]string {
	t.Helper()
	example, err := os.ReadFile(filepath.Join("..", "..", "site.cue"))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"base": baseSite(t), "example": string(example)}
	if testing.Short() {
		return texts
	}
	texts["full"] = fullSite(t)
	for seed := range uint64(6) {
		texts[fmt.Sprintf("random %d", seed)] = string(sitetest.Random(rand.New(rand.NewPCG(seed, 7))))
	}
	return texts
}

// misshapen makes every single mistake of shape in a spec: a field that is
// missing, misspelt, unknown, of another kind, or left open.
func misshapen(t *testing.T, text string) []mutant {
	t.Helper()
	var all []mutant
	for _, m := range mutants(t, text) {
		if m.kind == "drop" || m.kind == "rename" || m.kind == "retype" {
			all = append(all, m)
		}
	}
	f, err := parser.ParseFile("site.cue", text)
	if err != nil {
		t.Fatal(err)
	}
	add := func(kind string, from, to int, with string) {
		all = append(all, mutant{kind: kind, path: Path{1 + strings.Count(text[:from], "\n")}, text: text[:from] + with + text[to:]})
	}
	ast.Walk(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.StructLit:
			if n.Lbrace.IsValid() {
				add("unknown", n.Lbrace.Offset()+1, n.Lbrace.Offset()+1, "zzz: 1, ")
				add("loop", n.Lbrace.Offset()+1, n.Lbrace.Offset()+1, "for x in zzz {y: x}, ")
				add("condition", n.Lbrace.Offset()+1, n.Lbrace.Offset()+1, "if _zzz {y: 1}, _zzz: bool, ")
			}
		case *ast.Field:
			if lit, ok := n.Value.(*ast.BasicLit); ok {
				add("open", lit.Pos().Offset(), lit.End().Offset(), "_")
				add("fails", lit.Pos().Offset(), lit.End().Offset(), "1/0")
				add("twice", lit.Pos().Offset(), lit.End().Offset(), lit.Value+" & {}")
			}
		}
		return true
	}, nil)
	return all
}

// TestShapeAlone: one mistake of shape in a sound spec is no reason to find
// anything else wrong with it.
func TestShapeAlone(t *testing.T) {
	rules := shapeRules()
	for name, text := range soundTexts(t) {
		all := misshapen(t, text)
		for i, problems := range loadAll(t, all) {
			shape := 0
			for _, p := range problems {
				if rules[p.Rule] {
					shape++
				}
			}
			if shape > 0 && shape < len(problems) {
				t.Errorf("%s: %s of %s:\n%s", name, all[i].kind, all[i].path, problems.Error())
			}
		}
	}
}
