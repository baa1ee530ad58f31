package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
)

// session is a shell that runs a page's commands one after another, as a reader would, in an
// empty folder, with this repository as ~/sitegen.
type session struct {
	t         *testing.T
	dir, home string
	code      int // of the last command
}

func newSession(t *testing.T) *session {
	t.Helper()
	need(t, "bash", "bash")
	need(t, "git", "git")
	s := &session{t: t, home: t.TempDir(), dir: t.TempDir()}
	checkout, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(checkout, filepath.Join(s.home, "sitegen")); err != nil {
		t.Fatal(err)
	}
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(s.home, ".ssh/id_ed25519.pub"), string(ssh.MarshalAuthorizedKey(key)))
	return s
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
	return strings.ReplaceAll(out.String(), s.home, "/home/maria")
}

// step is a command of a page, and what it printed.
type step struct {
	command, output string
	code            int
}

var consoleRE = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")

// play runs the console blocks of a page. It returns the page as it has to be.
func (s *session) play(page string) (string, []step) {
	s.t.Helper()
	var steps []step
	played := consoleRE.ReplaceAllStringFunc(page, func(block string) string {
		var b strings.Builder
		b.WriteString("```console\n")
		lines := strings.Split(block, "\n")
		for i, line := range lines {
			command, is := strings.CutPrefix(line, "$ ")
			if !is {
				continue
			}
			line += "\n"
			for n := i + 1; strings.HasSuffix(command, "\\"); n++ {
				command += "\n" + strings.TrimPrefix(lines[n], "> ")
				line += lines[n] + "\n"
			}
			st := step{command: command}
			st.output = s.run(st.command)
			st.code = s.code
			steps = append(steps, st)
			b.WriteString(line + st.output)
		}
		return b.String() + "```"
	})
	return played, steps
}

// wantFile holds a file of docs/ to what was made of a run, or with -update writes it.
func wantFile(t *testing.T, name, want string) {
	t.Helper()
	if *update && !t.Failed() {
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
