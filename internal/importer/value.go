package importer

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"sitegen/internal/tfread"
)

// values are the parts of a Terraform object, as far as they are known.
type values map[string]cty.Value

func valuesOf(v cty.Value) values {
	if v == cty.NilVal || !v.IsKnown() || v.IsNull() || !(v.Type().IsObjectType() || v.Type().IsMapType()) {
		return nil
	}
	return v.AsValueMap()
}

func at1(v cty.Value, name string) cty.Value { return valuesOf(v)[name] }

func listOf(v cty.Value) []cty.Value {
	if v == cty.NilVal || !v.IsKnown() || v.IsNull() || !v.CanIterateElements() || v.Type().IsObjectType() || v.Type().IsMapType() {
		return nil
	}
	return v.AsValueSlice()
}

func textOf(v cty.Value) string { return tfread.Text(v) }

// allTexts are those of a list; false where one of them is not known.
func allTexts(v cty.Value) (all []string, ok bool) {
	if v == cty.NilVal || v.IsNull() {
		return nil, true
	}
	if !v.IsKnown() {
		return nil, false
	}
	for _, e := range listOf(v) {
		t := textOf(e)
		if unresolved(t) {
			return nil, false
		}
		all = append(all, t)
	}
	return all, true
}

func whole(v cty.Value) (int, bool) {
	if v == cty.NilVal || !v.IsKnown() || v.IsNull() || v.Type() != cty.Number {
		return 0, false
	}
	n, _ := v.AsBigFloat().Int64()
	return int(n), true
}

func truth(v cty.Value) bool {
	return v != cty.NilVal && v.IsKnown() && !v.IsNull() && v.Type() == cty.Bool && v.True()
}

// slug is a text as a name of the spec.
func slug(text string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(text) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}
