package spec

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocs compares docs/SPEC.md with the schema; -update writes it.
func TestDocs(t *testing.T) {
	const file = "../../docs/SPEC.md"
	all, err := Fields()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(specIntro)
	for _, f := range all {
		if len(f.Path) == 1 {
			fmt.Fprintf(&b, "\n## %s\n\n", f.Name())
			b.WriteString("| Field | Type | Default | Meaning | A change takes |\n|---|---|---|---|---|\n")
		}
		def := cell(f.Default)
		if f.Must {
			def = "**required**"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", f.Name(), cell(f.Type), def, cell(f.Meaning), cell(f.Change))
	}
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("docs/SPEC.md is not what the schema says (-file +schema); make golden writes it anew:\n%s", diff)
	}
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

const specIntro = `<!-- Written by go test ./internal/spec -run TestDocs -update from schema/; do not edit. -->

# The spec, field by field

NAME stands for any name of your own, [] for any place in a list. ` + "`gen explain PATH`" + ` prints the same of one field,
as in ` + "`gen explain hosts.web1.nics.wan.mac`" + `; docs/RULES.md has what is checked beyond the types, docs/BESIDE.md what goes
beside the spec.

What a change takes on a running site, after gen has run and the result is pushed:

| | |
|---|---|
| nothing, nothing but a push | Argo CD applies it, or only gen reads it |
| tofu | ` + "`scripts/bootstrap-SITE-k8s.sh`" + ` |
| switch | ` + "`nixos-rebuild switch`" + ` on the host |
| reboot | a switch, and a reboot |
| reinstall | the host is installed anew: what is on its disks is lost |
`

// TestFieldsSayAll: every field that holds a value says what it means and what a
// change of it takes.
func TestFieldsSayAll(t *testing.T) {
	all, err := Fields()
	if err != nil {
		t.Fatal(err)
	}
	holds := map[string]bool{}
	for _, f := range all {
		for i := range f.Path {
			holds[strings.Join(f.Path[:i], ".")] = true
		}
	}
	for _, f := range all {
		if holds[strings.Join(f.Path, ".")] || f.Meaning != "" && f.Change != "" {
			continue
		}
		t.Errorf("%s: its comment in the schema has to say what it is, and Change: what a change takes; got %q, %q", f.Name(), f.Meaning, f.Change)
	}
}

func TestExplain(t *testing.T) {
	for path, want := range map[string]string{
		"hosts.web1.nics.wan.mac":                "hosts.NAME.nics.NAME.mac",
		"hosts.NAME.stateVersion":                "hosts.NAME.stateVersion",
		`domains."example.com".records[0].ttl`:   "domains.NAME.records[].ttl",
		"domains.NAME.records[].srv.port":        "domains.NAME.records[].srv.port",
		`domains."example.com".records.srv.port`: "domains.NAME.records[].srv.port",
		`routes."*.x.example.com".paths[1].path`: "routes.NAME.paths[].path",
		"terraform":                              "terraform terraform.s3 terraform.s3.bucket terraform.s3.key terraform.s3.region terraform.s3.endpoint terraform.providers terraform.providers.NAME.source terraform.providers.NAME.version terraform.shards",
		"apps.invoices.volumes.data":             "apps.NAME.volumes apps.NAME.volumes.NAME.mount apps.NAME.volumes.NAME.size apps.NAME.volumes.NAME.backup apps.NAME.volumes.NAME.storage",
		"domains.NAME.records[0].caa":            "domains.NAME.records[].caa domains.NAME.records[].caa.flags domains.NAME.records[].caa.tag domains.NAME.records[].caa.value",
		"nowhere":                                "",
		"name.x":                                 "",
		"":                                       "",
	} {
		fields, err := Explain(path)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range fields {
			got = append(got, f.Name())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestSentence(t *testing.T) {
	for _, c := range [][4]string{
		{"What. Default: ssh. under x, ssh-H. for y. Change: tofu.", "Default: ", "What. Change: tofu.", "ssh. under x, ssh-H. for y"},
		{"What. Change: tofu.", "Change: ", "What.", "tofu"},
		{"What.", "Change: ", "What.", ""},
	} {
		if rest, said := sentence(c[0], c[1]); rest != c[2] || said != c[3] {
			t.Errorf("%q: %q, %q", c[0], rest, said)
		}
	}
}
