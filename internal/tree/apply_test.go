package tree

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestForce(t *testing.T) {
	want := tree(t, map[string]string{"a/x": "gen\n", "a/y": "gen\n", "b": "gen\n", "c": "gen\n"})
	for _, test := range []struct {
		name  string
		force []string
		stuck string // the paths that still block
	}{
		{"none", nil, "a/x a/y b"},
		{"exact", []string{"b"}, "a/x a/y"},
		{"folder", []string{"a"}, "b"},
		{"folder with slash", []string{"./a/"}, "b"},
		{"not a name's start", []string{"a/", "a/x/", "bb"}, "b"},
		{"wildcards", []string{"a/[yz]", "?"}, ""},
		{"no more than they match", []string{"*/y"}, "a/x b"},
		{"all by name", []string{"a/x", "a/y", "b"}, ""},
		{"the whole folder", []string{"."}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := openRoot(t, t.TempDir())
			put(t, root, "a/x", "mine x\n")
			put(t, root, "a/y", "mine y\n")
			put(t, root, "b", "mine b\n")
			was := snapshot(t, root)
			kept := make(map[string]string)
			err := run(root, want, Options{
				Force: test.force,
				Kept:  func(path, backup string) { kept[path] = backup },
			})
			if test.stuck == "" {
				if err != nil {
					t.Fatal(err)
				}
				sameFolder(t, snapshot(t, root), union2(generated(want), map[string]string{
					"a/x.bak": "mine x\n", "a/y.bak": "mine y\n", "b.bak": "mine b\n",
				}))
				if len(kept) != 3 || kept["a/x"] != "a/x.bak" {
					t.Errorf("the backups are said to be %v", kept)
				}
				return
			}
			var blocked *BlockedError
			if !errors.As(err, &blocked) {
				t.Fatalf("got %v", err)
			}
			if got := strings.Join(blockedPaths(blocked.Changes), " "); got != test.stuck {
				t.Errorf("blocked: %s, want %s", got, test.stuck)
			}
			sameFolder(t, snapshot(t, root), was)
		})
	}
}

func TestBlockedError(t *testing.T) {
	root := openRoot(t, t.TempDir())
	apply(t, root, tree(t, map[string]string{"gone": "1\n", "host.nix": "1\n"}), Options{})
	for _, p := range []string{"flake.nix", "gone", "host.nix"} {
		put(t, root, p, "mine\n")
	}
	err := run(root, tree(t, map[string]string{"flake.nix": "1\n", "host.nix": "1\n"}), Options{})
	const want = `nothing was written, because gen would overwrite work that is not its own:
	"flake.nix" was there before and is not from gen (5 bytes)
	"gone" was edited since gen wrote it, and is no longer in the spec
	"host.nix" was edited since gen wrote it`
	if err == nil || err.Error() != want {
		t.Errorf("got:\n%v\nwant:\n%s", err, want)
	}
}

// TestBackups forces the same path again and again: no backup is lost, none is
// made twice, and names that gen owns are left alone.
func TestBackups(t *testing.T) {
	root := openRoot(t, t.TempDir())
	want := tree(t, map[string]string{"f": "gen\n", "f.bak.1": "gen's own\n", "gone": "gen\n"})
	apply(t, root, want, Options{})
	want = want.Without("nothing")
	if err := root.Mkdir("f.bak.3", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, mine := range []string{"one\n", "two\n", "one\n", "three\n"} {
		put(t, root, "f", mine)
		apply(t, root, want, Options{Force: []string{"f"}})
	}
	put(t, root, "gone", "edited orphan\n")
	want = tree(t, map[string]string{"f": "gen\n", "f.bak.1": "gen's own\n"})
	apply(t, root, want, Options{Force: []string{"gone"}})
	sameFolder(t, snapshot(t, root), union2(generated(want), map[string]string{
		"f.bak": "one\n", "f.bak.2": "two\n", "f.bak.3/": "empty folder", "f.bak.4": "three\n",
		"gone.bak": "edited orphan\n",
	}))
}

// TestObstacles puts what gen must not follow or replace where a file goes, or
// above it: nothing may be written, here or elsewhere.
func TestObstacles(t *testing.T) {
	want := tree(t, map[string]string{"a": "a\n", "d/e/f": "f\n"})
	for _, test := range []struct {
		name  string
		build func(dir, outside string) error
		want  string
	}{
		{"link to a file outside", func(dir, outside string) error {
			return os.Symlink(filepath.Join(outside, "secret"), filepath.Join(dir, "a"))
		}, `"a" is a symbolic link: gen writes regular files only`},
		{"link to a file inside", func(dir, outside string) error {
			return errors.Join(os.WriteFile(filepath.Join(dir, "mine"), []byte("a\n"), 0o644), os.Symlink("mine", filepath.Join(dir, "a")))
		}, `"a" is a symbolic link`},
		{"link to nothing", func(dir, outside string) error {
			return os.Symlink("nowhere", filepath.Join(dir, "a"))
		}, `"a" is a symbolic link`},
		{"folder outside", func(dir, outside string) error {
			return os.Symlink(outside, filepath.Join(dir, "d"))
		}, `"d/e/f" cannot be written: "d" is a symbolic link, not a folder`},
		{"folder outside, relative", func(dir, outside string) error {
			return os.Symlink("../"+filepath.Base(outside), filepath.Join(dir, "d"))
		}, `"d/e/f" cannot be written: "d" is a symbolic link, not a folder`},
		{"folder inside", func(dir, outside string) error {
			return errors.Join(os.MkdirAll(filepath.Join(dir, "other/e"), 0o755), os.Symlink("other", filepath.Join(dir, "d")))
		}, `"d/e/f" cannot be written: "d" is a symbolic link, not a folder`},
		{"folder inside, deeper", func(dir, outside string) error {
			return errors.Join(os.MkdirAll(filepath.Join(dir, "d/other"), 0o755), os.Symlink("other", filepath.Join(dir, "d/e")))
		}, `"d/e/f" cannot be written: "d/e" is a symbolic link, not a folder`},
		{"file for a folder", func(dir, outside string) error {
			return os.WriteFile(filepath.Join(dir, "d"), []byte("mine\n"), 0o644)
		}, `"d/e/f" cannot be written: "d" is a file, not a folder`},
		{"empty folder for a file", func(dir, outside string) error {
			return os.MkdirAll(filepath.Join(dir, "a/mine"), 0o755)
		}, `"a" is a folder: gen writes regular files only`},
		{"folder for a file", func(dir, outside string) error {
			return errors.Join(os.Mkdir(filepath.Join(dir, "a"), 0o755), os.WriteFile(filepath.Join(dir, "a/mine"), nil, 0o644))
		}, `"a" is a folder: gen writes regular files only`},
		{"manifest", func(dir, outside string) error {
			return os.Symlink(filepath.Join(outside, "secret"), filepath.Join(dir, ManifestName))
		}, `".sitegen.sum" is a symbolic link`},
	} {
		t.Run(test.name, func(t *testing.T) {
			parent := t.TempDir()
			dir, outside := filepath.Join(parent, "out"), filepath.Join(parent, "outside")
			for _, d := range []string{dir, filepath.Join(outside, "e")} {
				if err := os.MkdirAll(d, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("a\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := test.build(dir, outside); err != nil {
				t.Fatal(err)
			}
			all := openRoot(t, parent)
			was := snapshot(t, all)
			err := run(openRoot(t, dir), want, Options{Force: []string{"."}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v does not say %q", err, test.want)
			}
			sameFolder(t, snapshot(t, all), was)
		})
	}
}

// TestObstacleInsteadOfOrphan: what took an orphan's place is not gen's.
func TestObstacleInsteadOfOrphan(t *testing.T) {
	parent := t.TempDir()
	if err := os.MkdirAll(filepath.Join(parent, "out"), 0o755); err != nil {
		t.Fatal(err)
	}
	root := openRoot(t, filepath.Join(parent, "out"))
	apply(t, root, tree(t, map[string]string{"a": "a\n", "d/e": "e\n", "keep": "k\n"}), Options{})
	all := openRoot(t, parent)
	put(t, all, "outside/e", "e\n")
	for _, p := range []string{"a", "d"} {
		if err := root.RemoveAll(p); err != nil {
			t.Fatal(err)
		}
		if err := root.Symlink("../outside", p); err != nil {
			t.Fatal(err)
		}
	}
	want := tree(t, map[string]string{"keep": "k\n"})
	apply(t, root, want, Options{})
	sameFolder(t, snapshot(t, root), union2(generated(want), map[string]string{"a": "-> ../outside", "d": "-> ../outside"}))
	if data, err := all.ReadFile("outside/e"); err != nil || string(data) != "e\n" {
		t.Errorf("outside the folder: %q, %v", data, err)
	}
}

// TestChangedMeanwhile edits the folder between Compare and Apply.
func TestChangedMeanwhile(t *testing.T) {
	want := map[string]string{"new": "n\n", "stale": "2\n"}
	for _, test := range []struct {
		name   string
		meddle func(*testing.T, *os.Root)
		ok     bool
	}{
		{"somebody made the file", func(t *testing.T, root *os.Root) { put(t, root, "new", "mine\n") }, false},
		{"somebody edited the file", func(t *testing.T, root *os.Root) { put(t, root, "stale", "mine\n") }, false},
		{"somebody edited the orphan", func(t *testing.T, root *os.Root) { put(t, root, "orphan", "mine\n") }, false},
		{"another gen with another spec", func(t *testing.T, root *os.Root) {
			apply(t, root, tree(t, map[string]string{"stale": "3\n"}), Options{})
		}, false},
		{"somebody put a link there", func(t *testing.T, root *os.Root) {
			if err := root.Symlink("stale", "new"); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"another gen with the same spec", func(t *testing.T, root *os.Root) {
			apply(t, root, tree(t, want), Options{})
		}, true},
		{"somebody deleted the orphan", func(t *testing.T, root *os.Root) {
			if err := root.Remove("orphan"); err != nil {
				t.Fatal(err)
			}
		}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := openRoot(t, t.TempDir())
			apply(t, root, tree(t, map[string]string{"stale": "1\n", "orphan": "1\n"}), Options{})
			changes := compare(t, root, tree(t, want))
			test.meddle(t, root)
			was := snapshot(t, root)
			err := Apply(root, changes, Options{})
			if test.ok {
				if err != nil {
					t.Fatal(err)
				}
				sameFolder(t, snapshot(t, root), generated(tree(t, want)))
				return
			}
			if err == nil {
				t.Fatal("no error")
			}
			sameFolder(t, snapshot(t, root), was)
		})
	}
}

// TestTwoAtOnce lets several runs loose on one folder. Each of them either
// succeeds or says that the folder changed; the folder is never a mixture.
func TestTwoAtOnce(t *testing.T) {
	dir := t.TempDir()
	versions := []*Tree{manyFiles(t, 1), manyFiles(t, 2)}
	for range 3 {
		var wg sync.WaitGroup
		for _, want := range versions {
			wg.Go(func() {
				root, err := os.OpenRoot(dir)
				if err != nil {
					t.Error(err)
					return
				}
				defer root.Close()
				for range 5 {
					err := run(root, want, Options{})
					var blocked *BlockedError
					if errors.As(err, &blocked) {
						t.Errorf("one run takes the other's files for somebody's: %v", err)
					}
				}
			})
		}
		wg.Wait()
		root := openRoot(t, dir)
		got := snapshot(t, root)
		if !maps.Equal(got, generated(versions[0])) && !maps.Equal(got, generated(versions[1])) {
			t.Fatalf("the folder is neither version:\n%s\n%s", report(compare(t, root, versions[0])), report(compare(t, root, versions[1])))
		}
	}
}

// manyFiles is a tree of which each version differs in a third of its files,
// lacks some and has some of its own.
func manyFiles(t testing.TB, version int) *Tree {
	files := make(map[string]string)
	for i := range 60 {
		name := fmt.Sprintf("clients/c%02d/site.yaml", i)
		switch i % 3 {
		case 0:
			files[name] = fmt.Sprintf("client %d\n", i)
		case 1:
			files[name] = fmt.Sprintf("client %d, version %d\n", i, version)
		case 2:
			files[fmt.Sprintf("clients/v%d-%02d/site.yaml", version, i)] = "only here\n"
		}
	}
	return tree(t, files)
}

// TestForcePattern takes what --only takes.
func TestForcePattern(t *testing.T) {
	for pattern, forced := range map[string]bool{"docs/*": true, "docs": true, "*/a.md": true, "*": true, "docs/b*": false, "doc": false} {
		dir := t.TempDir()
		root := openRoot(t, dir)
		apply(t, root, tree(t, map[string]string{"docs/a.md": "gen\n"}), Options{})
		if err := os.WriteFile(filepath.Join(dir, "docs", "a.md"), []byte("mine\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		err := run(root, tree(t, map[string]string{"docs/a.md": "gen 2\n"}), Options{Force: []string{pattern}})
		var blocked *BlockedError
		if forced && err != nil || !forced && !errors.As(err, &blocked) {
			t.Errorf("%q: %v", pattern, err)
		}
	}
}

// TestStray removes what a killed run left, although nothing else is to do.
func TestStray(t *testing.T) {
	dir := t.TempDir()
	root := openRoot(t, dir)
	want := tree(t, map[string]string{"a": "1\n", "deep/er/b": "1\n"})
	apply(t, root, want, Options{})
	strays := []string{tempName(), "deep/er/" + tempName()}
	for _, name := range strays {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	apply(t, root, want, Options{})
	for _, name := range strays {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
}

// TestWords: errors say what cannot be done to which file, and no call of the system.
func TestWords(t *testing.T) {
	dir := t.TempDir()
	d := &disk{root: openRoot(t, dir)}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	f := &File{Path: "a", Mode: 0o644}
	_, opened := d.open("b")
	for want, err := range map[string]error{
		`write "a": no such file or directory`:              d.write(f),
		`change the mode of "a": no such file or directory`: d.chmod(f),
		`remove "a": no such file or directory`:             d.remove("a"),
		`make folder "b": no such file or directory`:        opened,
	} {
		if err == nil || err.Error() != want {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}
