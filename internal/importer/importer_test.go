package importer

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sitegen/internal/diag"
)

// read imports a tree of these files.
func read(t *testing.T, files map[string]string) *Result {
	t.Helper()
	r := imported(t, files)
	once(t, r, files)
	return r
}

func imported(t *testing.T, files map[string]string) *Result {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := Import(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// once holds that the report has each file, and each once, and that the spec is sound.
func once(t *testing.T, r *Result, files map[string]string) {
	t.Helper()
	var got []string
	for _, l := range r.Report.Files {
		got = append(got, l.Path)
	}
	for name := range files {
		if n := len(slices.DeleteFunc(slices.Clone(got), func(p string) bool { return p != name })); n != 1 {
			t.Errorf("%s is in the report %d times", name, n)
		}
	}
	if len(got) != len(files) {
		t.Errorf("%d files in the report, of %d", len(got), len(files))
	}
	for _, p := range r.Problems {
		if p.Severity == diag.Error {
			t.Errorf("the spec is not sound: %v\n%s", p, r.Spec)
		}
	}
}

func (r *Result) line(name string) Line {
	for _, l := range r.Report.Files {
		if l.Path == name {
			return l
		}
	}
	return Line{}
}

func has(t *testing.T, r *Result, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(r.Spec, p) {
			t.Errorf("the spec has no %s:\n%s", p, r.Spec)
		}
	}
}

// tunnel is a tunnel with rules, as a file of cloudflared's.
func tunnel(rules string) string {
	return "tunnel: prod\ncredentials-file: /etc/cloudflared/credentials.json\ningress:\n" + rules + "- service: http_status:404\n"
}

// TestEmpty: of an empty folder, and of one without anything that is known, comes a spec
// of placeholders that is sound.
func TestEmpty(t *testing.T) {
	read(t, map[string]string{})
	r := read(t, map[string]string{"README.md": "hello", "src/main.c": "int main() {}"})
	if l := r.line("src/main.c"); l.State != "yours" {
		t.Errorf("%+v", l)
	}
}
