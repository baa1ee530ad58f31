package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sitegen/internal/spec"
	"sitegen/internal/tree"
)

// TestWriteTexts: all files of a spec become others, or none: what was changed in the
// meantime stays as it is, and what was written before it goes back.
func TestWriteTexts(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.cue"), filepath.Join(dir, "b.cue")
	real := filepath.Join(dir, "real.txt")
	writeFile(t, a, "old a")
	writeFile(t, real, "old b")
	if err := os.Chmod(a, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real.txt", b); err != nil {
		t.Fatal(err)
	}
	texts := func(x, y string) []spec.Text {
		return []spec.Text{{Name: a, Data: []byte(x)}, {Name: b, Data: []byte(y)}}
	}
	want := func(x, y string) {
		t.Helper()
		for name, text := range map[string]string{a: x, real: y} {
			if got, err := os.ReadFile(name); err != nil || string(got) != text {
				t.Errorf("%s holds %q, %v; want %q", name, got, err, text)
			}
		}
	}
	undo, err := writeTexts(texts("old a", "old b"), texts("new a", "new b"))
	if err != nil {
		t.Fatal(err)
	}
	want("new a", "new b")
	if err := undo(); err != nil {
		t.Fatal(err)
	}
	want("old a", "old b")
	if undo, err = writeTexts(texts("old a", "old b"), texts("new a", "new b")); err != nil {
		t.Fatal(err)
	}
	writeFile(t, real, "somebody's b")
	if err := undo(); err == nil || !strings.Contains(err.Error(), "b.cue was changed in the meantime, and is left as it is") {
		t.Errorf("what somebody wrote since went back: %v", err)
	}
	want("old a", "somebody's b")
	if _, err := writeTexts(texts("old a", "old b"), texts("new a", "new b")); err == nil || !strings.Contains(err.Error(), "b.cue was changed in the meantime, and is left as it is: nothing was written") {
		t.Error(err)
	}
	want("old a", "somebody's b")
	if info, err := os.Stat(a); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
	if info, err := os.Lstat(b); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("%s is no link any more: %v", b, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("%d files are left, %v", len(entries), err)
	}
}

// TestReplaceOwner: a spec that gen changes has the owner that it had.
func TestReplaceOwner(t *testing.T) {
	name := filepath.Join(t.TempDir(), "site.cue")
	writeFile(t, name, "old")
	uid, gid := os.Getuid(), -1
	groups, err := os.Getgroups()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		if g != os.Getgid() {
			gid = g
		}
	}
	switch {
	case uid == 0:
		uid, gid = 12345, 12346
	case gid < 0 && os.Getenv("CI") != "":
		t.Fatal("there is no other user or group to try")
	case gid < 0:
		t.Skip("there is no other user or group to try")
	}
	if err := os.Chown(name, uid, gid); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := replace(name, []byte("old"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	a, b := before.Sys().(*syscall.Stat_t), after.Sys().(*syscall.Stat_t)
	if a.Uid != b.Uid || a.Gid != b.Gid || os.SameFile(before, after) {
		t.Errorf("belonged to %d:%d, and now to %d:%d", a.Uid, a.Gid, b.Uid, b.Gid)
	}
}

// TestTwoRuns: of two runs at once, the second waits, and keeps what the first wrote.
func TestTwoRuns(t *testing.T) {
	spec := fileText(t, "../../site.cue")
	t.Chdir(t.TempDir())
	writeFile(t, "site.cue", spec)
	if code := run([]string{"-spec", "."}, new(bytes.Buffer), new(bytes.Buffer)); code != 0 {
		t.Fatal(code)
	}
	for _, args := range [][]string{{"set", "clients.bakery.replicas", "2"}, {"write"}} {
		release, err := tree.Hold(".", nil)
		if err != nil {
			t.Fatal(err)
		}
		stderr := &notice{said: make(chan bool, 1)}
		code := make(chan int)
		go func() { code <- run(args, new(bytes.Buffer), stderr) }()
		select {
		case <-stderr.said:
		case c := <-code:
			t.Fatalf("%v: did not wait: %d, %s", args, c, stderr.b.String())
		}
		text := fileText(t, "site.cue")
		writeFile(t, "site.cue", strings.Replace(text, "harbor-site:0.9.1", "harbor-site:0.9.2", 1))
		release()
		if c := <-code; c != 0 || !strings.Contains(fileText(t, "site.cue"), "harbor-site:0.9.2") || !strings.Contains(fileText(t, "site.cue"), "replicas: 2}") {
			t.Errorf("%v: %d, %s\n%s", args, c, stderr.b.String(), fileText(t, "site.cue"))
		}
	}
	if got := fileText(t, "out/k8s/argocd-hetzner/websites/harbor/deployment.yaml"); !strings.Contains(got, "0.9.2") {
		t.Error("the tree is not what the spec says")
	}
}

// notice says when something waits for another run.
type notice struct {
	b    bytes.Buffer
	said chan bool
}

func (n *notice) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("waiting for another run of gen on this spec")) {
		n.said <- true
	}
	return n.b.Write(p)
}

func fileText(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestNoUTF8: kong would put other letters in the place of bytes that are none.
func TestNoUTF8(t *testing.T) {
	var stderr bytes.Buffer
	if code := run([]string{"set", "clients.bakery.image", "caf\xe9"}, new(bytes.Buffer), &stderr); code != exitTrouble || stderr.String() != "gen: \"caf\\xe9\" is no text in UTF-8\n" {
		t.Errorf("%d: %s", code, &stderr)
	}
}
