package site

import (
	"sync/atomic"

	"cuelang.org/go/cue/ast"

	"sitegen/schema"
)

// Load reads a spec that is a file or a folder, and returns the site it describes;
// see Source.Load.
func Load(path string) (*Site, Problems) { return Source{Path: path}.Load() }

// Load reads the spec, and returns the site it describes. The problems are sorted
// by place, and hold nothing that looks like a secret. The site is nil if one of
// them is an error.
func (src Source) Load() (*Site, Problems) { return src.load(maxLimits) }

// outcome is what Load returns.
type outcome struct {
	site     *Site
	problems Problems
}

func (src Source) load(most limits) (*Site, Problems) {
	var top atomic.Pointer[Pos] // of the spec, once it is known
	top.Store(&Pos{File: or(src.Path, ".")})
	r := within(most, func() outcome {
		files, problems := src.read()
		if problems.Errors() > 0 {
			return outcome{nil, problems}
		}
		ix := newIndex(files)
		at := toPos(ix.top)
		top.Store(&at)
		r := loadFiles(files, ix, src.evaluator(files))
		if r.site != nil {
			problems = r.site.Silence(problems, ruleLeftOut)
		}
		return outcome{r.site, append(problems, r.problems...)}
	}, func(why string) outcome { return outcome{nil, tooMuch(*top.Load(), why)} })
	return r.site, r.problems.sorted().redacted()
}

// evaluator is evaluate, or does the same in another process.
type evaluator func([]*ast.File, *index) (*value, Problems)

func (src Source) evaluator(files []*ast.File) evaluator {
	if src.Apart && computes(files) {
		return evaluateApart
	}
	return evaluate
}

// loadFiles is the way of a spec: evaluated by itself, compared with the schema,
// resolved, checked.
func loadFiles(files []*ast.File, ix *index, by evaluator) outcome {
	t, err := readSchema(schema.FS)
	if err != nil {
		return outcome{nil, schemaProblem(err)}
	}
	root, problems := by(files, ix)
	if root == nil {
		return outcome{nil, problems}
	}
	ix.root = root
	spec, misfits := fit(t, root, ix)
	problems = append(problems, misfits...)
	if len(problems) > 0 {
		return outcome{nil, append(problems, checkValues(spec, ix)...)}
	}
	s := resolve(spec)
	s.ix = ix
	problems = check(spec, s, ix)
	if problems.Errors() > 0 {
		return outcome{nil, problems}
	}
	return outcome{s, problems}
}

func schemaProblem(err error) Problems {
	return Problems{{Message: "the embedded schema is broken: " + err.Error(), Rule: "internal", Severity: Error}}
}
