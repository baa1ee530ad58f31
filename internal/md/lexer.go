package md

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"sitegen/internal/tmpl"
)

// lexer reads one text of a template. Of Markdown's block structure it knows no
// more than lines and fences: escaped text has no need for the rest.
type lexer struct {
	state
	text string
	pos  int
}

var (
	errCut      = errors.New("an action cuts a sign in two")
	errTwoLines = errors.New("the branches before this fence end on different lines")
)

func (language) Text(s state, text string) (state, error) {
	l := lexer{state: s, text: text}
	if err := l.checkBehind(); err != nil {
		return s, err
	}
	for l.pos < len(l.text) {
		start := l.pos
		if err := l.step(); err != nil {
			return s, tmpl.At{Offset: start, Err: err}
		}
	}
	return l.state, nil
}

// checkBehind refuses a first byte that would become one sign with what the
// action, or another text, left before it.
func (l *lexer) checkBehind() error {
	if l.text == "" {
		return nil
	}
	c := l.text[0]
	if l.before&fenceBefore != 0 && strings.IndexByte(" \t\n", c) < 0 {
		return errCut
	}
	if l.before&firstActionBefore != 0 && strings.IndexByte(".)", c) >= 0 {
		return fmt.Errorf("%q behind the first word of a line, which a number would make a list", string(c))
	}
	for _, rule := range []struct {
		before before
		mode   mode
		signs  string
	}{
		{actionBefore | firstActionBefore, inProse, "`"}, // a value can be a code span
		{ticksBefore, inProse, "`"},
		{ticksBefore, inSpan, "`"},
		{bracketBefore, inProse, "("},
		{referenceBefore, inProse, "#;"},
		{actionBefore, inShell, "(<>"}, // "2" and an angle bracket redirect
		{dollarBefore, inShell, `({'"`},
	} {
		if l.before&rule.before != 0 && l.mode == rule.mode && strings.IndexByte(rule.signs, c) >= 0 {
			return fmt.Errorf("%q right behind an action has another meaning than in text", string(c))
		}
	}
	return nil
}

func (l *lexer) rest() string { return l.text[l.pos:] }

func (l *lexer) advance(n int, kind line, b before) {
	l.pos += n
	l.line = l.line.with(kind)
	l.before = b
}

func (l *lexer) newline() {
	l.pos++
	l.line, l.before = lineEmpty, nothingBefore
}

func (l *lexer) step() error {
	switch l.mode {
	case inSpan:
		return l.span()
	case inTag:
		return l.until(">")
	case inComment:
		return l.until("-->")
	case inTarget:
		return l.until(")")
	case inBlock, inShell, inMermaid, inLabel:
		return l.block()
	}
	return l.prose()
}

func (l *lexer) prose() error {
	rest := l.rest()
	switch c := rest[0]; {
	case c == '\n':
		l.newline()
	case c == ' ' || c == '\t':
		l.pos++
		l.before = nothingBefore
	case c == '\\':
		return l.escape(lineText)
	case (c == '`' || c == '~') && fenceRun(rest) != "" && l.line&lineEmpty != 0:
		return l.openBlock(fenceRun(rest))
	case c == '`':
		l.fence = rest[:len(rest)-len(strings.TrimLeft(rest, "`"))]
		l.mode = inSpan
		l.advance(len(l.fence), lineText, ticksBefore)
	case strings.HasPrefix(rest, "<!--"):
		l.mode = inComment
		l.advance(4, lineText, nothingBefore)
	case c == '<' && len(rest) > 1 && tagStart.MatchString(rest):
		l.mode = inTag
		l.advance(1, lineText, nothingBefore)
	case c == '<' || c == '&' && openReference.MatchString(rest):
		l.advance(1, lineText, referenceBefore)
	case l.before == referenceBefore && (c == '#' || isWordChar(rune(c))):
		l.advance(1, lineText, referenceBefore)
	case strings.HasPrefix(rest, "]("):
		l.mode = inTarget
		l.advance(2, lineText, nothingBefore)
	case c == ']':
		l.advance(1, lineText, bracketBefore)
	case c == '|' && l.line == lineEmpty:
		l.pos++
		l.line, l.before = lineRow, nothingBefore
	case strings.IndexByte("0123456789.)-+*>", c) >= 0 && l.line&(lineEmpty|lineMarked) != 0:
		l.advance(1, lineMarked, nothingBefore)
	default:
		l.advance(1, lineText, nothingBefore)
	}
	return nil
}

var (
	tagStart = regexp.MustCompile(`^<[a-zA-Z/!?]`)
	// openReference is a reference whose end an action would be.
	openReference = regexp.MustCompile(`^&#?[a-zA-Z0-9]*$`)
)

// escape moves over a backslash and what it escapes.
func (l *lexer) escape(kind line) error {
	rest := l.rest()
	if len(rest) == 1 {
		return errCut
	}
	if rest[1] == '\n' {
		l.pos++
		return nil
	}
	l.advance(2, kind, nothingBefore)
	return nil
}

func (l *lexer) span() error {
	rest := l.rest()
	if rest[0] == '\n' {
		return errors.New("a code span that does not end on its line")
	}
	run := rest[:len(rest)-len(strings.TrimLeft(rest, "`"))]
	if run == l.fence {
		l.mode, l.fence = inProse, ""
		l.advance(len(run), lineText, ticksBefore)
		return nil
	}
	l.advance(max(1, len(run)), lineText, nothingBefore)
	return nil
}

// until reads a place in which no action can stand, up to its end.
func (l *lexer) until(end string) error {
	if n := strings.Index(l.rest(), end); n >= 0 {
		l.mode = inProse
		l.advance(n+len(end), lineText, nothingBefore)
		return nil
	}
	l.pos = len(l.text)
	return nil
}

// openBlock reads the line of an opening fence.
func (l *lexer) openBlock(run string) error {
	if l.line != lineEmpty {
		return errTwoLines
	}
	info, _, whole := strings.Cut(l.rest()[len(run):], "\n")
	switch {
	case run[0] == '`' && strings.Contains(info, "`"):
		l.fence = run
		l.mode = inSpan
		l.advance(len(run), lineText, ticksBefore)
		return nil
	case !whole:
		return errors.New("an action in the first line of a code block")
	}
	language, _, _ := strings.Cut(strings.TrimSpace(info), " ")
	switch language {
	case "sh", "bash":
		l.mode = inShell
	case "mermaid":
		l.mode = inMermaid
	default:
		l.mode = inBlock
	}
	l.fence = run
	l.pos += len(run) + len(info)
	l.newline()
	return nil
}

func (l *lexer) block() error {
	rest := l.rest()
	if run := fenceRun(rest); run != "" && l.line&lineEmpty != 0 && strings.HasPrefix(run, l.fence) {
		switch tail, _, _ := strings.Cut(rest[len(run):], "\n"); {
		case strings.TrimSpace(tail) != "":
		case l.line != lineEmpty:
			return errTwoLines
		default:
			return l.closeBlock(len(run))
		}
	}
	switch {
	case l.mode == inShell:
		return l.shellStep(rest)
	case rest[0] == '\n' && l.mode == inLabel:
		return errors.New("a Mermaid label that does not end on its line")
	case rest[0] == '\n':
		l.newline()
		return nil
	case rest[0] == '"' && l.mode == inMermaid:
		l.mode = inLabel
	case rest[0] == '"' && l.mode == inLabel:
		l.mode = inMermaid
	}
	if rest[0] == ' ' || rest[0] == '\t' {
		l.pos++
		return nil
	}
	l.advance(1, lineText, nothingBefore)
	return nil
}

func (l *lexer) closeBlock(n int) error {
	if l.mode == inLabel || strings.Trim(l.shell, shellHereDoc) != "" {
		return fmt.Errorf("%s ends in the middle of something", l.mode)
	}
	l.mode, l.fence, l.shell = inProse, "", ""
	l.advance(n, lineText, fenceBefore)
	return nil
}
