package main

import (
	"io/fs"
	"os"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/parser"

	"sitegen/schema"
)

// evaluate is CUE's part of gen's work, and nothing else.
func evaluate(spec string) error {
	ctx := cuecontext.New()
	def, err := buildFS(ctx, schema.FS)
	if err != nil {
		return err
	}
	user, err := buildFS(ctx, os.DirFS(spec))
	if err != nil {
		return err
	}
	v := def.LookupPath(cue.ParsePath("#Site")).Unify(user)
	if err := v.Validate(cue.Concrete(true)); err != nil {
		return err
	}
	_, err = v.MarshalJSON()
	return err
}

func buildFS(ctx *cue.Context, files fs.FS) (cue.Value, error) {
	inst := build.NewContext().NewInstance("", nil)
	names, err := fs.Glob(files, "*.cue")
	if err != nil {
		return cue.Value{}, err
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return cue.Value{}, err
		}
		f, err := parser.ParseFile(name, data)
		if err != nil {
			return cue.Value{}, err
		}
		if err := inst.AddSyntax(f); err != nil {
			return cue.Value{}, err
		}
	}
	v := ctx.BuildInstance(inst)
	return v, v.Err()
}
