package site

import (
	"encoding/json"
	"io/fs"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/parser"

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
	return loadFiles(files, limitsFor(files))
}

func loadFiles(files []*ast.File, most limits) (*Site, Problems) {
	ix := newIndex(files)
	spec, problems := evaluate(files, ix, most)
	if len(problems) > 0 {
		return nil, problems.sorted()
	}
	s := resolve(spec)
	problems = check(spec, s, ix)
	if problems.Errors() > 0 {
		return nil, problems
	}
	return s, problems
}

func evaluateNow(files []*ast.File, ix *index, schemas fs.FS) (*Spec, Problems) {
	ctx := cuecontext.New()
	def, err := schemaIn(ctx, schemas)
	if err != nil {
		return nil, Problems{{Message: "the embedded schema is broken: " + err.Error(), Rule: "internal", Severity: Error}}
	}
	user := buildFiles(ctx, files)
	ix.user = user
	v := def.Unify(user)
	if v.Validate(cue.Concrete(true)) == nil {
		if data, err := v.MarshalJSON(); err == nil {
			return decode(data)
		}
	}
	problems := explain(def, user, v, ix)
	return nil, append(problems, checkPartial(def, user, ix, problems)...)
}

// siteSchema compiles the embedded schema and returns #Site.
func siteSchema(ctx *cue.Context) (cue.Value, error) { return schemaIn(ctx, schema.FS) }

func schemaIn(ctx *cue.Context, fsys fs.FS) (cue.Value, error) {
	files, err := schemaFiles(fsys)
	if err != nil {
		return cue.Value{}, err
	}
	v := buildFiles(ctx, files).LookupPath(cue.ParsePath("#Site"))
	return v, v.Err()
}

func schemaFiles(fsys fs.FS) ([]*ast.File, error) {
	names, err := fs.Glob(fsys, "*.cue")
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile("schema/"+name, data, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// buildFiles makes one CUE value of the files. No loader is involved: imports
// other than CUE's own packages have been refused, and attributes that would
// read files (@embed) have no interpreter here.
func buildFiles(ctx *cue.Context, files []*ast.File) cue.Value {
	inst := build.NewContext().NewInstance("", nil)
	for _, f := range files {
		if err := inst.AddSyntax(f); err != nil {
			return ctx.BuildInstance(inst) // carries the error
		}
	}
	return ctx.BuildInstance(inst)
}

func decode(data []byte) (*Spec, Problems) {
	spec := new(Spec)
	if err := json.Unmarshal(data, spec); err != nil {
		return nil, Problems{{Message: "the spec does not fit the program: " + err.Error(), Rule: "internal", Severity: Error}}
	}
	return spec, nil
}
