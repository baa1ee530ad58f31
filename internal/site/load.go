package site

import (
	"cuelang.org/go/cue/ast"

	"sitegen/schema"
)

// Load reads a spec that is a file or a folder, and returns the site it describes;
// see Source.Load.
func Load(path string) (*Site, Problems) { return Source{Path: path}.Load() }

// loadFiles is the way of a spec: placed, evaluated by itself, compared with the
// schema, resolved, checked.
func loadFiles(files []*ast.File, most limits) (*Site, Problems) {
	ix := newIndex(files)
	t, err := readSchema(schema.FS)
	if err != nil {
		return nil, schemaProblem(err)
	}
	root, problems := evaluate(files, ix, most)
	if root == nil {
		return nil, problems.sorted()
	}
	ix.root = root
	spec, misfits := fit(t, root, ix)
	problems = append(problems, misfits...)
	if len(problems) > 0 {
		return nil, append(problems, checkValues(spec, ix)...).sorted()
	}
	s := resolve(spec)
	s.ix = ix
	problems = check(spec, s, ix)
	if problems.Errors() > 0 {
		return nil, problems
	}
	return s, problems
}

func schemaProblem(err error) Problems {
	return Problems{{Message: "the embedded schema is broken: " + err.Error(), Rule: "internal", Severity: Error}}
}
