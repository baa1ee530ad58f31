package spec

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/format"

	"sitegen/internal/diag"
)

// What CUE's language server reads beside a spec, so that it knows the schema.
const (
	EditorFile = "editor.cue" // in the folder of the spec
	EditorTag  = "editor"     // of its @if, with which `cue vet -t` reads it too

	// SchemaPath is the import path of the schema. Its domain is reserved
	// (RFC 2606), so that it is in no registry.
	SchemaPath = "sitegen.example/schema"

	// Module makes a folder a CUE module, in the language of the oldest CUE that does.
	Module = "module: \"site.example@v0\"\nlanguage: version: \"v0.15.0\"\n"
)

// Editor is the file that says of the spec's package that it is a #Site. gen leaves it
// out, by its @if: a spec is evaluated by itself. The language server of CUE v0.17
// reads files whatever their @if says (internal/lsp/cache: it gives modpkgload no
// filter), and does not compare names with patterns (internal/lsp/eval/eval.go), which
// is why the names that the spec has now are listed, each with its definition.
//
// explicitopen, a preview of CUE since v0.15, is for `cue vet`: without it, what a file
// embeds is open to more fields, in the whole package.
func (src Source) Editor() ([]byte, error) {
	files, problems := src.read()
	if problems.Errors() > 0 {
		return nil, problems
	}
	pkg := files[0].PackageName()
	if pkg == "" {
		return nil, fmt.Errorf("%s has no package clause, and without one another file cannot say what it is: start it with: package site", files[0].Filename)
	}
	t, err := embedded()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "@experiment(explicitopen)\n@if(%s)\n\npackage %s\n\nimport %q\n\nschema.#Site\n", EditorTag, pkg, SchemaPath)
	n := namer{out: &b, said: map[string]bool{}}
	for _, f := range files {
		n.decls(t, f.Decls, "")
	}
	return format.Source(b.Bytes(), format.Simplify())
}

// namer writes the names of the user's that have a definition, a line each. It reads
// the syntax alone: what is being edited need not evaluate, and what a loop makes is
// edited elsewhere.
type namer struct {
	out  io.Writer
	said map[string]bool
}

// decls goes through the fields of a struct of a type. at is its path as CUE writes it,
// each part of which may be left out: a name that goes from the spec leaves nothing
// that has to be said.
func (n namer) decls(t *Type, decls []ast.Decl, at string) {
	for _, d := range decls {
		field, ok := d.(*ast.Field)
		if !ok {
			continue
		}
		name, _, err := ast.LabelName(field.Label)
		of := t.field(name)
		if err != nil || of == nil {
			continue // a pattern or an expression, or no field of the schema
		}
		path := at + label(name) + "?: "
		if t.fields[name] == nil && of.name != "" && !n.said[path] {
			n.said[path] = true
			fmt.Fprintf(n.out, "%sschema.#%s\n", path, of.name)
		}
		n.expr(of, field.Value, path)
	}
}

func (n namer) expr(t *Type, e ast.Expr, at string) {
	switch e := e.(type) {
	case *ast.StructLit:
		n.decls(t, e.Elts, at)
	case *ast.BinaryExpr:
		n.expr(t, e.X, at)
		n.expr(t, e.Y, at)
	}
}

// Names are those that the spec writes at a path, by its syntax alone: without what
// loops and references make.
func (src Source) Names(at diag.Path) []string {
	files, problems := src.read()
	if problems.Errors() > 0 {
		return nil
	}
	var names []string
	for key := range newIndex(files).all() {
		p := diag.KeyPath(key)
		if len(p) == len(at)+1 && p.Parent().Key() == at.Key() {
			if name, ok := last(p).(string); ok && !strings.HasPrefix(name, "#") && !strings.HasPrefix(name, "_") {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}
