package adopt

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"sitegen/internal/tf"
)

// FileName is that of the file with the blocks, beside gen's in its root.
const FileName = "adopt.tf"

// header is its first line. The file is the user's: gen writes it once, and nothing checks it.
const header = "Written by gen adopt --state, once: delete this file after the apply."

// Blocks tells whether a root has any.
func (r Root) Blocks() bool { return len(r.Moves) > 0 || len(r.Imports) > 0 || len(r.Removed) > 0 }

// File is the file of a root; nil where it has no blocks.
func (r Root) File() ([]byte, error) {
	if !r.Blocks() {
		return nil, nil
	}
	f := tf.New(header)
	for _, i := range r.Imports {
		if i.Variable == "" {
			continue
		}
		f.Comment("The secret that the tunnel has, so that the connectors which run go on. A plan shows it: make the plan where",
			"nobody else reads it, and not in CI.")
		v := f.Block("variable", i.Variable)
		v.Set("description", tf.String("secret of the tunnel as it is, in base64"))
		v.Set("type", tf.Ref("string"))
	}
	for _, m := range r.Moves {
		b := f.Block("moved")
		b.Set("from", address(m.From))
		b.Set("to", address(m.To))
	}
	for _, i := range r.Imports {
		b := f.Block("import")
		b.Comment(i.From)
		b.Set("to", address(i.To))
		if i.Variable != "" {
			b.Set("id", tf.Ref("var", i.Variable))
		} else {
			b.Set("id", tf.String(i.ID))
		}
	}
	if len(r.Removed) > 0 {
		f.Comment("No file has these any more. Terraform lets go of them, and they stay as they are.")
	}
	for _, at := range r.Removed {
		b := f.Block("removed")
		b.Set("from", address(at))
		b.Block("lifecycle").Set("destroy", tf.Bool(false))
	}
	return f.Bytes()
}

// address is an address as an expression.
func address(at string) tf.Expr {
	t, diags := hclsyntax.ParseTraversalAbs([]byte(at), "", hcl.InitialPos)
	if diags.HasErrors() || len(t) == 0 {
		return tf.Ref(at)
	}
	e := tf.Ref(t.RootName())
	for _, step := range t[1:] {
		switch step := step.(type) {
		case hcl.TraverseAttr:
			e = e.Attr(step.Name)
		case hcl.TraverseIndex:
			e = e.Index(index(step.Key))
		}
	}
	return e
}

// index is the key of an instance.
func index(key cty.Value) tf.Expr {
	if key.Type() == cty.String {
		return tf.String(key.AsString())
	}
	n, _ := key.AsBigFloat().Int64()
	return tf.Int(int(n))
}
