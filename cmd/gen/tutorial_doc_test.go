package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/svg"
)

// session is a shell that runs a page's commands one after another, as a reader would.
type session struct {
	t         *testing.T
	dir, home string
	code      int // of the last command
}

// run returns what a command prints, on both ways, as a terminal shows it.
func (s *session) run(command string) string {
	s.t.Helper()
	where := filepath.Join(s.home, "where")
	script := fmt.Sprintf("(exit %d)\n%s\ncode=$?\npwd >%s\nexit $code", s.code, command, where)
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "HOME="+s.home, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "LC_ALL=C.UTF-8",
		"GIT_AUTHOR_NAME=maria", "GIT_AUTHOR_EMAIL=maria@example.com", "GIT_COMMITTER_NAME=maria", "GIT_COMMITTER_EMAIL=maria@example.com")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	s.code = cmd.ProcessState.ExitCode()
	dir, err := os.ReadFile(where)
	if err != nil {
		s.t.Fatalf("%s ended the shell: %v\n%s", command, err, out.String())
	}
	s.dir = strings.TrimSpace(string(dir))
	if s.code == 127 {
		s.t.Errorf("%s: no such program\n%s", command, out.String())
	}
	return out.String()
}

// step is a command of a page, and what it printed.
type step struct{ command, output string }

var consoleRE = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")

// play runs the console blocks of a page in an empty folder. It returns the page as it has to be.
func play(t *testing.T, page string) (string, []step) {
	t.Helper()
	home := t.TempDir()
	s := &session{t: t, home: home, dir: t.TempDir()}
	checkout, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(checkout, filepath.Join(home, "sitegen")); err != nil {
		t.Fatal(err)
	}
	var steps []step
	played := consoleRE.ReplaceAllStringFunc(page, func(block string) string {
		var b strings.Builder
		b.WriteString("```console\n")
		for line := range strings.Lines(block) {
			command, is := strings.CutPrefix(line, "$ ")
			if !is {
				continue
			}
			st := step{command: strings.TrimSuffix(command, "\n")}
			if s.code != 0 && st.command != "echo $?" {
				t.Errorf("%+v: exit %d, of which the page says nothing", steps[len(steps)-1], s.code)
			}
			st.output = s.run(st.command)
			steps = append(steps, st)
			if s.code == 1 && strings.HasPrefix(st.command, "gen diff") {
				s.code = 0 // there is a difference
			}
			b.WriteString(line + st.output)
		}
		return b.String() + "```"
	})
	return played, steps
}

// TestDocsTutorial runs docs/TUTORIAL.md: each command prints what the page shows. The
// recording is made of the same run.
func TestDocsTutorial(t *testing.T) {
	need(t, "bash", "bash")
	need(t, "git", "git")
	need(t, "nix-instantiate", "nix-bin") // for hosts in gen prove
	const name, demo = "../../docs/TUTORIAL.md", "../../docs/demo.svg"
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	played, steps := play(t, string(page))
	if len(steps) < 10 {
		t.Errorf("found %d commands", len(steps))
	}
	wantFile(t, name, played)
	recording := record(t, steps)
	if len(recording) > 40<<10 {
		t.Errorf("%s has %d bytes", demo, len(recording))
	}
	wantFile(t, demo, string(recording))
}

// shown is what the recording takes from the page: a command, and what is said of it.
var shown = []struct{ command, note string }{
	{"gen -out .", "one spec, one repository"},
	{"gen diff --summary", "a client more in the spec: what will that do?"},
	{"gen vet", "a mistake: where it is, and what to do"},
	{"gen prove florist.example", "what does a hostname lead to?"},
	{"gen diff --summary --guard", "a change to look at twice, before it is live"},
}

// record draws the commands of the recording as they ran.
func record(t *testing.T, steps []step) []byte {
	t.Helper()
	var screens []svg.Screen
	for _, s := range shown {
		i := slices.IndexFunc(steps, func(st step) bool { return st.command == s.command })
		if i < 0 {
			t.Fatalf("docs/TUTORIAL.md has no %q", s.command)
		}
		screen := svg.Screen{Note: s.note, Command: s.command}
		for line := range strings.Lines(steps[i].output) {
			screen.Output = append(screen.Output, svg.Span{Text: strings.TrimSuffix(line, "\n")})
		}
		screens = append(screens, screen)
	}
	return svg.Terminal("A run of gen, drawn by TestDocsTutorial: make golden", "gen writes a repository, says what a change does, and what is wrong", screens)
}

// wantFile holds a file of docs/ to what was made of a run, or with -update writes it.
func wantFile(t *testing.T, name, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), want); diff != "" {
		t.Errorf("%s is not what a run gives (-want +got); make golden rewrites it:\n%s", name, diff)
	}
}
