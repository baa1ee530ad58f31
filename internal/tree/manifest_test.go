package tree

import (
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestManifestText(t *testing.T) {
	got := string(sums{"b": {{2}, {1}}, "a/c": {{0xff}}, "a b": {{3}}}.format())
	zeros := strings.Repeat("0", 62)
	want := "# " + Header + "\n" +
		"03" + zeros + "  a b\n" +
		"ff" + zeros + "  a/c\n" +
		"01" + zeros + "  b\n" +
		"02" + zeros + "  b\n"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestManifestIsForSha256sum holds the promise of the format.
func TestManifestIsForSha256sum(t *testing.T) {
	if _, err := exec.LookPath("sha256sum"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("sha256sum is not installed")
		}
		t.Skip("NOT TESTED, sha256sum is not installed")
	}
	root := openRoot(t, t.TempDir())
	apply(t, root, tree(t, map[string]string{"a b": "x\n", "c/d": "", "*ü": "\n"}), Options{})
	cmd := exec.Command("sha256sum", "--strict", "-c", ManifestName)
	cmd.Dir = root.Name()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v:\n%s", err, out)
	}
}

// TestManifestDamaged names the line, and prints none of it.
func TestManifestDamaged(t *testing.T) {
	one := string(sums{"a": {{1}}}.format())
	for _, test := range []struct{ name, text, want string }{
		{"no line", one + "secret words\n", "line 3 is not a hash, two blanks and a path"},
		{"binary", strings.Repeat("\x00", 1<<20), "line 1 is not a hash, two blanks and a path"},
		{"endless", one + strings.Repeat("0", 64) + "  " + strings.Repeat("a", 1<<20), "line 3 is not a hash, two blanks and a path"},
		{"outside", one + "\n" + strings.Repeat("0", 64) + "  ../x\n", `line 4 names "../x": not a plain path below the output folder`},
		{"in a conflict", "<<<<<<< HEAD\n" + one + "=======\nsecret words\n>>>>>>> x\n", "line 5 is not a hash, two blanks and a path"},
	} {
		_, err := parseManifest([]byte(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want+"; restore") || strings.Contains(err.Error(), "secret") || len(err.Error()) > 400 {
			t.Errorf("%s: %.500v", test.name, err)
		}
	}
}

// FuzzManifest: whatever stands in the file, reading it does not panic, takes no
// path that gen may not own, and what was read comes back from what is written.
func FuzzManifest(f *testing.F) {
	one := string(sums{"a": {{1}}, "b/c d": {{2}, {3}}}.format())
	f.Add([]byte(one))
	f.Add([]byte(strings.ReplaceAll(one, "\n", "\r\n")))
	f.Add([]byte("<<<<<<< HEAD\n" + one + "||||||| 1\n=======\n" + one + ">>>>>>> x\n"))
	f.Add([]byte("<<<<<<< HEAD\n" + one))
	f.Add([]byte(strings.Repeat("0", 64) + "  ../x\n"))
	f.Add([]byte("\n#\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := parseManifest(data)
		if err != nil {
			return
		}
		for p := range first {
			if err := validPath(p); err != nil {
				t.Fatal(err)
			}
		}
		text := first.format()
		second, err := parseManifest(text)
		if err != nil {
			t.Fatalf("gen cannot read what it wrote: %v\n%s", err, text)
		}
		sorted := func(a, b []sum) bool {
			less := func(x, y sum) int { return slices.Compare(x[:], y[:]) }
			return slices.Equal(slices.SortedFunc(slices.Values(a), less), slices.SortedFunc(slices.Values(b), less))
		}
		if !maps.EqualFunc(first, second, sorted) || string(second.format()) != string(text) {
			t.Fatalf("read %v, then %v", first, second)
		}
	})
}
