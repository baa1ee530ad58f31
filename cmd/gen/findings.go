package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/rules"
	"sitegen/internal/tree"
	"sitegen/internal/verify"
)

// env is what a command may touch beside the file system, and what it found.
// Findings go to people as they come, beside the program's output; machines get
// all of them at once, in its place.
type env struct {
	stdout, stderr io.Writer
	color          bool   // stdout is a terminal that wants colour
	format         string // empty: for people
	out            string // the output root, as the user calls it
	log            diag.Log

	spec specFlags // as given
	root outRoot   // as given

	known known // findings that are not said again
}

// text tells whether the output is for people.
func (e *env) text() bool { return e.format == "" || e.format == "text" }

// find takes findings.
func (e *env) find(findings ...diag.Problem) error {
	if e.known.on {
		findings = e.known.tells(findings)
	}
	e.log.Findings = append(e.log.Findings, findings...)
	if !e.text() {
		return nil
	}
	return e.list(e.stderr, wantsColor(e.stderr), findings)
}

// end prints what machines are waiting for, and returns the exit code. An error
// that is none of the two that have been shown is shown now.
func (e *env) end(err error) int {
	code := exitFine
	switch {
	case errors.Is(err, errDrift):
		code = exitDrift
	case errors.Is(err, errGuarded):
		code = exitGuarded
	case err != nil:
		code = exitTrouble
	}
	shown := err == nil || errors.Is(err, errDrift) || errors.Is(err, errGuarded) || errors.Is(err, errShown)
	if e.text() {
		if !shown {
			fmt.Fprintf(e.stderr, "gen: %v\n", err)
		}
		return code
	}
	if !shown {
		e.log.Findings = append(e.log.Findings, e.trouble(err)...)
	}
	e.log.Rules, e.log.File = findingRules(), fromRepository
	if err := e.log.Write(e.stdout, e.format, false); err != nil {
		fmt.Fprintf(e.stderr, "gen: %v\n", err)
		return exitTrouble
	}
	return code
}

// trouble makes findings of an error, each at its file where it names one.
func (e *env) trouble(err error) diag.Problems {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		var all diag.Problems
		for _, err := range joined.Unwrap() {
			all = append(all, e.trouble(err)...)
		}
		return all
	}
	var at *tree.PathError
	if errors.As(err, &at) {
		return diag.Problems{{Pos: e.pos(at.Path, at.Line), Message: at.Problem, Hint: at.Advice, Rule: rules.RuleBlocked, Severity: diag.Error}}
	}
	return diag.Problems{{Message: err.Error(), Rule: rules.RuleTrouble, Severity: diag.Error}}
}

// pos is a place in the output, as the user calls it.
func (e *env) pos(path string, line int) diag.Pos {
	return diag.Pos{File: filepath.Join(e.out, filepath.FromSlash(path)), Line: line}
}

// drift makes findings of changes: the words, and what to do.
func (e *env) drift(changes []tree.Change) diag.Problems {
	var all diag.Problems
	for _, c := range changes {
		what, do := driftWords(c, e.command(""))
		all = append(all, diag.Problem{Pos: e.pos(c.Path, c.Line()), Message: what, Hint: do, Rule: rules.RuleDrift + string(c.Kind), Severity: diag.Error})
	}
	return all
}

// driftWords says what a change is about and what to do; gen is the command that writes.
func driftWords(c tree.Change, gen string) (what, do string) {
	switch {
	case c.Kind == tree.Missing:
		return "is missing", "run " + gen
	case c.Kind == tree.Stale:
		return "is not what the spec says any more", "run " + gen
	case c.Kind == tree.Orphaned:
		return "is no longer in the spec", "run " + gen + ", which deletes it"
	case c.Kind == tree.Mode && c.New.Mode == 0o755:
		return "is not executable", "run " + gen
	case c.Kind == tree.Mode:
		return "is executable", "run " + gen
	case c.Kind == tree.Endings:
		return "has converted line endings (CRLF)", "turn core.autocrlf off for this repository (git config core.autocrlf false), then run " + gen
	}
	return tree.BlockedWhy(c), "move what you need into the spec, or leave the path to yourself with output: exclude; " + gen + " --force PATH gives it to gen, and keeps a backup"
}

// findingRules is everything that a finding can be about.
func findingRules() []diag.Rule {
	var all []diag.Rule
	for _, r := range append(rules.Rules(), rules.OutputRules()...) {
		help := fmt.Sprintf("bad:\n\n%s\ngood:\n\n%s", indent(r.Bad), indent(r.Good))
		if r.Do != "" {
			help = "What to do: " + r.Do + "."
		}
		if !strings.HasPrefix(r.ID, rules.RuleVerify) {
			all = append(all, diag.Rule{ID: r.ID, Summary: r.Summary, Help: help, Severity: r.Severity})
			continue
		}
		for _, reader := range verify.Readers() {
			all = append(all, diag.Rule{
				ID: rules.RuleVerify + reader.Name, Summary: fmt.Sprintf("%s does not accept what is in the %s, or did not read all of it.", reader.Name, reader.Kind),
				Help: strings.TrimSpace(help + "\n\n" + reader.Install), Severity: r.Severity,
			})
		}
	}
	return all
}
