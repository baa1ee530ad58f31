package edit_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"sitegen/internal/diag"
	"sitegen/internal/edit"
	"sitegen/internal/spec"
)

// TestCases runs testdata/*.txtar: the comment says what is done, a line each; NAME.cue are
// the files before, want/NAME.cue those that become others, and refused is the error.
func TestCases(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) < 15 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, c := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(c), ".txtar"), func(t *testing.T) { runCase(t, c) })
	}
}

func runCase(t *testing.T, name string) {
	a, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	want, refused := map[string]string{}, ""
	for _, f := range a.Files {
		switch file, is := strings.CutPrefix(f.Name, "want/"); {
		case is:
			want[file] = string(f.Data)
		case f.Name == "refused":
			refused = strings.TrimSpace(string(f.Data))
		default:
			if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	src := spec.Source{Path: dir}
	texts, problems := src.Texts()
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, crlf := range []bool{false, true} {
		before := slices.Clone(texts)
		if crlf {
			for i := range before {
				before[i].Data = []byte(strings.ReplaceAll(string(before[i].Data), "\n", "\r\n"))
			}
		}
		s, err := edit.New(before, src.Read().Index)
		if err != nil {
			t.Fatal(err)
		}
		err = perform(s, string(a.Comment))
		said := ""
		if err != nil {
			said = strings.ReplaceAll(err.Error(), dir+"/", "")
		}
		if said != refused {
			t.Fatalf("the error is\n%s\nwant\n%s", said, refused)
		}
		for i, after := range s.Texts() {
			file := filepath.Base(after.Name)
			wanted, other := want[file]
			switch {
			case err != nil || !other:
				wanted = string(before[i].Data)
			case crlf:
				wanted = strings.ReplaceAll(wanted, "\n", "\r\n")
			}
			if diff := cmp.Diff(wanted, string(after.Data)); diff != "" {
				t.Errorf("CRLF %v: %s (-want +got):\n%s", crlf, file, diff)
			}
		}
	}
}

// perform does what lines say: add PATH VALUE, set PATH VALUE, append PATH VALUE, remove
// PATH, rename PATH NAME. In a value, ⏎ and ⇥ are a line break and a tab.
func perform(s *edit.Spec, lines string) error {
	var errs []error
	for line := range strings.Lines(lines) {
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		path, value, _ := strings.Cut(rest, " ")
		value = strings.NewReplacer("⏎", "\n", "⇥", "\t").Replace(value)
		at, ok := diag.ParsePath(path)
		switch {
		case verb == "" || strings.HasPrefix(verb, "#"):
		case !ok:
			return fmt.Errorf("%q is no path", path)
		case verb == "add":
			errs = append(errs, s.Add(at, value))
		case verb == "set":
			errs = append(errs, s.Set(at, value))
		case verb == "append":
			errs = append(errs, s.Append(at, value))
		case verb == "remove":
			errs = append(errs, s.Remove(at))
		case verb == "rename":
			errs = append(errs, s.RenameAll(at, value))
		default:
			return fmt.Errorf("%q is no verb", verb)
		}
	}
	return errors.Join(errs...)
}
