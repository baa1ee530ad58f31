package tree

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// Diff writes the changes as git shows them, from what is there to what is
// wanted; git apply and patch read it. The lines are matched by an anchored
// diff, which takes n log n time and may differ from git's own choice. color is
// for a terminal.
func Diff(w io.Writer, changes []Change, color bool) error {
	b := bufio.NewWriter(w)
	for _, c := range changes {
		writeHeader(b, c, color)
		if isBinary(c.Old) || isBinary(c.New) {
			if !sameBytes(c.Old, c.New) {
				from, to := sideNames(c)
				fmt.Fprintf(b, "Binary files %s and %s differ\n", from, to)
			}
			continue
		}
		writeHunks(b, c, color)
	}
	return b.Flush()
}

// The colours are git's defaults.
const (
	bold  = "\x1b[1m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
	cyan  = "\x1b[36m"
	reset = "\x1b[m"
)

func writeColored(b *bufio.Writer, color, line string) {
	if color == "" {
		b.WriteString(line)
	} else {
		b.WriteString(color + line + reset)
	}
	b.WriteByte('\n')
}

func writeHeader(b *bufio.Writer, c Change, color bool) {
	style := ""
	if color {
		style = bold
	}
	line := func(format string, args ...any) { writeColored(b, style, fmt.Sprintf(format, args...)) }
	line("diff --git a/%s b/%s", c.Path, c.Path)
	switch {
	case c.Old == nil:
		line("new file mode 100%o", c.New.Mode)
	case c.New == nil:
		line("deleted file mode 100%o", c.Old.Mode)
	case c.Old.Mode != c.New.Mode && keepsModes:
		line("old mode 100%o", c.Old.Mode)
		line("new mode 100%o", c.New.Mode)
	}
}

// sideNames are /dev/null for the side that does not exist.
func sideNames(c Change) (from, to string) {
	from, to = "a/"+c.Path, "b/"+c.Path
	if c.Old == nil {
		from = "/dev/null"
	}
	if c.New == nil {
		to = "/dev/null"
	}
	return from, to
}

// writeHunks writes the changed lines; an empty file has none, and no names.
func writeHunks(b *bufio.Writer, c Change, color bool) {
	hunks := hunksOf(c)
	if len(hunks) == 0 {
		return
	}
	from, to := sideNames(c)
	style := ""
	if color {
		style = bold
	}
	writeColored(b, style, "--- "+endName(from))
	writeColored(b, style, "+++ "+endName(to))
	if !color {
		b.Write(hunks)
		return
	}
	for line := range strings.Lines(string(hunks)) {
		writeColored(b, lineColor(line), strings.TrimSuffix(line, "\n"))
	}
}

// endName puts a tab behind a name with a space, else patch reads on to a date.
func endName(name string) string {
	if strings.Contains(name, " ") {
		return name + "\t"
	}
	return name
}

func lineColor(line string) string {
	switch line[0] {
	case '+':
		return green
	case '-':
		return red
	case '@':
		return cyan
	}
	return ""
}

// hunksOf returns the unified diff without its header of three lines.
func hunksOf(c Change) []byte {
	text := diff.Diff("a", bytesOf(c.Old), "b", bytesOf(c.New))
	for range 3 {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return text
}

func bytesOf(f *File) []byte {
	if f == nil {
		return nil
	}
	return f.Data
}

// isBinary looks where git looks.
func isBinary(f *File) bool {
	data := bytesOf(f)
	return bytes.IndexByte(data[:min(len(data), 8000)], 0) >= 0
}
