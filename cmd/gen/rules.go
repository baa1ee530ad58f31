package main

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"

	"sitegen/internal/rules"
)

type rulesCmd struct{}

// Run lists the rules, a line each, section by section.
func (c *rulesCmd) Run(e *env) error {
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	section := ""
	var limits []string
	for _, r := range append(rules.Rules(), rules.OutputRules()...) {
		if r.Section != section {
			section = r.Section
			fmt.Fprintf(w, "\n%s\n", section)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", r.ID, r.Severity, r.Summary)
		if r.Limit {
			limits = append(limits, r.ID)
		}
	}
	fmt.Fprintf(w, "\nA spec can silence every warning, and these errors: %s\n", strings.Join(limits, ", "))
	return w.Flush()
}

type explainCmd struct {
	Rule string `arg:"" help:"Id of the rule, as messages show it in brackets."`
}

// Run shows one rule with a bad and a good example.
func (c *explainCmd) Run(e *env) error {
	id := strings.Trim(c.Rule, "[]")
	section := rules.Table()[id].Section // "" for one reader's
	for _, r := range findingRules() {
		if r.ID == id {
			_, err := fmt.Fprintf(e.stdout, "%s (%s, %s)\n\n%s\n\n%s\n", r.ID, cmp.Or(section, "The output"), r.Severity, r.Summary, strings.TrimRight(r.Help, "\n"))
			return err
		}
	}
	return fmt.Errorf("there is no rule %q; gen rules lists them", id)
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimRight(text, "\n") + "\n") {
		b.WriteString("\t" + line)
	}
	return b.String()
}
