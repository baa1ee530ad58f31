package nix

import "strings"

// WithoutComments is a file of Nix without its comments; the lines stay where they are.
func WithoutComments(text string) (string, error) {
	l := lexer{text: text, frames: []frame{{kind: inFile}}}
	var b strings.Builder
	for l.pos < len(l.text) {
		start, was := l.pos, l.top().kind
		if err := l.step(); err != nil {
			return "", textError{start, err}
		}
		part, is := text[start:l.pos], l.top().kind
		if was == inLineComment || was == inBlockComment || is == inBlockComment {
			part = strings.Repeat("\n", strings.Count(part, "\n"))
		}
		b.WriteString(part)
	}
	return b.String(), nil
}
