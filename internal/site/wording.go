package site

import (
	"fmt"
	"strings"

	"cuelang.org/go/cue"
	cueerrors "cuelang.org/go/cue/errors"
)

// sameKind tells whether a value of kind got can ever be one of kind want. A
// whole number is a number.
func sameKind(want, got cue.Kind) bool { return want&got != 0 }

// describe names a value as a reader would: "nginx", 8080, a list.
func describe(v cue.Value) string {
	switch k := v.IncompleteKind(); {
	case k == cue.StructKind:
		return "a struct"
	case k == cue.ListKind:
		return "a list"
	case v.IsConcrete():
		if s, err := v.String(); err == nil {
			return fmt.Sprintf("%q", s)
		}
		return strings.TrimSpace(fmt.Sprint(v))
	}
	return "an open value"
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
			quoted = append(quoted, "a struct")
		}
		return list(quoted)
	}
	if nums := numbers(def); len(nums) > 1 {
		return list(nums)
	}
	if low, high := bounds(def); low != "" && high != "" {
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

// list joins alternatives with commas and "or".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
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

// numbers are the numbers of an enumeration.
func numbers(def cue.Value) []string {
	var words []string
	open := false
	visit(def, func(v cue.Value) {
		n, err := v.Int64()
		if err != nil {
			open = true
			return
		}
		words = append(words, fmt.Sprint(n))
	})
	if open {
		return nil
	}
	return unique(words)
}

// bounds are the lowest and the highest number that the schema takes.
func bounds(def cue.Value) (low, high string) {
	visit(def, func(v cue.Value) {
		op, args := v.Expr()
		if len(args) == 0 {
			return
		}
		switch op {
		case cue.GreaterThanEqualOp:
			low = fmt.Sprint(args[0])
		case cue.LessThanEqualOp:
			high = fmt.Sprint(args[0])
		}
	})
	return low, high
}

// visit calls f for each operand of a disjunction or conjunction.
func visit(v cue.Value, f func(cue.Value)) {
	if op, args := v.Expr(); op == cue.OrOp || op == cue.AndOp {
		for _, a := range args {
			visit(a, f)
		}
		return
	}
	f(v)
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

// translate says one of CUE's errors in the spec's terms.
func translate(e cueerrors.Error) Problem {
	format, args := e.Msg()
	arg := func(i int) any {
		if i < len(args) {
			return args[i]
		}
		return "?"
	}
	switch {
	case strings.HasPrefix(format, "reference %q not found"):
		return Problem{Message: fmt.Sprintf("nothing is called %q here", arg(0)), Rule: "reference", Hint: "a text needs quotes; a reference has to name a field of the spec"}
	case strings.Contains(format, "conflicting values"), strings.Contains(format, "mismatched types"):
		return Problem{Message: "is given two different values", Rule: "conflict", Hint: "keep one of them"}
	case strings.Contains(format, "cycle"):
		return Problem{Message: "is defined by itself", Rule: "cycle", Hint: "give it a value of its own"}
	case strings.HasPrefix(format, "undefined field"):
		return Problem{Message: fmt.Sprintf("there is no field %v to refer to", arg(0)), Rule: "reference"}
	case strings.Contains(format, "not found") && strings.Contains(format, "package"):
		return Problem{Message: "a package that is imported does not exist", Rule: "import"}
	}
	return Problem{Message: "does not fit: " + strings.TrimSpace(fmt.Sprintf(format, args...)), Rule: "value"}
}
