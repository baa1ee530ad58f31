package tree

import (
	"strings"
	"testing"
)

func TestNewTree(t *testing.T) {
	for _, test := range []struct {
		name  string
		paths []string
		want  string // part of the error; empty: none
	}{
		{"plain", []string{"a", "b/c", "b/d/e.yaml", ".gitignore", ".sops.yaml", "ü/ß"}, ""},
		{"sorts around slash", []string{"a", "a.b", "a-b/c"}, ""},
		{"manifest's name further down", []string{"sub/.sitegen.sum"}, ""},
		{"empty", []string{""}, "not a plain path"},
		{"root", []string{"."}, "not a plain path"},
		{"dot first", []string{"./a"}, "not a plain path"},
		{"parent", []string{"../a"}, "not a plain path"},
		{"parent inside", []string{"a/../../b"}, "not a plain path"},
		{"absolute", []string{"/etc/passwd"}, "not a plain path"},
		{"folder", []string{"a/"}, "not a plain path"},
		{"not UTF-8", []string{"a\xff"}, "not a plain path"},
		{"git", []string{".git/config"}, "inside .git"},
		{"git without case", []string{"sub/.GIT/hooks/pre-commit"}, "inside .git"},
		{"git itself", []string{".git"}, "inside .git"},
		{"manifest", []string{".sitegen.sum"}, "own manifest"},
		{"manifest without case", []string{".SiteGen.sum"}, "own manifest"},
		{"temporary", []string{"a/.sitegen-tmp-1"}, "temporary files"},
		{"backslash", []string{`a\b`}, "not every file system"},
		{"newline", []string{"a\nb"}, "not every file system"},
		{"colon", []string{"c:x"}, "not every file system"},
		{"trailing dot", []string{"a./b"}, "ends in a dot"},
		{"twice", []string{"a/b", "a/b"}, `"a/b": made twice`},
		{"file and folder", []string{"a/b", "a/b/c"}, `"a/b" would be a file and a folder`},
		{"file and folder, apart", []string{"a", "a-", "a/b"}, `"a" would be a file and a folder`},
		{"case", []string{"x/README.md", "x/Readme.md"}, `"x/Readme.md": collides with "x/README.md"`},
		{"case of a folder", []string{"Docs/a", "docs/b"}, `"docs/b": collides with "Docs"`},
		{"case of file and folder", []string{"Docs", "docs/b"}, "collides"},
		{"case beyond ASCII", []string{"Ä", "ä"}, "collides"},
		{"case across lengths", []string{"\u212Aelvin/a", "kelvin/b"}, "collides"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var files []File
			for _, p := range test.paths {
				files = append(files, File{p, 0o644, nil})
			}
			tr, err := NewTree(files)
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				if tr.Len() != len(files) {
					t.Errorf("Len() = %d, want %d", tr.Len(), len(files))
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v does not say %q", err, test.want)
			}
		})
	}
}

func TestNewTreeReportsAll(t *testing.T) {
	_, err := NewTree([]File{{"../a", 0o644, nil}, {"b", 0o600, nil}, {"c", 0o644, nil}, {"c", 0o755, nil}})
	const want = `"../a": not a plain path below the output folder
"b": mode 0600 is neither 0644 nor 0755
"c": made twice`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %v", err, want)
	}
}

func TestLookupAndWithout(t *testing.T) {
	all := tree(t, map[string]string{"b": "2", "a/z": "1", "*c/d": "3"})
	var order []string
	for _, f := range all.Files() {
		order = append(order, f.Path)
	}
	if got := strings.Join(order, " "); got != "a/z b c/d" {
		t.Errorf("files come as %s", got)
	}
	if f, ok := all.Lookup("c/d"); !ok || f.Mode != 0o755 || string(f.Data) != "3" {
		t.Errorf("Lookup(c/d) = %v, %v", f, ok)
	}
	if _, ok := all.Lookup("c"); ok {
		t.Error("Lookup finds a folder")
	}
	some := all.Without("b").Without("c/d", "nothing")
	if some.Len() != 1 || all.Len() != 3 {
		t.Errorf("Without leaves %d of %d files", some.Len(), all.Len())
	}
}
