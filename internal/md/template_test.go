package md

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func parse(src string) (*Template, error) {
	return Parse(fstest.MapFS{"t.md": {Data: []byte(src)}}, "t.md")
}

type page struct {
	Site, Host, About string
	Clients           []client
}

type client struct{ Name, Host string }

// TestTemplate compares pages with testdata; UPDATE=1 writes them.
func TestTemplate(t *testing.T) {
	for name, p := range map[string]page{
		"full":    {"web", "web1.example.com", "A small site.", []client{{"bakery", "bakery.example"}, {"a|b", "a.example"}}},
		"hostile": {"a  b*", "$(id) 'x' | \\ <b>", hostile, []client{{hostile, "x | y"}}},
		"empty":   {"web", "web1", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			tmpl, err := Parse(os.DirFS("testdata"), "page.md.tmpl")
			if err != nil {
				t.Fatal(err)
			}
			got, err := tmpl.Execute(p)
			if err != nil {
				t.Fatal(err)
			}
			golden := "testdata/" + name + ".md"
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", golden, diff)
			}
		})
	}
}

func TestLoadErrors(t *testing.T) {
	const cut = " right behind an action has another meaning than in text"
	for _, tt := range []struct{ src, want string }{
		{"a <b title={{.}}>", "t.md:1:12: an action in an HTML tag"},
		{"<https://{{.}}/>", "t.md:1:10: an action in an HTML tag"},
		{"<!-- {{.}} -->", "t.md:1:6: an action in an HTML comment"},
		{"[a](https://{{.}}/)", "t.md:1:13: an action in a link's target: use {{link …}}"},
		{"a\n<{{.}}>", "t.md:2:2: an action right behind a sign that HTML begins with"},
		{"&{{.}};", "t.md:1:2: an action right behind a sign that HTML begins with"},
		{"&#1{{.}};", "t.md:1:4: an action right behind a sign that HTML begins with"},
		{"\\{{.}}", "t.md:1:1: an action cuts a sign in two"},
		{"{{.}}{{.}}", "t.md:1:6: an action right behind another one"},
		{"`a`{{.}}", "t.md:1:4: an action right behind a code span"},
		{"a {{.}}`b`", "t.md:1:8: \"`\"" + cut},
		{"- {{.}}. b", `t.md:1:8: "." behind the first word of a line, which a number would make a list`},
		{"[a]{{/* */}}(b)", "t.md:1:13: \"(\"" + cut},
		{"`a {{.}}\n`", "t.md:1:9: a code span that does not end on its line"},
		{"`a", "t.md:1:3: the template ends inside a code span"},
		{"```{{.}}\n```", "t.md:1:1: an action in the first line of a code block"},
		{"```\n```{{.}}\n", "t.md:2:4: an action right behind a fence"},
		{"```\na", "t.md:2:2: the template ends inside a code block"},
		{"{{if .}}```\n{{end}}a\n```\n", "t.md:1:1: the branches end in different places: in a code block, and in prose"},
		{"{{if .}}a{{end}}```\nb\n```\n", "t.md:1:17: the branches before this fence end on different lines"},
		{"```sh\necho \"{{.}}\"\n```", "t.md:2:7: an action in quotes: it brings its own, so end them before it"},
		{"```sh\necho '{{.}}'\n```", "t.md:2:7: an action in quotes: it brings its own, so end them before it"},
		{"```sh\necho ${a:-{{.}}}\n```", "t.md:2:11: an action in quotes: it brings its own, so end them before it"},
		{"```sh\necho `{{.}}`\n```", "t.md:2:7: an action inside of (( )) or backticks"},
		{"```sh\necho $((1 + {{.}}))\n```", "t.md:2:13: an action inside of (( )) or backticks"},
		{"```sh\ncat <<E\n{{.}}\nE\n```", "t.md:3:1: an action behind a here-document"},
		{"```sh\necho ${{.}}\n```", "t.md:2:7: an action right behind a dollar sign"},
		{"```sh\n{{.}}>a\n```", "t.md:2:6: \">\"" + cut},
		{"```sh\necho '\n```\n", "t.md:3:1: a shell block ends in the middle of something"},
		{"```mermaid\na[\"b\n```", "t.md:2:5: a Mermaid label that does not end on its line"},
	} {
		_, err := parse(tt.src)
		if err == nil || err.Error() != tt.want {
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
		{"`{{.}}`", "a`b", "cannot stand in a code span: use {{code …}}"},
		{"`{{.}}`", "", "cannot stand in a code span"},
		{"`{{.}}`", " a", "cannot stand in a code span"},
		{"| `{{.}}` |", `a\|b`, "cannot stand in a code span of a table"},
		{"```\n{{.}}\n```", "a\nb", "is more than one line of a code block"},
		{"```\n{{.}}\n```", "```", "would end a code block"},
		{"```sh\n{{.}}\n```", "\x00", "text holds a NUL at byte 0"},
		{"```sh\n# {{.}}\n```", "a\nb", "is more than one line of a code block"},
		{"```mermaid\n{{.}}\n```", "a", "outside of a quoted label only numbers can stand"},
		{"{{.}}", "\xff", "is not valid UTF-8"},
		{"{{.}}", []string{"a"}, "a []string is no text"},
		{"{{.}}", nil, "a <nil> is no text"},
		{"{{link . .}}", "example.com", "is no address to link to"},
		{"{{.a}}", map[string]string{}, `map has no entry for key "a"`},
	} {
		tmpl, err := parse(tt.src)
		if err != nil {
			t.Errorf("%q: %v", tt.src, err)
			continue
		}
		out, err := tmpl.Execute(tt.data)
		if err == nil || out != nil || !strings.HasPrefix(err.Error(), "t.md:") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q with %q: %q, %v\nwant %s", tt.src, tt.data, out, err, tt.want)
		}
	}
}
