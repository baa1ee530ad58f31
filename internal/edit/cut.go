package edit

import (
	"bytes"
	"regexp"
	"slices"

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

// cut takes an item out of the text: it, its own comments, and one comma.
func (it *item) cut() error {
	f, sc := it.file, it.scope
	from, to := extent(it.node)
	i := slices.Index(sc.nodes, it.node)
	start, alone := f.lineStart(from)
	end, last := f.rest(to)
	if alone && last && !sc.sharesLine(start, end, i) {
		return it.cutLines(start, end, i)
	}
	if next := i + 1; next < len(sc.nodes) && sc.nodes[next].Pos().Line() == it.node.End().Line() {
		from = it.node.Pos().Offset() // what is above the line is not about this one alone
	}
	comma := f.comma(to)
	if end, last := f.rest(max(to, comma)); last {
		to = end - len(lineBreakRE.Find(f.data[:end])) // the comment behind it
	} else {
		to = max(to, comma)
	}
	switch spaces := len(f.data[to:]) - len(bytes.TrimLeft(f.data[to:], " \t")); {
	case comma > 0 && !last:
		to += spaces
	case comma == 0:
		from = f.commaBefore(from)
	default:
		from = len(bytes.TrimRight(f.data[:from], " \t"))
	}
	if open, shut, ok := sc.braces(); ok && len(bytes.TrimSpace(f.data[open:from]))+len(bytes.TrimSpace(f.data[to:shut])) == 0 {
		from, to = open, shut
	}
	return f.splice(from, to, "")
}

var (
	lineBreakRE   = regexp.MustCompile(`\r?\n$`)
	commaBeforeRE = regexp.MustCompile(`[ \t]*,[ \t]*$`)
)

// commaBefore is where the comma right before an offset begins, with the space around it;
// without one, the offset.
func (f *file) commaBefore(at int) int {
	from := max(0, at-200)
	if m := commaBeforeRE.FindIndex(f.data[from:at]); m != nil {
		return from + m[0]
	}
	return at
}

// braces are where what is in a struct or a list begins and ends; false for one without.
func (sc *scope) braces() (open, shut int, ok bool) {
	switch lit := sc.lit.(type) {
	case *ast.StructLit:
		return lit.Lbrace.Offset() + 1, lit.Rbrace.Offset(), lit.Lbrace.IsValid()
	case *ast.ListLit:
		return lit.Lbrack.Offset() + 1, lit.Rbrack.Offset(), true
	}
	return 0, 0, false
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
func (it *item) cutLines(start, end, i int) (err error) {
	f, sc := it.file, it.scope
	if _, isList := sc.lit.(*ast.ListLit); isList && i > 0 && i == len(sc.nodes)-1 && f.comma(it.node.End().Offset()) == 0 {
		before := sc.nodes[i-1].End().Offset() // which shall have no comma behind it either
		if comma := f.comma(before); comma > 0 {
			defer func() {
				if err == nil {
					err = f.splice(before, comma, "")
				}
			}()
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
	if open, shut, ok := sc.braces(); ok && len(sc.nodes) == 1 {
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
