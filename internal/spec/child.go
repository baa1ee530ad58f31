package spec

import (
	"bytes"
	"context"
	"encoding/gob"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"sitegen/internal/diag"
)

// Memory in use can be watched, but one allocation of many gigabytes is done before
// anybody looks. So a spec that computes, or is very large, is evaluated by a second
// process of the same program, which the system keeps within limits. A spec of
// data, references and definitions has nothing to allocate at once, and does not
// pay for one.

// childEnv tells a process that it is there to evaluate a spec.
const childEnv = "SITEGEN_EVALUATE"

// answer is what a second process says of the files that it is told of.
type answer struct {
	Root     *value
	Problems diag.Problems
	Over     string // why it took too much; empty if it did not
}

// Evaluating does the work of a process that Source.Load has started, and tells
// whether this is one: then the program has nothing else to do.
func Evaluating() bool {
	if os.Getenv(childEnv) == "" {
		return false
	}
	limitMemory(maxLimits.memory)
	debug.SetMemoryLimit(int64(maxLimits.memory / 10 * 9)) // collect what can be before that
	var texts []Text
	if gob.NewDecoder(os.Stdin).Decode(&texts) != nil {
		os.Exit(2)
	}
	a := within(maxLimits, func() answer { return answerOf(texts) }, func(why string) answer { return answer{Over: why} })
	if gob.NewEncoder(os.Stdout).Encode(a) != nil {
		os.Exit(2)
	}
	return true
}

func answerOf(texts []Text) answer {
	var files []*ast.File
	var names []string
	for _, t := range texts {
		var text any // nil: what is in the file
		if t.Data != nil {
			text = t.Data
		}
		f, err := parser.ParseFile(t.Name, text)
		if err != nil {
			os.Exit(2) // it has changed
		}
		files, names = append(files, f), append(names, t.Name)
	}
	root, problems := evaluate(files, newIndex(files))
	root.each(func(v *value) { v.Place, v.Label = placeOf(v.at, names), placeOf(v.label, names) })
	return answer{Root: root, Problems: problems}
}

// evaluateApart has a second process evaluate the files.
func (src Source) evaluateApart(files []*ast.File, ix *Index) (*value, diag.Problems) {
	var texts []Text
	for _, f := range files {
		texts = append(texts, Text{Name: f.Filename, Data: src.Overlay[f.Filename]})
	}
	var in, out, errs bytes.Buffer
	self, err := os.Executable()
	if err != nil || gob.NewEncoder(&in).Encode(texts) != nil {
		return evaluate(files, ix)
	}
	ctx, cancel := context.WithTimeout(context.Background(), maxLimits.time*9/10) // before this process gives up
	defer cancel()
	child := exec.CommandContext(ctx, self)
	child.Env = append(os.Environ(), childEnv+"=1")
	child.Stdin, child.Stdout, child.Stderr = &in, &out, &errs
	err = child.Run()
	var a answer
	switch {
	case ctx.Err() != nil:
		return nil, tooMuch(toPos(ix.top), maxLimits.tooLong())
	case err != nil && ranOut(errs.String()):
		return nil, tooMuch(toPos(ix.top), maxLimits.tooLarge())
	case err != nil || gob.NewDecoder(&out).Decode(&a) != nil:
		return nil, gaveUp(ix)
	case a.Over != "":
		return nil, tooMuch(toPos(ix.top), a.Over)
	}
	a.Root.each(func(v *value) { v.at, v.label = v.Place.in(files), v.Label.in(files) })
	return a.Root, a.Problems
}

// ranOut tells whether a process died for want of memory, by what the Go runtime
// says then: of the heap, or of a thread that it cannot start.
func ranOut(said string) bool {
	for _, words := range []string{"out of memory", "cannot allocate memory", "pthread_create failed", "failed to create new OS thread"} {
		if strings.Contains(said, words) {
			return true
		}
	}
	return false
}

// filePlace is a token.Pos on its way to another process: the number of its file,
// counted from 1, and an offset in bytes. The zero filePlace is no place.
type filePlace struct{ File, Offset int }

func placeOf(p token.Pos, names []string) filePlace {
	for i, name := range names {
		if p.IsValid() && p.Filename() == name {
			return filePlace{i + 1, p.Offset()}
		}
	}
	return filePlace{}
}

func (p filePlace) in(files []*ast.File) token.Pos {
	if p.File == 0 {
		return token.NoPos
	}
	return files[p.File-1].Pos().File().Pos(p.Offset, token.NoRelPos)
}

// each calls f for a value and all in it.
func (v *value) each(f func(*value)) {
	if v == nil {
		return
	}
	f(v)
	for _, p := range v.Parts {
		p.each(f)
	}
}

// maxPlain is the size of a spec, in bytes, beyond which it is evaluated apart.
const maxPlain = 4 << 20

// computes tells whether evaluating the files takes more than putting together what
// is written there.
func computes(files []*ast.File) bool {
	size, found := 0, false
	for _, f := range files {
		size += f.End().Offset()
		ast.Walk(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr, *ast.Interpolation, *ast.Comprehension:
				found = true
			case *ast.BinaryExpr:
				found = found || n.Op != token.AND && n.Op != token.OR
			}
			return !found
		}, nil)
	}
	return found || size > maxPlain
}
