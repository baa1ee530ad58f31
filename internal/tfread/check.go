package tfread

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// check finds references that lead to nothing, which Terraform refuses.
func (r *reader) check(blocks []*hclsyntax.Block) {
	for _, b := range blocks {
		if b.Type == "moved" || b.Type == "removed" || b.Type == "terraform" {
			continue
		}
		r.checkBody(b.Body, b)
	}
}

func (r *reader) checkBody(body *hclsyntax.Body, top *hclsyntax.Block) {
	for name, a := range body.Attributes {
		if name == "ignore_changes" || name == "replace_triggered_by" || name == "type" && top.Type == "variable" {
			continue
		}
		for _, v := range a.Expr.Variables() {
			if top.Type != "variable" || v.RootName() != "var" { // of its own validation
				r.checkReference(v, top)
			}
		}
	}
	for _, nested := range body.Blocks {
		r.checkBody(nested.Body, top)
	}
}

func (r *reader) checkReference(v hcl.Traversal, top *hclsyntax.Block) {
	root, name := v.RootName(), attrName(v, 1)
	at := v.SourceRange()
	r.used[root+"."+name] = true
	switch root {
	case "local":
		if r.root.locals[name] == nil {
			r.fault(at, "there is no local.%s", name)
		}
	case "var":
		if !r.declared["variable "+name] {
			r.fault(at, "there is no variable %q", name)
		}
	case "each":
		if top.Body.Attributes["for_each"] == nil {
			r.fault(at, "each.%s is of a for_each, and there is none", name)
		}
	case "path", "terraform", "count", "self", "module":
	case "data", "ephemeral":
		if to := root + "." + name + "." + attrName(v, 2); r.blocks[to] == nil {
			r.fault(at, "there is no %s", to)
		}
	default:
		if to := root + "." + name; r.blocks[to] == nil {
			r.fault(at, "there is no %s", to)
		}
	}
}

// Local is the value of a local; nil where there is none.
func (r *Root) Local(name string) cty.Value {
	if r.locals[name] == nil {
		return cty.NilVal
	}
	return r.reader.local(name)
}

// Said is where a text stands in a local: as a key, or as an entry. It falls back to the local.
func (r *Root) Said(local, text string) (Pos, bool) {
	a := r.locals[local]
	if a == nil {
		return Pos{}, false
	}
	if r.said == nil {
		r.said = map[string]map[string]Pos{}
	}
	if r.said[local] == nil {
		r.said[local] = map[string]Pos{}
		literals(a.Expr, r.said[local])
	}
	if p, ok := r.said[local][text]; ok {
		return p, true
	}
	return pos(a.SrcRange), false
}

// literals finds the texts of an expression; keys before what is said under them.
func literals(e hclsyntax.Expression, found map[string]Pos) {
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		var v cty.Value
		switch n := n.(type) {
		case *hclsyntax.TemplateExpr:
			if n.IsStringLiteral() {
				v, _ = n.Value(nil)
			}
		case *hclsyntax.LiteralValueExpr:
			v = n.Val
		}
		if v != cty.NilVal && !v.IsNull() && v.Type() == cty.String {
			if _, ok := found[v.AsString()]; !ok {
				found[v.AsString()] = pos(n.Range())
			}
		}
		return nil
	})
}

// Unused are locals and variables that nothing refers to.
func (r *Root) Unused() []Fault {
	used := r.reader.used
	var all []Fault
	for name, a := range r.locals {
		if !used["local."+name] {
			all = append(all, Fault{pos(a.SrcRange), "nothing refers to local." + name})
		}
	}
	for _, v := range r.reader.variables {
		if !used["var."+v.Labels[0]] {
			all = append(all, Fault{pos(v.DefRange()), "nothing refers to the variable " + v.Labels[0]})
		}
	}
	return all
}

// Builtin tells whether a resource is of Terraform's own provider.
func (r *Root) Builtin(kind string) bool {
	return kind == "terraform_data" || kind == "terraform_remote_state"
}
