package svg

import (
	"fmt"
	"strings"
)

// Screen is what a terminal shows at a time: a comment, a command in one or more lines, and
// what it printed.
type Screen struct {
	Note    string
	Command []string
	Output  []Span // a line each; X is not read
}

// What a terminal measures: columns, pixels, seconds.
const (
	widest   = 110
	columnPx = 8
	rowPx    = 18
	keySec   = 0.03 // for a character that is typed
	pauseSec = 2.5  // at the end of a screen, and for each line
	lineSec  = 0.25
)

// Without animation, as with prefers-reduced-motion, only the last screen is there.
const terminalStyle = `text { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; white-space: pre; }
.cover { fill: #ffffff; transform: scaleX(0); transform-origin: 100% 0; transform-box: fill-box; }
.screen { visibility: hidden; }
.screen.last { visibility: inherit; }
@keyframes on { from, to { visibility: visible; } }
@keyframes off { from, to { visibility: hidden; } }
@keyframes type { from { transform: scaleX(1); } to { transform: scaleX(0); } }
@media (prefers-color-scheme: dark) { .cover { fill: #151b23; } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; } }
`

// Terminal is a recording: each screen takes the place of the one before it, its command
// is typed, and the last one stays.
func Terminal(header, title string, screens []Screen) []byte {
	rows := 0
	for i := range screens {
		screens[i].Output = wrap(screens[i].Output)
		rows = max(rows, len(screens[i].Command)+len(screens[i].Output)+2)
	}
	width, height := widest*columnPx+4*padding, rows*rowPx+4*padding
	var b strings.Builder
	open(&b, header, title, width, height, terminalStyle)
	box(&b, padding, padding, width-2*padding, height-2*padding)
	start := 0.0
	for i, s := range screens {
		typed := start + float64(len([]rune(strings.Join(s.Command, ""))))*keySec
		end := typed + pauseSec + float64(len(s.Output))*lineSec
		class, animation := "screen", fmt.Sprintf("on %.1fs %.1fs", end-start, start)
		if i == len(screens)-1 {
			class, animation = "screen last", fmt.Sprintf("off %.1fs", start)
		}
		fmt.Fprintf(&b, "<g xml:space=\"preserve\" class=\"%s\" style=\"animation: %s\">\n", class, animation)
		s.write(&b, start, typed)
		b.WriteString("</g>\n")
		start = end
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// write draws a screen whose command is typed between two times.
func (s Screen) write(b *strings.Builder, start, typed float64) {
	x, y := 2*padding, 2*padding+rowPx
	line(b, x, y, Span{Class: "quiet", Text: "# " + s.Note})
	prompt := "$ "
	for _, part := range s.Command {
		y += rowPx
		line(b, x, y, Span{Class: "head", Text: prompt + part})
		keys := len([]rune(part))
		fmt.Fprintf(b, "<rect class=\"cover\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" style=\"animation: type %.1fs steps(%d) %.1fs backwards\"/>\n",
			x, y-rowPx+4, (keys+len(prompt))*columnPx, rowPx, float64(keys)*keySec, keys, start)
		start += float64(keys) * keySec
		prompt = "> "
	}
	fmt.Fprintf(b, "<g style=\"animation: off %.1fs\">\n", typed)
	for _, l := range s.Output {
		y += rowPx
		line(b, x, y, l)
	}
	b.WriteString("</g>\n")
}

// line is as wide as its characters are many, whichever font the reader has.
func line(b *strings.Builder, x, y int, s Span) {
	if strings.TrimSpace(s.Text) == "" {
		return
	}
	shown := strings.TrimLeft(s.Text, " ")
	x += (len(s.Text) - len(shown)) * columnPx
	fmt.Fprintf(b, "<text class=\"%s\" x=\"%d\" y=\"%d\" textLength=\"%d\">%s</text>\n", text(s.Class), x, y, len([]rune(shown))*columnPx, text(shown))
}

// wrap breaks lines where a terminal does. Tabs are eight columns.
func wrap(lines []Span) []Span {
	var out []Span
	for _, l := range lines {
		rest := []rune(untab(l.Text))
		for len(rest) > widest {
			out = append(out, Span{Class: l.Class, Text: string(rest[:widest])})
			rest = rest[widest:]
		}
		out = append(out, Span{Class: l.Class, Text: string(rest)})
	}
	return out
}

func untab(s string) string {
	var b strings.Builder
	column := 0
	for _, r := range s {
		n := 1
		if r == '\t' {
			r, n = ' ', 8-column%8
		}
		b.WriteString(strings.Repeat(string(r), n))
		column += n
	}
	return b.String()
}
