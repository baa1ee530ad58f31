package edit_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sitegen/internal/diag"
	"sitegen/internal/edit"
	"sitegen/internal/site/sitetest"
	"sitegen/internal/spec"
)

// A written spec is one in a folder, with what it comes to.
type written struct {
	src   spec.Source
	texts []spec.Text
	ix    *spec.Index
}

func read(t *testing.T, src spec.Source) written {
	t.Helper()
	texts, problems := src.Texts()
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	r := src.Read()
	if !r.Fits() {
		t.Fatal(r.Problems)
	}
	return written{src, texts, r.Index}
}

func write(t *testing.T, text string) written {
	t.Helper()
	path := filepath.Join(t.TempDir(), "site.cue")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return read(t, spec.Source{Path: path})
}

// textOnly is a spec that need not be whole.
func textOnly(t *testing.T, text string) written {
	t.Helper()
	path := filepath.Join(t.TempDir(), "site.cue")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	src := spec.Source{Path: path}
	texts, problems := src.Texts()
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return written{src, texts, src.Read().Index}
}

// specs are those of the examples, of golden trees, random ones, and the one that says
// every field.
func specs(t *testing.T) map[string]written {
	t.Helper()
	all := map[string]written{"full": write(t, sitetest.Full())}
	files, err := filepath.Glob("../../golden/*/site.cue")
	more, err2 := filepath.Glob("../../examples/*/site.cue")
	files = append(append(files, more...), "../../site.cue")
	if err := errors.Join(err, err2); err != nil || len(files) < 15 {
		t.Fatalf("%d specs, %v", len(files), err)
	}
	for _, f := range files {
		all[strings.TrimPrefix(f, "../../")] = read(t, spec.Source{Path: f})
	}
	for seed := range uint64(3) {
		all[fmt.Sprint("random ", seed)] = write(t, string(sitetest.Seed(seed)))
	}
	return all
}

// change edits a spec; what it comes to then is evaluated.
func (w written) change(t *testing.T, do func(*edit.Spec) error) (written, error) {
	t.Helper()
	s, err := edit.New(w.texts, w.ix)
	if err != nil {
		t.Fatal(err)
	}
	if err := do(s); err != nil {
		return w, err
	}
	texts := s.Texts()
	r := w.src.With(texts).Read()
	if r.Index == nil {
		t.Fatalf("%v\n%s", r.Problems, texts[0].Data)
	}
	return written{w.src, texts, r.Index}, nil
}

func same(a, b written) bool {
	for i := range a.texts {
		if string(a.texts[i].Data) != string(b.texts[i].Data) {
			return false
		}
	}
	return true
}

// others are the places at which two specs differ, but for one, those in it, and those
// that refer to it.
func others(a, b written, at diag.Path) []diag.Path {
	var all []diag.Path
	for _, p := range spec.Changed(a.ix, b.ix) {
		if !strings.HasPrefix(p.Key(), at.Key()) && !strings.HasPrefix(at.Key(), p.Key()) && !b.refers(p) {
			all = append(all, p)
		}
	}
	return all
}

// refers tells whether the value at a path is written as the name of another field.
func (w written) refers(at diag.Path) bool {
	pos := w.ix.Value(at)
	for _, f := range w.texts {
		if f.Name == pos.File {
			word := strings.Split(string(f.Data), "\n")[pos.Line-1][pos.Col-1:]
			return strings.Contains(word, ".") && strings.IndexAny(word, "abcdefghijklmnopqrstuvwxyz_#") == 0
		}
	}
	return false
}

// another is another value of the kind.
func another(literal string) string {
	switch {
	case literal == "true":
		return "false"
	case literal == "false":
		return "true"
	case strings.HasPrefix(literal, `"`):
		return strings.TrimSuffix(literal, `"`) + `x"`
	case literal == "0":
		return "7"
	case literal == "null", strings.HasPrefix(literal, "{"), strings.HasPrefix(literal, "["):
		return ""
	}
	return literal + "7"
}

// TestSetEvery gives each value of each spec another one, and then its own again: nothing
// but that value is another, in the text and in what it comes to, or the change is
// refused with a place.
func TestSetEvery(t *testing.T) {
	for name, w := range specs(t) {
		done, refused := 0, 0
		paths := spec.Changed(&spec.Index{}, w.ix)
		most := map[bool]int{true: len(paths), false: 30}[name == "full"]
		step := max(1, len(paths)/most)
		for i := 0; i < len(paths); i += step {
			at := paths[i]
			old, _ := w.ix.Literal(at)
			new := another(old)
			if new == "" {
				continue
			}
			var to *edit.RefusedError
			changed, err := w.change(t, func(s *edit.Spec) error { return s.Set(at, new) })
			if errors.As(err, &to) && to.Pos.Line > 0 && to.Hint != "" {
				refused++
				continue
			}
			if err != nil {
				t.Errorf("%s: %s: %v", name, at, err)
				continue
			}
			done++
			if got, _ := changed.ix.Literal(at); got != new || len(others(w, changed, at)) > 0 {
				t.Errorf("%s: %s is %s, want %s; others: %v", name, at, got, new, others(w, changed, at))
			}
			if back, err := changed.retext(t, at, old); err != nil || !same(w, back) && !spelt(t, w, back) {
				t.Errorf("%s: %s is not set back: %v", name, at, err)
			}
		}
		t.Logf("%s: %d set, %d refused", name, done, refused)
		if done+refused == 0 || name == "full" && refused > 0 {
			t.Errorf("%s: %d values could be set, and %d not", name, done, refused)
		}
	}
}

// retext is the spec with another value, of which only the text is made.
func (w written) retext(t *testing.T, at diag.Path, literal string) (written, error) {
	t.Helper()
	s, err := edit.New(w.texts, w.ix)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Set(at, literal)
	return written{w.src, s.Texts(), nil}, err
}

// spelt tells whether two texts differ by nothing but how one value is written, as a text
// with other escapes or over several lines.
func spelt(t *testing.T, a, b written) bool {
	t.Helper()
	return len(spec.Changed(a.ix, b.src.With(b.texts).Read().Index)) == 0
}
