package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"text/tabwriter"

	"sitegen/internal/trace"
)

// pins are the fields that hold a version: those of schema/versions.cue, and what a site
// says of its own.
func pins() []string {
	return []string{
		"versions.terraform", "versions.*.*", "hosts.*.release", "charts.*.version", "terraform.providers.*.version", "ci.image",
		"clients.*.image", "clients.*.init.*.image", "clients.*.sidecars.*.image",
		"apps.*.image", "apps.*.init.*.image", "apps.*.sidecars.*.image", "apps.*.jobs.*.image",
	}
}

type versionsCmd struct {
	specFlags
	outFlags
	Format string `default:"text" enum:"text,json" help:"text or json (${default})."`
}

// pin is a version, and where it stands.
type pin struct {
	Path    string   `json:"path"`
	Value   string   `json:"value"`
	Default bool     `json:"default"`        // the spec does not say it
	Said    string   `json:"said,omitempty"` // where the spec does
	Used    []string `json:"used"`           // lines of the output
}

// maxTraced is how many pins are followed into the output: each has the generators run again.
const maxTraced = 200

// Run lists the pins.
func (c *versionsCmd) Run(e *env) error {
	t, err := c.tracer(e, c.Out)
	if err != nil {
		return err
	}
	fields := t.Fields(pins())
	if len(fields) > maxTraced {
		fmt.Fprintf(e.stderr, "gen: these are %d pins, too many to follow into the output; gen where PATH does it for one\n", len(fields))
	}
	all := []pin{}
	for _, f := range fields {
		all = append(all, c.pin(t, f, len(fields) <= maxTraced))
	}
	if c.Format == "json" {
		enc := json.NewEncoder(e.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(all)
	}
	return writePins(e, all)
}

func (c *versionsCmd) pin(t *trace.Tracer, f trace.Field, follow bool) pin {
	value, err := strconv.Unquote(f.Value)
	if err != nil {
		value = f.Value
	}
	p := pin{Path: f.Path.String(), Value: value, Default: !f.Pos.IsValid(), Used: []string{}}
	if !p.Default {
		p.Said = f.Pos.String()
	}
	if follow {
		lines, _ := t.Where(f.Path)
		for _, l := range lines {
			p.Used = append(p.Used, c.Out.lines(l))
		}
	}
	return p
}

// writePins writes a line for each pin, and one more for each further place.
func writePins(e *env, all []pin) error {
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, p := range all {
		said := p.Said
		if p.Default {
			said = "default"
		}
		if len(p.Used) == 0 {
			p.Used = []string{"-"}
		}
		for i, used := range p.Used {
			if i == 0 {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.Path, p.Value, said, used)
			} else {
				fmt.Fprintf(w, "\t\t\t%s\n", used)
			}
		}
	}
	return w.Flush()
}
