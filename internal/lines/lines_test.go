package lines

import (
	"bytes"
	"strings"
	"testing"
	"text/template"
)

// TestDropControl executes templates: a control line leaves nothing, an action with
// text beside it leaves its line, and no line of the source changes its number.
func TestDropControl(t *testing.T) {
	for src, want := range map[string]string{
		"a\n{{if .}}\nb\n{{else}}\nc\n{{end}}\nd\n": "a\nb\nd\n",
		"a\n  {{range .}}\t\nb\n\t{{end}}  \nc\n":   "a\nb\nb\nc\n",
		"{{with .}}\nb\n{{end}}\n":                  "b\n",
		"{{/* why */}}\nb\n":                        "b\n",
		"a {{if .}}\nb{{end}}\n":                    "a \nb\n",
		"{{if .}} x\n{{end}}\n":                     " x\n",
		"{{len .}}\nb\n":                            "2\nb\n",
		"{{if .}}\nb\n{{end}}":                      "b\n",
		"{{if .}}\n\nb\n\n{{end}}\n":                "\nb\n\n",
	} {
		dropped := DropControl(src)
		if strings.Count(dropped, "\n") != strings.Count(src, "\n") {
			t.Errorf("%q has another number of lines: %q", src, dropped)
		}
		parsed, err := template.New("t").Parse(dropped)
		if err != nil {
			t.Errorf("%q: %v", dropped, err)
			continue
		}
		var b bytes.Buffer
		if err := parsed.Execute(&b, []int{1, 2}); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("%q gives %q, want %q", src, b.String(), want)
		}
	}
}
