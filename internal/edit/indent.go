package edit

import (
	"bytes"
	"regexp"
	"strings"
)

// indented puts the lines after the first behind an indentation, in the file's own way. Of a
// text of several lines, what its last line begins with is indentation, and the rest is text.
func (f *file) indented(text, indent string) string {
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		end, tabs := textEnd(lines, i)
		if i > 0 {
			lines[i] = f.shifted(lines[i], indent, -1)
		}
		for ; i < end; i++ {
			lines[i+1] = f.shifted(lines[i+1], indent, tabs)
		}
	}
	return strings.Join(lines, "\n")
}

// shifted indents a line whose first tabs are indentation, or all of them with -1.
func (f *file) shifted(line, indent string, tabs int) string {
	if line == "" {
		return ""
	}
	if n := len(line) - len(strings.TrimLeft(line, "\t")); tabs < 0 || n < tabs {
		tabs = n
	}
	return indent + strings.Repeat(f.unit(), tabs) + line[tabs:]
}

var (
	textOpensRE  = regexp.MustCompile(`(#*)("""|''')$`)
	textClosesRE = regexp.MustCompile(`^(\t*)("""|''')(#*)`)
)

// textEnd is the last line of a text of several lines that begins in a line, and how far
// that one is indented; where none begins, the line itself.
func textEnd(lines []string, i int) (end, tabs int) {
	opens := textOpensRE.FindStringSubmatch(lines[i])
	for n := i + 1; opens != nil && n < len(lines); n++ {
		if m := textClosesRE.FindStringSubmatch(lines[n]); m != nil && m[2] == opens[2] && len(m[3]) >= len(opens[1]) {
			return n, len(m[1])
		}
	}
	return i, 0
}

// indent is the space at the start of a line.
func (f *file) indent(start int) string {
	line := f.data[start:]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// unit is what the file indents by.
func (f *file) unit() string {
	for line := range bytes.Lines(f.data) {
		if space := len(line) - len(bytes.TrimLeft(line, " ")); space > 1 {
			return strings.Repeat(" ", space)
		}
		if line[0] == '\t' {
			break
		}
	}
	return "\t"
}
