package adopt

import (
	"strconv"
	"strings"

	"sitegen/internal/tf"
)

// FileName is that of the file with the blocks, beside gen's in its root.
const FileName = "adopt.tf"

// header is its first line. The file is the user's: gen writes it once, and nothing checks it.
const header = "Written by gen adopt --state, once: delete this file after the apply."

// File is the file of a root; nil where it has no blocks.
func (r Root) File() ([]byte, error) {
	if len(r.Imports) == 0 && len(r.Removed) == 0 {
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
	block, rest, keyed := strings.Cut(at, "[")
	e := tf.Ref(strings.Split(block, ".")...)
	if keyed {
		e = e.Index(tf.StringOf(strconv.Unquote(strings.TrimSuffix(rest, "]"))))
	}
	return e
}
