package nix

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func parseText(src string) (*Template, error) {
	return Parse(fstest.MapFS{"t.nix": {Data: []byte(src)}}, "t.nix")
}

type host struct {
	Name    string
	Swap    bool
	CPU     string
	Kernels []string
	Disks   []disk
	Users   map[string][]string
	Sysctl  map[string]any
	Imports []string
}

type disk struct{ Name, Device string }

// TestTemplate runs the template in testdata, which shows all that a template
// can do, and reads the result with Nix. UPDATE=1 writes what it printed.
func TestTemplate(t *testing.T) {
	const hostile = "\" \\ ${x} $${x} %{if} '' ' # $(id) |\n\r\té"
	for name, h := range map[string]host{
		"full": {
			Name: "web1", Swap: true, CPU: "intel", Kernels: []string{"kvm-intel"},
			Disks:   []disk{{"a", "/dev/disk/by-id/nvme-1"}, {"b", "/dev/disk/by-id/nvme-2"}},
			Users:   map[string][]string{"maria": {"ssh-ed25519 AAAA maria"}, "jo.e": {"k1", "k2"}},
			Sysctl:  map[string]any{"net.ipv4.ip_forward": 1, "kernel": map[string]any{"nice": -5}},
			Imports: []string{"./extra.nix", "../../modules/mail.nix"},
		},
		"empty":   {Name: "web1"},
		"hostile": {Name: hostile, CPU: hostile, Kernels: []string{hostile, ""}, Disks: []disk{{hostile, hostile}}, Users: map[string][]string{hostile: {hostile}}, Sysctl: map[string]any{hostile: hostile}},
	} {
		t.Run(name, func(t *testing.T) {
			tmpl, err := Parse(os.DirFS("testdata"), "host.nix.tmpl")
			if err != nil {
				t.Fatal(err)
			}
			got, err := tmpl.Execute(h)
			if err != nil {
				t.Fatal(err)
			}
			golden := "testdata/" + name + ".nix"
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
			values := evalNix(t, []string{
				"((" + string(got) + ") { lib = { escapeShellArg = s: \"<${s}>\"; }; pkgs.zsh = 1; })",
			})
			checkHost(t, h, values[0].(map[string]any))
		})
	}
}

// checkHost compares what Nix read with what the template was given.
func checkHost(t *testing.T, h host, got map[string]any) {
	t.Helper()
	disks, keys := map[string]any{}, map[string]any{}
	for _, d := range h.Disks {
		disks[d.Name] = map[string]any{"device": d.Device, "index": "disk-" + d.Name}
	}
	for user, list := range h.Users {
		keys[user] = list
	}
	want := map[string]any{
		"hostName": h.Name,
		"disks":    disks,
		"keys":     keys,
		"sysctl":   h.Sysctl,
		"kernels":  append([]string{"md_mod"}, h.Kernels...),
		"motd":     "welcome to " + h.Name + "\n",
		"script":   "echo <" + h.Name + "> ${HOME}\n",
		"swap":     h.Swap,
	}
	if h.Disks == nil {
		delete(want, "disks")
	}
	if h.CPU == "intel" {
		want["microcode"] = true
	}
	if h.Swap {
		want["script"] = want["script"].(string) + "swapon -a\n"
	}
	if diff := cmp.Diff(asJSON(t, want), any(got)); diff != "" {
		t.Errorf("Nix reads it otherwise (-want +got):\n%s", diff)
	}
}

func TestLoadErrors(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{`{ a = "{{.}}"; }`, `t.nix:1:8: an action in a string: write ${ {{…}} } instead`},
		{"{\n  a = \"x\n  {{.}}\"; }", `t.nix:3:3: an action in a string: write ${ {{…}} } instead`},
		{"''\n  {{.}}''", `t.nix:2:3: an action in an indented string: write ${ {{…}} } instead`},
		{"''a ''${ {{.}}''", `t.nix:1:10: an action in an indented string: write ${ {{…}} } instead`},
		{"# {{.}}", "t.nix:1:3: an action in a comment"},
		{"/* {{if .}} */{{end}}", "t.nix:1:4: an action in a comment"},
		{"./{{.}}", "t.nix:1:3: an action right behind a sign: put a space between them"},
		{"./a{{.}}", "t.nix:1:4: an action right behind a word"},
		{"./a-${ {{.}} }{{.}}", "t.nix:1:15: an action right behind a word"},
		{"x{{.}}", "t.nix:1:2: an action right behind a word"},
		{"1{{.}}", "t.nix:1:2: an action right behind a word"},
		{"{{.}}x", `t.nix:1:6: "x" right behind the action: put a space between them`},
		{"{{.}}.a", `t.nix:1:6: "." right behind the action: put a space between them`},
		{"{{.}}/a", `t.nix:1:6: "/" right behind the action: put a space between them`},
		{"{{.}}{{.}}", "t.nix:1:6: an action right behind another one"},
		{"[ {{range .}}{{.}}{{end}} ]", "t.nix:1:14: an action right behind another one"},
		{"-{{.}}", "t.nix:1:2: an action right behind a sign: put a space between them"},
		{"x:{{.}}", "t.nix:1:3: an action right behind a sign: put a space between them"},
		{`"a"{{.}}`, "t.nix:1:4: an action right behind a sign: put a space between them"},
		{"a.{{.}}.b/c", "t.nix:1:8: a path or an address that would begin with the action"},
		{"{ {{.}} {{.}} = 1; }", "t.nix:1:9: an action where an equals sign or a dot has to be"},
		{"{ inherit {{.}}; }", "t.nix:1:11: an action among inherited names: write a binding instead"},
		{"{ a, {{.}} }: a", "t.nix:1:6: an action among a function's arguments"},
		{"{{if .}}[ {{else}}( {{end}}", "t.nix:1:1: the branches end in different places: in a list, and in parentheses"},
		{"{ {{if .}}a = 1{{end}}; }", "t.nix:1:3: the branches end at different places of a binding in braces"},
		{"{{range .}}[{{end}}", "t.nix:1:1: the branches end in different places: in the file, and in a list"},
		{`{{if .}}"{{end}}`, "t.nix:1:1: the branches end in different places: in a string, and in the file"},
		{`"\{{if .}}{{end}}"`, "t.nix:1:2: an action cuts an escape in two"},
		{`"${{if .}}{a}{{end}}"`, "t.nix:1:2: an action cuts an escape in two"},
		{"fo{{if .}}o{{end}}", `t.nix:1:11: "o" right behind a word: put a space between them`},
		{"''a''{{if .}}${{end}}", `t.nix:1:14: "$" right behind a closing sign: put a space between them`},
		{"a /{{/* x */}}* b", `t.nix:1:15: "*" right behind a sign: put a space between them`},
		{`{ a = "x; }`, "t.nix:1:12: the template ends inside a string"},
		{"{ a = 1; ", "t.nix:1:10: the template ends inside braces"},
		{"[ 1 }", `t.nix:1:5: "}" closes nothing in a list`},
		{"{ 1 = 2; }", "t.nix:1:3: a value where a name has to be"},
		{"{ a; }", "t.nix:1:4: a semicolon in braces"},
		{"in 1", `t.nix:1:1: "in" without its "let"`},
		{"a \\ b", `t.nix:1:3: "\\" cannot stand here`},
		{"a\r\nb", `t.nix:1:2: a template cannot hold the byte '\r'`},
		{"{{range .}}{{break}}{{end}}", "t.nix:1:12: {{break}} is not supported"},
		{"{{template \"t.nix\" .}}", `t.nix:1:1: {{template "t.nix" .}} is not supported`},
		{"{{define \"a\"}}{{.}}{{end}} 1", "t.nix:1:1: {{define}} is not supported"},
		{"a\x00", `t.nix:1:2: a template cannot hold the byte '\x00'`},
		{"\xff", "t.nix: the template is not valid UTF-8"},
		{"{{if .}}\n  {{range .}}\n  )\n{{end}}\n{{end}}", `t.nix:3:5: ")" closes nothing in the file`},
		{"{{.}", `t.nix:1: bad character U+007D '}'`},
		{"{{nothing .}}", `t.nix:1: function "nothing" not defined`},
	} {
		_, err := parseText(tt.src)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%q\n got %v\nwant %s", tt.src, err, tt.want)
		}
	}
}

func TestControlLinesLeaveNoTrace(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"[\n{{if .Yes}}\nb\n{{end}}\nc ]\n", "[\nb\nc ]\n"},
		{"[\n\t {{if .No}}  \nb\n  {{else}}\n  d\n  {{end}}\nc ]\n", "[\n  d\nc ]\n"},
		{"{{if .Yes}}\na\n{{end}}", "a\n"},
		{"{{/* x */}}\n[ a\n  {{/* y */}}\nb ]", "[ a\nb ]"},
		{"[ a {{if .Yes}}\nb\n{{end}}\n]", "[ a \nb\n]"},
		{"[\n{{.V}}\n\n{{with .V}}\n\n{{.}}\n{{end}}\n]", "[\n\"x\"\n\n\n\"x\"\n]"},
	} {
		tmpl, err := parseText(tt.src)
		if err != nil {
			t.Errorf("%q: %v", tt.src, err)
			continue
		}
		got, err := tmpl.Execute(map[string]any{"V": "x", "Yes": true, "No": false})
		if err != nil || string(got) != tt.want {
			t.Errorf("%q\n got %q, %v\nwant %q", tt.src, got, err, tt.want)
		}
	}
}

func TestExecuteErrors(t *testing.T) {
	for _, tt := range []struct {
		src  string
		data any
		want string
	}{
		{"[\n  {{.}} ]", "a\x00", "text holds a NUL at byte 1"},
		{"{ {{.}} = 1; }", 5, "int: only text can be an attribute name"},
		{"{ {{.}} = 1; }", []string{"a"}, "only text can be an attribute name"},
		{"[ {{.a}} ]", map[string]string{}, `map has no entry for key "a"`},
		{"[ {{path .}} ]", "a;b", "does not begin with"},
		{"[ {{list .}} ]", "ab", "a string is not a list"},
	} {
		tmpl, err := parseText(tt.src)
		if err != nil {
			t.Fatal(err)
		}
		out, err := tmpl.Execute(tt.data)
		if err == nil || out != nil || !strings.HasPrefix(err.Error(), "t.nix:") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q with %q: %q, %v\nwant %s", tt.src, tt.data, out, err, tt.want)
		}
	}
}
