package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"sitegen/internal/format"
	"sitegen/internal/rules"
	"sitegen/internal/spec"
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
	What string `arg:"" name:"rule|path" complete:"explain" help:"Id of a rule, as messages show it in brackets, or path of a field: hosts.web1.release."`
}

// Run shows one rule with a bad and a good example, or one field and those in it.
func (c *explainCmd) Run(e *env) error {
	id := strings.Trim(c.What, "[]")
	section := rules.Table()[id].Section // "" for one reader's
	for _, r := range findingRules() {
		if r.ID == id {
			_, err := fmt.Fprintf(e.stdout, "%s (%s, %s)\n\n%s\n\n%s\n", r.ID, cmp.Or(section, "The output"), r.Severity, r.Summary, strings.TrimRight(r.Help, "\n"))
			return err
		}
	}
	fields, err := spec.Explain(c.What)
	if err != nil {
		return err
	}
	if len(fields) == 0 {
		return unknown(c.What)
	}
	return explainFields(e.stdout, fields)
}

// unknown says that nothing goes by a name, and what may be meant.
func unknown(what string) error {
	if err := spec.KnownPath(what); err != nil && strings.ContainsAny(what, ".[") {
		return err
	}
	names := spec.TopNames()
	for _, r := range findingRules() {
		names = append(names, r.ID)
	}
	hint := cmp.Or(format.NearestHint(strings.Trim(what, "[]"), names), "gen rules lists the rules, gen schema shows the fields")
	return fmt.Errorf("there is no rule and no field %q; %s", what, hint)
}

// explainFields says all of the first field, and a line of each that is in it.
func explainFields(w io.Writer, fields []spec.Field) error {
	f := fields[0]
	def := f.Default
	if f.Must {
		def = "none: it has to be said"
	}
	fmt.Fprintf(w, "%s (%s)\n\n", f.Name(), f.Type)
	for _, line := range [][2]string{{"", f.Meaning}, {"Default: ", def}, {"A change takes: ", f.Change}} {
		if line[1] != "" {
			fmt.Fprintf(w, "%s%s\n", line[0], line[1])
		}
	}
	if len(fields) == 1 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\n  field\ttype\tdefault\tmeaning\n")
	for _, f := range fields[1:] {
		def := format.Shorten(f.Default)
		if f.Must {
			def = "has to be said"
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", f.Name(), f.Type, cmp.Or(def, "-"), f.Meaning)
	}
	return t.Flush()
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimRight(text, "\n") + "\n") {
		b.WriteString("\t" + line)
	}
	return b.String()
}
