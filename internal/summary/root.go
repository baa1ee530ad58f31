package summary

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// root is a Terraform root: each of its resources, by address, and what is said of it as
// far as the files tell; what only the run knows is unknown in the same way on both sides.
type root struct {
	resources map[string]attributes
	moves     map[string]string // moved: from → to
	removed   []string          // removed, without being destroyed
}

// attributes are what is said of a resource, as texts that are the same where they say
// the same.
type attributes map[string]string

type rootReader struct {
	dir    string
	files  map[string][]byte
	locals map[string]hcl.Expression
	values map[string]cty.Value // of locals that were asked for
	root   root
}

// readRoot reads the files of a root that gen wrote.
func readRoot(dir string, files map[string][]byte) root {
	r := &rootReader{dir: dir, files: files, locals: map[string]hcl.Expression{}, values: map[string]cty.Value{}, root: root{resources: map[string]attributes{}, moves: map[string]string{}}}
	var blocks []*hclsyntax.Block
	sources := map[*hclsyntax.Block][]byte{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if path.Dir(name) != dir || path.Ext(name) != ".tf" {
			continue
		}
		f, diags := hclsyntax.ParseConfig(files[name], name, hcl.InitialPos)
		if diags.HasErrors() {
			continue
		}
		body, _ := f.Body.(*hclsyntax.Body)
		for _, b := range body.Blocks {
			if b.Type == "locals" {
				for name, a := range b.Body.Attributes {
					r.locals[name] = a.Expr
				}
				continue
			}
			blocks, sources[b] = append(blocks, b), files[name]
		}
	}
	for _, b := range blocks {
		r.block(b, sources[b])
	}
	return r.root
}

func (r *rootReader) block(b *hclsyntax.Block, source []byte) {
	address := func(name string) string {
		a := b.Body.Attributes[name]
		if a == nil {
			return ""
		}
		return strings.TrimSpace(string(a.Expr.Range().SliceBytes(source)))
	}
	switch b.Type {
	case "moved":
		r.root.moves[address("from")] = address("to")
	case "removed":
		r.root.removed = append(r.root.removed, address("from"))
	case "resource":
		at := strings.Join(b.Labels, ".")
		each := b.Body.Attributes["for_each"]
		if each == nil {
			r.root.resources[at] = r.body(b, source, nil)
			return
		}
		keys := r.value(each.Expr, nil)
		if !keys.IsKnown() || keys.IsNull() || !keys.CanIterateElements() {
			r.root.resources[at+"[*]"] = r.body(b, source, nil)
			return
		}
		for it := keys.ElementIterator(); it.Next(); {
			key, value := it.Element()
			if keys.Type().IsSetType() {
				key = value
			}
			if key.IsKnown() && key.Type() == cty.String {
				r.root.resources[fmt.Sprintf("%s[%q]", at, key.AsString())] = r.body(b, source, map[string]cty.Value{"key": key, "value": value})
			}
		}
	}
}

func (r *rootReader) body(b *hclsyntax.Block, source []byte, each map[string]cty.Value) attributes {
	all := attributes{}
	for name, a := range b.Body.Attributes {
		if name == "for_each" || name == "depends_on" {
			continue
		}
		v := r.value(a.Expr, each)
		all[name] = fmt.Sprintf("%#v", v)
		if !v.IsWhollyKnown() {
			all[name] += string(a.Expr.Range().SliceBytes(source))
		}
	}
	for _, nested := range b.Body.Blocks {
		if nested.Type != "lifecycle" {
			all[nested.Type] += string(nested.Range().SliceBytes(source))
		}
	}
	return all
}

// value is what an expression comes to; unknown where files do not tell.
func (r *rootReader) value(e hcl.Expression, each map[string]cty.Value) cty.Value {
	roots := map[string]cty.Value{}
	locals := map[string]cty.Value{}
	for _, v := range e.Variables() {
		name := v.RootName()
		if name != "local" || len(v) < 2 {
			roots[name] = cty.DynamicVal
			continue
		}
		if a, ok := v[1].(hcl.TraverseAttr); ok {
			locals[a.Name] = r.local(a.Name)
		}
	}
	roots["path"] = cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal(".")})
	if len(locals) > 0 {
		roots["local"] = cty.ObjectVal(locals)
	}
	if each != nil {
		roots["each"] = cty.ObjectVal(each)
	}
	known := maps.Clone(functions)
	known["file"] = r.file()
	v, diags := e.Value(&hcl.EvalContext{Variables: roots, Functions: known})
	if diags.HasErrors() {
		return cty.DynamicVal
	}
	return v
}

// file reads what lies in the root, such as the values of a chart.
func (r *rootReader) file() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			data, ok := r.files[path.Join(r.dir, args[0].AsString())]
			if !ok {
				return cty.NilVal, fmt.Errorf("there is no %q", args[0].AsString())
			}
			return cty.StringVal(string(data)), nil
		},
	})
}

func (r *rootReader) local(name string) cty.Value {
	if v, ok := r.values[name]; ok {
		return v
	}
	r.values[name] = cty.DynamicVal // of one that is defined by itself
	if e := r.locals[name]; e != nil {
		r.values[name] = r.value(e, nil)
	}
	return r.values[name]
}

// functions are those of Terraform's that gen writes.
var functions = map[string]function.Function{
	"concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc, "flatten": stdlib.FlattenFunc, "jsonencode": stdlib.JSONEncodeFunc, "keys": stdlib.KeysFunc,
	"length": stdlib.LengthFunc, "lookup": stdlib.LookupFunc, "merge": stdlib.MergeFunc, "replace": stdlib.ReplaceFunc, "toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
	"try": tryfunc.TryFunc, "values": stdlib.ValuesFunc, "distinct": stdlib.DistinctFunc, "sort": stdlib.SortFunc, "join": stdlib.JoinFunc,
	"split": stdlib.SplitFunc, "strcontains": contains,
}

var contains = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "text", Type: cty.String}, {Name: "part", Type: cty.String}},
	Type:   function.StaticReturnType(cty.Bool),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		return cty.BoolVal(strings.Contains(args[0].AsString(), args[1].AsString())), nil
	},
})

// moved are the resources under the addresses that they have in the new root.
func (r root) moved(to root) map[string]attributes {
	all := map[string]attributes{}
	for at, body := range r.resources {
		for _, from := range slices.Sorted(maps.Keys(to.moves)) {
			if rest, ok := strings.CutPrefix(at, from); ok && (rest == "" || rest[0] == '[') {
				at = to.moves[from] + rest
				break
			}
		}
		all[at] = body
	}
	return all
}

// forgotten tells whether Terraform lets go of a resource without destroying it.
func (r root) forgotten(at string) bool {
	return slices.ContainsFunc(r.removed, func(from string) bool {
		rest, ok := strings.CutPrefix(at, from)
		return ok && (rest == "" || rest[0] == '[')
	})
}
