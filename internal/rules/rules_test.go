package rules

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/parser"

	"sitegen/internal/diag"
	"sitegen/internal/site"
	"sitegen/internal/site/sitetest"
	"sitegen/internal/spec"
)

func loadText(tb testing.TB, text string) (*site.Site, diag.Problems) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "site.cue")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		tb.Fatal(err)
	}
	return Load(spec.Source{Path: path})
}

func TestSoundSites(t *testing.T) {
	if _, problems := loadText(t, sitetest.Full()); len(problems) > 0 {
		t.Errorf("the full site:\n%s", problems.Error())
	}
	if _, problems := loadText(t, sitetest.Base()); len(problems) > 0 {
		t.Errorf("the base site:\n%s", problems.Error())
	}
	if _, problems := Load(spec.Source{Path: filepath.Join("..", "..", "site.cue")}); len(problems) > 0 {
		t.Errorf("the example site:\n%s", problems.Error())
	}
}

// TestTable holds the table to what docs and specs rely on.
func TestTable(t *testing.T) {
	id := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+){0,3}$`)
	seen := map[string]bool{}
	for _, r := range append(Rules(), OutputRules()...) {
		switch {
		case !id.MatchString(strings.ToLower(r.ID)) || seen[r.ID]:
			t.Errorf("%q is no id, or there are two", r.ID)
		case r.Severity != diag.Error && r.Severity != diag.Warning:
			t.Errorf("%s: severity %q", r.ID, r.Severity)
		case !strings.HasSuffix(r.Summary, ".") || len(r.Summary) < 20:
			t.Errorf("%s: the summary is no sentence: %q", r.ID, r.Summary)
		case (r.Bad == "" || r.Good == "") == (r.Do == ""):
			t.Errorf("%s: an example is missing, or what to do", r.ID)
		case r.Limit && r.Severity == diag.Warning:
			t.Errorf("%s: a warning can be silenced anyway", r.ID)
		}
		seen[r.ID] = true
	}
}

// TestExamples lays each rule's examples over the base site, as a reader of
// `gen explain` would: the bad one breaks the rule and no other, the good one is
// accepted whole, and not even warned of by the rule.
func TestExamples(t *testing.T) {
	base := toData(t, sitetest.Base())
	for _, r := range Rules() {
		if strings.HasPrefix(r.Bad, "//") || elsewhere(r.ID) {
			continue // shown by golden/bad, or by tests of their own
		}
		t.Run(r.ID, func(t *testing.T) {
			bad, good := merged(t, base, r.Bad), merged(t, base, r.Good)
			if !breaks(bad, r.ID) {
				t.Errorf("the bad example does not break the rule:\n%s\n%s", r.Bad, bad.Error())
			}
			for _, p := range bad {
				if p.Rule != r.ID && p.Severity == diag.Error {
					t.Errorf("the bad example breaks another rule:\n%s\n%s", r.Bad, p.Error())
				}
			}
			if good.Errors() > 0 || breaks(good, r.ID) {
				t.Errorf("the good example is refused:\n%s\n%s", r.Good, good.Error())
			}
		})
	}
}

func breaks(ps diag.Problems, id string) bool {
	return slices.ContainsFunc(ps, func(p diag.Problem) bool { return p.Rule == id })
}

// merged loads the base with a piece of a spec in place of what it has there.
func merged(t *testing.T, base map[string]any, piece string) diag.Problems {
	t.Helper()
	text := piece
	if f, err := parser.ParseFile("site.cue", piece); err == nil {
		rest := overlay(base, nil)
		delete(rest, "silence")
		for _, at := range leaves(f.Decls, nil) {
			rest = without(rest, at)
		}
		data, err := json.Marshal(rest)
		if err != nil {
			t.Fatal(err)
		}
		text += "\n" + string(data)
	}
	_, ps := loadText(t, text)
	return ps
}

// leaves are the paths of the fields that are no structs.
func leaves(decls []ast.Decl, at diag.Path) []diag.Path {
	var all []diag.Path
	for _, d := range decls {
		f, ok := d.(*ast.Field)
		if !ok {
			continue
		}
		name, _, err := ast.LabelName(f.Label)
		if err != nil {
			continue
		}
		if in, ok := f.Value.(*ast.StructLit); ok && len(in.Elts) > 0 {
			all = append(all, leaves(in.Elts, at.With(name))...)
		} else {
			all = append(all, at.With(name))
		}
	}
	return all
}

// without is the data without what is at a path.
func without(data map[string]any, at diag.Path) map[string]any {
	name, _ := at[0].(string)
	out := overlay(data, nil)
	if below, ok := data[name].(map[string]any); ok && len(at) > 1 {
		out[name] = without(below, at[1:])
	} else if ok || data[name] != nil {
		delete(out, name)
	}
	return out
}

func toData(tb testing.TB, text string) map[string]any {
	tb.Helper()
	v := cuecontext.New().CompileString(text)
	b, err := v.MarshalJSON()
	if err != nil {
		tb.Fatalf("%v\n%s", err, text)
	}
	data := map[string]any{}
	if err := json.Unmarshal(b, &data); err != nil {
		tb.Fatal(err)
	}
	return data
}

func overlay(base, over map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range base {
		out[k] = v
	}
	for k, v := range over {
		below, isMap := v.(map[string]any)
		old, wasMap := out[k].(map[string]any)
		switch {
		case v == nil:
			delete(out, k)
		case isMap && len(below) == 0:
			out[k] = below
		case isMap && wasMap:
			out[k] = overlay(old, below)
		default:
			out[k] = v
		}
	}
	return out
}
