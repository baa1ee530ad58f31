package site

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// sameKind tells whether a value of kind got can ever be one of kind want. A
// whole number is a number.
func sameKind(want, got cue.Kind) bool { return want&got != 0 }

// describe names a value as a reader would: "nginx", 8080, a list.
func describe(v cue.Value) string {
	switch k := v.IncompleteKind(); {
	case k == cue.StructKind:
		return "a struct, { … }"
	case k == cue.ListKind:
		return "a list, [ … ]"
	case v.IsConcrete():
		if s, err := v.String(); err == nil {
			if what := secretIn(s); what != "" {
				return "a text that looks like " + what
			}
			return fmt.Sprintf("%q", shorten(s))
		}
		return strings.TrimSpace(fmt.Sprint(v))
	}
	return "an open value"
}

// describe names the value at a path. A number is named as it is written: CUE's
// own form of 1e999999999 is another number.
func (w *walker) describe(v cue.Value, at Path) string {
	f := w.ix.fields[at.key()]
	if f.number != "" && len(f.more) == 0 && v.IncompleteKind()&cue.NumberKind != 0 && v.IsConcrete() {
		return shorten(f.number)
	}
	return describe(v)
}

// kindHint says how to write a value that is of the wrong kind by a habit from
// other languages.
func kindHint(def, user cue.Value) string {
	if b, err := user.Bytes(); err == nil && user.IncompleteKind() == cue.BytesKind && def.IncompleteKind()&cue.StringKind != 0 {
		if secretIn(string(b)) != "" {
			return "a text stands between double quotes"
		}
		return fmt.Sprintf("a text stands between double quotes: %q", shorten(string(b)))
	}
	if s, err := user.String(); err == nil {
		_, noNumber := strconv.Atoi(s)
		switch {
		case def.IncompleteKind() == cue.BoolKind && truth(s) != "":
			return fmt.Sprintf("say %s, without quotes", truth(s))
		case def.IncompleteKind() == cue.IntKind && noNumber == nil:
			return fmt.Sprintf("say %s, without quotes", s)
		}
	}
	if s, err := def.String(); err == nil && len(alternatives(def)) == 0 {
		return fmt.Sprintf("leave it out for its default, %q", s)
	}
	return ""
}

// wanted says what the schema takes, from its structure: the alternatives of an
// enumeration, the bounds of a number, or the kind.
func wanted(def cue.Value) string {
	if alts := alternatives(def); len(alts) > 0 {
		quoted := make([]string, len(alts))
		for i, a := range alts {
			quoted[i] = fmt.Sprintf("%q", a)
		}
		if def.IncompleteKind()&cue.StructKind != 0 {
			quoted = append(quoted, "a struct, { … }")
		}
		return anyOf(quoted)
	}
	if nums := numbers(def); len(nums) > 1 {
		return anyOf(nums)
	}
	if low, high := bounds(def); def.IncompleteKind() == cue.IntKind && low != "" && high != "" {
		return fmt.Sprintf("a whole number from %s to %s", low, high)
	}
	return kindName(def.IncompleteKind())
}

func kindName(k cue.Kind) string {
	switch {
	case k&cue.StructKind != 0:
		return "a struct, { … }"
	case k&cue.ListKind != 0:
		return "a list, [ … ]"
	case k&cue.StringKind != 0:
		return "a string"
	case k&cue.BoolKind != 0:
		return "true or false"
	case k&cue.IntKind != 0:
		return "a whole number"
	}
	return "something else"
}

// anyOf joins words with commas and "or", allOf with "and".
func anyOf(words []string) string { return join(words, " or ") }
func allOf(words []string) string { return join(words, " and ") }

func join(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + last + words[len(words)-1]
}

// count is a number with its word in the right form.
func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// alternatives are the strings of an enumeration; none where any string will do.
func alternatives(def cue.Value) []string {
	var words []string
	anyString := false
	visit(def, func(v cue.Value) {
		if v.IncompleteKind() != cue.StringKind {
			return
		}
		s, err := v.String()
		if err != nil {
			anyString = true
			return
		}
		words = append(words, s)
	})
	if anyString {
		return nil
	}
	return unique(words)
}

// numbers are the numbers of an enumeration, in order.
func numbers(def cue.Value) []string {
	var nums []int64
	open := false
	visit(def, func(v cue.Value) {
		n, err := v.Int64()
		if err != nil {
			open = true
		}
		nums = append(nums, n)
	})
	if open {
		return nil
	}
	slices.Sort(nums)
	var words []string
	for _, n := range slices.Compact(nums) {
		words = append(words, fmt.Sprint(n))
	}
	return words
}

// bounds are the lowest and the highest number that the schema takes. They are
// read from the syntax: a default hides the rest of a value from CUE's own
// look into it.
func bounds(def cue.Value) (low, high string) {
	ast.Walk(def.Syntax(cue.Raw()), func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if n.Name == "uint" && low == "" {
				low = "0"
			}
		case *ast.UnaryExpr:
			if lit, ok := n.X.(*ast.BasicLit); ok && n.Op == token.GEQ {
				low = lit.Value
			} else if ok && n.Op == token.LEQ {
				high = lit.Value
			}
		}
		return true
	}, nil)
	return low, high
}

// visit calls f for each operand of a disjunction or conjunction. Of a default
// that is one of the values beside it, as in *"UTC" | string, CUE leaves the rest.
func visit(v cue.Value, f func(cue.Value)) {
	switch op, args := v.Expr(); {
	case op == cue.OrOp || op == cue.AndOp:
		for _, a := range args {
			visit(a, f)
		}
	case op == cue.NoOp && len(args) == 1:
		f(args[0])
	default:
		f(v)
	}
}

func unique(words []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, w := range words {
		if !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}
