package tmpl

import (
	"bytes"
	"slices"
	"text/template/parse"
)

// dropControlLines takes the lines that hold nothing but control actions out of
// the text, with their indentation and their line break. A line on which a trim
// marker already ate the break is left as it is.
func dropControlLines(root *parse.ListNode) {
	var f flattener
	f.mark() // the start of the file, or the end of {{define}}'s braces
	f.list(root)
	f.mark()

	for i := 0; i < len(f.pieces); {
		end := i + 1
		for end < len(f.pieces) && f.pieces[end].continuesLine() {
			end++
		}
		dropBetween(f.pieces[i:min(end+1, len(f.pieces))])
		i = end
	}
	for _, p := range f.pieces {
		if p.text != nil {
			p.text.Text = p.text.Text[p.from:p.to]
			p.text.Pos += parse.Pos(p.from)
		}
	}
}

// piece is a part of the template in the order of the source: a text, a control
// action (neither text nor output) or an output action.
type piece struct {
	text     *parse.TextNode
	output   bool
	from, to int // what stays of the text
}

func (p *piece) isMark() bool { return p.text == nil && !p.output }

// continuesLine says that the line goes on behind the piece, and still might be
// one of control actions only.
func (p *piece) continuesLine() bool {
	return p.isMark() || p.text != nil && !bytes.ContainsRune(p.text.Text, '\n') && blank(p.text.Text)
}

// dropBetween looks at a run of pieces of which only the inner ones continue a
// line. Where the first ends in the line's indentation, the last begins with
// its break, and an action is among the others, the line goes. The first and the last
// piece of all are marks, and stand for a line break.
func dropBetween(run []*piece) {
	first, last := run[0], run[len(run)-1]
	if first.output || last.output || !slices.ContainsFunc(run, (*piece).isMark) {
		return
	}
	indent, brk := 0, 0
	if first.text != nil {
		indent = bytes.LastIndexByte(first.text.Text, '\n') + 1
		if indent == 0 || !blank(first.text.Text[indent:]) {
			return
		}
	}
	if last.text != nil {
		brk = bytes.IndexByte(last.text.Text, '\n') + 1
		if brk == 0 || !blank(last.text.Text[:brk-1]) {
			return
		}
	}
	first.to, last.from = indent, brk
	for _, p := range run[1 : len(run)-1] {
		p.to = p.from
	}
}

func blank(text []byte) bool { return len(bytes.Trim(text, " \t")) == 0 }

// flattener lists the pieces of a template in source order.
type flattener struct{ pieces []*piece }

func (f *flattener) mark() { f.pieces = append(f.pieces, &piece{}) }

func (f *flattener) list(list *parse.ListNode) {
	if list == nil {
		return
	}
	for i, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			if i > 0 && list.Nodes[i-1].Type() == parse.NodeText {
				f.mark() // a comment or a definition, which leave no node
			}
			f.pieces = append(f.pieces, &piece{text: n, to: len(n.Text)})
		case *parse.ActionNode:
			f.pieces = append(f.pieces, &piece{output: len(n.Pipe.Decl) == 0})
		case *parse.IfNode:
			f.branch(&n.BranchNode)
		case *parse.WithNode:
			f.branch(&n.BranchNode)
		case *parse.RangeNode:
			f.branch(&n.BranchNode)
		default:
			f.mark()
		}
	}
}

func (f *flattener) branch(b *parse.BranchNode) {
	f.mark()
	f.list(b.List)
	if b.ElseList != nil {
		f.mark()
		f.list(b.ElseList)
	}
	f.mark()
}
