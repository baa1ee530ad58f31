package edit

import (
	"bytes"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// wide is how long a line may become before an entry is written as a block.
const wide = 120

// put writes a field into a spot.
func (sp spot) put(at diag.Path, text string) error {
	f, sc := sp.scope.file, sp.scope
	if len(sc.nodes) == 0 {
		return sp.putFirst(text)
	}
	i := -1
	next := sc.nodes[len(sc.nodes)-1] // behind it
	if len(sp.siblings) > 0 {
		if i = sp.after(at); i < 0 {
			return sp.putBefore(sp.siblings[0].node, text)
		}
		next = sp.siblings[i].node
	}
	_, to := extent(next)
	start, _ := f.lineStart(next.Pos().Offset())
	indent := f.indent(start)
	end, last := f.rest(to)
	if !last {
		return f.splice(to, to, ", "+sp.entry("", text, true))
	}
	entry := sp.entry(indent, text, sp.single())
	if pad := f.valueColumn(next); len(sp.labels) == 1 && pad > 0 {
		entry = aligned(entry, sp.labels[0], pad-len(indent))
	}
	_, blank := f.blankAfter(end)
	lead := ""
	ends := blank || end == len(f.data)
	if sp.spaced() || ends && (sp.n == 0 || sc.lit == nil && strings.Contains(entry, "\n")) {
		lead = "\n"
	}
	if end == len(f.data) && !bytes.HasSuffix(f.data, []byte("\n")) {
		return f.splice(end, end, "\n"+lead+indent+entry)
	}
	return f.splice(end, end, lead+indent+entry+"\n")
}

// putBefore writes a field in front of the first of its siblings.
func (sp spot) putBefore(first ast.Node, text string) error {
	f := sp.scope.file
	from, _ := extent(first)
	start, alone := f.lineStart(from)
	if !alone {
		return f.splice(from, from, sp.entry("", text, true)+", ")
	}
	indent, trail := f.indent(start), ""
	if sp.spaced() {
		trail = "\n"
	}
	return f.splice(start, start, indent+sp.entry(indent, text, sp.single())+"\n"+trail)
}

// putFirst writes the first field of a struct, or of a file.
func (sp spot) putFirst(text string) error {
	f := sp.scope.file
	lit, ok := sp.scope.lit.(*ast.StructLit)
	if !ok {
		return f.splice(len(f.data), len(f.data), sp.entry("", text, true)+"\n")
	}
	open := lit.Lbrace.Offset() + 1
	start, _ := f.lineStart(lit.Lbrace.Offset())
	indent := f.indent(start)
	if lit.Rbrace.Line() > lit.Lbrace.Line() {
		if end, last := f.rest(open); last {
			return f.splice(end, end, indent+f.unit()+sp.entry(indent+f.unit(), text, true)+"\n")
		}
	}
	if entry := sp.entry(indent, text, true); !strings.Contains(entry, "\n") && open-start+len(entry) < wide {
		return f.splice(open, open, entry)
	}
	return f.splice(open, open, "\n"+indent+f.unit()+sp.entry(indent+f.unit(), text, true)+"\n"+indent)
}

// entry is the new text: on one line, where the siblings are and it fits, else as a block.
func (sp spot) entry(indent, text string, single bool) string {
	var head strings.Builder
	for _, name := range sp.labels {
		head.WriteString(spec.Label(name) + ": ")
	}
	name, value := unchained(text)
	one := formatted(head.String() + name + value)
	lit, _ := parser.ParseExpr("", value)
	fields, isStruct := lit.(*ast.StructLit)
	if !isStruct || len(fields.Elts) < 2 || single && !strings.Contains(one, "\n") && len(indent)+len(one) <= wide {
		return sp.scope.file.indented(one, indent)
	}
	var b strings.Builder
	b.WriteString(head.String() + name + "{\n")
	for _, d := range fields.Elts {
		b.WriteString(value[d.Pos().Offset():d.End().Offset()] + "\n")
	}
	b.WriteString("}")
	return sp.scope.file.indented(formatted(b.String()), indent)
}

// unchained takes the names of fields that are alone in their struct off a value:
// {a: {b: 1}} is a: b: 1.
func unchained(text string) (names, value string) {
	for {
		e, err := parser.ParseExpr("", text)
		lit, ok := e.(*ast.StructLit)
		if err != nil || !ok || len(lit.Elts) != 1 {
			return names, text
		}
		f, ok := lit.Elts[0].(*ast.Field)
		if !ok || f.Constraint != token.ILLEGAL || len(ast.Comments(f)) > 0 || f.Alias != nil {
			return names, text
		}
		if _, _, err := ast.LabelName(f.Label); err != nil {
			return names, text
		}
		names += text[f.Label.Pos().Offset():f.Label.End().Offset()] + ": "
		text = text[f.Value.Pos().Offset():f.Value.End().Offset()]
	}
}

// formatted is a text as cue fmt has it.
func formatted(text string) string {
	out, err := format.Source([]byte(text))
	if err != nil {
		return text
	}
	return strings.TrimSpace(string(out))
}

// oneLine is formatted for a value.
func oneLine(text string) string { return strings.TrimPrefix(formatted("x: "+text), "x: ") }

// single tells whether the siblings are one line each, or most of them.
func (sp spot) single() bool {
	n := 0
	for _, s := range sp.siblings {
		if n--; s.node.Pos().Line() == s.node.End().Line() {
			n += 2
		}
	}
	return n >= 0 || sp.n == 0
}

// spaced tells whether there is an empty line between each two of the siblings.
func (sp spot) spaced() bool {
	spaced := false
	for i, s := range sp.siblings {
		if i == 0 || s.node == sp.siblings[i-1].node {
			continue
		}
		from, _ := extent(s.node)
		start, _ := sp.scope.file.lineStart(from)
		if _, blank := sp.scope.file.blankBefore(start); !blank {
			return false
		}
		spaced = true
	}
	return spaced && sp.n > 0
}

// valueColumn is the column of the value of a field on a line of its own, where cue fmt
// aligns it; 0 for any other.
func (f *file) valueColumn(n ast.Node) int {
	field, ok := n.(*ast.Field)
	if !ok || field.Pos().Line() != field.End().Line() {
		return 0
	}
	if _, plain := field.Value.(*ast.BasicLit); !plain {
		return 0
	}
	start, _ := f.lineStart(field.Pos().Offset())
	return field.Value.Pos().Offset() - start
}

// aligned gives the value of an entry the column of its neighbour's.
func aligned(entry, name string, column int) string {
	head := spec.Label(name) + ":"
	value := strings.TrimPrefix(entry, head+" ")
	if value == entry || strings.ContainsAny(value, "{[\n") || column <= len(head) {
		return entry
	}
	return head + strings.Repeat(" ", column-len(head)) + value
}

// append writes an element behind the others of a list.
func (sc *scope) append(text string) error {
	f, list := sc.file, sc.lit.(*ast.ListLit)
	text = oneLine(text)
	if len(sc.nodes) == 0 {
		open := list.Lbrack.Offset() + 1
		return f.splice(open, open, text)
	}
	last := sc.nodes[len(sc.nodes)-1]
	to := last.End().Offset()
	end, ends := f.rest(to)
	if !ends {
		return f.splice(to, to, ", "+text)
	}
	start, _ := f.lineStart(last.Pos().Offset())
	indent := f.indent(start)
	if list.Lbrack.Offset() > start { // the element stands behind the bracket
		indent += f.unit()
	}
	comma := f.comma(to) > 0
	text = indent + f.indented(text, indent)
	if comma {
		text += ","
	}
	if err := f.splice(end, end, text+"\n"); err != nil || comma {
		return err
	}
	return f.splice(to, to, ",") // the comment behind the last one stays there
}
