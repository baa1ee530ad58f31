package rules

import (
	"sitegen/internal/diag"
	"sitegen/internal/site"
)

// Silence leaves out of findings that were made outside of the rules' own checks
// what the spec silences. Those of the rules in all that it silences without
// need are warned of.
func Silence(s *site.Site, found diag.Problems, all ...string) diag.Problems {
	silenced := func(rule string) bool { return s.Spec.Silence[rule] != "" }
	came := map[string]bool{}
	var kept diag.Problems
	for _, p := range found {
		came[p.Rule] = true
		if p.Severity != diag.Warning || !silenced(p.Rule) {
			kept = append(kept, p)
		}
	}
	for _, rule := range all {
		if silenced(rule) && !came[rule] {
			kept = append(kept, unusedSilence(s, rule))
		}
	}
	return kept
}

func unusedSilence(s *site.Site, rule string) diag.Problem {
	at := diag.Path{"silence", rule}
	return diag.Problem{Pos: s.NameAt(at), Path: at.String(), Message: `nothing is left that "` + rule + `" would silence`, Hint: "remove it",
		Rule: "silence-unused", Severity: diag.Warning}
}
