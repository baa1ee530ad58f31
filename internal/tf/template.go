package tf

import (
	"errors"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// Template is a string with expressions in it: literals stay literals, whatever
// they hold, and every other part is written as ${…}.
func Template(parts ...Expr) Expr {
	if len(parts) == 0 {
		return Expr{err: errNoExpr}
	}
	if err := firstErr(parts...); err != nil {
		return Expr{err: err}
	}
	toks := tok(hclsyntax.TokenOQuote, `"`)
	var lit strings.Builder
	flush := func(last bool) error {
		s := lit.String()
		lit.Reset()
		// A dollar right before ${ would escape it.
		if !last && (strings.HasSuffix(s, "$") || strings.HasSuffix(s, "%")) {
			return errors.New("a template's text cannot end in $ or % before an expression")
		}
		quoted := String(s)
		if quoted.err == nil {
			toks = append(toks, inner(quoted.toks)...)
		}
		return quoted.err
	}
	for _, p := range parts {
		if p.text != nil {
			lit.WriteString(*p.text)
			continue
		}
		if err := flush(false); err != nil {
			return Expr{err: err}
		}
		toks = join(toks, tok(hclsyntax.TokenTemplateInterp, "${"), p.toks, tok(hclsyntax.TokenTemplateSeqEnd, "}"))
	}
	if err := flush(true); err != nil {
		return Expr{err: err}
	}
	return Expr{toks: join(toks, tok(hclsyntax.TokenCQuote, `"`))}
}

// inner is a string literal's tokens without its quotes.
func inner(toks hclwrite.Tokens) hclwrite.Tokens {
	if len(toks) < 2 {
		return nil
	}
	return toks[1 : len(toks)-1]
}
