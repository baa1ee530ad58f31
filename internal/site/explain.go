package site

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	cueerrors "cuelang.org/go/cue/errors"
)

// explain says what is wrong with a spec that does not fit the schema. CUE's own
// messages speak of constraints and of the schema's lines, and stop naming
// missing fields once there is another error; so gen walks schema and spec side
// by side and says it in the user's terms.
func explain(def, user, both cue.Value, ix *index) Problems {
	w := &walker{ix: ix}
	w.walk(def, user, nil)
	if len(w.problems) == 0 {
		w.cueErrors(user.Err(), nil)
	}
	if len(w.problems) == 0 {
		w.cueErrors(both.Validate(cue.Concrete(true)), nil)
	}
	return w.problems
}

type walker struct {
	ix       *index
	problems Problems
}

func (w *walker) report(pos Pos, at Path, rule, hint, format string, args ...any) {
	w.problems = append(w.problems, Problem{Pos: pos, Path: at.String(), Message: fmt.Sprintf(format, args...), Rule: rule, Severity: Error, Hint: hint})
}

// walk compares the value at a path with what the schema wants there.
func (w *walker) walk(def, user cue.Value, at Path) {
	def = w.alternative(def, user)
	if err := user.Err(); err != nil && user.IncompleteKind() == cue.BottomKind {
		w.walkBroken(def, user, at, err)
		return
	}
	switch {
	case user.IncompleteKind() == cue.BottomKind: // without an error of its own: something in it leads back to it
		w.report(w.ix.value(at), at, "cycle", "give it a value of its own", "is defined by itself")
	case !sameKind(def.IncompleteKind(), user.IncompleteKind()):
		w.report(w.ix.value(at), at, "type", kindHint(def, user), "is %s, but has to be %s", w.describe(user, at), wanted(def))
	case user.IncompleteKind() == cue.StructKind:
		w.fields(def, user, at)
	case user.IncompleteKind() == cue.ListKind:
		w.elements(def, user, at)
	default:
		w.leaf(def, user, at)
	}
}

// walkBroken goes on inside of a value with an error, which may be that of a
// field far below, and whose other fields have mistakes of their own. It reports
// the error here only if nothing inside explains it.
func (w *walker) walkBroken(def, user cue.Value, at Path, err error) {
	before := len(w.problems)
	switch kind := def.IncompleteKind(); {
	case kind == cue.StructKind:
		w.fields(def, user, at)
	case kind == cue.ListKind:
		elem := def.LookupPath(cue.MakePath(cue.AnyIndex))
		for i, v := range elements(user) {
			w.walk(elem, v, at.With(i))
		}
	}
	if !slices.ContainsFunc(w.problems[before:], func(p Problem) bool { return p.Rule != "missing-field" }) {
		w.problems = w.problems[:before]
		w.cueErrors(err, at)
	}
}

// alternative picks the part of a disjunction that is of the user's kind:
// "dhcp" | {address: …} is read as a struct where the user wrote one.
func (w *walker) alternative(def, user cue.Value) cue.Value {
	kind := user.IncompleteKind()
	if kind != cue.StructKind || def.IncompleteKind() == cue.StructKind {
		return def
	}
	op, args := def.Expr()
	if op != cue.OrOp {
		return def
	}
	for _, a := range args {
		if a = w.alternative(a, user); a.IncompleteKind() == kind {
			return a
		}
	}
	return def
}

// fields compares a struct: unknown fields, missing ones, and each value.
func (w *walker) fields(def, user cue.Value, at Path) {
	known := map[string]cue.Value{}
	var names []string
	it, err := def.Fields(cue.Optional(true))
	for err == nil && it.Next() {
		name := it.Selector().Unquoted()
		known[name] = it.Value()
		names = append(names, name)
		required := it.Selector().ConstraintType() == cue.RequiredConstraint
		if required && !user.LookupPath(cue.MakePath(cue.Str(name))).Exists() {
			w.report(w.ix.label(at), at, "missing-field", w.about(def, name), "the field %q is missing", name)
		}
	}
	anyName := def.LookupPath(cue.MakePath(cue.AnyString))
	for name, field := range structFields(user) {
		p := at.With(name)
		switch value, ok := known[name]; {
		case ok:
			w.walk(value, field, p)
		case anyName.Exists():
			w.walk(anyName, field, p)
		default:
			hint := didYouMean(name, names)
			if hint == "" && len(names) > 0 {
				hint = "the fields here are " + strings.Join(names, ", ")
			}
			w.report(w.ix.label(p), p, "unknown-field", hint, "there is no field %q here", name)
		}
	}
}

// about is the first sentence of the schema's comment on a field.
func (w *walker) about(def cue.Value, name string) string {
	field := def.LookupPath(cue.MakePath(cue.Str(name).Required()))
	for _, doc := range field.Doc() {
		return firstSentence(doc)
	}
	return ""
}

func firstSentence(doc *ast.CommentGroup) string {
	text := strings.Join(strings.Fields(doc.Text()), " ")
	if i := strings.Index(text, ". "); i >= 0 {
		text = text[:i]
	}
	return strings.TrimSuffix(text, ".")
}

func (w *walker) elements(def, user cue.Value, at Path) {
	elem := def.LookupPath(cue.MakePath(cue.AnyIndex))
	it, err := user.List()
	for i := 0; err == nil && it.Next(); i++ {
		w.walk(elem, it.Value(), at.With(i))
	}
}

// structFields are the fields of a struct, also of one that has an error.
func structFields(v cue.Value) iter.Seq2[string, cue.Value] {
	return func(yield func(string, cue.Value) bool) {
		it, err := v.Fields()
		for err == nil && it.Next() {
			if sel := it.Selector(); sel.IsString() && !yield(sel.Unquoted(), it.Value()) {
				return
			}
		}
	}
}

// elements are those of a list, also of one that has an error.
func elements(v cue.Value) []cue.Value {
	var all []cue.Value
	if it, err := v.List(); err == nil {
		for it.Next() {
			all = append(all, it.Value())
		}
		return all
	}
	for i := 0; ; i++ {
		e := v.LookupPath(cue.MakePath(cue.Index(i)))
		if !e.Exists() {
			return all
		}
		all = append(all, e)
	}
}

func (w *walker) leaf(def, user cue.Value, at Path) {
	if !user.IsConcrete() {
		if w.circular(user, at) {
			w.report(w.ix.value(at), at, "cycle", "give it a value of its own", "is defined by itself")
			return
		}
		w.report(w.ix.value(at), at, "open-value", "write the value itself", "has no definite value, but has to be %s", wanted(def))
		return
	}
	if def.Unify(user).Validate(cue.Concrete(true)) == nil {
		return
	}
	hint := ""
	if text, err := user.String(); err == nil {
		hint = didYouMean(text, alternatives(def))
	}
	w.report(w.ix.value(at), at, "value", hint, "is %s, but has to be %s", w.describe(user, at), wanted(def))
}

// circular tells whether the references that start at a value lead back to it.
func (w *walker) circular(v cue.Value, at Path) bool {
	for range 20 {
		root, path := v.ReferencePath()
		if len(path.Selectors()) == 0 {
			return false
		}
		if path.String() == at.String() {
			return true
		}
		v = root.LookupPath(path)
	}
	return false
}

// cueErrors turns errors of CUE's into problems at the user's lines they name.
// at is the path of the value that has them.
func (w *walker) cueErrors(err error, at Path) {
	for _, e := range distinct(cueerrors.Errors(err)) {
		p := translate(e)
		p.Severity = Error
		path := at
		if own := cuePath(e.Path()); len(own) > len(at) {
			path = own
		}
		p.Path = path.String()
		format, _ := e.Msg()
		places, two := w.places(e), ofTwo(format)
		if f, ok := w.ix.fields[path.key()]; ok && p.Rule == "conflict" && len(places) < 2 && len(f.more) > 0 {
			places = []Pos{toPos(f.more[len(f.more)-1]), toPos(f.value)}
		}
		if len(places) == 0 || p.Rule == "cycle" {
			places = []Pos{w.ix.value(path)}
		}
		p.Pos = places[0]
		if own := toPos(e.Position()); !two && (p.Rule == "value" || p.Rule == "open-value") && slices.Contains(places, own) {
			p.Pos = own
		}
		if two {
			for _, other := range places[1:] {
				p.Notes = append(p.Notes, Note{Pos: other, Message: "the other one is given here"})
			}
		}
		w.problems = append(w.problems, p)
	}
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
func (w *walker) places(e cueerrors.Error) []Pos {
	var places []Pos
	for _, p := range append([]Pos{toPos(e.Position())}, positions(e)...) {
		if w.ix.files[p.File] && p.Line > 0 && !slices.Contains(places, p) {
			places = append(places, p)
		}
	}
	slices.SortFunc(places, func(a, b Pos) int { return comparePos(b, a) })
	return places
}

func positions(e cueerrors.Error) []Pos {
	var ps []Pos
	for _, p := range cueerrors.Positions(e) {
		ps = append(ps, toPos(p))
	}
	return ps
}

// cuePath reads the path of one of CUE's errors; digits are list positions.
func cuePath(elems []string) Path {
	var p Path
	if len(elems) > 0 && elems[0] == "#Site" {
		elems = elems[1:] // where the schema stands, which is not in the spec
	}
	for _, e := range elems {
		var n int
		if _, err := fmt.Sscanf(e, "%d", &n); err == nil && fmt.Sprint(n) == e {
			p = append(p, n)
			continue
		}
		p = append(p, strings.Trim(e, `"`))
	}
	return p
}
