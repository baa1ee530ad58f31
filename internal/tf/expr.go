package tf

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// Expr is one Terraform expression. It can only be made by this package's
// functions, so it is always whole and always escaped. An Expr that could not be
// made carries the reason, and File.Bytes returns it.
type Expr struct {
	toks hclwrite.Tokens
	text *string // the value of a string literal: Template takes it apart from expressions
	err  error
}

// fixed is the text of an expression that stands in the source of this program.
// The type is not exported, so another package can only pass an untyped constant:
// an expression cannot be pasted together from a spec's values.
type fixed string

var errNoExpr = errors.New("an expression is missing")

// Fixed is an expression written out in the calling code.
func Fixed(src fixed) Expr {
	f, diags := hclwrite.ParseConfig([]byte("x = "+string(src)+"\n"), "fixed", hcl.InitialPos)
	if diags.HasErrors() {
		return Expr{err: fmt.Errorf("fixed expression %q: %w", src, diags)}
	}
	attr := f.Body().GetAttribute("x")
	if attr == nil || len(f.Body().Attributes()) != 1 || len(f.Body().Blocks()) != 0 {
		return Expr{err: fmt.Errorf("fixed text %q is not one expression", src)}
	}
	return Expr{toks: attr.Expr().BuildTokens(nil)}
}

// String is a string literal; nothing in it is read as a template.
func String(s string) Expr {
	if err := readable(s); err != nil {
		return Expr{err: err}
	}
	return Expr{toks: hclwrite.TokensForValue(cty.StringVal(s)), text: &s}
}

// StringOf is a string literal of what another language made, or why it could not.
func StringOf(s string, err error) Expr {
	if err != nil {
		return Expr{err: err}
	}
	return String(s)
}

// readable refuses what Terraform would read back as another string: its values
// are UTF-8 in normal form C, and no provider's API takes a NUL.
func readable(s string) error {
	switch {
	case !utf8.ValidString(s):
		return fmt.Errorf("%q is not UTF-8", s)
	case strings.ContainsRune(s, 0):
		return fmt.Errorf("%q holds a NUL", s)
	case cty.StringVal(s).AsString() != s:
		return fmt.Errorf("%q is not in Unicode normal form C, Terraform would read %q", s, cty.StringVal(s).AsString())
	}
	return nil
}

// StringOrNull is a string literal, or null for the empty string: providers tell
// an empty string from an attribute that is not set.
func StringOrNull(s string) Expr {
	if s == "" {
		return Null()
	}
	return String(s)
}

// Int is a whole number.
func Int(n int) Expr {
	return Expr{toks: hclwrite.TokensForValue(cty.NumberIntVal(int64(n)))}
}

// Bool is true or false.
func Bool(b bool) Expr { return Expr{toks: hclwrite.TokensForValue(cty.BoolVal(b))} }

// Null leaves an argument unset.
func Null() Expr { return Expr{toks: hclwrite.TokensForValue(cty.NullVal(cty.DynamicPseudoType))} }

// Ref is a reference: Ref("var", "path") is var.path.
func Ref(names ...string) Expr {
	if len(names) == 0 {
		return Expr{err: errNoExpr}
	}
	var t hcl.Traversal
	for i, name := range names {
		if err := identifier(name); err != nil {
			return Expr{err: err}
		}
		if i == 0 {
			t = append(t, hcl.TraverseRoot{Name: name})
			continue
		}
		t = append(t, hcl.TraverseAttr{Name: name})
	}
	return Expr{toks: hclwrite.TokensForTraversal(t)}
}

// Index is e[key]; e is best a reference.
func (e Expr) Index(key Expr) Expr {
	if err := firstErr(e, key); err != nil {
		return Expr{err: err}
	}
	return Expr{toks: join(e.toks, tok(hclsyntax.TokenOBrack, "["), key.toks, tok(hclsyntax.TokenCBrack, "]"))}
}

// Attr is e.name.
func (e Expr) Attr(name string) Expr {
	if err := errors.Join(firstErr(e), identifier(name)); err != nil {
		return Expr{err: err}
	}
	return Expr{toks: join(e.toks, tok(hclsyntax.TokenDot, "."), hclwrite.TokensForIdentifier(name))}
}

// Call is a function call.
func Call(name string, args ...Expr) Expr {
	if err := errors.Join(identifier(name), firstErr(args...)); err != nil {
		return Expr{err: err}
	}
	toks := make([]hclwrite.Tokens, len(args))
	for i, a := range args {
		toks[i] = a.toks
	}
	return Expr{toks: hclwrite.TokensForFunctionCall(name, toks...)}
}

// Tuple is a list on one line.
func Tuple(items ...Expr) Expr {
	if err := firstErr(items...); err != nil {
		return Expr{err: err}
	}
	toks := make([]hclwrite.Tokens, len(items))
	for i, e := range items {
		toks[i] = e.toks
	}
	return Expr{toks: hclwrite.TokensForTuple(toks)}
}

// List is a list with one item a line, so that an item more is a line more.
func List(items ...Expr) Expr {
	if err := firstErr(items...); err != nil {
		return Expr{err: err}
	}
	toks := tok(hclsyntax.TokenOBrack, "[")
	for i, e := range items {
		if i == 0 {
			toks = append(toks, newline()...)
		}
		toks = join(toks, e.toks, tok(hclsyntax.TokenComma, ","), newline())
	}
	return Expr{toks: join(toks, tok(hclsyntax.TokenCBrack, "]"))}
}

// Strings is a List of string literals.
func Strings(items []string) Expr {
	list := make([]Expr, len(items))
	for i, s := range items {
		list[i] = String(s)
	}
	return List(list...)
}

// Map is an object whose keys are data: sorted, quoted, one entry a line.
func Map(entries map[string]Expr) Expr {
	attrs := make([]hclwrite.ObjectAttrTokens, 0, len(entries))
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		name, value := String(key), entries[key]
		if err := firstErr(name, value); err != nil {
			return Expr{err: fmt.Errorf("key %q: %w", key, err)}
		}
		attrs = append(attrs, hclwrite.ObjectAttrTokens{Name: name.toks, Value: value.toks})
	}
	return Expr{toks: hclwrite.TokensForObject(attrs)}
}

// Object is an object whose keys are attribute names: sorted, bare, one a line.
func Object(fields map[string]Expr) Expr {
	attrs := make([]hclwrite.ObjectAttrTokens, 0, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err := errors.Join(identifier(name), firstErr(fields[name])); err != nil {
			return Expr{err: fmt.Errorf("attribute %q: %w", name, err)}
		}
		attrs = append(attrs, hclwrite.ObjectAttrTokens{Name: hclwrite.TokensForIdentifier(name), Value: fields[name].toks})
	}
	return Expr{toks: hclwrite.TokensForObject(attrs)}
}

// For is an object made of another collection: { for key, value in of : name => expr }.
func For(key, value string, of, name, expr Expr) Expr {
	if err := errors.Join(identifier(key), identifier(value), firstErr(of, name, expr)); err != nil {
		return Expr{err: err}
	}
	return Expr{toks: join(tok(hclsyntax.TokenOBrace, "{"), newline(), tok(hclsyntax.TokenIdent, "for"), hclwrite.TokensForIdentifier(key), tok(hclsyntax.TokenComma, ","),
		hclwrite.TokensForIdentifier(value), tok(hclsyntax.TokenIdent, "in"), of.toks, tok(hclsyntax.TokenColon, ":"), name.toks,
		tok(hclsyntax.TokenFatArrow, "=>"), expr.toks, newline(), tok(hclsyntax.TokenCBrace, "}"))}
}

// identifier checks a name, which hclwrite itself does not. The words that HCL
// reads as something else at the start of an expression are refused too.
func identifier(name string) error {
	switch name {
	case "for", "if", "in", "null", "true", "false":
		return fmt.Errorf("%q is a word of the language, not a name", name)
	}
	return argument(name)
}

// argument checks the name of an argument, which may be such a word: null is a provider.
func argument(name string) error {
	if !hclsyntax.ValidIdentifier(name) {
		return fmt.Errorf("%q is not a Terraform identifier", name)
	}
	return nil
}

func firstErr(exprs ...Expr) error {
	for _, e := range exprs {
		if e.err != nil {
			return e.err
		}
		if len(e.toks) == 0 {
			return errNoExpr
		}
	}
	return nil
}

func tok(t hclsyntax.TokenType, text string) hclwrite.Tokens {
	return hclwrite.Tokens{{Type: t, Bytes: []byte(text)}}
}

func newline() hclwrite.Tokens { return tok(hclsyntax.TokenNewline, "\n") }

func join(parts ...hclwrite.Tokens) hclwrite.Tokens { return slices.Concat(parts...) }
