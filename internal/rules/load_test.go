package rules

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sitegen/internal/diag"
	"sitegen/internal/site/sitetest"
	"sitegen/internal/spec"
)

// TestSecretInBrokenText: a file that does not parse is looked through as well,
// and nothing of the secret is printed.
func TestSecretInBrokenText(t *testing.T) {
	secret := "AGE-SECRET-KEY-1" + strings.Repeat("Q", 58)
	_, problems := loadText(t, "package site\nname: \"x\" // "+secret+"\n}\n")
	text := problems.Error()
	if !breaks(problems, spec.SecretRule) || !breaks(problems, "syntax") || strings.Contains(text, "QQQQ") {
		t.Errorf("got:\n%s", text)
	}
	if !strings.Contains(text, "site.cue:2:14: looks like a secret age key") {
		t.Errorf("not at its place:\n%s", text)
	}
}

// TestLeftOutSilenced silences the warning of a file that is left out, which is
// said when there is none.
func TestLeftOutSilenced(t *testing.T) {
	silence := "\nsilence: \"spec-left-out\": \"one for staging\"\n"
	staging := "@if(staging)\n\npackage site\n\napps: preview: replicas: 2\n"
	dir := t.TempDir()
	for name, text := range map[string]string{"site.cue": sitetest.Base() + silence, "staging.cue": staging} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, problems := Load(spec.Source{Path: dir}); len(problems) > 0 {
		t.Errorf("not silenced:\n%s", problems.Error())
	}
	if _, problems := Load(spec.Source{Path: dir, Tags: []string{"staging"}}); problems.Errors() == 0 || !strings.Contains(problems.Error(), "apps.preview") {
		t.Errorf("-t staging reads no more:\n%s", problems.Error())
	}
	if err := os.Remove(filepath.Join(dir, "staging.cue")); err != nil {
		t.Fatal(err)
	}
	if s, problems := Load(spec.Source{Path: dir}); s == nil || len(problems) != 1 || problems[0].Rule != "silence-unused" || problems[0].Pos.Line == 0 {
		t.Errorf("silenced without need:\n%s", problems.Error())
	}
}

// plants are mistakes of shape in things of their own, which nothing else rests on.
func plants() []string {
	return []string{
		`apps: planted: {hostnames: [], image: "ghcr.io/example/planted:1.0.0", port: 3000, access: "admins", typo: 1}`,
		`clients: planted: {domain: "planted.example", www: true, access: "admins", image: 7}`,
		`clients: planted: {domain: "planted.example", www: true, access: "admins"}`,
		`versions: charts: cilium: 5`,
		`tunnel: replicas: "two"`,
		`terraform: s3: {bucket: "planted", typo: 1}`,
	}
}

// TestMisfit: a spec that does not fit the schema is told all that is wrong with
// its single values, and nothing that rests on several: those wait until it fits.
func TestMisfit(t *testing.T) {
	alone := map[string]bool{} // rules about single values
	for _, r := range rules() {
		alone[r.ID] = r.check == nil || r.value || r.beside
	}
	texts := sitetest.Bad(t)
	names := slices.Sorted(maps.Keys(texts))
	var all []sitetest.Mutant
	for i, name := range names {
		plant := plants()[i%len(plants())]
		all = append(all, sitetest.Mutant{Kind: name, Text: texts[name]}, sitetest.Mutant{Kind: plant, Text: texts[name] + plant + "\n"})
	}
	problems := loadAll(t, all)
	for i := 0; i < len(all); i += 2 {
		before, after := problems[i], problems[i+1]
		if !slices.ContainsFunc(before, func(p diag.Problem) bool { return p.Severity == diag.Error }) || strings.Contains(before[0].Rule, "spec-") {
			continue
		}
		planted, _, _ := strings.Cut(all[i+1].Kind, ":")
		for _, p := range unsaid(before, after) {
			if alone[p.Rule] && p.Rule != "reference" && p.Rule != "syntax" && p.Rule != "import" && !strings.HasPrefix(p.Path, planted) {
				t.Errorf("%s with %s is no longer said:\n%s\nbut\n%s", all[i].Kind, all[i+1].Kind, p.Error(), after.Error())
			}
		}
		for _, p := range unsaid(after, before) {
			if !alone[p.Rule] {
				t.Errorf("%s with %s:\n%s", all[i].Kind, all[i+1].Kind, p.Error())
			}
		}
	}
}

// unsaid are those of the first problems that are not among the second.
func unsaid(first, second diag.Problems) diag.Problems {
	there := map[string]bool{}
	for _, p := range second {
		there[fmt.Sprint(p.Pos.Line, p.Pos.Col, p.Path, p.Rule)] = true
	}
	return slices.DeleteFunc(slices.Clone(first), func(p diag.Problem) bool {
		return there[fmt.Sprint(p.Pos.Line, p.Pos.Col, p.Path, p.Rule)]
	})
}
