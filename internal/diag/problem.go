package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Severity says whether a problem stops gen.
type Severity string

// The severities. --strict turns a warning into an error.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Problem is one thing that is wrong with the spec.
type Problem struct {
	Pos      Pos      `json:"position"`
	Path     string   `json:"path,omitempty"` // as CUE writes it; "" for the spec as a whole
	Message  string   `json:"message"`        // what is wrong with the value; lower case, no full stop
	Rule     string   `json:"rule"`           // id of the rule; stable
	Severity Severity `json:"severity"`
	Notes    []Note   `json:"notes,omitempty"` // the other places that have to do with it
	Hint     string   `json:"hint,omitempty"`  // what to do
}

// Note is another place that has to do with a problem.
type Note struct {
	Pos     Pos    `json:"position"`
	Message string `json:"message"`
}

// Error is the problem as gen prints it: one main line, then a tab and a line for
// each note and for the hint.
func (p Problem) Error() string { return text(p, false) }

// Problems are the problems of one spec.
type Problems []Problem

// Error is all problems, one after the other.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Errors tells how many of the problems stop gen.
func (ps Problems) Errors() int {
	n := 0
	for _, p := range ps {
		if p.Severity == Error {
			n++
		}
	}
	return n
}

// Sorted orders problems by place, and drops those said twice. What a loop or a
// template makes has one place and many paths: it is said once.
func (ps Problems) Sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(
			ComparePos(a.Pos, b.Pos),
			cmp.Compare(a.Rule, b.Rule),
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Message, b.Message),
		)
	})
	ps = slices.CompactFunc(ps, func(a, b Problem) bool { return a.Error() == b.Error() })
	var once Problems
	for len(ps) > 0 {
		n := 1
		for n < len(ps) && ps[n].Pos == ps[0].Pos && ps[n].Rule == ps[0].Rule && ps[0].Pos.Line > 0 {
			n++
		}
		once = append(once, together(ps[:n])...)
		ps = ps[n:]
	}
	return once
}

// maxPaths is how many paths of one place are named.
const maxPaths = 3

// together makes one problem of those of one rule at one place, which are of the
// first path, and names the other paths.
func together(ps Problems) Problems {
	if len(ps) > 1 && ps[0].Path == "" && ps[0].Message == ps[1].Message {
		ps = ps[1:] // the same, with its path
	}
	var same Problems
	var others []string
	for _, p := range ps {
		switch {
		case p.Path == ps[0].Path:
			same = append(same, p)
		case len(others) == 0 || others[len(others)-1] != p.Path:
			others = append(others, p.Path)
		}
	}
	if len(others) > 0 {
		named := others[:min(maxPaths, len(others))]
		more := fmt.Sprintf("and %d more here: %s", len(others), strings.Join(named, ", "))
		if len(named) < len(others) {
			more += ", …"
		}
		last := &same[len(same)-1]
		last.Notes = append(slices.Clone(last.Notes), Note{Pos: last.Pos, Message: more})
	}
	return same
}

func ComparePos(a, b Pos) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
}

// Pos is a place in the user's spec; Line and Col count from 1, in bytes.
type Pos struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"column"`
}

// String is file:line:col, as far as it is known.
func (p Pos) String() string {
	text := p.File
	for _, n := range []int{p.Line, p.Col} {
		if n == 0 {
			break
		}
		text += ":" + strconv.Itoa(n)
	}
	return text
}

// IsValid tells whether p names a file.
func (p Pos) IsValid() bool { return p.File != "" }

// WithHint says what to do about a problem.
func (p *Problem) WithHint(format string, args ...any) *Problem {
	p.Hint = fmt.Sprintf(format, args...)
	return p
}

const WrittenHere = "the value is written here"

// NoteWritten says in a problem where its value was written, if that is not where
// it is used.
func NoteWritten(p *Problem, written Pos) {
	if written.IsValid() && written != p.Pos {
		p.Notes = append(p.Notes, Note{Pos: written, Message: WrittenHere})
	}
}
