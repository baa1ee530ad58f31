package differ

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// readHCL reads attributes and blocks as a mapping: objects and lists as data, other
// expressions as their tokens.
func readHCL(data []byte) (*value, error) {
	f, diags := hclsyntax.ParseConfig(data, "", hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diags
	}
	return fromBody(f.Body.(*hclsyntax.Body), data), nil
}

func fromBody(body *hclsyntax.Body, src []byte) *value {
	v := &value{line: body.SrcRange.Start.Line, keys: map[string]*value{}}
	for name, a := range body.Attributes {
		v.keys[name] = fromExpr(a.Expr, src)
		v.keys[name].line = a.SrcRange.Start.Line
	}
	for _, b := range body.Blocks {
		// Blocks of one name are a list, whose order is the provider's business.
		name := strings.Join(append([]string{b.Type}, b.Labels...), " ")
		list := v.keys[name]
		if list == nil {
			list = &value{line: b.TypeRange.Start.Line}
			v.keys[name] = list
		}
		one := fromBody(b.Body, src)
		one.line = b.TypeRange.Start.Line
		list.list = append(list.list, one)
	}
	return v
}

func fromExpr(e hclsyntax.Expression, src []byte) *value {
	v := &value{line: e.Range().Start.Line}
	switch e := e.(type) {
	case *hclsyntax.ObjectConsExpr:
		v.keys = map[string]*value{}
		for _, item := range e.Items {
			key := tokens(item.KeyExpr.Range(), src)
			v.keys[strings.Trim(key, `"`)] = fromExpr(item.ValueExpr, src)
			v.keys[strings.Trim(key, `"`)].line = item.KeyExpr.Range().Start.Line
		}
	case *hclsyntax.TupleConsExpr:
		for _, one := range e.Exprs {
			v.list = append(v.list, fromExpr(one, src))
		}
	default:
		v.flat, v.text = true, "expr "+tokens(e.Range(), src)
	}
	return v
}

// tokens are those of an expression, without comments and line ends.
func tokens(r hcl.Range, src []byte) string {
	all, _ := hclsyntax.LexExpression(r.SliceBytes(src), "", r.Start)
	var b strings.Builder
	for i, t := range all {
		switch t.Type {
		case hclsyntax.TokenComment, hclsyntax.TokenNewline, hclsyntax.TokenEOF:
			continue
		}
		if i > 0 && t.Range.Start.Byte > all[i-1].Range.End.Byte {
			b.WriteByte(' ')
		}
		b.Write(t.Bytes)
	}
	return b.String()
}
