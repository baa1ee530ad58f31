package nix

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// The tokens made of letters, digits and the signs of paths, as lexer.l has them.
// The longest match wins, and of two equal ones the first.
var (
	pathToken      = regexp.MustCompile(`^(?:[a-zA-Z0-9._+-]*(?:/[a-zA-Z0-9._+-]+)+/?|~(?:/[a-zA-Z0-9._+-]+)+/?|<[a-zA-Z0-9._+-]+(?:/[a-zA-Z0-9._+-]+)*>)`)
	pathStartToken = regexp.MustCompile(`^(?:[a-zA-Z0-9._+-]*|~)/\$\{`)
	pathRestToken  = regexp.MustCompile(`^[a-zA-Z0-9._+/-]+`)
	nameToken      = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_'-]*`)
	valueToken     = regexp.MustCompile(`^(?:[a-zA-Z][a-zA-Z0-9+.-]*:[a-zA-Z0-9%/?:@&=+$,_.!~*'-]+|(?:[1-9][0-9]*\.[0-9]*|0?\.[0-9]+)(?:[Ee][+-]?[0-9]+)?|[0-9]+)`)
	signToken      = regexp.MustCompile(`^(?:==|!=|<=|>=|&&|\|\||->|//|\+\+|\.\.\.|[-+*/<>!@:|&])`)
)

// token reads one token outside of strings and comments.
func (l *lexer) token() error {
	rest := l.rest()
	switch {
	case strings.IndexByte(" \t\n", rest[0]) >= 0:
		l.advance(1, blankBefore)
		return nil
	case rest[0] == '#':
		l.push(inLineComment)
		return nil
	case strings.HasPrefix(rest, "/*"):
		l.open(inBlockComment, 2)
		return nil
	case rest == "$" || rest == "'":
		return errCut
	}
	if l.before == pathBefore {
		if n := len(pathRestToken.FindString(rest)); n > 0 {
			l.advance(n, pathBefore)
			return nil
		}
	}
	if ok, err := l.wordToken(rest); ok || err != nil {
		return err
	}
	if sign := signToken.FindString(rest); sign != "" {
		return l.sign(sign)
	}
	return l.bracket(rest)
}

func (l *lexer) wordToken(rest string) (bool, error) {
	path, value, name := pathToken.FindString(rest), valueToken.FindString(rest), nameToken.FindString(rest)
	switch {
	case pathStartToken.MatchString(rest) && len(path) < len(pathStartToken.FindString(rest))-2:
		l.advance(len(pathStartToken.FindString(rest))-2, pathBefore)
		return true, l.value()
	case len(path) > max(len(value), len(name)):
		l.advance(len(path), pathBefore)
		return true, l.value()
	case len(value) > len(name):
		l.advance(len(value), wordBefore)
		return true, l.value()
	case name != "":
		return true, l.name(name)
	}
	return false, nil
}

// value notes an operand, which no binding can begin with.
func (l *lexer) value() error {
	if l.binding() && l.top().phase != atValue && l.top().phase != inDefault {
		return errors.New("a value where a name has to be")
	}
	return nil
}

// name notes an identifier or a keyword.
func (l *lexer) name(name string) error {
	l.advance(len(name), wordBefore)
	top := l.top()
	starting := l.binding() && top.phase == atName
	switch {
	case name == "let":
		l.push(inLet)
	case name == "in" && top.kind == inLet && starting:
		l.pop()
	case name == "in":
		return errors.New(`"in" without its "let"`)
	case name == "inherit" && starting:
		top.phase = inInherit
	case name == "with" || name == "assert":
		top.pending++
	case starting:
		top.phase = behindName
	}
	return nil
}

func (l *lexer) sign(sign string) error {
	l.advance(len(sign), otherBefore)
	if top := l.top(); sign == "..." && l.binding() && top.phase == atName {
		top.phase = inFormals
	}
	return nil
}

// bracket reads the tokens that nest or end something.
func (l *lexer) bracket(rest string) error {
	top := l.top()
	switch {
	case strings.HasPrefix(rest, "''"):
		l.open(inIndented, 2)
	case strings.HasPrefix(rest, "${") && l.before == pathBefore:
		l.open(inPathInterp, 2)
	case strings.HasPrefix(rest, "${"):
		l.nameBegins()
		l.open(inInterp, 2)
	case rest[0] == '"':
		l.nameBegins()
		l.open(inString, 1)
	case rest[0] == '{':
		if l.binding() && top.phase != atValue && top.phase != inDefault {
			return errors.New("a brace where a name has to be")
		}
		l.open(inAttrs, 1)
	case rest[0] == '(':
		l.open(inParen, 1)
	case rest[0] == '[':
		l.open(inList, 1)
	case strings.IndexByte(")]}", rest[0]) >= 0:
		return l.close(rest[0])
	default:
		return l.separator(rest)
	}
	return nil
}

func (l *lexer) nameBegins() {
	if top := l.top(); l.binding() && top.phase == atName {
		top.phase = behindName
	}
}

func (l *lexer) close(c byte) error {
	k := l.top().kind
	switch {
	case c == ')' && k == inParen, c == ']' && k == inList, c == '}' && (k == inAttrs || k == inInterp):
		l.pop()
		l.advance(1, closeBefore)
	case c == '}' && k == inPathInterp:
		l.pop()
		l.advance(1, pathBefore)
	default:
		return fmt.Errorf("%q closes nothing in %s", string(c), k)
	}
	return nil
}

func (l *lexer) separator(rest string) error {
	top := l.top()
	switch {
	case rest[0] == '.':
		b := otherBefore
		if l.before&(wordBefore|closeBefore|nameBefore) != 0 {
			b = dotBefore
		}
		l.advance(1, b)
	case rest[0] == ';':
		l.advance(1, openBefore)
		return l.semicolon()
	case rest[0] == '=' && l.binding() && top.phase == behindName:
		top.phase = atValue
		l.advance(1, openBefore)
	case rest[0] == ',' && top.kind == inAttrs && top.phase != atValue && top.phase != inInherit:
		top.phase = inFormals
		l.advance(1, otherBefore)
	case rest[0] == '?':
		if top.kind == inAttrs && (top.phase == behindName || top.phase == inFormals) {
			top.phase = inDefault
		}
		l.advance(1, otherBefore)
	default:
		return fmt.Errorf("%q cannot stand here", firstRune(rest))
	}
	return nil
}

// semicolon ends a with or an assert where one is waiting, and else the binding.
func (l *lexer) semicolon() error {
	top := l.top()
	switch {
	case top.pending > 0:
		top.pending--
	case l.binding() && (top.phase == atValue || top.phase == inInherit):
		top.phase = atName
	default:
		return fmt.Errorf("a semicolon in %s", top.kind)
	}
	return nil
}
