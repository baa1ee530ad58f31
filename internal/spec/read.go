package spec

import (
	"cmp"
	"sync/atomic"

	"cuelang.org/go/cue/ast"

	"sitegen/internal/diag"
	"sitegen/schema"
)

// Reading is what a spec says.
type Reading struct {
	Spec     *Spec // nil where nothing can be told of it
	Index    *Index
	Problems diag.Problems // warnings of files left out, and what does not fit the schema
}

// Fits tells whether the spec fits the schema.
func (r Reading) Fits() bool { return r.Spec != nil && r.Problems.Errors() == 0 }

// Read reads the spec: its files, their evaluation, and what the schema makes of it.
func (src Source) Read() Reading { return src.within(maxLimits) }

func (src Source) within(most limits) Reading {
	var top atomic.Pointer[diag.Pos] // of the spec, once it is known
	top.Store(&diag.Pos{File: cmp.Or(src.Path, ".")})
	return within(most, func() Reading {
		files, problems := src.read()
		if problems.Errors() > 0 {
			return Reading{Problems: problems}
		}
		ix := newIndex(files)
		at := toPos(ix.top)
		top.Store(&at)
		return readFiles(files, ix, src.evaluator(files), problems)
	}, func(why string) Reading { return Reading{Problems: tooMuch(*top.Load(), why)} })
}

// evaluator is evaluate, or does the same in another process.
type evaluator func([]*ast.File, *Index) (*value, diag.Problems)

func (src Source) evaluator(files []*ast.File) evaluator {
	if src.Apart && computes(files) {
		return src.evaluateApart
	}
	return evaluate
}

// readFiles evaluates a spec by itself and compares it with the schema.
func readFiles(files []*ast.File, ix *Index, by evaluator, problems diag.Problems) Reading {
	t, err := readSchema(schema.FS)
	if err != nil {
		return Reading{Problems: schemaProblem(err)}
	}
	root, found := by(files, ix)
	problems = append(problems, found...)
	if root == nil {
		return Reading{Problems: problems}
	}
	ix.root = root
	sp, misfits := fit(t, root, ix)
	rename(sp, ix)
	return Reading{sp, ix, append(problems, misfits...)}
}

func schemaProblem(err error) diag.Problems {
	return diag.Problems{{Message: "the embedded schema is broken: " + err.Error(), Rule: "internal", Severity: diag.Error}}
}
