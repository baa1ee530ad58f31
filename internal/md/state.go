package md

import (
	"errors"
	"strings"
)

type mode byte

const (
	inProse mode = iota
	inSpan
	inTag
	inComment
	inTarget // of a link
	inBlock  // a code block without a language of ours
	inShell
	inMermaid
	inLabel // the quotes of Mermaid
)

func (m mode) String() string {
	return [...]string{
		"prose", "a code span", "an HTML tag", "an HTML comment", "a link's target",
		"a code block", "a shell block", "a Mermaid block", "a Mermaid label",
	}[m]
}

// line is a set of what the line may have begun with. It has more than one
// member where branches of the template met.
type line uint8

const (
	lineEmpty  line = 1 << iota // only white space so far
	lineMarked                  // and list markers
	lineText
	lineRow // it began with a pipe
)

// before is a set of what may stand directly before the current byte, as far as
// it matters.
type before uint16

const (
	nothingBefore     before = 1 << iota
	ticksBefore              // a run of backticks
	bracketBefore            // ]
	referenceBefore          // < or the start of a character reference
	dollarBefore             // in a shell block
	actionBefore             // an action
	firstActionBefore        // an action that was the first text of its line
	fenceBefore              // a closing fence
)

// state is the lexer between two bytes.
type state struct {
	mode   mode
	line   line
	before before
	fence  string // what ends the code span or the code block
	shell  string // the nesting in a shell block, see shell.go
}

// language is Markdown for package tmpl.
type language struct{}

func (language) Start() state {
	return state{line: lineEmpty, before: nothingBefore}
}

// The names of the escapers in the template.
const (
	escapeText    = "_md_text"
	escapeSpan    = "_md_span"
	escapeRowSpan = "_md_row_span"
	escapeLine    = "_md_line"
	escapeWord    = "_md_word"
	escapeLabel   = "_md_label"
	escapeNumber  = "_md_number"
)

func (language) Control(state) error { return nil }

func (language) Output(s state) (state, string, error) {
	escaper, err := s.escaper()
	if err != nil {
		return s, "", err
	}
	if s.mode == inProse && s.line&(lineEmpty|lineMarked) != 0 {
		s.before = firstActionBefore
	} else {
		s.before = actionBefore
	}
	s.line = s.line.with(lineText)
	return s, escaper, nil
}

func (s state) escaper() (string, error) {
	switch {
	case s.before&referenceBefore != 0:
		return "", errors.New("an action right behind a sign that HTML begins with")
	case s.before&fenceBefore != 0:
		return "", errors.New("an action right behind a fence")
	}
	switch s.mode {
	case inProse:
		switch {
		case s.before&(actionBefore|firstActionBefore) != 0:
			return "", errors.New("an action right behind another one")
		case s.before&ticksBefore != 0:
			return "", errors.New("an action right behind a code span")
		}
		return escapeText, nil
	case inSpan:
		if s.line&lineRow != 0 {
			return escapeRowSpan, nil
		}
		return escapeSpan, nil
	case inBlock:
		return escapeLine, nil
	case inShell:
		return s.shellEscaper()
	case inMermaid:
		return escapeNumber, nil
	case inLabel:
		return escapeLabel, nil
	case inTarget:
		return "", errors.New("an action in a link's target: use {{link …}}")
	}
	return "", errors.New("an action in " + s.mode.String())
}

// with notes text on the line. A row of a table stays one.
func (l line) with(kind line) line {
	switch {
	case l == lineRow:
		return l
	case l&lineRow != 0:
		return kind | lineRow
	}
	return kind
}

func (language) Join(a, b state) (state, error) {
	joined := a
	joined.line |= b.line
	joined.before |= b.before
	b.line, b.before = joined.line, joined.before
	switch {
	case joined == b:
		return joined, nil
	case a.mode != b.mode:
		return a, errors.New("the branches end in different places: in " + a.mode.String() + ", and in " + b.mode.String())
	}
	return a, errors.New("the branches end at different places in " + a.mode.String())
}

func (language) End(s state) error {
	if s.mode != inProse {
		return errors.New("the template ends inside " + s.mode.String())
	}
	return nil
}

// fenceRun returns the run that rest begins with, if it can be a fence.
func fenceRun(rest string) string {
	for _, c := range []string{"`", "~"} {
		if run := rest[:len(rest)-len(strings.TrimLeft(rest, c))]; len(run) >= 3 {
			return run
		}
	}
	return ""
}
