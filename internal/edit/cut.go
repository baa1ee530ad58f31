package edit

import (
	"bytes"
	"regexp"

	"cuelang.org/go/cue/ast"
)

// extent is where a node begins, with the comments right above it, and ends.
func extent(n ast.Node) (from, to int) {
	from, to = n.Pos().Offset(), n.End().Offset()
	for _, c := range ast.Comments(n) {
		if c.Doc && c.Pos().Offset() < from {
			from = c.Pos().Offset()
		}
	}
	return from, to
}

// restRE is what may stand behind the last thing on a line.
var restRE = regexp.MustCompile(`^[ \t]*,?[ \t]*(//[^\n]*)?\r?(\n|$)`)

// rest is how much of the line behind an offset is there for what ends at it, with the
// line's end; false where more follows.
func (f *file) rest(to int) (int, bool) {
	m := restRE.FindIndex(f.data[to:])
	if m == nil {
		return to, false
	}
	return to + m[1], true
}

// lineStart is the offset at which a line begins, and whether only space is before an offset.
func (f *file) lineStart(at int) (start int, alone bool) {
	start = bytes.LastIndexByte(f.data[:at], '\n') + 1
	return start, len(bytes.TrimLeft(f.data[start:at], " \t")) == 0
}

// cut takes an item out of the text.
func (it *item) cut() error {
	f, sc := it.file, it.scope
	from, to := extent(it.node)
	i := 0
	for i < len(sc.nodes) && sc.nodes[i] != it.node {
		i++
	}
	start, alone := f.lineStart(from)
	end, last := f.rest(to)
	if alone && last && !sc.sharesLine(start, end, i) {
		return it.cutLines(start, end, i)
	}
	switch {
	case i+1 < len(sc.nodes):
		next, _ := extent(sc.nodes[i+1])
		return f.splice(from, next, "")
	case i > 0:
		_, prev := extent(sc.nodes[i-1])
		return f.splice(prev, to, "")
	}
	if comma := f.comma(to); comma > 0 {
		to = comma
	}
	return f.splice(from, to, "")
}

// comma is where the comma right behind an offset ends, on its line; 0 for none.
func (f *file) comma(at int) int {
	for i, c := range f.data[at:] {
		switch c {
		case ',':
			return at + i + 1
		case ' ', '\t':
		default:
			return 0
		}
	}
	return 0
}

// sharesLine tells whether a neighbour is on the lines of the node i.
func (sc *scope) sharesLine(start, end, i int) bool {
	if i > 0 && sc.nodes[i-1].End().Offset() > start {
		return true
	}
	return i+1 < len(sc.nodes) && sc.nodes[i+1].Pos().Offset() < end
}

// cutLines takes whole lines out, and one of the empty lines around them.
func (it *item) cutLines(start, end, i int) error {
	f, sc := it.file, it.scope
	if _, isList := sc.lit.(*ast.ListLit); isList && i > 0 && i == len(sc.nodes)-1 {
		_, to := extent(it.node)
		if f.comma(to) == 0 { // nor shall the one before have a comma behind it
			_, prev := extent(sc.nodes[i-1])
			return f.splice(prev, to, "")
		}
	}
	if end == len(f.data) && !bytes.HasSuffix(f.data, []byte("\n")) && start > 0 {
		start-- // the file ends without a line break, before and after
		if start > 0 && f.data[start-1] == '\r' {
			start--
		}
		return f.splice(start, end, "")
	}
	above, before := f.blankBefore(start)
	below, after := f.blankAfter(end)
	closes := end == len(f.data) || bytes.IndexAny(bytes.TrimLeft(f.data[end:], " \t"), "}])") == 0
	opens := bytes.HasSuffix(bytes.TrimRight(f.data[:start], " \t\r\n"), []byte("{"))
	switch {
	case before && (after || closes):
		start = above
	case after && opens:
		end = below
	}
	if lit, ok := sc.lit.(*ast.StructLit); ok && len(sc.nodes) == 1 && lit.Lbrace.IsValid() {
		open, shut := lit.Lbrace.Offset()+1, lit.Rbrace.Offset()
		if len(bytes.TrimSpace(f.data[open:start]))+len(bytes.TrimSpace(f.data[end:shut])) == 0 {
			return f.splice(open, shut, "")
		}
	}
	return f.splice(start, end, "")
}

var (
	blankBeforeRE = regexp.MustCompile(`\n([ \t]*\r?\n)$`)
	blankAfterRE  = regexp.MustCompile(`^[ \t]*\r?\n`)
)

// blankBefore is where an empty line before an offset begins.
func (f *file) blankBefore(at int) (int, bool) {
	from := max(0, at-200)
	m := blankBeforeRE.FindSubmatchIndex(f.data[from:at])
	if m == nil {
		return at, false
	}
	return from + m[2], true
}

// blankAfter is where an empty line at an offset ends.
func (f *file) blankAfter(at int) (int, bool) {
	m := blankAfterRE.FindIndex(f.data[at:])
	if m == nil {
		return at, false
	}
	return at + m[1], true
}
