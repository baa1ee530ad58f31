package importer

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"sitegen/internal/tfread"
)

// hasData tells whether a record says data in place of a content; one of a loop may say null.
func hasData(res *tfread.Resource) bool {
	d := res.Attrs["data"]
	return len(res.Nested["data"]) > 0 || d.Expr != "" && !(d.Value != cty.NilVal && d.Value.IsKnown() && d.Value.IsNull())
}

// recordData is what CAA and SRV records say in place of a content.
func (r *reading) recordData(o *object, kind string, res *tfread.Resource) bool {
	data := valuesOf(res.Attrs["data"].Value)
	if n := res.Nested["data"]; len(n) > 0 {
		data = values{}
		for name, a := range n[0] {
			data[name] = a.Value
		}
	}
	var inner object
	numbers := map[string][]string{"CAA": {"flags"}, "SRV": {"priority", "weight", "port"}}[kind]
	words := map[string][]string{"CAA": {"tag", "value"}, "SRV": {"target"}}[kind]
	if words == nil {
		return false
	}
	for _, name := range numbers {
		n, ok := whole(data[name])
		if !ok {
			return false
		}
		inner.set(name, n)
	}
	for _, name := range words {
		if textOf(data[name]) == "" {
			return false
		}
		inner.set(name, textOf(data[name]))
	}
	o.set(strings.ToLower(kind), inner)
	return true
}
