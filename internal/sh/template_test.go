package sh

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const script = `#!/usr/bin/env bash
# Says what it was told.
set -euo pipefail

#gen:values

if [[ $chatty == true ]]; then
  for disk in "${disks[@]}"; do
    printf '%s\n' "$disk"
  done
fi
printf '%s\n' "$host" "${#none[@]}"
`

func TestExecute(t *testing.T) {
	tmpl, err := Parse(script)
	if err != nil {
		t.Fatal(err)
	}
	got, err := tmpl.Execute("Generated.", Var{"host", "it's $(id)"}, Var{"chatty", "true"}, Var{"disks", []string{"a", "b c"}}, Var{"none", []string{}})
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
`, 1)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if out := runBash(t, string(got)); out != "a\nb c\nit's $(id)\n0\n" {
		t.Errorf("bash prints %q", out)
	}
}

func TestErrors(t *testing.T) {
	for _, src := range []string{
		"#!/bin/bash\n#gen:values\n", shebang, shebang + "true #gen:values\n",
		shebang + "true\n#gen:values\n#gen:values\ntrue\n#gen:values\n",
	} {
		if _, err := Parse(src); err == nil {
			t.Errorf("%q is a template", src)
		}
	}
	tmpl, err := Parse(script)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		value any
		want  string
	}{
		{"\x00", `value "x": text holds a NUL at byte 0, which bash cannot hold`},
		{[]string{"", "\x00"}, `value "x": [1]: text holds a NUL at byte 0, which bash cannot hold`},
		{1.5, `value "x": a float64 has no form in bash`},
	} {
		out, err := tmpl.Execute("Generated.", Var{"x", tt.value})
		if err == nil || out != nil || err.Error() != tt.want {
			t.Errorf("%q: got %q, %v\nwant %s", tt.value, out, err, tt.want)
		}
	}
}
