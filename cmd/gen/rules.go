package main

import (
	"fmt"

	"sitegen/internal/site"
)

// show prints problems: on stdout for machines, on stderr for people.
func (f *specFlags) show(e *env, problems site.Problems) error {
	if len(problems) > 0 {
		fmt.Fprintln(e.stderr, problems.Error())
	}
	return nil
}

type rulesCmd struct{}

func (c *rulesCmd) Run(e *env) error { return nil }

type explainCmd struct {
	Rule string `arg:"" help:"Id of the rule, as messages show it in brackets."`
}

func (c *explainCmd) Run(e *env) error { return nil }
