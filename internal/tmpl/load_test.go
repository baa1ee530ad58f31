package tmpl

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"text/template"
)

// brackets is a language of round brackets. A value inside of them is printed
// in upper case, and may not stand behind an exclamation mark.
type brackets struct{}

type depth struct {
	n    int
	bang bool
}

func (brackets) Start() depth { return depth{} }

func (brackets) Text(s depth, text string) (depth, error) {
	for i, c := range text {
		switch s.bang = c == '!'; c {
		case '(':
			s.n++
		case ')':
			if s.n--; s.n < 0 {
				return s, At{i, errors.New("a bracket too many")}
			}
		}
	}
	return s, nil
}

func (brackets) Control(depth) error { return nil }

func (brackets) Output(s depth) (depth, string, error) {
	if s.bang {
		return s, "", errors.New("an action behind a bang")
	}
	if s.n > 0 {
		return s, "_upper", nil
	}
	return s, "_lower", nil
}

func (brackets) Join(a, b depth) (depth, error) {
	if a.n != b.n {
		return a, errors.New("the branches differ")
	}
	return depth{a.n, a.bang || b.bang}, nil
}

func (brackets) End(s depth) error {
	if s.n > 0 {
		return errors.New("an open bracket")
	}
	return nil
}

func load(src string) (*Template, error) {
	return Load(brackets{}, fstest.MapFS{"t": {Data: []byte(src)}}, "t", template.FuncMap{
		"_upper": strings.ToUpper, "_lower": strings.ToLower,
	})
}

func TestEscapersFollowThePlace(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"{{.V}} ({{.V}})", "x (X)"},
		{"{{if .Yes}}({{else}}({{end}}{{.V}})", "(X)"},
		{"{{range .List}}({{.}}){{else}}{{$.V}}{{end}}", "(A)(B)"},
		{"({{with $x := .V}}{{$x}}{{end}})", "(X)"},
		{`{{define "a"}}[{{.}}]{{end}}({{template "a" .V}})`, "([X])"},
		{`({{block "a" .V}}{{.}}{{end}})`, "(X)"},
		{"({{$x := .V}}{{$x | printf `%s%s` `y`}})", "(YX)"},
	} {
		tmpl, err := load(tt.src)
		if err != nil {
			t.Errorf("%s: %v", tt.src, err)
			continue
		}
		got, err := tmpl.Execute(map[string]any{"V": "x", "Yes": true, "List": []string{"a", "b"}})
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: got %q, %v, want %q", tt.src, got, err, tt.want)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"a\n b)", "t:2:3: a bracket too many"},
		{"a\n{{if .}}\n  )\n{{end}}", "t:3:3: a bracket too many"},
		{"(\n", "t:2:1: an open bracket"},
		{"a !{{- .V}}", "t:1:4: an action behind a bang"},
		{"{{range .}}{{.}}!{{end}}", "t:1:12: an action behind a bang"},
		{"{{if .}}!{{end}}{{.}}", "t:1:17: an action behind a bang"},
		{"{{if .}}({{end}}", "t:1:1: the branches differ"},
		{"{{range .}}({{end}}", "t:1:1: the branches differ"},
		{"{{range .}}{{else}}({{end}}", "t:1:1: the branches differ"},
		{`{{define "a"}}{{template "a"}}{{end}}{{template "a"}}`, `t:1:15: template "a" calls itself`},
		{`{{template "b"}}`, `t:1:1: template "b" is not defined`},
		{"\n\n{{define `a`}}b{{end}}", `t:3:1: template "a" is never used`},
		{`{{define "a"}}{{.}}{{end}}{{template "a" .}}({{template "a" .}})`, "t:1:15: the template is called from places that need different escapers"},
		{"{{range .}}{{continue}}{{end}}", "t:1:12: {{continue}} is not supported"},
		{"a\x00", `t:1:2: a template cannot hold the byte '\x00'`},
		{"\xff", "t: the template is not valid UTF-8"},
		{"{{end}}", "t:1: unexpected {{end}}"},
	} {
		if _, err := load(tt.src); err == nil || err.Error() != tt.want {
			t.Errorf("%q\n got %v\nwant %s", tt.src, err, tt.want)
		}
	}
	if _, err := Load(brackets{}, fstest.MapFS{}, "none", nil); err == nil {
		t.Error("a file that is not there is loaded")
	}
}

func TestControlLinesLeaveNoTrace(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"a\n{{if .Yes}}\nb\n{{end}}\nc\n", "a\nb\nc\n"},
		{"a\n\t {{if .No}}  \nb\n  {{else}}\n  d\n  {{end}}\nc\n", "a\n  d\nc\n"},
		{"{{if .Yes}}\na\n{{end}}", "a\n"},
		{"{{/* x */}}\na\n{{/* y */}}\nb", "a\nb"},
		{"  {{$x := .V}}\n{{$x}}\n", "x\n"},
		{"a {{if .Yes}}\nb\n{{end}}\n", "a \nb\n"},
		{"{{if .Yes}}a{{end}}\nb\n", "a\nb\n"},
		{"{{range .List}}{{if true}}\n{{.}}\n{{end}} {{end}}\nc", "a\nb\nc"},
		{"{{.V}}\n\n{{if .Yes}}\n\n{{.V}}\n{{end}}\n", "x\n\n\nx\n"},
		{"{{define `d`}}\n  d\n  {{end}}\na\n {{template `d`}}\nb\n", "a\n  d\nb\n"},
		{"a\n{{- if .Yes}}\nb\n{{- end}}\nc\n", "a\nb\nc\n"},
		{"a\n{{range .List -}}\n  {{.}}\n{{end -}}\nc", "a\na\nb\nc"},
	} {
		tmpl, err := load(tt.src)
		if err != nil {
			t.Errorf("%q: %v", tt.src, err)
			continue
		}
		got, err := tmpl.Execute(map[string]any{"V": "x", "Yes": true, "No": false, "List": []string{"a", "b"}})
		if err != nil || string(got) != tt.want {
			t.Errorf("%q\n got %q, %v\nwant %q", tt.src, got, err, tt.want)
		}
	}
}

func TestExecuteErrors(t *testing.T) {
	tmpl, err := load("a\n{{.a.b}}")
	if err != nil {
		t.Fatal(err)
	}
	out, err := tmpl.Execute(map[string]any{})
	if err == nil || out != nil || !strings.HasPrefix(err.Error(), "t:2:") {
		t.Errorf("got %q, %v", out, err)
	}
}
