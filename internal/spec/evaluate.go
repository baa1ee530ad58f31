package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	cueerrors "cuelang.org/go/cue/errors"

	"sitegen/internal/diag"
)

// evaluate evaluates a spec by itself, as `cue export` does: definitions, defaults,
// templates, loops and hidden fields are the user's own business. In the value that
// it returns, what has a problem is marked; there is none only if CUE gives up.
func evaluate(files []*ast.File, ix *Index) (root *value, problems diag.Problems) {
	defer func() {
		if r := recover(); r != nil { // the spec is still whose it is
			root, problems = nil, gaveUp(ix)
		}
	}()
	v := buildFiles(cuecontext.New(), files)
	err := v.Validate(cue.Concrete(true))
	if err == nil {
		return new(converter).value(v, nil), nil
	}
	e := &errorReader{ix: ix}
	e.add(err, nil)
	c := &converter{report: e.add, said: map[string]bool{}, around: map[string]bool{}}
	for _, at := range e.at {
		c.said[at.Key()] = true
		for q := at; len(q) > 0; {
			q = q.Parent()
			c.around[q.Key()] = true
		}
	}
	return c.value(v, nil), e.problems
}

func gaveUp(ix *Index) diag.Problems {
	return diag.Problems{{Pos: toPos(ix.top), Message: "CUE cannot evaluate the spec", Rule: "internal", Severity: diag.Error,
		Hint: "take out what was added last; please report it"}}
}

// buildFiles makes one CUE value of the files. No loader is involved: imports
// other than CUE's own packages have been refused, and attributes that would
// read files (@embed) have no interpreter here.
func buildFiles(ctx *cue.Context, files []*ast.File) cue.Value {
	inst := build.NewContext().NewInstance("", nil)
	for _, f := range files {
		if err := inst.AddSyntax(f); err != nil {
			break // BuildInstance says it
		}
	}
	return ctx.BuildInstance(inst)
}

// errorReader turns errors of CUE's into problems at the user's lines they name.
type errorReader struct {
	ix       *Index
	problems diag.Problems
	at       []diag.Path // of each problem
}

// add takes an error of the value at a path.
func (r *errorReader) add(err error, at diag.Path) {
	for _, e := range distinct(cueerrors.Errors(err)) {
		if format, _ := e.Msg(); strings.HasPrefix(format, "incomplete value") {
			continue // what is missing is said with what the schema wants
		}
		path := at
		if own := cuePath(e.Path()); len(own) > len(at) {
			path = own
		}
		r.problems = append(r.problems, r.problem(e, path))
		r.at = append(r.at, path)
	}
}

func (r *errorReader) problem(e cueerrors.Error, path diag.Path) diag.Problem {
	p := translate(e)
	p.Severity = diag.Error
	p.Path = path.String()
	format, _ := e.Msg()
	places, two := r.places(e), ofTwo(format)
	if f, ok := r.ix.field(path); ok && p.Rule == "conflict" && len(places) < 2 && len(f.more) > 0 {
		places = []diag.Pos{toPos(f.more[len(f.more)-1].from), toPos(f.value.from)}
	}
	if name, ok := last(path).(string); ok && p.Rule == "missing-field" {
		at := path.Parent()
		p.Path, p.Pos, p.Message = at.String(), r.ix.Label(at), fmt.Sprintf("the field %q is missing", name)
		for _, declared := range places {
			if declared.Line != p.Pos.Line { // which only names the definition
				p.Notes = append(p.Notes, diag.Note{Pos: declared, Message: "it is declared here"})
			}
		}
		return p
	}
	if len(places) == 0 || p.Rule == "cycle" && len(path) > 0 {
		places = []diag.Pos{r.ix.Value(path)}
	}
	p.Pos = places[0]
	if own := toPos(e.Position()); !two && (p.Rule == "value" || p.Rule == "open-value") && slices.Contains(places, own) {
		p.Pos = own
	}
	if two {
		for _, other := range places[1:] {
			p.Notes = append(p.Notes, diag.Note{Pos: other, Message: "the other one is given here"})
		}
	}
	return p
}

// distinct leaves out the errors of texts that cannot be put together because of
// one of the other errors.
func distinct(errs []cueerrors.Error) []cueerrors.Error {
	text := func(e cueerrors.Error) bool { format, _ := e.Msg(); return format == "invalid interpolation" }
	if !slices.ContainsFunc(errs, func(e cueerrors.Error) bool { return !text(e) }) {
		return errs
	}
	return slices.DeleteFunc(slices.Clone(errs), text)
}

// places are the user's lines that an error names, the one furthest down first:
// what stands there was written last.
func (r *errorReader) places(e cueerrors.Error) []diag.Pos {
	var places []diag.Pos
	for _, at := range append(cueerrors.Positions(e), e.Position()) {
		if p := toPos(at); r.ix.files[p.File] && p.Line > 0 && !slices.Contains(places, p) {
			places = append(places, p)
		}
	}
	slices.SortFunc(places, func(a, b diag.Pos) int { return diag.ComparePos(b, a) })
	return places
}

// last is the last element of a path, or nil.
func last(p diag.Path) any {
	if len(p) == 0 {
		return nil
	}
	return p[len(p)-1]
}

// cuePath reads the path of one of CUE's errors; digits are list positions. What CUE
// calls loops and the like by is left out, with all behind it.
func cuePath(elems []string) diag.Path {
	var p diag.Path
	for _, e := range elems {
		if strings.HasSuffix(e, "[]") || strings.ContainsAny(e, "<?") {
			break
		}
		if n, err := strconv.Atoi(e); err == nil && strconv.Itoa(n) == e {
			p = append(p, n)
			continue
		}
		p = append(p, strings.Trim(e, `"`))
	}
	return p
}
