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
	dec := xml.NewDecoder(strings.NewReader(before))
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v\n%s", err, before)
		}
	}
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
