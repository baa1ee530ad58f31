package site

import (
	"cuelang.org/go/cue/ast"

	"sitegen/schema"
)

// Load reads the spec at path (a file, or a directory of files of one CUE
// package), and returns the site it describes. The problems are sorted by place,
// and hold nothing that looks like a secret. The site is nil if one of them is an
// error.
func Load(path string) (*Site, Problems) {
	s, problems := load(path)
	return s, problems.redacted()
}

func load(path string) (*Site, Problems) {
	files, problems := readSpec(path)
	if len(problems) > 0 {
		return nil, problems.sorted()
	}
	return loadFiles(files, maxLimits)
}

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
	problems = check(spec, s, ix)
	if problems.Errors() > 0 {
		return nil, problems
	}
	return s, problems
}

func schemaProblem(err error) Problems {
	return Problems{{Message: "the embedded schema is broken: " + err.Error(), Rule: "internal", Severity: Error}}
}
