// Package rulelang writes expressions of Cloudflare's Rules language, in which rules
// say what requests they are about and where these go. An expression can only be made
// by this package's functions, so that every text in it is quoted.
//
// It knows the syntax, not which phase takes which field or function.
// (developers.cloudflare.com, Ruleset Engine, Rules language.)
package rulelang

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Expr is one expression. One that could not be made carries the reason, which
// [Expr.Text] returns.
type Expr struct {
	text string
	err  error
}

// MaxLength is the longest expression that Cloudflare takes, in characters.
const MaxLength = 4096

// fixed is text of this program's source: another package can only pass a constant.
type fixed string

// Field is a field of a request: "http.host".
func Field(name fixed) Expr { return Expr{text: string(name)} }

// String is a quoted string: in one, \ stands before " and \ (Values, quoted string
// syntax).
func String(s string) Expr {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return Expr{err: fmt.Errorf("%q holds what no string of the Rules language does", s)}
	}
	return Expr{text: `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`}
}

// Equal is a eq b.
func Equal(a, b Expr) Expr { return join(a, " eq ", b, "") }

// Concat puts two texts behind each other.
func Concat(a, b Expr) Expr { return join(Expr{text: "concat("}.then(a), ", ", b, ")") }

func (e Expr) then(o Expr) Expr { return join(e, "", o, "") }

func join(a Expr, between fixed, b Expr, end fixed) Expr {
	for _, e := range []Expr{a, b} {
		if e.err != nil {
			return e
		}
	}
	return Expr{text: a.text + string(between) + b.text + string(end)}
}

// Text is the expression as Cloudflare takes it.
func (e Expr) Text() (string, error) {
	if n := utf8.RuneCountInString(e.text); e.err == nil && n > MaxLength {
		return "", fmt.Errorf("an expression of %d characters, and %d is the most", n, MaxLength)
	}
	return e.text, e.err
}
