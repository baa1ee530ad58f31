package tfread

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Instance is a resource in a state: of a count or a for_each, one of its instances.
type Instance struct {
	Address string // as terraform state list prints it
	Block   string // the same without the key
	Mode    string // managed or data
	Kind    string // the type
	Deposed bool   // replaced, and not destroyed yet
	Attrs   map[string]any
}

// ReadState reads a state as terraform state pull prints it, of format 4 (Terraform 0.12 and
// later, and OpenTofu).
func ReadState(data []byte) ([]Instance, error) {
	var s struct {
		Version   int
		Encrypted json.RawMessage `json:"encrypted_data"`
		Resources []struct {
			Module, Mode, Type, Name string
			Instances                []struct {
				Key        any            `json:"index_key"`
				Deposed    string         `json:"deposed"`
				Attributes map[string]any `json:"attributes"`
			}
		}
	}
	switch err := json.Unmarshal(data, &s); {
	case err != nil:
		return nil, fmt.Errorf("is no state of Terraform, which is JSON: %w", err)
	case s.Encrypted != nil:
		return nil, errors.New("is encrypted: tofu state pull prints it in clear text")
	case s.Version != 4:
		return nil, fmt.Errorf("is no state of Terraform in format 4, but in %d: terraform state pull of Terraform 0.12 or later prints one", s.Version)
	}
	var all []Instance
	for _, r := range s.Resources {
		block := r.Type + "." + r.Name
		if r.Mode == "data" {
			block = "data." + block
		}
		if r.Module != "" {
			block = r.Module + "." + block
		}
		for _, in := range r.Instances {
			i := Instance{Address: block, Block: block, Mode: r.Mode, Kind: r.Type, Deposed: in.Deposed != "", Attrs: in.Attributes}
			switch key := in.Key.(type) {
			case string:
				i.Address += fmt.Sprintf("[%q]", key)
			case float64:
				i.Address += fmt.Sprintf("[%d]", int(key))
			}
			all = append(all, i)
		}
	}
	return all, nil
}

// Text is the text at a path of attributes, through lists of one element as nested blocks
// are; "" where there is none.
func (i Instance) Text(path ...string) string {
	var v any = i.Attrs
	for _, name := range path {
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
		object, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = object[name]
	}
	text, _ := v.(string)
	return text
}

// InModule tells whether a resource is a child module's.
func (i Instance) InModule() bool { return strings.HasPrefix(i.Address, "module.") }
