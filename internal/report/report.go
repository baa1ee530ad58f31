// Package report prints the problems of a spec: for people, for programs, for
// GitHub's annotations and as SARIF for code scanning.
//
// It decides nothing: which problems there are, in which order and in which
// words, is package site's.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"sitegen/internal/site"
)

// Formats are the names of the formats that Write knows.
func Formats() []string { return []string{"text", "json", "github", "sarif"} }

// Write prints the problems in a format; color is for text alone. No problems
// print nothing as text and as annotations, and an empty list as JSON and SARIF.
func Write(w io.Writer, format string, color bool, problems site.Problems) error {
	switch format {
	case "text":
		return writeText(w, color, problems)
	case "json":
		return writeJSON(w, problems)
	case "github":
		return writeGitHub(w, problems)
	case "sarif":
		return writeSARIF(w, problems)
	}
	return fmt.Errorf("there is no format %q: those known are %s", format, strings.Join(Formats(), ", "))
}

// Escape sequences of a terminal (ECMA-48, SGR).
const (
	bold   = "\x1b[1m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	cyan   = "\x1b[36m"
	faint  = "\x1b[2m"
	reset  = "\x1b[0m"
)

func writeText(w io.Writer, color bool, problems site.Problems) error {
	for _, p := range problems {
		text := p.Error()
		if color {
			text = colored(p)
		}
		if _, err := fmt.Fprintln(w, text); err != nil {
			return err
		}
	}
	return nil
}

// colored is Problem.Error with colours. The words are the same.
func colored(p site.Problem) string {
	var b strings.Builder
	if p.Pos.IsValid() {
		b.WriteString(bold + p.Pos.String() + ":" + reset + " ")
	}
	if p.Severity == site.Warning {
		b.WriteString(yellow + "warning:" + reset + " ")
	}
	message := red
	if p.Severity == site.Warning {
		message = ""
	}
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(message + p.Message)
	if message != "" {
		b.WriteString(reset)
	}
	b.WriteString(" " + faint + "[" + p.Rule + "]" + reset)
	for _, n := range p.Notes {
		b.WriteString("\n\t" + bold + n.Pos.String() + ":" + reset + " " + n.Message)
	}
	if p.Hint != "" {
		b.WriteString("\n\t" + cyan + "hint:" + reset + " " + p.Hint)
	}
	return b.String()
}

// writeJSON prints a list of problems with the fields of site.Problem.
func writeJSON(w io.Writer, problems site.Problems) error {
	if problems == nil {
		problems = site.Problems{}
	}
	return encode(w, problems)
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
