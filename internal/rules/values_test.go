package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"sitegen/internal/diag"
	"sitegen/internal/site/sitetest"
)

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
