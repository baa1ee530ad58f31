package tree

import (
	"bufio"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The histogram does not follow the terminal's width: the same drift is the
// same text everywhere.
const (
	statWidth = 80
	minGraph  = 24 // of these, when the names are long
)

// A statLine counts what changes in one file.
type statLine struct {
	path          string
	plus, minus   int // lines
	binary        bool
	before, after int // bytes
}

func statOf(c Change) statLine {
	l := statLine{path: c.Path, before: len(bytesOf(c.Old)), after: len(bytesOf(c.New))}
	if l.binary = (isBinary(c.Old) || isBinary(c.New)) && !sameBytes(c.Old, c.New); l.binary {
		return l
	}
	for line := range strings.Lines(string(hunksOf(c))) {
		switch line[0] {
		case '+':
			l.plus++
		case '-':
			l.minus++
		}
	}
	return l
}

// A histogram knows the columns that its lines share.
type histogram struct {
	names, numbers, graph int // widths
	most                  int // changed lines in one file
	color                 bool
}

func writeStat(b *bufio.Writer, changes []Change, color bool) {
	if len(changes) == 0 {
		return
	}
	h := histogram{color: color, numbers: 1}
	lines := make([]statLine, 0, len(changes))
	plus, minus := 0, 0
	for _, c := range changes {
		l := statOf(c)
		lines = append(lines, l)
		plus, minus = plus+l.plus, minus+l.minus
		h.names = max(h.names, utf8.RuneCountInString(l.path))
		h.most = max(h.most, l.plus+l.minus)
		if l.binary {
			h.numbers = len("Bin")
		}
	}
	h.numbers = max(h.numbers, len(fmt.Sprint(h.most)))
	// Long names give way to the graph, down to its minimum, not the reverse.
	room := statWidth - len("  |  ") - h.numbers
	h.names = min(h.names, room-min(h.most, minGraph))
	h.graph = room - h.names
	for _, l := range lines {
		b.WriteString(h.line(l))
	}
	fmt.Fprintf(b, " %s changed", count(len(lines), "file"))
	if plus > 0 || minus == 0 {
		fmt.Fprintf(b, ", %s(+)", count(plus, "insertion"))
	}
	if minus > 0 || plus == 0 {
		fmt.Fprintf(b, ", %s(-)", count(minus, "deletion"))
	}
	b.WriteByte('\n')
}

func (h histogram) line(l statLine) string {
	name := shorten(l.path, h.names)
	pad := strings.Repeat(" ", h.names-utf8.RuneCountInString(name))
	head := " " + name + pad + " | "
	switch {
	case l.binary:
		return fmt.Sprintf("%s%*s %d -> %d bytes\n", head, h.numbers, "Bin", l.before, l.after)
	case l.plus+l.minus == 0:
		return fmt.Sprintf("%s%*d\n", head, h.numbers, 0)
	}
	return fmt.Sprintf("%s%*d %s\n", head, h.numbers, l.plus+l.minus, h.bar(l))
}

// bar draws a sign for each changed line, or a share of them when the longest
// bar does not fit; no count but zero becomes invisible.
func (h histogram) bar(l statLine) string {
	plus, minus := l.plus, l.minus
	if h.most > h.graph {
		plus = (plus*h.graph + h.most - 1) / h.most
		minus = min((minus*h.graph+h.most-1)/h.most, h.graph-plus)
		if minus == 0 && l.minus > 0 {
			plus, minus = plus-1, 1
		}
	}
	p, m := strings.Repeat("+", plus), strings.Repeat("-", minus)
	if h.color && p != "" {
		p = green + p + reset
	}
	if h.color && m != "" {
		m = red + m + reset
	}
	return p + m
}

// shorten cuts a long path at its front, at a slash where there is one.
func shorten(path string, width int) string {
	runes := []rune(path)
	if len(runes) <= width {
		return path
	}
	tail := string(runes[len(runes)-(width-len("...")):])
	if n := strings.IndexByte(tail, '/'); n >= 0 {
		tail = tail[n:]
	}
	return "..." + tail
}

func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
