package main

import (
	"sitegen/internal/diag"
	"sitegen/internal/gen"
	"sitegen/internal/rules"
	"sitegen/internal/summary"
)

// dataChanges makes findings of what a change does to data.
func dataChanges(want *gen.Result, does summary.Summary) diag.Problems {
	var all diag.Problems
	for _, i := range does.Items {
		if i.Danger == summary.Data {
			all = append(all, diag.Problem{Pos: want.Site.At(i.At), Path: i.At.String(), Message: i.Text, Hint: i.Why, Rule: rules.RuleVolumes, Severity: diag.Warning})
		}
	}
	return all
}
