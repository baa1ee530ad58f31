package spec

import (
	"strings"

	"sitegen/internal/diag"
)

// Changed are the places at which two specs, once evaluated, say other values: those of
// values that have no others in them.
func Changed(old, new *Index) []diag.Path {
	var all []diag.Path
	differ(old.root, new.root, nil, func(at diag.Path) { all = append(all, at) })
	return all
}

// differ calls found with each place at which two values differ; nil is none.
func differ(a, b *value, at diag.Path, found func(diag.Path)) {
	switch {
	case a == nil && b == nil:
		return
	case a != nil && b != nil && (a.Kind != b.Kind || a.Text != b.Text || a.Broken != b.Broken || a.Open != b.Open):
		found(at)
		return
	case a.leaf() != b.leaf():
		found(at)
	}
	for _, e := range a.elems() {
		differ(a.inside(diag.Path{e}), b.inside(diag.Path{e}), at.With(e), found)
	}
	for _, e := range b.elems() {
		if x := (diag.Path{e}); a.inside(x) == nil {
			differ(nil, b.inside(x), at.With(e), found)
		}
	}
}

// leaf tells whether there is a value with no others in it.
func (v *value) leaf() bool { return v != nil && len(v.Parts) == 0 }

// elems are the names of a struct's fields, or the places in a list.
func (v *value) elems() []any {
	if v == nil {
		return nil
	}
	all := make([]any, len(v.Parts))
	for i := range v.Parts {
		if all[i] = i; v.Kind == structKind {
			all[i] = v.Names[i]
		}
	}
	return all
}

// Literal is the value at a path in CUE, on one line; false where the spec says none.
func (ix *Index) Literal(at diag.Path) (string, bool) {
	v := ix.root.inside(ix.User(at))
	if v == nil {
		return "", false
	}
	var b strings.Builder
	v.literal(&b)
	return b.String(), true
}

// Names are the fields of the struct at a path.
func (ix *Index) Names(at diag.Path) []string {
	v := ix.root.inside(ix.User(at))
	if v == nil || v.Kind != structKind {
		return nil
	}
	return v.Names
}
