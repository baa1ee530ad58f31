package site

import (
	"encoding/json"

	"cuelang.org/go/cue"
)

// partial decodes what is sound of a spec that does not fit the schema: what has
// no problem of its own. The spec has no defaults, and may lack anything; has
// tells whether it has what is at a path. The spec is nil where nothing can be
// told.
func partial(user cue.Value, known Problems) (spec *Spec, has func(Path) bool) {
	p := &pruner{bad: map[string]bool{}}
	for _, k := range known {
		if k.Rule != "missing-field" {
			p.bad[k.Path] = true
		}
	}
	if p.bad[""] {
		return nil, nil // the spec as a whole is broken
	}
	tree := p.sound(user, nil)
	data, err := json.Marshal(tree)
	if err != nil {
		return nil, nil
	}
	spec = new(Spec)
	if json.Unmarshal(data, spec) != nil {
		return nil, nil
	}
	return spec, func(at Path) bool { return inside(tree, at) }
}

// pruner takes the sound parts of a value.
type pruner struct {
	bad map[string]bool // paths that have a problem
}

// sound is the data of a value without what is broken or open in it, or nil.
// Lists keep their length.
func (p *pruner) sound(v cue.Value, at Path) any {
	if p.bad[at.String()] {
		return nil
	}
	if elems := elements(v); v.IncompleteKind() == cue.ListKind || len(elems) > 0 {
		out := make([]any, len(elems))
		for i, e := range elems {
			out[i] = p.sound(e, at.With(i))
		}
		return out
	}
	fields := map[string]any{}
	for name, f := range structFields(v) {
		if x := p.sound(f, at.With(name)); x != nil {
			fields[name] = x
		}
	}
	if len(fields) > 0 || v.IncompleteKind() == cue.StructKind {
		return fields
	}
	if v.Err() != nil || !v.IsConcrete() {
		return nil
	}
	data, err := v.MarshalJSON()
	if err != nil {
		return nil
	}
	return json.RawMessage(data)
}

// inside tells whether the data has something at a path.
func inside(tree any, at Path) bool {
	for _, e := range at {
		switch t := tree.(type) {
		case map[string]any:
			name, _ := e.(string)
			tree = t[name]
		case []any:
			i, ok := e.(int)
			if !ok || i >= len(t) {
				return false
			}
			tree = t[i]
		default:
			return false
		}
	}
	return tree != nil
}
