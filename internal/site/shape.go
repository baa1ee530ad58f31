package site

import (
	"encoding/json"

	"cuelang.org/go/cue"
)

// shape is the schema as far as it says which fields there are, and what stands
// where the spec says nothing. It is read once, since asking CUE takes longer than
// walking a large spec.
type shape struct {
	fields    map[string]*shape // of a struct, by name
	any       *shape            // of a struct with names of the user's choice
	elem      *shape            // of a list
	required  bool
	otherwise any // the default, as data; nil for none
}

// field is the shape of a field, or nil where the schema knows none of that name.
func (s *shape) field(name string) *shape {
	if f := s.fields[name]; f != nil {
		return f
	}
	return s.any
}

func shapeOf(def cue.Value) *shape {
	s := &shape{}
	switch kind := def.IncompleteKind(); {
	case kind&cue.StructKind != 0:
		s.structFields(def)
		if kind != cue.StructKind { // *"dhcp" | {address: …}
			s.otherwise = defaultOf(def)
		} else {
			s.otherwise = map[string]any{}
		}
	case kind == cue.ListKind:
		if elem := def.LookupPath(cue.MakePath(cue.AnyIndex)); elem.Exists() {
			s.elem = shapeOf(elem)
		}
		s.otherwise = []any{}
	default:
		s.otherwise = defaultOf(def)
	}
	return s
}

// structFields reads the fields of a struct, or of the one that is an alternative.
func (s *shape) structFields(def cue.Value) {
	if op, args := def.Expr(); op == cue.OrOp {
		for _, a := range args {
			if a.IncompleteKind()&cue.StructKind != 0 {
				s.structFields(a)
			}
		}
		return
	}
	s.fields = map[string]*shape{}
	it, err := def.Fields(cue.Optional(true))
	for err == nil && it.Next() {
		f := shapeOf(it.Value())
		switch it.Selector().ConstraintType() {
		case cue.RequiredConstraint:
			f.required = true
		case cue.OptionalConstraint:
			f.otherwise = nil
		}
		s.fields[it.Selector().Unquoted()] = f
	}
	if v := def.LookupPath(cue.MakePath(cue.AnyString)); v.Exists() {
		s.any = shapeOf(v)
	}
}

func defaultOf(def cue.Value) any {
	v, ok := def.Default()
	if !ok || !v.IsConcrete() {
		return nil
	}
	data, err := v.MarshalJSON()
	if err != nil {
		return nil
	}
	return json.RawMessage(data)
}
