package md

import (
	"errors"
	"regexp"
	"strings"
)

// The nesting in a shell block is a string with one letter a level. It follows
// just enough of the shell to know where a quoted word may stand.
const (
	shellDouble   = "d" // "…"
	shellSingle   = "s" // '…'
	shellDollar   = "e" // $'…'
	shellParen    = "p" // $(…) and (…)
	shellBrace    = "b" // ${…}
	shellNumber   = "n" // ((…))
	shellTicks    = "t" // `…`
	shellComment  = "c"
	shellHereDoc  = "h" // a here-document began, or may have
	shellQuotings = shellDouble + shellSingle + shellDollar + shellBrace + shellNumber + shellTicks
)

func (s state) shellTop() string {
	if s.shell == "" {
		return ""
	}
	return s.shell[len(s.shell)-1:]
}

func (s state) shellEscaper() (string, error) {
	switch top := s.shellTop(); {
	case strings.Contains(s.shell, shellHereDoc):
		return "", errors.New("an action behind a here-document")
	case top == shellComment:
		return escapeLine, nil
	case strings.ContainsAny(s.shell, shellNumber+shellTicks):
		return "", errors.New("an action inside of (( )) or backticks")
	case top != "" && strings.Contains(shellQuotings, top):
		return "", errors.New("an action in quotes: it brings its own, so end them before it")
	case s.before&dollarBefore != 0:
		return "", errors.New("an action right behind a dollar sign")
	}
	return escapeWord, nil
}

func (l *lexer) shellPush(kind string, n int) {
	l.shell += kind
	l.advance(n, lineText, nothingBefore)
}

func (l *lexer) shellPop(n int) {
	l.shell = l.shell[:len(l.shell)-1]
	l.advance(n, lineText, nothingBefore)
}

func (l *lexer) shellStep(rest string) error {
	if rest[0] == '\n' {
		if l.shellTop() == shellComment {
			l.shellPop(0)
		}
		l.newline()
		return nil
	}
	if rest[0] == ' ' || rest[0] == '\t' {
		l.pos++
		l.before = nothingBefore
		return nil
	}
	switch l.shellTop() {
	case shellComment:
		l.advance(1, lineText, nothingBefore)
	case shellSingle:
		l.shellUntil(rest, '\'')
	case shellDollar:
		return l.shellEscaped(rest, '\'')
	case shellTicks:
		return l.shellEscaped(rest, '`')
	case shellDouble:
		return l.shellInDouble(rest)
	case shellNumber:
		l.shellInNumber(rest)
	default:
		return l.shellCode(rest)
	}
	return nil
}

func (l *lexer) shellUntil(rest string, end byte) {
	if rest[0] == end {
		l.shellPop(1)
		return
	}
	l.advance(1, lineText, nothingBefore)
}

func (l *lexer) shellEscaped(rest string, end byte) error {
	if rest[0] == '\\' {
		return l.escape(lineText)
	}
	l.shellUntil(rest, end)
	return nil
}

func (l *lexer) shellInNumber(rest string) {
	switch rest[0] {
	case '(':
		l.shellPush(shellNumber, 1)
	case ')':
		l.shellPop(1)
	default:
		l.advance(1, lineText, nothingBefore)
	}
}

func (l *lexer) shellInDouble(rest string) error {
	switch {
	case rest[0] == '\\':
		return l.escape(lineText)
	case rest[0] == '"':
		l.shellPop(1)
	case !l.shellExpansion(rest):
		l.advance(1, lineText, nothingBefore)
	}
	return nil
}

// shellExpansion enters what begins alike inside and outside of double quotes.
func (l *lexer) shellExpansion(rest string) bool {
	switch {
	case strings.HasPrefix(rest, "$(("):
		l.shellPush(shellNumber+shellNumber, 3)
	case strings.HasPrefix(rest, "$("):
		l.shellPush(shellParen, 2)
	case strings.HasPrefix(rest, "${"):
		l.shellPush(shellBrace, 2)
	case rest[0] == '`':
		l.shellPush(shellTicks, 1)
	case rest[0] == '$':
		l.advance(1, lineText, dollarBefore)
	default:
		return false
	}
	return true
}

// shellCode reads what is outside of all quotes.
func (l *lexer) shellCode(rest string) error {
	top := l.shellTop()
	switch {
	case rest[0] == '\\':
		return l.escape(lineText)
	case strings.HasPrefix(rest, "$'"):
		l.shellPush(shellDollar, 2)
	case rest[0] == '\'':
		l.shellPush(shellSingle, 1)
	case rest[0] == '"':
		l.shellPush(shellDouble, 1)
	case l.shellExpansion(rest):
	case strings.HasPrefix(rest, "<<<"):
		l.advance(3, lineText, nothingBefore)
	case strings.HasPrefix(rest, "<<"):
		// What follows is text of another kind, whose end is not looked for.
		l.shell = shellHereDoc + l.shell
		l.advance(2, lineText, nothingBefore)
	case strings.HasPrefix(rest, "(("):
		l.shellPush(shellNumber+shellNumber, 2)
	case rest[0] == '(':
		l.shellPush(shellParen, 1)
	case rest[0] == ')' && top == shellParen, rest[0] == '}' && top == shellBrace:
		l.shellPop(1)
	case rest[0] == '#' && top != shellBrace && l.wordBegins():
		l.shellPush(shellComment, 1)
	default:
		l.advance(1, lineText, nothingBefore)
	}
	return nil
}

// wordBegins says whether a number sign here begins a comment. At the start of a
// text an action may have printed the rest of a word, so it does not.
func (l *lexer) wordBegins() bool {
	if l.pos == 0 {
		return l.line == lineEmpty
	}
	return commentMayFollow.MatchString(l.text[l.pos-1 : l.pos])
}

var commentMayFollow = regexp.MustCompile(`[\s;&|(]`)
