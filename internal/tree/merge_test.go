package tree

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// git runs git in the folder, free of the machine's own settings. It returns
// the output and whether git was content.
func git(t *testing.T, dir string, args ...string) (string, bool) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func mustGit(t *testing.T, dir string, args ...string) {
	t.Helper()
	if out, ok := git(t, dir, args...); !ok {
		t.Fatalf("git %s:\n%s", strings.Join(args, " "), out)
	}
}

func needGit(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("git is not installed")
		}
		t.Skip("NOT TESTED, git is not installed: that merged branches need no force")
	}
}

// site is the output for a set of clients: a file for each, a sorted shared
// file in which neighbours meet, one with the clients in two places, and one
// whose columns move with the longest name.
func site(t *testing.T, clients ...string) *Tree {
	clients = slices.Sorted(slices.Values(clients))
	width := 0
	for _, c := range clients {
		width = max(width, len(c))
	}
	files := map[string]string{}
	var list, twice, aligned strings.Builder
	twice.WriteString("first:\n")
	for _, c := range clients {
		files["clients/"+c+"/site.yaml"] = "name: " + c + "\n"
		fmt.Fprintf(&list, "- %s.example.com\n", c)
		fmt.Fprintf(&twice, "  - zone of %s\n", c)
		fmt.Fprintf(&aligned, "  %-*s = %q\n", width, c, "192.0.2.1")
	}
	twice.WriteString("between:\n  a: 1\n  b: 2\n  c: 3\n  d: 4\nlast:\n")
	// By another order, so that clients who meet above do not meet here.
	slices.SortFunc(clients, func(a, b string) int { return strings.Compare(a[1:], b[1:]) })
	for _, c := range clients {
		fmt.Fprintf(&twice, "  - record of %s\n", c)
	}
	files["shared.yaml"] = list.String()
	files["twice.yaml"] = twice.String()
	files["aligned.tf"] = "locals {\n" + aligned.String() + "}\n"
	return tree(t, files)
}

// merged makes a repository in which two branches regenerated the output, and
// merges them in the given style. It returns the folder in the state git left.
func merged(t *testing.T, style string, base, ours, theirs *Tree, edit func(branch string, root *os.Root)) *os.Root {
	t.Helper()
	root := openRoot(t, t.TempDir())
	dir := root.Name()
	commit := func(branch string, want *Tree) {
		apply(t, root, want, Options{})
		if edit != nil {
			edit(branch, root)
		}
		mustGit(t, dir, "add", "-A")
		mustGit(t, dir, "commit", "-q", "-m", branch)
	}
	mustGit(t, dir, "init", "-q", "-b", "main")
	commit("main", base)
	mustGit(t, dir, "checkout", "-q", "-b", "theirs")
	commit("theirs", theirs)
	mustGit(t, dir, "checkout", "-q", "-b", "ours", "main")
	commit("ours", ours)
	if out, ok := git(t, dir, "-c", "merge.conflictStyle="+style, "merge", "-q", "theirs"); ok {
		t.Fatalf("git merged without a conflict, nothing is tested:\n%s", out)
	}
	return root
}

func conflicts(t *testing.T, root *os.Root) []string {
	t.Helper()
	var paths []string
	for p, data := range snapshot(t, root) {
		if strings.Contains(data, "<<<<<<<") {
			paths = append(paths, p)
		}
	}
	slices.Sort(paths)
	return paths
}

// TestMerge: two branches that each changed the clients merge, and one run of
// gen without force puts right what git could not.
func TestMerge(t *testing.T) {
	needGit(t)
	// bm and bn are neighbours by name, az and cz are by the rest of it.
	base := []string{"aa", "bk", "bz", "cc", "kk", "mm", "zz"}
	with := func(more ...string) []string { return append(slices.Clone(base), more...) }
	for _, test := range []struct {
		name                 string
		ours, theirs, result []string
		conflicts            string
	}{
		{"neighbours", with("bm"), with("bn"), with("bm", "bn"), ".sitegen.sum aligned.tf shared.yaml twice.yaml"},
		{"neighbours, and others clean", with("bm", "an"), with("bn", "zy"), with("bm", "an", "bn", "zy"), ".sitegen.sum aligned.tf shared.yaml twice.yaml"},
		{"apart", with("ab"), with("zy"), with("ab", "zy"), ".sitegen.sum"},
		{"a long name", with("a-very-long-name"), with("zy"), with("a-very-long-name", "zy"), ".sitegen.sum aligned.tf"},
		{"both add the same", with("bm", "bn"), with("bn"), with("bm", "bn"), ".sitegen.sum aligned.tf shared.yaml twice.yaml"},
	} {
		for _, style := range []string{"merge", "diff3", "zdiff3"} {
			t.Run(test.name+"/"+style, func(t *testing.T) {
				t.Parallel()
				root := merged(t, style, site(t, base...), site(t, test.ours...), site(t, test.theirs...), nil)
				if got := strings.Join(conflicts(t, root), " "); got != test.conflicts {
					t.Errorf("git left conflicts in %s, meant were %s", got, test.conflicts)
				}
				want := site(t, test.result...)
				apply(t, root, want, Options{})
				sameFolder(t, snapshot(t, root), generated(want))
			})
		}
	}
}

// TestMergeKeepsEdits: what a person wrote into a file is not lost in a merge,
// wherever it is, and stops gen.
func TestMergeKeepsEdits(t *testing.T) {
	needGit(t)
	base := site(t, "aa", "bk", "cc", "mm", "zz")
	ours, theirs := site(t, "aa", "bk", "bm", "cc", "mm", "zz"), site(t, "aa", "bk", "bn", "cc", "mm", "zz")
	want := site(t, "aa", "bk", "bm", "bn", "cc", "mm", "zz")
	replace := func(root *os.Root, path, old, new string) {
		data, err := root.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		edited := strings.Replace(string(data), old, new, 1)
		if edited == string(data) {
			t.Fatalf("%q is not in %s:\n%s", old, path, data)
		}
		put(t, root, path, edited)
	}
	for _, test := range []struct {
		name   string
		before func(branch string, root *os.Root) // committed on a branch
		after  func(root *os.Root)                // done to what git left
	}{
		{"in our conflict", func(branch string, root *os.Root) {
			if branch == "ours" {
				replace(root, "shared.yaml", "- bm.example.com\n", "- bm.example.com\n- mine.example.com\n")
			}
		}, nil},
		{"in their conflict", func(branch string, root *os.Root) {
			if branch == "theirs" {
				replace(root, "shared.yaml", "- bn.example.com\n", "- bn.example.com # mine\n")
			}
		}, nil},
		{"outside the conflict", func(branch string, root *os.Root) {
			if branch == "theirs" {
				replace(root, "shared.yaml", "- zz.example.com\n", "- zz.example.com\n- mine.example.com\n")
			}
		}, nil},
		{"after the merge", nil, func(root *os.Root) {
			replace(root, "shared.yaml", "- aa.example.com\n", "- aa.example.net\n")
		}},
		{"in a marker", nil, func(root *os.Root) {
			replace(root, "shared.yaml", ">>>>>>> theirs", ">>>>>> theirs")
		}},
		{"indentation", nil, func(root *os.Root) {
			replace(root, "shared.yaml", "- bm.example.com\n", "  - bm.example.com\n")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := merged(t, "merge", base, ours, theirs, test.before)
			if test.after != nil {
				test.after(root)
			}
			was := snapshot(t, root)
			if got := blockedPaths(compare(t, root, want)); !slices.Equal(got, []string{"shared.yaml"}) {
				t.Errorf("blocked: %q, want shared.yaml", got)
			}
			if err := run(root, want, Options{}); err == nil {
				t.Error("gen ran over an edit")
			}
			sameFolder(t, snapshot(t, root), was)
			apply(t, root, want, Options{Force: []string{"shared.yaml"}})
			sameFolder(t, snapshot(t, root), union2(generated(want), map[string]string{"shared.yaml.bak": was["shared.yaml"]}))
		})
	}
}

// TestMergeBeyondUs: one branch removes a client beside one that the other
// branch adds. Where git could merge half of a file, its lines cannot be told
// from a person's; the message has a way out that needs no force.
func TestMergeBeyondUs(t *testing.T) {
	needGit(t)
	base := []string{"aa", "bk", "bz", "cc", "kk", "mm", "zz"}
	added := append([]string{"bm"}, base...)
	removed := slices.Concat(base[:2], base[3:])
	root := merged(t, "merge", site(t, base...), site(t, added...), site(t, removed...), nil)
	want := site(t, append([]string{"bm"}, removed...)...)
	err := run(root, want, Options{})
	const why = `"twice.yaml" has a merge conflict with lines that may not be from gen (git checkout --ours drops theirs, then gen can go on)`
	if err == nil || !strings.Contains(err.Error(), why) {
		t.Fatalf("got %v, want %s", err, why)
	}
	mustGit(t, root.Name(), "checkout", "--ours", "--", "twice.yaml")
	apply(t, root, want, Options{})
	sameFolder(t, snapshot(t, root), generated(want))
}

// TestCleanMergeNeedsNoManifest: the person decided the manifest for one side, the
// files that git merged cleanly are as wanted and need no manifest.
func TestCleanMergeNeedsNoManifest(t *testing.T) {
	needGit(t)
	base, ours := site(t, "aa", "mm", "zz"), site(t, "aa", "ab", "mm", "zz")
	theirs, want := site(t, "aa", "mm", "zy", "zz"), site(t, "aa", "ab", "mm", "zy", "zz")
	root := merged(t, "merge", base, ours, theirs, nil)
	mustGit(t, root.Name(), "checkout", "--ours", "--", ManifestName)
	if got := report(compare(t, root, want)); got != "stale     .sitegen.sum\n" {
		t.Errorf("got:\n%s", got)
	}
	apply(t, root, want, Options{})
	sameFolder(t, snapshot(t, root), generated(want))
}

func TestSides(t *testing.T) {
	for _, test := range []struct{ name, text, ours, theirs string }{
		{"merge", "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\nd\n", "a\nb\nd\n", "a\nc\nd\n"},
		{"diff3", "<<<<<<< HEAD\nb\n||||||| 123\no\n=======\nc\n>>>>>>> x\n", "b\n", "c\n"},
		{"two", "<<<<<<< A\n1\n=======\n>>>>>>> B\nm\n<<<<<<< A\n=======\n2\n>>>>>>> B\n", "1\nm\n", "m\n2\n"},
		{"no labels", "<<<<<<<\n1\n=======\n2\n>>>>>>>\n", "1\n", "2\n"},
		{"carriage returns", "<<<<<<< A\r\n1\r\n=======\r\n2\r\n>>>>>>> B\r\n", "1\r\n", "2\r\n"},
		{"conflict in the ancestor", "<<<<<<< A\n1\n||||||| m\n<<<<<<<<< X\n0\n=========\n9\n>>>>>>>>> Y\n=======\n2\n>>>>>>> B\n", "1\n", "2\n"},
		{"longer lines are text", "<<<<<<< A\n========\n=======\n2\n>>>>>>> B", "========\n", "2\n"},
		{"no end", "<<<<<<< A\n1\n=======\n2\n", "-", "-"},
		{"no middle", "<<<<<<< A\n1\n>>>>>>> B\n", "-", "-"},
		{"none", "a\n=======\nb\n", "-", "-"},
		{"in a line", "a <<<<<<< A\n", "-", "-"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ours, theirs, ok := sides([]byte(test.text))
			if !ok {
				ours, theirs = []byte("-"), []byte("-")
			}
			if string(ours) != test.ours || string(theirs) != test.theirs {
				t.Errorf("got %q and %q", ours, theirs)
			}
		})
	}
}

func TestManifestOfMergedBranches(t *testing.T) {
	root := openRoot(t, filepath.Clean(t.TempDir()))
	a, b := sums{"x": {{1}}, "y": {{2}}}, sums{"y": {{3}}, "z": {{4}}}
	lines := func(s sums) string {
		_, text, _ := strings.Cut(string(s.format()), "\n")
		return text
	}
	put(t, root, ManifestName, "# "+Header+"\n<<<<<<< HEAD\n"+lines(a)+"||||||| base\n"+lines(sums{"old": {{9}}})+"=======\n"+lines(b)+">>>>>>> b\n")
	_, got, err := readManifest(root)
	if err != nil {
		t.Fatal(err)
	}
	want := sums{"x": {{1}}, "y": {{2}, {3}}, "z": {{4}}}
	if !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got %v, want %v", got, want)
	}
}
