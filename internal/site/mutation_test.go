package site

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
	"golang.org/x/sync/errgroup"
)

// mutant is a spec with one mistake in it.
type mutant struct {
	kind  string // drop, rename, retype, twice, range, empty, hidden, double
	path  Path
	text  string
	lines [2]int // of what was changed
	near  []int  // lines where the mistake may be said to be as well
	words []string
}

// TestMutants makes every single mistake of some kinds in two sites, one field
// after the other (in one of them with -short). Each has to be refused, at the
// line of the mistake and in words of the spec's own, or else be no mistake.
func TestMutants(t *testing.T) {
	example, err := os.ReadFile(filepath.Join("..", "..", "site.cue"))
	if err != nil {
		t.Fatal(err)
	}
	all := mutants(t, string(example))
	if !testing.Short() {
		all = append(all, mutants(t, fullSite(t))...)
	}
	refused, right := 0, 0
	for i, problems := range loadAll(t, all) {
		m := all[i]
		if len(problems) == 0 {
			if !m.mayPass() {
				t.Errorf("%s of %s is accepted", m.kind, m.path)
			}
			continue
		}
		refused++
		for _, p := range problems {
			if p.Pos.Line == 0 || cueWords.MatchString(p.Error()) {
				t.Errorf("%s of %s: no line, or words of CUE's:\n%s", m.kind, m.path, p.Error())
			}
		}
		if m.rightLine(problems) {
			right++
		} else {
			t.Errorf("%s of %s (line %d) is said at the wrong line:\n%s", m.kind, m.path, m.lines[0], problems.Error())
		}
	}
	t.Logf("%d mistakes, %d refused, %d of them at the right line: %.1f %%", len(all), refused, right, 100*float64(right)/float64(max(refused, 1)))
}

// loadAll loads every mutant, some at a time.
func loadAll(t *testing.T, all []mutant) []Problems {
	t.Helper()
	out := make([]Problems, len(all))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, m := range all {
		path := filepath.Join(t.TempDir(), "site.cue")
		group.Go(func() error {
			if err := os.WriteFile(path, []byte(m.text), 0o644); err != nil {
				return err
			}
			_, out[i] = Load(path)
			return os.Remove(path)
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	return out
}

// rightLine tells whether some problem, or a note of one, names the line of the
// mistake; or else a line near to it, or what follows from it by name.
func (m mutant) rightLine(problems Problems) bool {
	for _, p := range problems {
		places := []Pos{p.Pos}
		for _, n := range p.Notes {
			places = append(places, n.Pos)
		}
		for _, at := range places {
			if at.Line >= m.lines[0] && at.Line <= m.lines[1] || slices.Contains(m.near, at.Line) {
				return true
			}
		}
		for _, w := range m.words {
			if strings.Contains(p.Path+" "+p.Message+" "+p.Hint, w) {
				return true
			}
		}
		if m.kind == "drop" && m.follows(p) {
			return true
		}
	}
	return false
}

// follows tells whether a problem is what remains when a field is gone: a mistake
// beside it, or one elsewhere that the field was there for.
func (m mutant) follows(p Problem) bool {
	parent := m.path.parent()
	if len(parent) > 0 && strings.HasPrefix(p.Path, parent.String()+".") {
		return true
	}
	return map[string]string{
		"hosts": "server", "hosts.web1": "server", // the other one is an agent
		"clients": "access-unused", "clients.bakery": "access-unused",
		"silence": "address-reserved", `silence."address-reserved"`: "address-reserved",
	}[m.path.String()] == p.Rule
}

// mutants makes every mistake of every kind in a spec.
func mutants(t *testing.T, text string) []mutant {
	t.Helper()
	f, err := parser.ParseFile("site.cue", text)
	if err != nil {
		t.Fatal(err)
	}
	mu := &mutator{text: text}
	mu.decls(nil, nil, f.Decls, false)
	return mu.all
}

type mutator struct {
	text string
	all  []mutant
}

// decls walks the fields of a struct. near are the lines of the labels around it;
// alone says that the struct is one field without braces.
func (mu *mutator) decls(at Path, near []int, decls []ast.Decl, alone bool) {
	for _, d := range decls {
		f, ok := d.(*ast.Field)
		if !ok {
			continue
		}
		name, _, err := ast.LabelName(f.Label)
		if err != nil {
			continue
		}
		p := at.With(name)
		mu.field(p, near, f, alone)
		mu.value(p, append(near[:len(near):len(near)], f.Label.Pos().Line()), f.Value)
	}
}

func (mu *mutator) value(at Path, near []int, e ast.Expr) {
	switch e := e.(type) {
	case *ast.StructLit:
		mu.decls(at, near, e.Elts, !e.Lbrace.IsValid())
	case *ast.ListLit:
		for i, x := range e.Elts {
			mu.scalar(at.With(i), near, x)
			mu.value(at.With(i), append(near[:len(near):len(near)], x.Pos().Line()), x)
		}
	}
}

func (mu *mutator) add(kind string, at Path, near []int, from, to int, with string, words ...string) {
	text := mu.text[:from] + with + mu.text[to:]
	line := 1 + strings.Count(mu.text[:from], "\n")
	mu.all = append(mu.all, mutant{kind, at, text, [2]int{line, line + strings.Count(with, "\n")}, near, words})
}

// field makes the mistakes with a field as a whole.
func (mu *mutator) field(at Path, near []int, f *ast.Field, alone bool) {
	from, to := f.Pos().Offset(), f.End().Offset()
	if len(at) > 0 {
		end := to
		if rest := mu.text[to:]; strings.HasPrefix(rest, ", ") {
			end = to + 2
		}
		name, left := fmt.Sprint(at[len(at)-1]), ""
		if alone {
			left = "{}"
		}
		mu.add("drop", at, near, from, end, left, word(name))
		label := mu.text[f.Label.Pos().Offset():f.Label.End().Offset()]
		wrong := label + "x"
		if strings.HasSuffix(label, `"`) {
			wrong = strings.TrimSuffix(label, `"`) + `x"`
		}
		mu.add("rename", at, near, f.Label.Pos().Offset(), f.Label.End().Offset(), wrong, word(name))
	}
	if _, ok := f.Value.(*ast.StructLit); ok {
		mu.add("retype", at, near, f.Value.Pos().Offset(), f.Value.End().Offset(), `"text"`)
		return
	}
	mu.scalar(at, near, f.Value)
}

// word is a name as a message has to have it: short ones are in every message.
func word(name string) string {
	if len(name) < 4 {
		return fmt.Sprintf("%q", name)
	}
	return name
}

// scalar makes the mistakes with a value.
func (mu *mutator) scalar(at Path, near []int, e ast.Expr) {
	from, to := e.Pos().Offset(), e.End().Offset()
	old := mu.text[from:to]
	replace := func(kind, with string) { mu.add(kind, at, near, from, to, with) }
	switch e := e.(type) {
	case *ast.ListLit:
		replace("retype", `"text"`)
		if len(e.Elts) > 0 {
			first := mu.text[e.Elts[0].Pos().Offset():e.Elts[0].End().Offset()]
			mu.add("double", at, near, e.Elts[0].Pos().Offset(), e.Elts[0].Pos().Offset(), first+", ")
		}
	case *ast.StructLit:
		replace("retype", `7`)
	case *ast.BasicLit:
		_, isElement := at[len(at)-1].(int)
		switch {
		case strings.HasPrefix(e.Value, `"`):
			replace("retype", "7")
			replace("empty", `""`)
			replace("range", `"\u0000 :"`)
			replace("hidden", strings.TrimSuffix(old, `"`)+`\u200b"`)
			if !isElement {
				replace("twice", old+` & "other"`)
			}
		case e.Value == "true" || e.Value == "false":
			replace("retype", `"yes"`)
			replace("twice", "true & false")
		default:
			replace("retype", `"seven"`)
			replace("range", "-1")
			replace("range", "99999999999")
			replace("twice", old+" & 1"+old)
		}
	}
}

// mayPass tells whether the mutant is a sound site all the same.
func (m mutant) mayPass() bool {
	last := fmt.Sprint(m.path[len(m.path)-1])
	switch m.kind {
	case "drop":
		return true // the schema says what may be left out; what must not has cases in golden/bad
	case "rename":
		// A name of the user's choice that nothing else refers to.
		return len(m.path) > 1 && slices.Contains([]string{"clients", "apps", "env", "volumes", "nics", "users", "people", "arrays", "disks", "hosts", "access", "domains"}, fmt.Sprint(m.path[len(m.path)-2]))
	case "double":
		return last == "args" || last == "command"
	case "empty":
		return slices.Contains([]string{"path", "comment", "LOG_LEVEL", "gateway", "content"}, last) || slices.Contains([]any{"args"}, m.path[len(m.path)-2])
	}
	return false
}
