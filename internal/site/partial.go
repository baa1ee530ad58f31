package site

import (
	"encoding/json"

	"cuelang.org/go/cue"
)

// partial decodes what is sound of a spec that does not fit the schema: what has
// no problem of its own, and the defaults of the rest. The spec may lack anything
// else. given tells whether the user wrote what is at a path, and it is sound;
// what is not known until the spec is repaired is in open. The spec is nil where
// nothing can be told.
func partial(def, user cue.Value, known Problems) (spec *Spec, given func(Path) bool, open *unsure) {
	p := &pruner{bad: map[string]string{}, open: &unsure{}}
	for _, k := range known {
		if k.Rule != "missing-field" {
			p.bad[k.Path] = k.Rule
		}
	}
	if p.bad[""] != "" {
		return nil, nil, nil // the spec as a whole is broken
	}
	said := p.sound(user, nil)
	whole := p.fill(shapeOf(def), said, nil)
	data, err := json.Marshal(whole)
	if err != nil {
		return nil, nil, nil
	}
	spec = new(Spec)
	if json.Unmarshal(data, spec) != nil {
		return nil, nil, nil
	}
	p.open.said = said
	for _, f := range p.unknown {
		p.misspelt(f)
	}
	p.open.derive()
	return spec, func(at Path) bool { return inside(said, at) != nil }, p.open
}

// pruner takes the sound parts of a value.
type pruner struct {
	bad  map[string]string // paths that have a problem, and its rule
	open *unsure
	lost int // how much was left out so far

	unknown []field // fields that the schema does not have
}

type field struct {
	at    Path
	value cue.Value
}

func (p *pruner) lose(at Path) {
	p.lost++
	p.open.node(at).lost = true
}

// sound is the data of a value without what is broken or open in it, or nil.
// Lists keep their length.
func (p *pruner) sound(v cue.Value, at Path) any {
	if rule := p.bad[at.String()]; rule != "" {
		p.lose(at)
		if rule == "unknown-field" {
			p.unknown = append(p.unknown, field{at, v})
		}
		return nil
	}
	before := p.lost
	data := p.parts(v, at)
	if data == nil || v.Err() != nil && p.lost == before {
		p.lose(at) // broken in a way that no problem names: nothing in it is certain
	}
	return data
}

func (p *pruner) parts(v cue.Value, at Path) any {
	if elems := elements(v); v.IncompleteKind() == cue.ListKind || len(elems) > 0 {
		out := make([]any, len(elems))
		for i, e := range elems {
			out[i] = p.sound(e, at.With(i))
		}
		return out
	}
	fields := map[string]any{}
	n := 0
	for name, f := range structFields(v) {
		n++
		if x := p.sound(f, at.With(name)); x != nil {
			fields[name] = x
		}
	}
	if n > 0 || v.IncompleteKind() == cue.StructKind {
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

// misspelt says what an unknown field may be meant for: any field of its struct
// that is not said, or more of one that is, if its name is near.
func (p *pruner) misspelt(f field) {
	in := f.at.parent()
	p.open.node(in).gap = true
	name, _ := f.at[len(f.at)-1].(string)
	known, _ := inside(p.open.said, in).(map[string]any)
	if meant := nearest(name, sortedKeys(known)); meant != "" {
		p.more(f.value, in.With(meant))
	}
}

// more loses what a value adds at a path.
func (p *pruner) more(v cue.Value, at Path) {
	for name, f := range structFields(v) {
		if inner := at.With(name); inside(p.open.said, inner) == nil {
			p.lose(inner)
		} else {
			p.more(f, inner)
		}
	}
}

// fill is the data with the schema's defaults in it. Fields that are missing are
// lost: what they will be, nobody knows.
func (p *pruner) fill(s *shape, data any, at Path) any {
	switch data := data.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, x := range data {
			if f := s.field(name); f != nil {
				out[name] = p.fill(f, x, at.With(name))
			}
		}
		for name, f := range s.fields {
			switch _, said := data[name]; {
			case said:
			case f.required:
				p.lose(at.With(name))
			case f.otherwise != nil:
				out[name] = p.fill(f, f.otherwise, at.With(name))
			}
		}
		return out
	case []any:
		out := make([]any, len(data))
		for i, x := range data {
			if x != nil && s.elem != nil {
				out[i] = p.fill(s.elem, x, at.With(i))
			}
		}
		return out
	}
	return data
}

// inside is what the data has at a path, or nil.
func inside(data any, at Path) any {
	for _, e := range at {
		switch t := data.(type) {
		case map[string]any:
			name, _ := e.(string)
			data = t[name]
		case []any:
			i, ok := e.(int)
			if !ok || i >= len(t) {
				return nil
			}
			data = t[i]
		default:
			return nil
		}
	}
	return data
}
