package md

import (
	"strings"
	"testing"
	"testing/fstest"
)

func load(src string) (*Template, error) {
	return Parse(fstest.MapFS{"t.md": {Data: []byte(src)}}, "t.md")
}

func TestTemplate(t *testing.T) {
	tmpl, err := load(`# {{.Name | text}}
{{/* Not in the page. */}}
{{if .Hosts}}

| a |
|---|
{{range .Hosts}}
| {{. | code}} |
{{else}}
none
{{end}}
{{end}}

` + "```sh\n  {{if .Hosts}}\n  ssh root@{{.Name | sh}} # {{len .Hosts | printf \"%d\" | sh}}\n  {{end}}\n```\n")
	if err != nil {
		t.Fatal(err)
	}
	got, err := tmpl.Execute(map[string]any{"Name": "a b*", "Hosts": []string{"x`y", "z"}})
	want := "# a b\\*\n\n| a |\n|---|\n| ``x`y`` |\n| `z` |\n\n```sh\n  ssh root@'a b*' # 2\n```\n"
	if err != nil || string(got) != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, got, want)
	}
}

func TestLoadErrors(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"a\n{{.}}", "t.md:2:2: {{.}} does not end in an escaper"},
		{"{{if .}}\n{{end}}\n{{. | text | printf}}", "t.md:3:4: {{. | text | printf}} does not end"},
		{"{{range .}}{{if .}}{{else}}{{.}}{{end}}{{end}}", "{{.}} does not end"},
		{"{{range .}}{{else}}{{.}}{{end}}", "{{.}} does not end"},
		{"{{with .}}{{.text}}{{end}}", "{{.text}} does not end"},
		{"{{(text .)}}", "does not end"},
		{`{{define "a"}}{{.}}{{end}}{{template "a" . | text}}`, "{{.}} does not end"},
		{"{{$a := .}}{{$a}}", "{{$a}} does not end"},
		{"{{. | html5}}", `function "html5" not defined`},
	} {
		if _, err := load(tt.src); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q\n got %v\nwant %s", tt.src, err, tt.want)
		}
	}
}

func TestExecuteErrors(t *testing.T) {
	for _, tt := range []struct {
		src  string
		data any
		want string
	}{
		{"`{{. | span}}`", "a`b", "cannot stand in a code span"},
		{"`{{. | span}}`", "", "cannot stand in a code span"},
		{"`{{. | span}}`", " a", "cannot stand in a code span"},
		{"| `{{. | span}}` |", "a|b", "cannot stand in a code span"},
		{"```\n{{. | span}}\n```", "a\nb", "cannot stand in a code span"},
		{"```sh\n{{. | sh}}\n```", "\x00", "text holds a NUL at byte 0"},
		{"{{. | text}}", "\xff", "is not valid UTF-8"},
		{"{{. | text}}", []string{"a"}, "wrong type for value"},
		{"{{. | link}}", "example.com", "is no address to link to"},
		{"{{.a | text}}", map[string]string{}, `map has no entry for key "a"`},
	} {
		tmpl, err := load(tt.src)
		if err != nil {
			t.Errorf("%q: %v", tt.src, err)
			continue
		}
		out, err := tmpl.Execute(tt.data)
		if err == nil || out != nil || !strings.Contains(err.Error(), "t.md:") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q with %q: %q, %v\nwant %s", tt.src, tt.data, out, err, tt.want)
		}
	}
}
