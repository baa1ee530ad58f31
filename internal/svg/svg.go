// Package svg writes a picture that flows downwards, as text does: each row of a column
// stands below the one before it by its own height and not at a place of its own, so that
// one row more changes one line of the file and the height. It follows the reader's
// choice of light or dark.
package svg

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// Row is one line of a column.
type Row struct {
	Down  int // from the row before, in pixels
	Spans []Span
}

// Span is a text in a row, at a place from the column's left edge.
type Span struct {
	X     int
	Class string
	Text  string
}

// Column is a list of rows in a box.
type Column struct {
	X, Y, Width int
	Rows        []Row
}

// height is what the rows take.
func (c Column) height() int {
	h := padding
	for _, r := range c.Rows {
		h += r.Down
	}
	return h
}

const padding = 16

// style names colours that are told apart in both schemes (WCAG contrast 4.5 and more on
// their backgrounds).
const style = `text { font: 13px ui-sans-serif, system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 16px; }
.head { font-weight: 600; }
.quiet { fill: #59636e; }
.public { fill: #9a4b00; }
.guarded { fill: #116329; }
.box { fill: #ffffff; stroke: #d1d9e0; }
.page { fill: #f6f8fa; }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc; }
.quiet { fill: #9198a1; }
.public { fill: #f0883e; }
.guarded { fill: #56d364; }
.box { fill: #151b23; stroke: #3d444d; }
.page { fill: #0d1117; }
}
`

// Picture is a file with a title, which programs that read pictures out read, and columns.
func Picture(header, title string, columns []Column) []byte {
	width, height := 0, 0
	for _, c := range columns {
		width, height = max(width, c.X+c.Width), max(height, c.Y+c.height())
	}
	width, height = width+padding, height+padding
	var b strings.Builder
	open(&b, header, title, width, height, "")
	for _, c := range columns {
		box(&b, c.X, c.Y, c.Width, c.height())
		fmt.Fprintf(&b, "<text y=\"%d\">\n", c.Y)
		for _, r := range c.Rows {
			for i, s := range r.Spans {
				down := ""
				if i == 0 {
					down = fmt.Sprintf(" dy=\"%d\"", r.Down)
				}
				fmt.Fprintf(&b, "<tspan x=\"%d\"%s class=\"%s\">%s</tspan>", c.X+padding+s.X, down, text(s.Class), text(s.Text))
			}
			b.WriteByte('\n')
		}
		b.WriteString("</text>\n")
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// open begins a file, with more rules of style after those of all pictures.
func open(b *strings.Builder, header, title string, width, height int, more string) {
	fmt.Fprintf(b, "<!-- %s -->\n", strings.ReplaceAll(header, "--", "- -"))
	fmt.Fprintf(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">\n<style>\n%s%s</style>\n", width, height, width, height, text(title), style, more)
	b.WriteString("<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n")
}

func box(b *strings.Builder, x, y, width, height int) {
	fmt.Fprintf(b, "<rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/>\n", x, y, width, height)
}

// text is a text as XML has it; what XML cannot hold becomes U+FFFD.
func text(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // into memory, which cannot fail
	return b.String()
}
