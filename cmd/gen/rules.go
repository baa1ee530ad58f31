package main

import (
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
	for _, r := range rules.Rules() {
		if r.Section != section {
			section = r.Section
			fmt.Fprintf(w, "\n%s\n", section)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", r.ID, r.Severity, r.Summary)
	}
	return w.Flush()
}

type explainCmd struct {
	Rule string `arg:"" help:"Id of the rule, as messages show it in brackets."`
}

// Run shows one rule with a bad and a good example.
func (c *explainCmd) Run(e *env) error {
	id := strings.Trim(c.Rule, "[]")
	for _, r := range rules.Rules() {
		if r.ID != id {
			continue
		}
		_, err := fmt.Fprintf(e.stdout, "%s (%s, %s)\n\n%s\n\nbad:\n\n%s\ngood:\n\n%s", r.ID, r.Section, r.Severity, r.Summary, indent(r.Bad), indent(r.Good))
		return err
	}
	for _, r := range treeRules() {
		if r.ID == id {
			_, err := fmt.Fprintf(e.stdout, "%s (%s)\n\n%s\n", r.ID, r.Severity, strings.TrimSpace(r.Summary+"\n\n"+r.Help))
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
