package nix

import (
	"errors"
	"fmt"
)

// kind is what the lexer is inside of.
type kind byte

const (
	inFile kind = iota
	inParen
	inList
	inAttrs // an attribute set, or a function's arguments: only what follows tells
	inLet
	inInterp     // ${ } in a string or as an attribute name
	inPathInterp // ${ } in a path
	inString
	inIndented
	inLineComment
	inBlockComment
)

func (k kind) String() string {
	return [...]string{
		"the file", "parentheses", "a list", "braces", "a let", "a ${ }", "a ${ }",
		"a string", "an indented string", "a comment", "a comment",
	}[k]
}

// phase is the place in a binding. It has a meaning in inAttrs and inLet only.
type phase byte

const (
	atName     phase = iota // a binding begins here
	behindName              // an attribute path began
	atValue                 // behind the equals sign
	inInherit
	inFormals // the names of a function's arguments
	inDefault // behind the question mark of one
)

// frame is one level of nesting.
type frame struct {
	kind    kind
	phase   phase
	pending byte // with and assert whose semicolon is still to come
}

// before is a set of what may stand directly before the current byte. It has more
// than one member where branches of the template met.
type before uint16

const (
	blankBefore  before = 1 << iota // white space, a comment, the start of the file
	openBefore                      // ( [ { = ; ${
	wordBefore                      // an identifier, a number, a URI
	pathBefore                      // a path
	closeBefore                     // ) ] } "
	dotBefore                       // the dot of an attribute path
	actionBefore                    // an action printing an expression
	nameBefore                      // an action printing an attribute name
	otherBefore                     // an operator
)

// state is the lexer between two bytes. The frames are packed into a string so
// that states can be compared.
type state struct {
	frames string
	before before
}

func pack(frames []frame) string {
	b := make([]byte, 0, 3*len(frames))
	for _, f := range frames {
		b = append(b, byte(f.kind), byte(f.phase), f.pending)
	}
	return string(b)
}

func unpack(s string) []frame {
	frames := make([]frame, 0, len(s)/3)
	for i := 0; i < len(s); i += 3 {
		frames = append(frames, frame{kind(s[i]), phase(s[i+1]), s[i+2]})
	}
	return frames
}

func (s state) top() frame {
	frames := unpack(s.frames)
	return frames[len(frames)-1]
}

// start is the state at the first byte of a file.
func start() state {
	return state{pack([]frame{{kind: inFile}}), blankBefore}
}

// control says whether an action that prints nothing may stand here.
func (s state) control() error {
	if k := s.top().kind; k == inLineComment || k == inBlockComment {
		return errors.New("an action in a comment")
	}
	return nil
}

// output decides between the two escapers. What it lets through is separated
// from the text on its left; the first byte of the next text is the business of
// checkBehind.
func (s state) output() (state, string, error) {
	top := s.top()
	switch top.kind {
	case inLineComment, inBlockComment:
		return s, "", errors.New("an action in a comment")
	case inString, inIndented:
		return s, "", fmt.Errorf("an action in %s: write ${ {{…}} } instead", top.kind)
	}
	if s.before == dotBefore {
		return becomeName(s), escapeName, nil
	}
	if err := s.before.mayPrecedeAction(); err != nil {
		return s, "", err
	}
	if top.kind == inAttrs || top.kind == inLet {
		switch top.phase {
		case atName:
			return becomeName(s), escapeName, nil
		case behindName:
			return s, "", errors.New("an action where an equals sign or a dot has to be")
		case inInherit:
			return s, "", errors.New("an action among inherited names: write a binding instead")
		case inFormals:
			return s, "", errors.New("an action among a function's arguments")
		}
	}
	s.before = actionBefore
	return s, escapeValue, nil
}

func becomeName(s state) state {
	frames := unpack(s.frames)
	if f := &frames[len(frames)-1]; f.phase == atName {
		f.phase = behindName
	}
	return state{pack(frames), nameBefore}
}

func (b before) mayPrecedeAction() error {
	switch {
	case b&(wordBefore|pathBefore) != 0:
		return errors.New("an action right behind a word")
	case b&(actionBefore|nameBefore) != 0:
		return errors.New("an action right behind another one")
	case b&^(blankBefore|openBefore) != 0:
		return errors.New("an action right behind a sign: put a space between them")
	}
	return nil
}

// join returns the state that stands for both a and b, where branches meet.
func join(a, b state) (state, error) {
	if a.frames == b.frames {
		return state{a.frames, a.before | b.before}, nil
	}
	x, y := a.top(), b.top()
	if x.kind == y.kind && len(a.frames) == len(b.frames) {
		return a, fmt.Errorf("the branches end at different places of a binding in %s", x.kind)
	}
	return a, fmt.Errorf("the branches end in different places: in %s, and in %s", x.kind, y.kind)
}

// end says whether a file may end here.
func (s state) end() error {
	if top := s.top(); top.kind != inFile && top.kind != inLineComment {
		return fmt.Errorf("the template ends inside %s", top.kind)
	}
	if len(unpack(s.frames)) > 2 {
		return errors.New("the template ends in the middle of an expression")
	}
	return nil
}
