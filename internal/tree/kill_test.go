package tree

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// childDir tells the test binary to be the child of TestKill.
const childDir = "SITEGEN_TREE_TEST_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Fprintln(os.Stderr, child(dir))
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
// killed. It comes back only when something is wrong.
func child(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for version := 1; ; version = 3 - version {
		want, err := killTree(version)
		if err != nil {
			return err
		}
		if err := run(root, want, Options{}); err != nil {
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
	for n := range 240 {
		killOne(t, root.Name(), time.Duration(rand.IntN(14_000))*time.Microsecond)
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
	if unfinished < 40 {
		t.Errorf("only %d kills hit a run in the middle", unfinished)
	}
}

func killOne(t *testing.T, dir string, after time.Duration) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
		t.Errorf("the child does not start: %v", err)
	}
	time.Sleep(after)
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.Exited() {
		t.Fatalf("the child ended by itself: %v\n%s", err, stderr.String())
	}
}
