package main

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestMan: the manual page has every command, example and flag as it is typed, and
// mandoc has nothing to say of it but that it has no date.
func TestMan(t *testing.T) {
	mandoc := need(t, "mandoc", "mandoc")
	app := newParser(new(cli)).Model
	read := func(args ...string) string {
		cmd := exec.Command(mandoc, args...)
		cmd.Stdin = strings.NewReader(manPage(app))
		out, _ := cmd.CombinedOutput() // -Tlint ends with an error where it says something
		return string(out)
	}
	for line := range strings.Lines(read("-Tlint", "-Wwarning")) {
		if !strings.Contains(line, "missing date") {
			t.Error(line)
		}
	}
	// Bold letters are printed twice, with a backspace between.
	shown := regexp.MustCompile(".\b").ReplaceAllString(read("-Tutf8", "-Owidth=900"), "")
	spaces := regexp.MustCompile(`\s+`)
	shown = spaces.ReplaceAllString(shown, " ")
	n := 0
	for _, cmd := range app.Leaves(true) {
		want := []string{"gen " + cmd.Summary(), cmd.Help}
		want = append(want, strings.Split(cmd.Detail, "\n")...)
		for _, f := range cmd.Flags {
			want = append(want, f.String(), f.Help)
		}
		for _, w := range want {
			if n++; !strings.Contains(shown, strings.TrimSpace(spaces.ReplaceAllString(w, " "))) {
				t.Errorf("gen %s: the page does not show %q", cmd.Path(), w)
			}
		}
	}
	if n < 100 {
		t.Errorf("only %d texts", n)
	}
}

// TestRoff: nothing of a text is read as roff.
func TestRoff(t *testing.T) {
	text := `'a \fB -- "x" ~ ^ .b` + "`"
	m := new(manual)
	m.macro("TH", "X", "1", "", "x")
	m.macro("SH", text)
	m.text(text)
	m.text(".x")
	cmd := exec.Command(need(t, "mandoc", "mandoc"), "-Tutf8")
	cmd.Stdin = strings.NewReader(m.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(".\b").ReplaceAllString(string(out), "")
	if strings.Count(shown, text) != 2 || !strings.Contains(shown, " .x\n") && !strings.Contains(shown, " .x ") {
		t.Errorf("%s\nshows %s", m, shown)
	}
}
