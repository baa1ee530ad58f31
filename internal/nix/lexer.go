package nix

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// lexer reads one text of a template. It does what nix/src/libexpr/lexer.l does,
// and keeps the nesting that lexer leaves to the parser.
type lexer struct {
	text   string
	pos    int
	frames []frame
	before before
}

// follow follows the lexer through text. The error may be a textError.
func (s state) follow(text string) (state, error) {
	l := lexer{text: text, frames: unpack(s.frames), before: s.before}
	if err := l.checkBehind(); err != nil {
		return s, err
	}
	for l.pos < len(l.text) {
		start := l.pos
		if err := l.step(); err != nil {
			return s, textError{start, err}
		}
	}
	return state{pack(l.frames), l.before}, nil
}

func (l *lexer) step() error {
	switch l.top().kind {
	case inString:
		return l.stringBody()
	case inIndented:
		return l.indentedBody()
	case inLineComment:
		return l.lineComment()
	case inBlockComment:
		return l.blockComment()
	}
	return l.token()
}

func (l *lexer) top() *frame   { return &l.frames[len(l.frames)-1] }
func (l *lexer) rest() string  { return l.text[l.pos:] }
func (l *lexer) push(k kind)   { l.frames = append(l.frames, frame{kind: k}) }
func (l *lexer) pop()          { l.frames = l.frames[:len(l.frames)-1] }
func (l *lexer) binding() bool { k := l.top().kind; return k == inAttrs || k == inLet }

// advance moves over n bytes and notes what they were.
func (l *lexer) advance(n int, b before) {
	l.pos += n
	l.before = b
}

// checkBehind refuses a first byte that would become one token with what the
// action, or another text, left before it.
func (l *lexer) checkBehind() error {
	if l.text == "" || l.inText() {
		return nil
	}
	c := l.text[0]
	if strings.IndexByte(" \t\n", c) >= 0 || l.before == blankBefore {
		return nil
	}
	for _, rule := range []struct {
		before before
		allow  string
		what   string
	}{
		{actionBefore, ";)]},", "the action"},
		{nameBefore, ";)]},=.", "the action"},
		{wordBefore | pathBefore, ";)]},=", "a word"},
		{closeBefore, ";)]},=.:", "a closing sign"},
		{dotBefore, "", "a dot"},
		{otherBefore, "", "a sign"},
	} {
		if l.before&rule.before != 0 && strings.IndexByte(rule.allow, c) < 0 {
			return fmt.Errorf("%q right behind %s: put a space between them", firstRune(l.text), rule.what)
		}
	}
	if l.before&nameBefore != 0 && !nameTail.MatchString(l.text) {
		return errors.New("a path or an address that would begin with the action")
	}
	if l.before&openBefore != 0 && c == '=' {
		return errors.New("an action cuts a sign in two")
	}
	return nil
}

// nameTail is what may follow a printed name without a space: further names. A
// slash or a colon behind them would make one path or URI of it all.
var nameTail = regexp.MustCompile(`^(?:\.[a-zA-Z_][a-zA-Z0-9_'-]*)*(?:\.?$|\.["$]|[\s;)\]},=])`)

// inText says that the bytes are not tokens but the inside of one.
func (l *lexer) inText() bool { return l.top().kind >= inString }

func (l *lexer) stringBody() error {
	rest := l.rest()
	switch {
	case rest == `\` || rest == "$":
		return errCut
	case rest[0] == '\\', strings.HasPrefix(rest, "$$"):
		l.pos += 2
	case strings.HasPrefix(rest, "${"):
		l.open(inInterp, 2)
	case rest[0] == '"':
		l.pop()
		l.advance(1, closeBefore)
	default:
		l.pos++
	}
	return nil
}

func (l *lexer) indentedBody() error {
	rest := l.rest()
	switch {
	case rest == "'" || rest == "$" || rest == `''\`:
		return errCut
	case strings.HasPrefix(rest, `''\`):
		l.pos += 4
	case strings.HasPrefix(rest, "''$"), strings.HasPrefix(rest, "'''"):
		l.pos += 3
	case strings.HasPrefix(rest, "''"):
		l.pop()
		l.advance(2, closeBefore)
	case strings.HasPrefix(rest, "$$"):
		l.pos += 2
	case strings.HasPrefix(rest, "${"):
		l.open(inInterp, 2)
	default:
		l.pos++
	}
	return nil
}

var errCut = errors.New("an action cuts an escape in two")

func (l *lexer) lineComment() error {
	n := strings.IndexByte(l.rest(), '\n')
	if n < 0 {
		l.pos = len(l.text)
		return nil
	}
	l.pop()
	l.advance(n+1, blankBefore)
	return nil
}

func (l *lexer) blockComment() error {
	n := strings.Index(l.rest(), "*/")
	switch {
	case n >= 0:
		l.pop()
		l.advance(n+2, blankBefore)
	case strings.HasSuffix(l.text, "*"):
		return errCut
	default:
		l.pos = len(l.text)
	}
	return nil
}

// open enters a level of nesting by a token of n bytes.
func (l *lexer) open(k kind, n int) {
	l.push(k)
	l.advance(n, openBefore)
}
