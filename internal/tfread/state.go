package tfread

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// Instance is a resource in a state: of a count or a for_each, one of its instances.
type Instance struct {
	Address string // as terraform state list prints it
	Block   string // the same without the key
	Mode    string // managed or data
	Kind    string // the type
	Source  string // of its provider, as hashicorp/random; "" where the provider is not the root's own, without an alias
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
			Module, Mode, Type, Name, Provider string

			Instances []struct {
				Key        any            `json:"index_key"`
				Deposed    string         `json:"deposed"`
				Attributes map[string]any `json:"attributes"`
			}
		}
	}
	err := json.Unmarshal(data, &s)
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		return nil, fmt.Errorf("is no state of Terraform: %s is of the wrong type (%s)", cmp.Or(wrong.Field, "all of it"), wrong.Value)
	}
	switch {
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
		if _, diags := hclsyntax.ParseTraversalAbs([]byte(block), "", hcl.InitialPos); diags.HasErrors() {
			return nil, fmt.Errorf("is no state of Terraform: %q is no address of a resource", block)
		}
		source := ""
		if m := ownProvider.FindStringSubmatch(r.Provider); m != nil {
			source = m[1]
		}
		for _, in := range r.Instances {
			i := Instance{Address: block, Block: block, Mode: r.Mode, Kind: r.Type, Source: source, Deposed: in.Deposed != "", Attrs: in.Attributes}
			switch key := in.Key.(type) {
			case string:
				i.Address += keyed(key)
			case float64:
				i.Address += fmt.Sprintf("[%d]", int(key))
			}
			all = append(all, i)
		}
	}
	return all, nil
}

// ownProvider is the provider of a root module in a state.
var ownProvider = regexp.MustCompile(`^provider\["[^/"]+/([^/"]+/[^/"]+)"\]$`)

// keyed is a key as it stands in an address: Terraform reads neither a template there, nor all of
// Go's escapes.
func keyed(key string) string {
	return "[" + string(hclwrite.TokensForValue(cty.StringVal(key)).Bytes()) + "]"
}

// Text is the text or the number at a path of attributes, through lists of one element as nested
// blocks are; "" where there is none.
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
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}
