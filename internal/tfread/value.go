package tfread

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

type reader struct {
	root     *Root
	named    bool
	given    map[string]cty.Value // of variables
	files    map[string][]byte
	sources  map[*hclsyntax.Block][]byte
	blocks   map[string]*hclsyntax.Block // by address
	declared map[string]bool             // variable NAME and the like
	values   map[string]cty.Value        // of locals and resources that were asked for
	known    map[string]function.Function

	used      map[string]bool // locals and variables that something refers to
	variables []*hclsyntax.Block
}

// value is what an expression comes to; unknown where files do not tell.
func (r *reader) value(e hcl.Expression, each map[string]cty.Value) cty.Value {
	if r.known == nil {
		r.known = maps.Clone(functions)
		r.known["file"] = r.file()
	}
	roots := map[string]cty.Value{}
	parts := map[string]map[string]cty.Value{}
	add := func(root, name string, v cty.Value) {
		if parts[root] == nil {
			parts[root] = map[string]cty.Value{}
		}
		parts[root][name] = v
	}
	for _, v := range e.Variables() {
		root, name := v.RootName(), attrName(v, 1)
		switch {
		case name == "" || root == "each" || root == "path":
			roots[root] = cty.DynamicVal
		case root == "local":
			add(root, name, r.local(name))
		case root == "var" && r.given[name] != cty.NilVal:
			add(root, name, r.given[name])
		case !r.named:
			roots[root] = cty.DynamicVal
		case root == "var":
			add(root, name, cty.StringVal("var."+name))
		case root == "data" || root == "ephemeral":
			kind := attrName(v, 2)
			object := map[string]cty.Value{}
			if old, ok := parts[root][name]; ok {
				object = old.AsValueMap()
			}
			object[kind] = r.referred(root + "." + name + "." + kind)
			add(root, name, cty.ObjectVal(object))
		default:
			add(root, name, r.referred(root+"."+name))
		}
	}
	for root, all := range parts {
		if roots[root] != cty.NilVal { // some of it is not known
			continue
		}
		roots[root] = cty.ObjectVal(all)
	}
	roots["path"] = cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal(".")})
	if each != nil {
		roots["each"] = cty.ObjectVal(each)
	}
	v, diags := e.Value(&hcl.EvalContext{Variables: roots, Functions: r.known})
	if diags.HasErrors() {
		r.refuse(diags)
		return cty.DynamicVal
	}
	return v
}

func attrName(t hcl.Traversal, i int) string {
	if i < len(t) {
		if a, ok := t[i].(hcl.TraverseAttr); ok {
			return a.Name
		}
	}
	return ""
}

func traversal(t hcl.Traversal) string {
	parts := []string{t.RootName()}
	for i := 1; i < len(t) && attrName(t, i) != ""; i++ {
		parts = append(parts, attrName(t, i))
	}
	return strings.Join(parts, ".")
}

// computed are the attributes that a provider fills in, of the kinds that gen writes.
var computed = []string{"id", "aud", "zone_id", "base64", "token", "client_id", "client_secret", "public_key", "name_servers", "status", "ds", "data", "account", "raw", "metadata", "name", "token_id", "cname"}

// referred is a resource that something refers to: what is said of it, and what the run
// will know by the name of the reference.
func (r *reader) referred(at string) cty.Value {
	if v, ok := r.values[at]; ok {
		return v
	}
	r.values[at] = cty.DynamicVal // of one that refers to itself
	b := r.blocks[at]
	if b == nil {
		return cty.DynamicVal
	}
	object := func(at, key string, each map[string]cty.Value) cty.Value {
		all := map[string]cty.Value{}
		for _, name := range computed {
			all[name] = cty.StringVal(at + "." + name)
		}
		all["data"] = cty.DynamicVal // a map of what a file holds
		all["account"] = cty.ObjectVal(map[string]cty.Value{"id": cty.StringVal("account")})
		for name, a := range b.Body.Attributes {
			if name != "for_each" && name != "depends_on" && name != "data" && name != "account" {
				all[name] = r.value(a.Expr, each)
			}
		}
		for _, nested := range b.Body.Blocks {
			inside := map[string]cty.Value{}
			for name, a := range nested.Body.Attributes {
				inside[name] = r.value(a.Expr, each)
			}
			all[nested.Type] = cty.TupleVal([]cty.Value{cty.ObjectVal(inside)})
		}
		return cty.ObjectVal(all)
	}
	each := b.Body.Attributes["for_each"]
	if each == nil {
		r.values[at] = object(at, "", nil)
		return r.values[at]
	}
	keys := r.value(each.Expr, nil)
	if !iterable(keys) {
		return cty.DynamicVal
	}
	all := map[string]cty.Value{}
	for key, value := range elements(keys) {
		all[key] = object(fmt.Sprintf("%s[%q]", at, key), key, map[string]cty.Value{"key": cty.StringVal(key), "value": value})
	}
	r.values[at] = cty.ObjectVal(all)
	return r.values[at]
}

// file reads what lies in the root, or beside it, such as the values of a chart.
func (r *reader) file() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			data, ok := r.files[path.Join(r.root.Dir, args[0].AsString())]
			if !ok {
				return cty.NilVal, fmt.Errorf("there is no %q", path.Join(r.root.Dir, args[0].AsString()))
			}
			return cty.StringVal(string(data)), nil
		},
	})
}

func (r *reader) local(name string) cty.Value {
	at := "local." + name
	if v, ok := r.values[at]; ok {
		return v
	}
	r.values[at] = cty.DynamicVal // of one that is defined by itself
	if a := r.root.locals[name]; a != nil {
		r.values[at] = r.value(a.Expr, nil)
	}
	return r.values[at]
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

func (r *reader) fault(at hcl.Range, format string, args ...any) {
	f := Fault{pos(at), fmt.Sprintf(format, args...)}
	if r.named && !slices.Contains(r.root.Faults, f) {
		r.root.Faults = append(r.root.Faults, f)
	}
}

// refuse takes what Terraform says; a function that is not known here is not Terraform's fault.
func (r *reader) refuse(diags hcl.Diagnostics) {
	for _, d := range diags {
		if d.Severity == hcl.DiagError && d.Summary != "Call to unknown function" && d.Subject != nil {
			r.fault(*d.Subject, "%s", strings.TrimSuffix(strings.Join(strings.Fields(d.Detail), " "), "."))
		}
	}
}
