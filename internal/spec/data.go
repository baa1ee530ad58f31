package spec

import (
	"strconv"

	"sitegen/internal/diag"
)

// data is a struct of any shape. What the programs that read it cannot hold is a
// problem, and left out.
func (f *fitter) data(v *value, at diag.Path) Data {
	all := Data{}
	for i, name := range v.Names {
		all[name] = f.datum(v.Parts[i], at.With(name))
	}
	return all
}

func (f *fitter) datum(v *value, at diag.Path) any {
	switch {
	case v.Broken && len(v.Parts) == 0:
	case v.Loop:
		f.fault(v, at, "cycle", "give it a value of its own", "is defined by itself")
	case v.Open:
		f.fault(v, at, "open-value", openHint, "has no definite value")
	default:
		return f.definite(v, at)
	}
	return nil
}

func (f *fitter) definite(v *value, at diag.Path) any {
	switch v.Kind {
	case structKind:
		return map[string]any(f.data(v, at))
	case listKind:
		list := []any{}
		for i, part := range v.Parts {
			list = append(list, f.datum(part, at.With(i)))
		}
		return list
	case textKind:
		return v.Text
	case boolKind:
		return v.Text == "true"
	case intKind:
		if n, err := strconv.ParseInt(v.Text, 10, 64); err == nil {
			return n
		}
		f.fault(v, at, "value", "write it as a text, between double quotes", "is %s, which is more than programs count to", f.describe(v, at))
	case floatKind:
		if n, err := strconv.ParseFloat(v.Text, 64); err == nil {
			return n
		}
		f.fault(v, at, "value", "write it as a text, between double quotes", "is %s, which is more than programs count to", f.describe(v, at))
	case bytesKind:
		f.fault(v, at, "type", (&Type{kinds: textKind}).kindHint(v), "is %s, but has to be a text, a number, true or false, null, a list or a struct", f.describe(v, at))
	}
	return nil
}
