package tree

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
)

// sides takes a file with git's conflict markers apart: the file as it is when
// every conflict is decided for one side, and for the other. It reads the
// styles merge, diff3 and zdiff3; the common ancestor of the latter two is
// dropped. ok is false when there is no conflict, or the markers do not pair.
func sides(data []byte) (ours, theirs []byte, ok bool) {
	if !bytes.Contains(data, []byte("<<<<<<<")) {
		return nil, nil, false
	}
	const (
		outside = iota
		inOurs
		inBase
		inTheirs
	)
	at, found := outside, false
	for line := range bytes.Lines(data) {
		switch {
		case at == outside && isMarker(line, '<'):
			at, found = inOurs, true
		case at == inOurs && isMarker(line, '|'):
			at = inBase
		case (at == inOurs || at == inBase) && isMarker(line, '='):
			at = inTheirs
		case at == inTheirs && isMarker(line, '>'):
			at = outside
		case at == outside:
			ours, theirs = append(ours, line...), append(theirs, line...)
		case at == inOurs:
			ours = append(ours, line...)
		case at == inTheirs:
			theirs = append(theirs, line...)
		}
	}
	return ours, theirs, found && at == outside
}

// isMarker reports whether the line is git's marker of seven times c. The one
// in the middle stands alone, the others have a label. Longer runs belong to a
// conflict inside the common ancestor and are text to us.
func isMarker(line []byte, c byte) bool {
	rest, ok := bytes.CutPrefix(line, bytes.Repeat([]byte{c}, 7))
	rest = bytes.TrimRight(rest, "\r\n")
	return ok && (len(rest) == 0 || c != '=' && rest[0] == ' ')
}

// machineMade reports whether data is a merge conflict between versions that
// gen wrote, with nothing of a person's in it: each side is a version that gen
// wrote, or has no line that would be lost by writing want. The second half is
// for the file in which git merged one place and gave up at another: neither
// side is then a whole version. Lines that a person only removed from such a
// file do come back.
func machineMade(data []byte, want *File, known []sum) bool {
	ours, theirs, ok := sides(data)
	if !ok || len(known) == 0 {
		return false
	}
	var kept lineSet
	if want != nil {
		kept.add(want.Data)
	}
	var open [][]byte
	for _, side := range [][]byte{ours, theirs} {
		if slices.Contains(known, sha256.Sum256(side)) {
			kept.add(side)
		} else {
			open = append(open, side)
		}
	}
	for _, side := range open {
		if want == nil || !kept.hasAll(side) {
			return false
		}
	}
	return true
}

// A lineSet holds lines up to the white space inside them: formatters line up
// columns, so that one long new name moves its neighbours' values. Indentation
// counts, it is meaning in YAML.
type lineSet map[string]bool

func (s *lineSet) add(text []byte) {
	if *s == nil {
		*s = make(lineSet)
	}
	for line := range strings.Lines(string(text)) {
		(*s)[squeeze(line)] = true
	}
}

func (s lineSet) hasAll(text []byte) bool {
	for line := range strings.Lines(string(text)) {
		if !s[squeeze(line)] {
			return false
		}
	}
	return true
}

func squeeze(line string) string {
	text := strings.TrimLeft(line, " \t")
	return line[:len(line)-len(text)] + strings.Join(strings.Fields(text), " ")
}
