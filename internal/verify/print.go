package verify

import (
	"bufio"
	"fmt"
	"io"
	"time"
	"unicode/utf8"
)

// Escape sequences of a terminal (ECMA-48, SGR).
const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	faint  = "\x1b[2m"
	reset  = "\x1b[0m"
)

// Table prints a line for each reader; color is for a terminal.
func (r *Report) Table(w io.Writer, color bool) error {
	rows := [][]string{{"ARTIFACTS", "READER", "RESULT", "TIME"}}
	for _, res := range r.Results {
		took := "-"
		if res.State == OK || res.State == Partly || res.State == Failed {
			took = fmt.Sprintf("%.1fs", res.Took.Round(100*time.Millisecond).Seconds())
		}
		rows = append(rows, []string{res.what(), res.reader(), string(res.State), took})
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	b := bufio.NewWriter(w)
	for n, row := range rows {
		for i, cell := range row {
			if last := i == len(row)-1; !last {
				cell = fmt.Sprintf("%-*s  ", widths[i], cell)
			}
			if color && n > 0 && i == 2 {
				cell = r.Results[n-1].State.color() + cell + reset
			}
			b.WriteString(cell)
		}
		b.WriteByte('\n')
	}
	return b.Flush()
}

func (s State) color() string {
	switch s {
	case OK:
		return green
	case Failed:
		return red
	case Partly, Skipped:
		return yellow
	}
	return faint
}

// what names the artifacts: the only one, or how many there are.
func (r *Result) what() string {
	if len(r.Artifacts) == 1 {
		return r.Artifacts[0]
	}
	return fmt.Sprintf("%d %s", len(r.Artifacts), r.Kind)
}

func (r *Result) reader() string {
	if r.Program == "" || r.Program == r.Reader {
		return r.Reader
	}
	return r.Reader + " (" + r.Program + ")"
}

// Gap is something that was not verified.
type Gap struct {
	What   string // in words: the artifacts and why, or the part of them
	Advice string // how to get the program that is missing, or ""
}

// Gaps says what of the reader's work was not done.
func (r *Result) Gaps() []Gap {
	var gaps []Gap
	if r.State == Skipped {
		gaps = append(gaps, Gap{fmt.Sprintf("%s by %s: %s", r.what(), r.Reader, r.Reason), r.Install})
	}
	for _, n := range r.Notes {
		gaps = append(gaps, Gap{What: n})
	}
	return gaps
}
