package diag

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Rule is what a finding can be about. Ids are stable: machines read them.
type Rule struct {
	ID       string
	Summary  string // one sentence
	Help     string // more of it, or an example
	Severity Severity
}

// Log is what one run of gen found.
type Log struct {
	Findings Problems
	Rules    []Rule // everything that Findings can be about
	Readers  any    // what gen verify asked, for JSON; nil elsewhere

	// File names a file from the top of its repository, where GitHub looks for it;
	// nil where findings do so already.
	File func(string) string
}

// Formats are the names of the formats that Write knows.
func Formats() []string { return []string{"text", "json", "github", "sarif"} }

// Write prints the log in a format; color is for text alone. No findings print
// nothing as text and as annotations, and an empty list as JSON and SARIF.
func (l *Log) Write(w io.Writer, format string, color bool) error {
	switch format {
	case "text":
		return Text(w, color, l.Findings)
	case "json":
		return l.writeJSON(w)
	case "github":
		return l.writeGitHub(w)
	case "sarif":
		return l.writeSARIF(w)
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

// Text prints findings for people: one main line each, then a tab and a line for
// each note and for the hint.
func Text(w io.Writer, color bool, findings Problems) error {
	for _, p := range findings {
		if _, err := fmt.Fprintln(w, text(p, color)); err != nil {
			return err
		}
	}
	return nil
}

func text(p Problem, color bool) string {
	style := func(code, s string) string {
		if !color || code == "" {
			return s
		}
		return code + s + reset
	}
	var b strings.Builder
	if p.Pos.IsValid() {
		b.WriteString(style(bold, p.Pos.String()+":") + " ")
	}
	message := red
	if p.Severity == Warning {
		b.WriteString(style(yellow, "warning:") + " ")
		message = ""
	}
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	// What a program said may have several lines.
	b.WriteString(style(message, strings.ReplaceAll(p.Message, "\n", "\n\t")))
	b.WriteString(" " + style(faint, "["+p.Rule+"]"))
	for _, n := range p.Notes {
		b.WriteString("\n\t" + style(bold, n.Pos.String()+":") + " " + n.Message)
	}
	if p.Hint != "" {
		b.WriteString("\n\t" + style(cyan, "hint:") + " " + p.Hint)
	}
	return b.String()
}

// writeJSON prints one object: a list that gets no members but findings, and room
// for what only one command has to say.
func (l *Log) writeJSON(w io.Writer) error {
	document := struct {
		Findings Problems `json:"findings"`
		Readers  any      `json:"readers,omitempty"`
	}{l.Findings, l.Readers}
	if document.Findings == nil {
		document.Findings = Problems{}
	}
	return encode(w, document)
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// file names a file for GitHub.
func (l *Log) file(name string) string {
	if l.File == nil {
		return name
	}
	return l.File(name)
}
