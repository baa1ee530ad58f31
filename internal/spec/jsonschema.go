package spec

import (
	"encoding/json"
	"strconv"
)

// jsonSchema is a JSON Schema, as far as the schema of a spec needs it
// (https://json-schema.org/draft/2020-12/json-schema-core and -validation).
type jsonSchema struct {
	Dialect     string                 `json:"$schema,omitempty"`
	Title       string                 `json:"title,omitempty"`
	Ref         string                 `json:"$ref,omitempty"`
	Description string                 `json:"description,omitempty"`
	Type        string                 `json:"type,omitempty"`
	Enum        []any                  `json:"enum,omitempty"`
	AnyOf       []*jsonSchema          `json:"anyOf,omitempty"`
	Minimum     *int64                 `json:"minimum,omitempty"`
	Maximum     *int64                 `json:"maximum,omitempty"`
	Default     any                    `json:"default,omitempty"`
	Items       *jsonSchema            `json:"items,omitempty"`
	Required    []string               `json:"required,omitempty"`
	Properties  map[string]*jsonSchema `json:"properties,omitempty"`
	Others      any                    `json:"additionalProperties,omitempty"` // false, or what each of them is
	Defs        map[string]*jsonSchema `json:"$defs,omitempty"`
}

// JSONSchema is the schema of a spec as JSON Schema, made of the same types that a spec
// is compared with. TestJSONSchema holds the two to the same verdicts.
func JSONSchema() ([]byte, error) {
	t, err := embedded()
	if err != nil {
		return nil, err
	}
	w := &jsonWriter{defs: map[string]*jsonSchema{}}
	top := w.structs(t)
	top.Dialect = "https://json-schema.org/draft/2020-12/schema"
	top.Title = "the spec of a site, as gen reads it"
	top.Defs = w.defs
	text, err := json.MarshalIndent(top, "", "  ")
	return append(text, '\n'), err
}

type jsonWriter struct{ defs map[string]*jsonSchema }

// of is the schema of a type: the one of its only kind, or any of several.
func (w *jsonWriter) of(t *Type) *jsonSchema {
	if t.name != "" {
		if w.defs[t.name] == nil {
			w.defs[t.name] = w.structs(t)
		}
		return &jsonSchema{Ref: "#/$defs/" + t.name}
	}
	var kinds []*jsonSchema
	if t.kinds&textKind != 0 {
		s := &jsonSchema{Type: "string"}
		for _, word := range t.words {
			s.Enum = append(s.Enum, word)
		}
		kinds = append(kinds, s)
	}
	if t.kinds&intKind != 0 {
		s := &jsonSchema{Type: "integer", Minimum: t.low, Maximum: t.high}
		for _, n := range t.numbers {
			s.Enum = append(s.Enum, n)
		}
		kinds = append(kinds, s)
	}
	if t.kinds&boolKind != 0 {
		kinds = append(kinds, &jsonSchema{Type: "boolean"})
	}
	if t.kinds&listKind != 0 {
		kinds = append(kinds, &jsonSchema{Type: "array", Items: w.of(t.elem)})
	}
	if t.kinds&structKind != 0 {
		kinds = append(kinds, w.structs(t))
	}
	if len(kinds) == 1 {
		return kinds[0]
	}
	return &jsonSchema{AnyOf: kinds}
}

// structs is the schema of a type's structs.
func (w *jsonWriter) structs(t *Type) *jsonSchema {
	s := &jsonSchema{Type: "object"}
	switch {
	case t.open:
		return s
	case t.any != nil:
		s.Others = w.of(t.any)
		return s
	}
	s.Others, s.Properties = false, map[string]*jsonSchema{}
	for _, name := range t.names {
		f := t.fields[name]
		field := w.of(f.Type)
		field.Description, field.Default = f.doc, f.def.plain()
		s.Properties[name] = field
		if f.required || !f.optional && f.wants() {
			s.Required = append(s.Required, name)
		}
	}
	return s
}

// wants tells whether a struct that is not said lacks something: the schema goes into
// it all the same, and asks for the fields that have to be said.
func (t *Type) wants() bool {
	if t.kinds != structKind {
		return false
	}
	for _, f := range t.fields {
		if f.required || !f.optional && f.wants() {
			return true
		}
	}
	return false
}

// plain is a default as Go has it; nil for none.
func (v *value) plain() any {
	switch {
	case v == nil:
		return nil
	case v.Kind == boolKind:
		return v.Text == "true"
	case v.Kind == intKind:
		if n, err := strconv.ParseInt(v.Text, 10, 64); err == nil {
			return n
		}
	}
	return v.Text
}
