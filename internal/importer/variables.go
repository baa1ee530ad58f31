package importer

import (
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// variables are those with a default, and those that files of values give.
func (r *reading) variables(dir string, sources []*file) map[string]cty.Value {
	given := map[string]cty.Value{}
	literal := func(a *hclsyntax.Attribute, name string) {
		if a == nil {
			return
		}
		if v, diags := a.Expr.Value(nil); !diags.HasErrors() && !v.IsNull() && v.IsWhollyKnown() {
			given[name] = v
		}
	}
	for _, f := range sources {
		for _, b := range blocksOf(f) {
			if b.Type == "variable" && len(b.Labels) == 1 {
				literal(b.Body.Attributes["default"], b.Labels[0])
			}
		}
	}
	for _, f := range r.tree.in(dir) {
		if f.text && (path.Base(f.path) == "terraform.tfvars" || strings.HasSuffix(f.path, ".auto.tfvars")) {
			if body := bodyOf(f); body != nil {
				f.say(yours, "values of variables, read; gen's own root has variables of its own: terraform.tfvars.example")
				for name, a := range body.Attributes {
					literal(a, name)
				}
			}
		}
	}
	return given
}

func bodyOf(f *file) *hclsyntax.Body {
	parsed, diags := hclsyntax.ParseConfig(f.data, f.path, hcl.InitialPos)
	if diags.HasErrors() {
		return nil
	}
	body, _ := parsed.Body.(*hclsyntax.Body)
	return body
}

func blocksOf(f *file) hclsyntax.Blocks {
	if body := bodyOf(f); body != nil {
		return body.Blocks
	}
	return nil
}

// backend tells where the state lies: gen's root has to find it.
func (r *reading) backend(f *file, b *hclsyntax.Block) {
	for _, inner := range b.Body.Blocks {
		switch {
		case inner.Type == "cloud", inner.Type == "backend" && !slices.Equal(inner.Labels, []string{"local"}):
			f.say(needsYou, inner.Type+" "+strings.Join(inner.Labels, " ")+": the state lies there; terraform.s3 of the spec says a bucket, and for another place keep the file and exclude gen's")
		}
	}
}
