package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"sitegen/internal/svg"
)

// TestDocsTutorial runs docs/TUTORIAL.md: each command prints what the page shows. The
// recording is made of the same run.
func TestDocsTutorial(t *testing.T) {
	need(t, "nix-instantiate", "nix-bin") // for hosts in gen prove
	const name, demo = "../../docs/TUTORIAL.md", "../../docs/demo.svg"
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	played, steps := newSession(t).play(string(page))
	if len(steps) < 10 {
		t.Errorf("found %d commands", len(steps))
	}
	for i, st := range steps {
		difference := st.code == 1 && strings.HasPrefix(st.command, "gen diff")
		said := i+1 < len(steps) && steps[i+1].command == "echo $?"
		if st.code != 0 && !difference && !said {
			t.Errorf("%s: exit %d, of which the page says nothing\n%s", st.command, st.code, st.output)
		}
	}
	wantFile(t, name, played)
	recording := record(t, steps)
	if len(recording) > 40<<10 {
		t.Errorf("%s has %d bytes", demo, len(recording))
	}
	wantFile(t, demo, string(recording))
}

// shown is what the recording takes from the page: how a command begins, and what is said of it.
var shown = []struct{ command, note string }{
	{"gen init infra", "a site from what is known of it, and of the machine"},
	{"gen add client florist", "a client more: what does that do?"},
	{"gen vet", "a mistake: where it is, and what to do"},
	{"gen diff --summary --guard", "a change to look at twice, before it is live"},
	{"gen prove florist.example", "what does a hostname lead to?"},
}

// record draws the commands of the recording as they ran.
func record(t *testing.T, steps []step) []byte {
	t.Helper()
	var screens []svg.Screen
	for _, s := range shown {
		i := slices.IndexFunc(steps, func(st step) bool { return strings.HasPrefix(st.command, s.command) })
		if i < 0 {
			t.Fatalf("docs/TUTORIAL.md has no %q", s.command)
		}
		screen := svg.Screen{Note: s.note, Command: strings.Split(steps[i].command, "\n")}
		for line := range strings.Lines(steps[i].output) {
			screen.Output = append(screen.Output, svg.Span{Text: strings.TrimSuffix(line, "\n")})
		}
		screens = append(screens, screen)
	}
	return svg.Terminal("A run of gen, drawn by TestDocsTutorial: make golden", "gen writes a repository, says what a change does, and what is wrong", screens)
}
