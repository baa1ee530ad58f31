package tree

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Report writes one line for each change: its kind and its path; color is for a
// terminal.
func Report(w io.Writer, changes []Change, color bool) error {
	b := bufio.NewWriter(w)
	for _, c := range changes {
		kind := fmt.Sprintf("%-8s", c.Kind)
		if color {
			kind = kindColor(c.Kind) + kind + reset
		}
		fmt.Fprintf(b, "%s  %s\n", kind, c.Path)
	}
	return b.Flush()
}

// kindColor is red where gen does not write by itself, and git's colours of what
// comes and goes elsewhere.
func kindColor(k Kind) string {
	switch {
	case k.NeedsForce():
		return red
	case k == Missing:
		return green
	}
	return cyan
}

// Line is the first line of the file on disk that differs; 0 when there is none,
// or no other side to compare it with.
func (c Change) Line() int {
	if c.Old == nil || c.New == nil || sameBytes(c.Old, c.New) {
		return 0
	}
	have, want := string(c.Old.Data), string(c.New.Data)
	line := 1
	for have != "" {
		h, restHave, _ := strings.Cut(have, "\n")
		w, restWant, more := strings.Cut(want, "\n")
		if h != w || !more {
			break
		}
		if restHave == "" { // the wanted lines that follow belong behind this one
			break
		}
		have, want, line = restHave, restWant, line+1
	}
	return line
}
