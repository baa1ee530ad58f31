package md

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Text writes s as prose: on one line, and so that CommonMark reads it back as
// s. It may stand at the start of a line, in a heading and in a table cell.
//
// The signs of HTML are written as references, since in a block of HTML nobody
// looks at backslashes. White space that Markdown would strip or take
// for structure is written as a reference too, which it never does that with.
func Text(s string) (string, error) {
	if err := checkText(s); err != nil {
		return "", err
	}
	var b strings.Builder
	for i, r := range s {
		edge := i == 0 || i == len(s)-1
		switch {
		case strings.ContainsRune("\t\n\v\f\r", r), r == ' ' && edge:
			fmt.Fprintf(&b, "&#%d;", r)
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '&':
			b.WriteString("&amp;")
		case strings.ContainsRune("\\`*_[]|~$#!", r), opensBlock(s, i):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), nil
}

// opensBlock says whether the character at i, which means nothing within a line,
// would mean something at the start of one (a list, a line under a heading) or
// behind text of the template such as "[name]" and "1".
func opensBlock(s string, i int) bool {
	if i == 0 {
		return strings.IndexByte("-+=.():", s[0]) >= 0
	}
	// A list item wants white space behind its number: "1.20.0" is none.
	return (s[i] == '.' || s[i] == ')') && strings.Trim(s[:i], "0123456789") == "" &&
		(i+1 == len(s) || strings.IndexByte(" \t\n\v\f\r", s[i+1]) >= 0)
}

// Code writes s as a code span whose fence is longer than any in s. What a span
// cannot hold (line breaks, and pipes in a table) goes into a <code> element.
func Code(s string) (string, error) {
	if err := checkText(s); err != nil {
		return "", err
	}
	if s == "" || strings.ContainsAny(s, "\n\r|") {
		text, err := Text(s)
		return "<code>" + text + "</code>", err
	}
	fence := strings.Repeat("`", longestRun(s, '`')+1)
	// One space at either end is stripped, unless there is nothing else.
	spaced := s[0] == ' ' && s[len(s)-1] == ' ' && strings.Trim(s, " ") != ""
	if spaced || s[0] == '`' || s[len(s)-1] == '`' {
		s = " " + s + " "
	}
	return fence + s + fence, nil
}

// span writes into a code span, which a table would cut at a pipe, or into a line
// of a code block. The template opens and closes either.
func span(s string) (string, error) {
	if err := checkText(s); err != nil {
		return "", err
	}
	if s == "" || strings.ContainsAny(s, "`|\n\r") || s != strings.Trim(s, " ") {
		return "", fmt.Errorf("%q cannot stand in a code span: use {{… | code}}", s)
	}
	return s, nil
}

// Link writes a link to a web page or a mail address, which shows the address.
func Link(url string) (string, error) {
	label, err := Text(url)
	if err != nil {
		return "", err
	}
	scheme, _, _ := strings.Cut(url, ":")
	if scheme != "https" && scheme != "http" && scheme != "mailto" {
		return "", fmt.Errorf("%q is no address to link to", url)
	}
	var b strings.Builder
	for _, c := range []byte(url) {
		switch {
		case c == '&':
			b.WriteString("&amp;")
		case c <= ' ', c == 0x7f, strings.IndexByte("<>\\`\"|$", c) >= 0:
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return "[" + label + "](<" + b.String() + ">)", nil
}

func checkText(s string) error {
	if i := strings.IndexByte(s, 0); i >= 0 {
		return fmt.Errorf("text holds a NUL at byte %d, which Markdown cannot hold", i)
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("text %q is not valid UTF-8", s)
	}
	return nil
}

func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != c {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
