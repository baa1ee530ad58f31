package tree

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func diffText(t testing.TB, changes []Change, color bool) string {
	t.Helper()
	var b bytes.Buffer
	if err := Diff(&b, changes, color); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func text(path, data string) *File   { return &File{path, 0o644, []byte(data)} }
func script(path, data string) *File { return &File{path, 0o755, []byte(data)} }

func numbers(from, to int) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintln(&b, i)
	}
	return b.String()
}

func TestDiff(t *testing.T) {
	for _, test := range []struct {
		name   string
		change Change
		want   string
	}{
		{"stale", Change{"a/b", Stale, text("a/b", numbers(1, 20)), text("a/b", strings.Replace(numbers(1, 20), "10\n", "ten\n", 1))},
			"diff --git a/a/b b/a/b\n--- a/a/b\n+++ b/a/b\n@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n"},
		{"missing", Change{"x", Missing, nil, script("x", "1\n2\n")},
			"diff --git a/x b/x\nnew file mode 100755\n--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+1\n+2\n"},
		{"orphaned", Change{"x", Orphaned, text("x", "1\n"), nil},
			"diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-1\n"},
		{"no end of line", Change{"x", Edited, text("x", "1\n2"), text("x", "1\n2\n")},
			"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+2\n"},
		{"mode", Change{"x", Mode, text("x", "1\n"), script("x", "1\n")},
			"diff --git a/x b/x\nold mode 100644\nnew mode 100755\n"},
		{"mode and text", Change{"x", Stale, script("x", "1\n"), text("x", "2\n")},
			"diff --git a/x b/x\nold mode 100755\nnew mode 100644\n--- a/x\n+++ b/x\n@@ -1,1 +1,1 @@\n-1\n+2\n"},
		{"empty", Change{"x", Missing, nil, text("x", "")},
			"diff --git a/x b/x\nnew file mode 100644\n"},
		{"binary", Change{"x", Foreign, text("x", "\x00"), text("x", "1\n")},
			"diff --git a/x b/x\nBinary files a/x and b/x differ\n"},
		{"space in the name", Change{"a b", Stale, text("a b", "1\n"), text("a b", "2\n")},
			"diff --git a/a b b/a b\n--- a/a b\t\n+++ b/a b\t\n@@ -1,1 +1,1 @@\n-1\n+2\n"},
		{"lines like headers", Change{"x", Stale, text("x", "-- a\n@@\n"), text("x", "++ b\n@@\n")},
			"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a\n+++ b\n @@\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := diffText(t, []Change{test.change}, false); got != test.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
}

func TestDiffColor(t *testing.T) {
	change := Change{"x", Stale, text("x", "-- a\n1\n"), text("x", "b\n1\n")}
	got := diffText(t, []Change{change}, true)
	const want = "\x1b[1mdiff --git a/x b/x\x1b[m\n\x1b[1m--- a/x\x1b[m\n\x1b[1m+++ b/x\x1b[m\n" +
		"\x1b[36m@@ -1,2 +1,2 @@\x1b[m\n\x1b[31m--- a\x1b[m\n\x1b[32m+b\x1b[m\n 1\n"
	if got != want {
		t.Errorf("got:\n%q\nwant:\n%q", got, want)
	}
}

// TestDiffIsAPatch gives random diffs to git apply and looks at what it makes.
func TestDiffIsAPatch(t *testing.T) {
	needGit(t)
	for seed := range uint64(12) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		root := openRoot(t, t.TempDir())
		before, after := randomText(t, rnd), randomText(t, rnd)
		apply(t, root, before, Options{})
		patch := diffText(t, compare(t, root, after), false)
		file := filepath.Join(t.TempDir(), "patch")
		if err := os.WriteFile(file, []byte(patch), 0o644); err != nil {
			t.Fatal(err)
		}
		mustGit(t, root.Name(), "apply", "--stat", file)
		mustGit(t, root.Name(), "apply", "--whitespace=nowarn", file)
		sameFolder(t, snapshot(t, root), generated(after))
		if left := compare(t, root, after); len(left) > 0 {
			t.Fatalf("seed %d: after the patch there are still changes:\n%s", seed, report(left))
		}
	}
}

// randomText makes files of few different lines, where line matching is hard.
func randomText(t *testing.T, rnd *rand.Rand) *Tree {
	files := make(map[string]string)
	for _, p := range []string{"a", "b b", "c/d", "*e", "f"} {
		if rnd.IntN(5) == 0 {
			continue
		}
		var b strings.Builder
		for range rnd.IntN(60) {
			fmt.Fprintf(&b, "%s%d\n", strings.Repeat(" ", rnd.IntN(2)), rnd.IntN(12))
		}
		if rnd.IntN(3) == 0 {
			b.WriteString("no end")
		}
		if rnd.IntN(3) == 0 {
			p = strings.TrimPrefix(p, "*")
		}
		files[p] = b.String()
	}
	return tree(t, files)
}

func BenchmarkDiff10kLines(b *testing.B) {
	var old, new strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&old, "line %d\n", i%4000)
		if i%7 > 0 {
			fmt.Fprintf(&new, "line %d\n", i%4000)
		}
	}
	changes := []Change{{"x", Stale, text("x", old.String()), text("x", new.String())}}
	for b.Loop() {
		diffText(b, changes, false)
	}
}
