package manifest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml/goyaml.v3"
)

type leafy struct {
	List  []string          `yaml:"list,omitempty"`
	Map   map[string]string `yaml:"map,omitempty"`
	Inner *leafy            `yaml:"inner,omitempty"`
	Items []leafy           `yaml:"items,omitempty"`
	N     *int              `yaml:"n,omitempty"`
	Yes   bool              `yaml:"yes,omitempty"`
}

type kept struct {
	Empty leafy             `yaml:"empty"`
	Items []leafy           `yaml:"items"`
	Lists [][]string        `yaml:"lists"`
	Map   map[string]string `yaml:"map"`
	N     int               `yaml:"n"`
	Text  string            `yaml:"text"`
}

// TestLayout compares the layout with the library's.
func TestLayout(t *testing.T) {
	zero := 0
	const lines, trailing, commented = "a: b\n  c\n\nd", "a\n\n", "a #b\nc\n"
	for _, v := range []any{
		leafy{}, kept{}, []leafy{}, []string{"a", lines}, map[string]string{"b": lines, "a": trailing, "1": commented},
		leafy{N: &zero, Yes: true, List: []string{}, Map: map[string]string{}},
		leafy{Inner: &leafy{}, Items: []leafy{{}, {Inner: &leafy{List: []string{"x"}}}}},
		leafy{Items: []leafy{{List: []string{lines, "y"}}, {Items: []leafy{{Map: map[string]string{"k": lines}, Yes: true}}, N: &zero}}},
		kept{Lists: [][]string{{"a", "b"}, {}, {lines}, {"10m", "*"}}, Text: trailing, Map: map[string]string{"a b": "c: d"}},
		[]kept{{N: -1, Text: "8080", Items: []leafy{{List: []string{"no", "Null", "~", "a:", "a:b", "1.0", "é", strings.Repeat("x", 200)}}}}},
		[][]leafy{{{Yes: true}}, {}}, []Selector{{}, {MatchLabels: map[string]string{"a.b/c": "true"}}},
	} {
		var want bytes.Buffer
		e := yaml.NewEncoder(&want)
		e.SetIndent(2)
		e.CompactSeqIndent()
		if err := e.Encode(v); err != nil {
			t.Fatal(err)
		}
		got, err := new(writer).document(v)
		if err != nil {
			t.Errorf("%+v: %v", v, err)
		}
		if diff := cmp.Diff(want.String(), string(got)); diff != "" {
			t.Errorf("%+v: -want +got\n%s", v, diff)
		}
	}
	for _, v := range []any{1.5, struct {
		P *int `yaml:"p"`
	}{}, Map{{Key: "a"}}} {
		if got, err := new(writer).document(v); err == nil {
			t.Errorf("%#v is written as %q", v, got)
		}
	}
}

// TestLineSeparators: a text with the line breaks of YAML 1.1 is written so that it
// does not matter whether a reader knows them.
func TestLineSeparators(t *testing.T) {
	got, err := new(writer).document(map[string]any{"a": []string{"x\u2028y", "\u0085\u2029"}})
	if want := "a:\n- \"x\\Ly\"\n- \"\\N\\P\"\n"; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}
