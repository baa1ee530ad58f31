package site

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue/cuecontext"
)

// baseSite is the small sound site that the cases in golden/bad are made from.
func baseSite(tb testing.TB) string {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "base.cue"))
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

func loadText(tb testing.TB, text string) (*Site, Problems) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "site.cue")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		tb.Fatal(err)
	}
	return Load(path)
}

func TestSoundSites(t *testing.T) {
	if _, problems := loadText(t, baseSite(t)); len(problems) > 0 {
		t.Errorf("the base site:\n%s", problems.Error())
	}
	if _, problems := Load(filepath.Join("..", "..", "site.cue")); len(problems) > 0 {
		t.Errorf("the example site:\n%s", problems.Error())
	}
}

// TestTable holds the table to what docs and specs rely on.
func TestTable(t *testing.T) {
	id := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+){0,3}$`)
	seen := map[string]bool{}
	for _, r := range Rules() {
		switch {
		case !id.MatchString(r.ID) || seen[r.ID]:
			t.Errorf("%q is no id, or there are two", r.ID)
		case r.Severity != Error && r.Severity != Warning:
			t.Errorf("%s: severity %q", r.ID, r.Severity)
		case !strings.HasSuffix(r.Summary, ".") || len(r.Summary) < 20:
			t.Errorf("%s: the summary is no sentence: %q", r.ID, r.Summary)
		case r.Bad == "" || r.Good == "":
			t.Errorf("%s: an example is missing", r.ID)
		case r.Limit && r.Severity == Warning:
			t.Errorf("%s: a warning can be silenced anyway", r.ID)
		}
		seen[r.ID] = true
	}
}

// TestExamples lays each rule's examples over the base site: the bad one has to
// break the rule, the good one must not.
func TestExamples(t *testing.T) {
	base := toData(t, baseSite(t))
	for _, r := range Rules() {
		if r.check == nil || strings.HasPrefix(r.Bad, "//") {
			continue // shown by golden/bad
		}
		t.Run(r.ID, func(t *testing.T) {
			if ps := overlaid(t, base, r.Bad); !breaks(ps, r.ID) {
				t.Errorf("the bad example does not break the rule:\n%s\n%s", r.Bad, ps.Error())
			}
			if ps := overlaid(t, base, r.Good); breaks(ps, r.ID) {
				t.Errorf("the good example breaks the rule:\n%s\n%s", r.Good, ps.Error())
			}
		})
	}
}

func breaks(ps Problems, id string) bool {
	return slices.ContainsFunc(ps, func(p Problem) bool { return p.Rule == id })
}

// overlaid loads the base with a piece of a spec in place of what it has there;
// null takes a field away.
func overlaid(t *testing.T, base map[string]any, piece string) Problems {
	t.Helper()
	if strings.Contains(piece, "list.") {
		piece = "import \"list\"\n" + piece
	}
	merged := overlay(base, toData(t, piece))
	if _, ok := toData(t, piece)["silence"]; !ok {
		delete(merged, "silence")
	}
	data, err := json.Marshal(merged)
	if err != nil {
		t.Fatal(err)
	}
	_, ps := loadText(t, string(data))
	return ps
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
