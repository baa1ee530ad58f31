package sh

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func parseScript(src string) (*Template, error) {
	return Parse(fstest.MapFS{"t.sh": {Data: []byte(src)}}, "t.sh")
}

const script = `#!/usr/bin/env bash
# Says what it was told.
set -euo pipefail

#gen:values

usage() {
  cat <<END
usage: $0 [$host]
#gen:values
END
}

if [[ $chatty == true ]]; then
  for disk in "${disks[@]}"; do
    printf '%s\n' "$disk"
  done
fi
printf '%s\n' "$host" "${#none[@]}" $((port + 1))
read -r answer <<<"y"
usage "$answer" "${http_proxy:-}" "$HOME" >/dev/null
`

func TestExecute(t *testing.T) {
	tmpl, err := parseScript(script)
	if err != nil {
		t.Fatal(err)
	}
	vars := []Var{
		{"host", "it's $(id)"}, {"chatty", true}, {"disks", []string{"a", "b c"}}, {"none", []string{}}, {"port", 22},
	}
	got, err := tmpl.Execute("Generated.", vars...)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(script, "bash\n", "bash\n# Generated.\n", 1)
	want = strings.Replace(want, "#gen:values\n", `readonly host="it's \$(id)"
readonly chatty=true
readonly disks=(
  a
  'b c'
)
readonly none=()
readonly port=22
`, 1)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if out := runBash(t, string(got)); out != "a\nb c\nit's $(id)\n0\n23\n" {
		t.Errorf("bash prints %q", out)
	}
}

func TestParseErrors(t *testing.T) {
	const top = "#!/usr/bin/env bash\n"
	for _, tt := range []struct{ src, want string }{
		{"#!/bin/bash\n#gen:values\n", `t.sh:1:1: the script does not begin with "#!/usr/bin/env bash"`},
		{top, `t.sh: the line "#gen:values" is missing at the top level`},
		{top + "cat <<E\n#gen:values\nE\n", `t.sh: the line "#gen:values" is missing at the top level`},
		{top + "f() {\n#gen:values\ntrue\n}\n", `t.sh: the line "#gen:values" is missing at the top level`},
		{top + "x='\n#gen:values\n'\n", `t.sh: the line "#gen:values" is missing at the top level`},
		{top + "true #gen:values\n", `t.sh: the line "#gen:values" is missing at the top level`},
		{top + "#gen:values\n#gen:values\ntrue\n", `t.sh: the line "#gen:values" is there twice`},
		{top + "#gen:values", "t.sh: the script ends with its marker"},
		{top + "#gen:values\nif true\n", "t.sh:3:1: `if <cond>` must be followed by `then`"},
		{top + "#gen:values\n eval \"$x\"\n", "t.sh:3:2: eval would read a value as code"},
		{top + "#gen:values\r\n", `t.sh: a script cannot hold the byte '\r'`},
	} {
		if _, err := parseScript(tt.src); err == nil || err.Error() != tt.want {
			t.Errorf("%q\n got %v\nwant %s", tt.src, err, tt.want)
		}
	}
}

// TestExecuteErrors gives x to scripts that cannot have it.
func TestExecuteErrors(t *testing.T) {
	for _, tt := range []struct {
		before, after string
		x             any
		want          string
	}{
		{"", `echo "$y"`, "", `value "x" is not used in the script` + "\nline 4 reads $y, which nothing sets"},
		{`echo "$x"`, "", "", "line 2 reads $x before the values are set"},
		{"", `x=1; echo "$x"`, "", "line 4 assigns x, which is a value"},
		{"", `echo "$x"; x+=1`, "", "line 4 assigns x, which is a value"},
		{"", `f() { local x; echo "$x"; }`, "", "line 4 assigns x, which is a value"},
		{"", `for x in a; do echo "$x"; done`, "", "line 4 assigns x, which is a value"},
		{"", `read -r x; echo "$x"`, "", "line 4 assigns x, which is a value"},
		{"", `mapfile -t x; echo "$x"`, "", "line 4 assigns x, which is a value"},
		{"", `printf -v x a; echo "$x"`, "", "line 4 assigns x, which is a value"},
		{"", `unset x; echo "$x"`, "", "line 4 assigns x, which is a value"},
		{"", `echo "${x:=a}"`, "", "line 4 assigns x, which is a value"},
		{"", `(( x++ )); echo`, 1, "line 4 assigns x, which is a value"},
		{"", `(( x = 1 )); echo`, 1, "line 4 assigns x, which is a value"},
		{"", `exec {x}>a; echo "$x"`, 1, "line 4 assigns x, which is a value"},
		{"", `[[ $x -gt 1 ]]`, "a[$(id)]", `line 4 calculates with $x, and "a[$(id)]" is not a whole number`},
		{"", `(( x > 1 ))`, "1 2", `line 4 calculates with $x, and "1 2" is not a whole number`},
		{"", `echo $((x))`, "08", `line 4 calculates with $x, and "08" is not a whole number`},
		{"", `a=(1 2); echo "${a[$x]}"`, "y", `line 4 calculates with $x, and "y" is not a whole number`},
		{"", `echo "${HOME:x:1}"`, "y", `line 4 calculates with $x, and "y" is not a whole number`},
		{"", `echo "$x"`, "\x00", `value "x": text holds a NUL at byte 0, which bash cannot hold`},
		{"", `echo "$x"`, []string{"", "\x00"}, `value "x": [1]: text holds a NUL at byte 0, which bash cannot hold`},
		{"", `echo "$x"`, 1.5, `value "x": a float64 has no form in bash`},
	} {
		tmpl, err := parseScript(shebang + tt.before + "\n#gen:values\n" + tt.after + "\n")
		if err != nil {
			t.Errorf("%s: %v", tt.after, err)
			continue
		}
		out, err := tmpl.Execute("Generated.", Var{"x", tt.x})
		if err == nil || out != nil || err.Error() != "t.sh: "+tt.want {
			t.Errorf("%s\n got %q, %v\nwant t.sh: %s", tt.after, out, err, tt.want)
		}
	}
}

func TestExecuteAccepts(t *testing.T) {
	for _, body := range []string{
		`echo "${x:-}"`, `echo "${#x}"`, `[[ -v x ]]`, `declare -A a=(); echo "${a[$x]}"`, `echo "${x//a/b}"`, `cat <<<"$x"`,
		`[[ $x == y ]]`, `[ "$x" -eq 1 ]`, `ssh host "ls ${x@Q}"`, `case $x in a) ;; esac`, `(( ${#x} > 1 ))`, `echo "$1" "$@" "$?" "$x"`,
		`f() { local y=$x; echo "$y"; }`, `export Y="$x"`, `while read -r line; do echo "$line$x"; done`,
	} {
		tmpl, err := parseScript(shebang + "#gen:values\n" + body + "\n")
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		if _, err := tmpl.Execute("Generated.", Var{"x", "a b"}); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestExecuteChecksNamesAndHeader(t *testing.T) {
	tmpl, err := parseScript(shebang + "#gen:values\necho \"$x\"\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		header string
		vars   []Var
		want   string
	}{
		{"a\nid", []Var{{"x", ""}}, "more than one line"},
		{"a", []Var{{"x", ""}, {"x", ""}}, `value "x" is given twice`},
		{"a", []Var{{"x", ""}, {"PATH", ""}}, "not a lower-case variable name"},
		{"a", []Var{{"x", ""}, {"x;id", ""}}, "not a lower-case variable name"},
		{"a", nil, "line 3 reads $x, which nothing sets"},
	} {
		if _, err := tmpl.Execute(tt.header, tt.vars...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %s", tt.vars, err, tt.want)
		}
	}
}
