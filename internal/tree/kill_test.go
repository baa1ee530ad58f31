package tree

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// These tell the test binary to be the child of TestKill: the folder, and the
// file-system operation before which it kills itself; 0: its parent does.
const (
	childDir = "SITEGEN_TREE_TEST_CHILD"
	childEnd = "SITEGEN_TREE_TEST_END"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Fprintln(os.Stderr, child(dir, os.Getenv(childEnd)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// killTree is a version of the tree in TestKill.
func killTree(version int) (*Tree, error) {
	var files []File
	add := func(path, data string) {
		files = append(files, File{path, 0o644, []byte(data)})
	}
	for i := range 16 {
		add(fmt.Sprintf("both/%02d/file", i), strings.Repeat(fmt.Sprintf("version %d\n", version), 400))
		add(fmt.Sprintf("only%d/%02d/file", version, i), "x\n")
	}
	if version == 1 {
		add("turns", "file\n")
	} else {
		add("turns/into", "folder\n")
	}
	return NewTree(files)
}

// child brings the folder from one version to the other and back until it is
// killed. It comes back only when something is wrong. It says when it has begun
// to write.
func child(dir, end string) error {
	last, err := strconv.ParseInt(end, 10, 64)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	var count atomic.Int64
	step := func(string, string) error {
		n := count.Add(1)
		if n == 1 {
			fmt.Println("writing")
		}
		if n == last {
			self, err := os.FindProcess(os.Getpid())
			if err != nil {
				return err
			}
			return self.Kill()
		}
		return nil
	}
	for version := 1; ; version = 3 - version {
		want, err := killTree(version)
		if err != nil {
			return err
		}
		if err := run(root, want, Options{step: step}); err != nil {
			return err
		}
	}
}

// TestKill kills runs of gen at moments that nobody chose, each on top of what
// the one before left. After every kill both versions have to find only their
// own files; a run to the end then has to leave the version and nothing else.
func TestKill(t *testing.T) {
	t.Parallel()
	root := openRoot(t, t.TempDir())
	mine := map[string]string{"mine": "mine\n", "both/07/mine": "mine\n"}
	for p, data := range mine {
		put(t, root, p, data)
	}
	var versions []*Tree
	for v := 1; v <= 2; v++ {
		want, err := killTree(v)
		if err != nil {
			t.Fatal(err)
		}
		versions = append(versions, want)
	}
	unfinished := 0
	for n := range 200 {
		// By turns at a moment and at an operation: the former is anywhere, in the
		// middle of a call too, but on a busy machine seldom in a run.
		if n%2 == 0 {
			killOne(t, root.Name(), 0, time.Duration(rand.IntN(8_000))*time.Microsecond)
		} else {
			killOne(t, root.Name(), 1+rand.IntN(300), time.Minute)
		}
		between := true
		for _, want := range versions {
			changes := compare(t, root, want)
			between = between && len(changes) > 0
			if blocked := blockedPaths(changes); len(blocked) > 0 {
				t.Fatalf("kill %d: gen takes its own files for somebody's: %q", n, blocked)
			}
		}
		if between {
			unfinished++
		}
		if n%5 == 0 {
			want := versions[n/5%2]
			apply(t, root, want, Options{})
			sameFolder(t, snapshot(t, root), union2(generated(want), mine))
		}
	}
	// Else the kills came too early or too late to mean anything.
	if unfinished < 30 {
		t.Errorf("only %d kills hit a run in the middle", unfinished)
	}
}

func killOne(t *testing.T, dir string, at int, after time.Duration) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childDir+"="+dir, fmt.Sprintf("%s=%d", childEnd, at))
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	// One that kills itself at an early operation may do so before it says that it
	// has begun: several goroutines write.
	if _, err := lines.ReadString('\n'); err != nil && at == 0 {
		t.Errorf("the child does not start: %v", err)
	}
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	_, _ = io.Copy(io.Discard, lines) // until it is dead
	if err := cmd.Wait(); cmd.ProcessState.Exited() {
		t.Fatalf("the child ended by itself: %v\n%s", err, stderr.String())
	}
}
