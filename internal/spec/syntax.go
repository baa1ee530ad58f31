package spec

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	cueerrors "cuelang.org/go/cue/errors"

	"sitegen/internal/diag"
)

// syntaxProblem says an error of CUE's parser, with a hint where the text at its
// place shows a habit from other languages.
func syntaxProblem(e cueerrors.Error, data []byte) diag.Problem {
	format, args := e.Msg()
	p := diag.Problem{Pos: toPos(e.Position()), Message: strings.TrimSpace(fmt.Sprintf(format, args...)), Rule: "syntax", Severity: diag.Error}
	p.Hint = "a spec is written in CUE: https://cuelang.org/docs/"
	if strings.HasSuffix(p.Message, "found 'EOF'") {
		if n := unclosed(data); n > 0 {
			p.Hint = fmt.Sprintf("what line %d opens is not closed", n)
			return p
		}
	}
	line, col := lineAt(data, p.Pos.Line), p.Pos.Col-1
	if col < 0 || col > len(line) {
		return p
	}
	if hint := syntaxHint(p.Message, line, col); hint != "" {
		p.Hint = hint
	}
	return p
}

func lineAt(data []byte, n int) string {
	lines := bytes.Split(data, []byte("\n"))
	if n < 1 || n > len(lines) {
		return ""
	}
	return string(lines[n-1])
}

func syntaxHint(message, line string, col int) string {
	rest := line[col:]
	switch {
	case strings.HasPrefix(line, "import "):
		return "imports stand at the top, right behind the package clause"
	case strings.HasPrefix(strings.TrimSpace(line), "# "):
		return "a comment starts with //"
	case strings.HasPrefix(message, "illegal character") && strings.IndexAny(rest, "“”„‟‘’‚‛") == 0:
		return "write plain double quotes, as in \"text\""
	case strings.Contains(message, "literal not terminated"):
		return "a text stands between double quotes, and ends on the line that it starts on"
	case strings.HasPrefix(message, "expected '}'"), strings.HasPrefix(message, "expected ']'"):
		return "something that is opened further up is not closed"
	case strings.HasPrefix(message, "expected 'EOF', found '}'"):
		return "one } too many"
	case message == "illegal integer number":
		return "a number does not start with 0; a text needs quotes"
	case strings.HasPrefix(rest, ";"):
		return "a comma separates fields"
	case strings.HasPrefix(message, "missing ','"):
		return commaHint(message, line, col)
	}
	return ""
}

var (
	wordRE  = regexp.MustCompile(`[\w$.-]+`)
	oddRE   = regexp.MustCompile(`^\d|[.-]`)
	colonRE = regexp.MustCompile(`^\s*[?!]?:`)
	fieldRE = regexp.MustCompile(`^("[^"]*"|[\w$]+)[?!]?:`)
)

// commaHint looks at the word at the place, or right before it.
func commaHint(message, line string, col int) string {
	for _, at := range wordRE.FindAllStringIndex(line, -1) {
		word := line[at[0]:at[1]]
		if at[0] >= col || at[1] < col || !oddRE.MatchString(word) {
			continue
		}
		if colonRE.MatchString(line[at[1]:]) {
			return fmt.Sprintf("a name with - or . in it, or a digit first, needs quotes: %q:", word)
		}
		return fmt.Sprintf("a text needs quotes: %q", word)
	}
	switch {
	case strings.Contains(message, "list"):
		return "elements need a comma between them"
	case fieldRE.MatchString(line[col:]):
		return "two fields on one line need a comma between them"
	}
	return ""
}

var (
	oursRE   = regexp.MustCompile(`(?m)^<{7}( .*)?$`)
	theirsRE = regexp.MustCompile(`(?m)^={7}\r?\n(?s:.*?)^>{7}( .*)?$`)
)

// mergeConflict finds what git leaves in a file that two branches changed. CUE
// takes some of it for bounds, and complains further down.
func mergeConflict(name string, data []byte) diag.Problems {
	at := oursRE.FindIndex(data)
	if at == nil || !theirsRE.Match(data[at[1]:]) {
		return nil
	}
	return diag.Problems{{
		Pos:     diag.Pos{File: name, Line: 1 + bytes.Count(data[:at[0]], []byte("\n")), Col: 1},
		Message: "the spec has a merge conflict", Rule: "syntax", Severity: diag.Error,
		Hint: "resolve it here, then run gen: the files that gen writes follow from the spec",
	}}
}

// truth is what other languages' words for true and false are in CUE, or "".
func truth(word string) string {
	switch strings.ToLower(word) {
	case "yes", "on", "true":
		return "true"
	case "no", "off", "false":
		return "false"
	}
	return ""
}
