package spec

import (
	"bytes"
	"strings"

	"cuelang.org/go/cue/scanner"
	"cuelang.org/go/cue/token"
)

// opened is a bracket, and how far in the line is on which it stands.
type opened struct {
	line, depth int
	closes      token.Token // the other one
}

var closing = map[token.Token]token.Token{token.LBRACE: token.RBRACE, token.LBRACK: token.RBRACK, token.LPAREN: token.RPAREN}

// unclosed is the line of the bracket that most likely lacks its other one, or 0. By counting, a
// block that is not closed takes the } of the one around it; that one stands further out than the
// line that opened the block.
func unclosed(data []byte) int {
	file := token.NewFile("", -1, len(data))
	var s scanner.Scanner
	s.Init(file, data, nil, 0)
	lines := bytes.Split(data, []byte("\n"))
	var open []opened
	for last := 0; ; {
		pos, tok, _ := s.Scan()
		line := pos.Line()
		switch tok {
		case token.EOF:
			if len(open) == 0 {
				return 0
			}
			return open[len(open)-1].line
		case token.INTERPOLATION:
			return 0 // \( ) in a text: brackets there are not told apart
		case token.LBRACE, token.LBRACK, token.LPAREN:
			open = append(open, opened{line, depth(lines[line-1]), closing[tok]})
		case token.RBRACE, token.RBRACK, token.RPAREN:
			if len(open) == 0 {
				return 0
			}
			top := open[len(open)-1]
			if tok != top.closes || line != last && line != top.line && depth(lines[line-1]) < top.depth {
				return top.line
			}
			open = open[:len(open)-1]
		}
		last = line
	}
}

// depth is how far in a line begins.
func depth(line []byte) int { return len(line) - len(strings.TrimLeft(string(line), " \t")) }
