package svg

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// The picture is XML whatever stands in it, and a row more changes its own line and the sizes.
func TestPicture(t *testing.T) {
	rows := []Row{{20, []Span{{0, "head", "a<b>&\"c\" --> \x01"}}}, {20, []Span{{0, "", "one"}, {200, "quiet", "two"}}}, {20, []Span{{0, "", "last"}}}}
	before := string(Picture("by -- gen", "t\"<", []Column{{16, 16, 400, rows}}))
	isXML(t, before)
	more := append(rows[:2:2], Row{20, []Span{{0, "", "new"}}}, rows[2])
	after := string(Picture("by -- gen", "t\"<", []Column{{16, 16, 400, more}}))
	lines := map[string]bool{}
	for line := range strings.Lines(before) {
		lines[line] = true
	}
	changed := 0
	for line := range strings.Lines(after) {
		if !lines[line] {
			changed++
		}
	}
	if changed != 3 { // the row, the box and the picture
		t.Errorf("%d lines are others\n%s", changed, after)
	}
}

func isXML(t *testing.T, data string) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(data))
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
	}
}

// A recording is XML whatever is printed; long lines go on in the next row, and without
// animation one screen is there, the last.
func TestTerminal(t *testing.T) {
	long := strings.Repeat("ä", widest+30)
	got := string(Terminal("by gen", "t", []Screen{
		{Note: "one", Command: []string{"gen <x>"}, Output: []Span{{Text: "a\tb  c"}, {Text: long, Class: "quiet"}}},
		{Note: "two", Command: []string{"gen \\", "check"}, Output: []Span{{Text: "   fine"}}},
	}))
	isXML(t, got)
	for want, times := range map[string]int{
		">a       b  c<":                          1,
		">" + strings.Repeat("ä", widest) + "<":   1,
		">" + strings.Repeat("ä", 30) + "<":       1,
		"class=\"screen\"":                        1,
		"class=\"screen last\"":                   1,
		"x=\"56\" y=\"104\" textLength=\"32\"":    1, // three blanks to the right
		"animation: type 0.2s steps(7) 0.0s":      1,
		"@media (prefers-reduced-motion: reduce)": 1,
	} {
		if n := strings.Count(got, want); n != times {
			t.Errorf("%d times: %s\n%s", n, want, got)
		}
	}
}
