// Package trace tells which lines of the output a field of the spec makes, and which
// fields are behind a line. It does not guess by what stands in both: it gives a field
// another value, has the generators run again, and looks which lines are others. So it
// holds for whatever generators do, costs an ordinary run nothing, and nothing has to
// be carried along for it.
package trace

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"sitegen/internal/diag"
	"sitegen/internal/gen"
	"sitegen/internal/gen/said"
	"sitegen/internal/site"
	"sitegen/internal/spec"
	"sitegen/internal/tree"
)

// Tracer turns the values of one spec. It is not safe for several goroutines.
type Tracer struct {
	spec  *spec.Spec
	ix    *spec.Index
	read  func(*site.Site) // takes files of the user's into a site
	knobs []knob
	files map[string][]byte        // the output as it is
	by    map[string]gen.Generator // of each file
}

// New makes a tracer of a spec that is sound.
func New(sp *spec.Spec, ix *spec.Index, read func(*site.Site)) (*Tracer, error) {
	t := &Tracer{spec: sp, ix: ix, read: read, knobs: knobs(sp), files: map[string][]byte{}, by: map[string]gen.Generator{}}
	s := site.Resolve(sp, ix)
	read(s)
	for _, g := range generators() {
		files, err := g.Files(s)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			t.files[f.Path], t.by[f.Path] = f.Data, g
		}
	}
	return t, nil
}

// generators are all but the one that repeats the spec.
func generators() []gen.Generator {
	return slices.DeleteFunc(gen.All(), func(g gen.Generator) bool { return g.Name == "said" })
}

// Field is a field of the spec.
type Field struct {
	Path  diag.Path
	Value string   // as CUE
	Pos   diag.Pos // where the spec says it; not valid for a default
}

// Lines are some of a file, counted from 1.
type Lines struct {
	File     string
	From, To int
}

// Where are the lines that the fields at a path, and below it, make. None: no field is
// there, which known tells, or it makes none.
func (t *Tracer) Where(at diag.Path) (lines []Lines, known bool) {
	changed := map[string][]bool{}
	for i := range t.knobs {
		k := &t.knobs[i]
		if !under(t.ix.User(k.at), at) {
			continue
		}
		known = true
		for _, turn := range k.turns {
			back := turn()
			now := t.run(generators())
			back()
			if now == nil {
				continue
			}
			for file, was := range t.files {
				mark(changed, file, different(was, now[file]))
			}
		}
	}
	for _, file := range slices.Sorted(maps.Keys(changed)) {
		lines = append(lines, ranges(file, changed[file])...)
	}
	return lines, known
}

func under(at, above diag.Path) bool {
	return len(at) >= len(above) && at[:len(above)].Key() == above.Key()
}

func mark(changed map[string][]bool, file string, lines []bool) {
	if changed[file] == nil {
		changed[file] = lines
		return
	}
	for i := range lines {
		changed[file][i] = changed[file][i] || lines[i]
	}
}

func ranges(file string, changed []bool) []Lines {
	var all []Lines
	for i, c := range changed {
		switch {
		case !c:
		case len(all) > 0 && all[len(all)-1].To == i:
			all[len(all)-1].To = i + 1
		default:
			all = append(all, Lines{file, i + 1, i + 1})
		}
	}
	return all
}

// Fields are those of the spec, defaults included, whose path is one of the patterns.
func (t *Tracer) Fields(patterns []string) []Field {
	found := map[int]bool{}
	for i, k := range t.knobs {
		found[i] = !k.entry && slices.ContainsFunc(patterns, k.at.Matches)
	}
	return t.fields(found)
}

// File is what gen writes at a path of the output.
func (t *Tracer) File(path string) ([]byte, bool) {
	data, ok := t.files[path]
	return data, ok
}

// Why are the fields behind a line of a file, counted from 1: those with a value, and
// where none is, what stands under a name.
func (t *Tracer) Why(file string, line int) ([]Field, error) {
	file = path.Clean(file)
	was, ok := t.files[file]
	switch {
	case file == said.Path || file == tree.ManifestName:
		return nil, fmt.Errorf("%s is gen's own: it repeats the spec, and lists the files", file)
	case !ok:
		return nil, fmt.Errorf("gen writes no %q", file)
	case line < 1 || line > bytes.Count(was, []byte("\n"))+1:
		return nil, fmt.Errorf("%s has %d lines", file, bytes.Count(was, []byte("\n")))
	}
	g := []gen.Generator{t.by[file]}
	gone := map[int]bool{} // fields with which the whole file goes
	behind := func(some []int, turn int) bool {
		var backs []func()
		for _, i := range some {
			if k := &t.knobs[i]; turn < len(k.turns) {
				backs = append(backs, k.turns[turn]())
			}
		}
		now := t.run(g)
		for _, back := range slices.Backward(backs) {
			back()
		}
		if now == nil {
			return len(some) > 1 // together they are too much for the generators: one by one
		}
		if _, there := now[file]; !there && len(some) == 1 {
			gone[some[0]] = true
		}
		lines := different(was, now[file])
		return line <= len(lines) && lines[line-1]
	}
	found := map[int]bool{}
	for turn := range t.mostTurns() {
		var values, entries []int
		for i, k := range t.knobs {
			switch {
			case turn >= len(k.turns):
			case k.entry:
				entries = append(entries, i)
			default:
				values = append(values, i)
			}
		}
		split(values, func(some []int) bool { return behind(some, turn) }, found)
		split(entries, func(some []int) bool { return behind(some, turn) }, found)
	}
	if there := without(found, gone); len(there) > 0 { // what a line says, before what its file is called
		found = there
	}
	return t.fields(found), nil
}

func without(found, gone map[int]bool) map[int]bool {
	rest := map[int]bool{}
	for i := range found {
		if !gone[i] {
			rest[i] = true
		}
	}
	return rest
}

// split finds the members of a set that bring about what the set does.
func split(some []int, does func([]int) bool, found map[int]bool) {
	switch {
	case len(some) == 0 || !does(some):
	case len(some) == 1:
		found[some[0]] = true
	default:
		split(some[:len(some)/2], does, found)
		split(some[len(some)/2:], does, found)
	}
}

func (t *Tracer) mostTurns() int {
	most := 0
	for _, k := range t.knobs {
		most = max(most, len(k.turns))
	}
	return most
}

// fields are the knobs that were found, without names around values that were found too.
func (t *Tracer) fields(found map[int]bool) []Field {
	var all []Field
	for i, k := range t.knobs {
		if !found[i] {
			continue
		}
		inner := k.entry && slices.ContainsFunc(t.knobs, func(o knob) bool { return len(o.at) > len(k.at) && under(o.at, k.at) }) &&
			slices.ContainsFunc(t.knobs[i+1:], func(o knob) bool { return under(o.at, k.at) && found[t.index(o)] })
		if inner {
			continue
		}
		f := Field{Path: t.ix.User(k.at), Value: k.value}
		if t.ix.Has(k.at) {
			f.Pos = t.ix.Value(k.at)
		}
		all = append(all, f)
	}
	return all
}

func (t *Tracer) index(o knob) int {
	return slices.IndexFunc(t.knobs, func(k knob) bool { return k.entry == o.entry && k.at.Key() == o.at.Key() })
}

// run has generators write the spec as it is turned now; nil where they cannot.
func (t *Tracer) run(generators []gen.Generator) (files map[string][]byte) {
	defer func() {
		if recover() != nil { // a spec that no rule has seen
			files = nil
		}
	}()
	s := site.Resolve(t.spec, t.ix)
	t.read(s)
	files = map[string][]byte{}
	for _, g := range generators {
		made, err := g.Files(s)
		if err != nil {
			return nil
		}
		for _, f := range made {
			files[f.Path] = f.Data
		}
	}
	return files
}

// different tells of each line of a text whether another text lacks it.
func different(was, now []byte) []bool {
	lines := make([]bool, bytes.Count(was, []byte("\n"))+1)
	if bytes.Equal(was, now) {
		return lines
	}
	at := 0
	text := diff.Diff("a", was, "b", now)
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(line, "@@ -"):
			fmt.Sscanf(line, "@@ -%d", &at)
		case at == 0: // the head
		case line[0] == '-':
			lines[min(at, len(lines))-1] = true
			at++
		case line[0] == ' ':
			at++
		}
	}
	return lines
}
