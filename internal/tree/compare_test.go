package tree

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"
)

// TestKinds makes each kind of difference and looks at all three readers of
// it: what it is called, whether gen writes, and what is on disk then.
func TestKinds(t *testing.T) {
	before := map[string]string{"dir/a": "a1\n", "b": "b1\n", "*run.sh": "#!/bin/sh\n"}
	with := func(more map[string]string) map[string]string { return union2(before, more) }
	chmod := func(p string, mode os.FileMode) func(*testing.T, *os.Root) {
		return func(t *testing.T, root *os.Root) {
			if err := root.Chmod(p, mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	write := func(p, data string) func(*testing.T, *os.Root) {
		return func(t *testing.T, root *os.Root) { put(t, root, p, data) }
	}
	remove := func(p string) func(*testing.T, *os.Root) {
		return func(t *testing.T, root *os.Root) {
			if err := root.Remove(p); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, test := range []struct {
		name    string
		meddle  func(*testing.T, *os.Root)
		want    map[string]string
		report  string
		blocked bool
	}{
		{"nothing", nil, before, "", false},
		{"new file", nil, with(map[string]string{"new/x": "x\n"}), "missing   new/x\nstale     .sitegen.sum\n", false},
		{"deleted file", remove("dir/a"), before, "missing   dir/a\n", false},
		{"stale", nil, with(map[string]string{"b": "b2\n"}), "stale     b\nstale     .sitegen.sum\n", false},
		{"orphan", nil, map[string]string{"b": "b1\n", "*run.sh": "#!/bin/sh\n"}, "orphaned  dir/a\nstale     .sitegen.sum\n", false},
		{"orphan that is gone", remove("dir/a"), map[string]string{"b": "b1\n", "*run.sh": "#!/bin/sh\n"}, "stale     .sitegen.sum\n", false},
		{"edited", write("b", "mine\n"), before, "edited    b\n", true},
		{"edited and stale", write("b", "mine\n"), with(map[string]string{"b": "b2\n"}), "edited    b\nstale     .sitegen.sum\n", true},
		{"edited orphan", write("dir/a", "mine\n"), map[string]string{"b": "b1\n", "*run.sh": "#!/bin/sh\n"}, "edited    dir/a\nstale     .sitegen.sum\n", true},
		{"edited to what is wanted", write("b", "b2\n"), with(map[string]string{"b": "b2\n"}), "stale     .sitegen.sum\n", false},
		{"foreign", write("c", "mine\n"), with(map[string]string{"c": "c\n"}), "foreign   c\nstale     .sitegen.sum\n", true},
		{"foreign but equal", write("c", "c\n"), with(map[string]string{"c": "c\n"}), "stale     .sitegen.sum\n", false},
		{"a user's file", write("dir/mine", "mine\n"), before, "", false},
		{"executable bit lost", chmod("run.sh", 0o640), before, "mode      run.sh\n", false},
		{"executable bit too many", chmod("b", 0o755), before, "mode      b\n", false},
		{"other bits", chmod("b", 0o600), before, "", false},
		{"manifest lost", remove(ManifestName), before, "missing   .sitegen.sum\n", false},
		{"manifest lost and stale", remove(ManifestName), with(map[string]string{"b": "b2\n"}), "foreign   b\nmissing   .sitegen.sum\n", true},
		{"file becomes folder", nil, map[string]string{"dir/a": "a1\n", "b/c": "c\n", "*run.sh": "#!/bin/sh\n"}, "orphaned  b\nmissing   b/c\nstale     .sitegen.sum\n", false},
		{"folder becomes file", nil, map[string]string{"dir": "d\n", "b": "b1\n", "*run.sh": "#!/bin/sh\n"}, "missing   dir\norphaned  dir/a\nstale     .sitegen.sum\n", false},
		{"all gone", nil, nil, "orphaned  b\norphaned  dir/a\norphaned  run.sh\nstale     .sitegen.sum\n", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := openRoot(t, t.TempDir())
			apply(t, root, tree(t, before), Options{})
			if test.meddle != nil {
				test.meddle(t, root)
			}
			was, want := snapshot(t, root), tree(t, test.want)
			changes := compare(t, root, want)
			if got := report(changes); got != test.report {
				t.Errorf("report:\n%swant:\n%s", got, test.report)
			}
			err := Apply(root, changes, Options{})
			if test.blocked {
				var blocked *BlockedError
				if !errors.As(err, &blocked) || len(blocked.Changes) != 1 {
					t.Fatalf("Apply = %v, want one blocked change", err)
				}
				sameFolder(t, snapshot(t, root), was)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			wanted := generated(want)
			if mine, ok := was["dir/mine"]; ok {
				wanted["dir/mine"] = mine
			}
			sameFolder(t, snapshot(t, root), wanted)
			if again := compare(t, root, want); len(again) > 0 {
				t.Errorf("a second look finds:\n%s", report(again))
			}
		})
	}
}

func TestCompareWithoutFolder(t *testing.T) {
	changes, err := Compare(nil, tree(t, map[string]string{"b": "", "a/c": "x\n"}))
	if err != nil {
		t.Fatal(err)
	}
	const want = "missing   a/c\nmissing   b\nmissing   .sitegen.sum\n"
	if got := report(changes); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

// TestWithout is about files that gen wrote and that the spec then leaves to
// the user: edited or not, they stay, and gen forgets them.
func TestWithout(t *testing.T) {
	root := openRoot(t, t.TempDir())
	all := tree(t, map[string]string{"flake.nix": "1\n", "a": "a\n", "own": "o\n"})
	apply(t, root, all, Options{})
	put(t, root, "flake.nix", "mine\n")
	some := all.Without("flake.nix", "own")
	apply(t, root, some, Options{})
	want := generated(some)
	want["flake.nix"], want["own"] = "mine\n", "o\n"
	sameFolder(t, snapshot(t, root), want)
	if got := report(compare(t, root, all)); got != "foreign   flake.nix\nstale     .sitegen.sum\n" {
		t.Errorf("taken back, it is:\n%s", got)
	}
}

// TestSpare is about files that the manifest lists and that the caller knows to be
// the user's: they stay, edited or not, and gen forgets them.
func TestSpare(t *testing.T) {
	root := openRoot(t, t.TempDir())
	apply(t, root, tree(t, map[string]string{"a": "a\n", "edited": "1\n", "orphan": "o\n", "mine": "m\n", "wanted": "w\n"}), Options{})
	put(t, root, "edited", "2\n")
	want := tree(t, map[string]string{"a": "a\n", "wanted": "other\n"}).Spare(func(f *File, _ fs.FileInfo, recorded bool) bool {
		return f.Path == "edited" && !recorded || recorded && (f.Path == "mine" || f.Path == "wanted")
	})
	if got := report(compare(t, root, want)); got != "orphaned  orphan\nforeign   wanted\nstale     .sitegen.sum\n" {
		t.Errorf("got:\n%s", got)
	}
	apply(t, root, want, Options{Force: []string{"wanted"}})
	after := generated(want)
	after["edited"], after["mine"], after["wanted.bak"] = "2\n", "m\n", "w\n"
	sameFolder(t, snapshot(t, root), after)
}

// TestEndings: git with core.autocrlf changes every line of every file, and the
// manifest's. That is no edit; an edit on top of it is one.
func TestEndings(t *testing.T) {
	before := map[string]string{"a": "1\n2\n", "b": "1\n", "edited": "1\n", "mixed": "1\n2\n", "orphan": "1\n", "same": "1\r\n"}
	root := openRoot(t, t.TempDir())
	apply(t, root, tree(t, before), Options{})
	for p, data := range map[string]string{"a": "1\r\n2\r\n", "b": "1\r\n", "edited": "mine\r\n", "mixed": "1\r\n2\n", "orphan": "1\r\n"} {
		put(t, root, p, data)
	}
	manifest, err := root.ReadFile(ManifestName)
	if err != nil {
		t.Fatal(err)
	}
	put(t, root, ManifestName, strings.ReplaceAll(string(manifest), "\n", "\r\n"))
	after := tree(t, map[string]string{"a": "1\n2\n", "b": "2\n", "edited": "1\n", "mixed": "1\n2\n", "same": "1\r\n"})
	const want = "endings   a\nendings   b\nedited    edited\nedited    mixed\norphaned  orphan\nstale     .sitegen.sum\n"
	if got := report(compare(t, root, after)); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
	apply(t, root, after, Options{Force: []string{"edited", "mixed"}})
	all := generated(after)
	all["edited.bak"], all["mixed.bak"] = "mine\r\n", "1\r\n2\n"
	sameFolder(t, snapshot(t, root), all)
}

// TestLine finds where an annotation belongs.
func TestLine(t *testing.T) {
	for _, test := range []struct {
		have, want string
		line       int
	}{
		{"a\nb\nc\n", "a\nx\nc\n", 2},
		{"x\n", "a\n", 1},
		{"", "a\n", 1},
		{"a\n", "a\nb\n", 1},
		{"a\nb\n", "a\n", 2},
		{"a", "a\n", 1},
		{"a\n", "a\n", 0},
	} {
		c := Change{Old: &File{Data: []byte(test.have)}, New: &File{Data: []byte(test.want)}}
		if got := c.Line(); got != test.line {
			t.Errorf("Line of %q to %q is %d, want %d", test.have, test.want, got, test.line)
		}
	}
	if (Change{New: &File{}}).Line() != 0 || (Change{Old: &File{}}).Line() != 0 {
		t.Error("a line of a file that is not there")
	}
}

func TestEqualFilesAreNotTouched(t *testing.T) {
	root := openRoot(t, t.TempDir())
	apply(t, root, tree(t, map[string]string{"a": "a\n", "b": "b\n"}), Options{})
	long := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	for _, p := range []string{"a", "b", ManifestName} {
		if err := root.Chtimes(p, long, long); err != nil {
			t.Fatal(err)
		}
	}
	times := func() (s string) {
		for _, p := range []string{"a", "b", ManifestName} {
			info, err := root.Stat(p)
			if err != nil {
				t.Fatal(err)
			}
			if info.ModTime().Equal(long) {
				s += p + " "
			}
		}
		return s
	}
	apply(t, root, tree(t, map[string]string{"a": "a\n", "b": "b\n"}), Options{})
	if got := times(); got != "a b .sitegen.sum " {
		t.Errorf("a run without changes touched something: only %sare old", got)
	}
	apply(t, root, tree(t, map[string]string{"a": "a\n", "b": "b2\n"}), Options{})
	if got := times(); got != "a " {
		t.Errorf("a run that changes b: %sare old", got)
	}
}

// TestRenamedCase plays the file system without case by a hard link: the old
// name and the new one are the same file.
func TestRenamedCase(t *testing.T) {
	root := openRoot(t, t.TempDir())
	apply(t, root, tree(t, map[string]string{"Docs/a": "1\n"}), Options{})
	if err := root.Mkdir("docs", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := root.Link("Docs/a", "docs/a"); err != nil {
		t.Fatal(err)
	}
	changes := compare(t, root, tree(t, map[string]string{"docs/a": "2\n"}))
	if got := report(changes); got != "stale     docs/a\nstale     .sitegen.sum\n" {
		t.Errorf("got:\n%s", got)
	}
}

func TestDamagedManifest(t *testing.T) {
	good := string(sums{"a": {{1}}}.format())
	for _, test := range []struct{ name, text, want string }{
		{"garbage", good + "hello\n", "line 3 is not a hash"},
		{"short hash", "abc  a\n", "line 1 is not a hash"},
		{"no hex", strings.Repeat("g", 64) + "  a\n", "line 1 is not a hash"},
		{"upper case", strings.Repeat("A", 64) + "  a\n", "line 1 is not a hash"},
		{"no path", strings.Repeat("a", 64) + "  \n", "line 1 is not a hash"},
		{"path that leads out", strings.Repeat("a", 64) + "  ../../etc/passwd\n", "not a plain path"},
		{"path into git", strings.Repeat("a", 64) + "  .git/config\n", "inside .git"},
		{"half a conflict", "<<<<<<< HEAD\n" + good, "line 1 is not a hash"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := openRoot(t, t.TempDir())
			put(t, root, ManifestName, test.text)
			_, err := Compare(root, tree(t, nil))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v does not say %q", err, test.want)
			}
			if !strings.Contains(err.Error(), "git checkout -- .sitegen.sum") {
				t.Errorf("error %v does not say what to do", err)
			}
		})
	}
}
