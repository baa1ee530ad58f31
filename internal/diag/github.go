package diag

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// writeGitHub prints workflow commands, which become annotations of a change
// (docs.github.com, workflow commands, setting an error message).
func (l *Log) writeGitHub(w io.Writer) error {
	for _, p := range l.Findings {
		properties := ""
		if p.Pos.IsValid() {
			properties = "file=" + property(filepath.ToSlash(l.file(p.Pos.File))) + ","
		}
		if p.Pos.Line > 0 {
			properties += fmt.Sprintf("line=%d,", p.Pos.Line)
		}
		if p.Pos.Col > 0 {
			properties += fmt.Sprintf("col=%d,", p.Pos.Col)
		}
		_, err := fmt.Fprintf(w, "::%s %stitle=%s::%s\n", p.Severity, properties, property(p.Rule), data(detail(p)))
		if err != nil {
			return err
		}
	}
	return nil
}

// detail is a finding without its own place, which a viewer shows by itself.
func detail(p Problem) string {
	var b strings.Builder
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Message)
	for _, n := range p.Notes {
		b.WriteString("\n" + n.Pos.String() + ": " + n.Message)
	}
	if p.Hint != "" {
		b.WriteString("\nhint: " + p.Hint)
	}
	return b.String()
}

// data escapes the text of a command, property the value of one of its
// properties (actions/toolkit packages/core/src/command.ts).
func data(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

func property(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(text)
}
