package spec

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	cueerrors "cuelang.org/go/cue/errors"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

// translation says one kind of CUE's errors in the spec's terms. has is what the
// format of CUE's message holds; message may name the message's arguments as {0},
// {1} ….
type translation struct{ has, rule, message, hint string }

// ofTwo tells of one of CUE's formats whether such an error is between two places
// of the spec.
func ofTwo(format string) bool {
	for _, has := range []string{"mismatched types", "conflicting values", "incompatible list lengths", "out of bound", "does not match"} {
		if strings.Contains(format, has) {
			return true
		}
	}
	return false
}

func translations() []translation {
	return []translation{
		{"mismatched types", "conflict", "is given twice, as {2} and as {3}", "keep one of them"},
		{"conflicting values", "conflict", "is given two different values, {0} and {1}", "keep one of them"},
		{"incompatible list lengths", "conflict", "is given as two lists of different lengths, {0} and {1}", "keep one of them"},
		{"out of bound", "value", "is {0}, but a bound in the spec wants {1}", ""},
		{"does not satisfy", "value", "is {0}, which {1} in the spec refuses", ""},
		{"does not match", "value", "is {0}, but a pattern in the spec wants another one", ""},
		{"reference %q not found", "reference", "nothing is called \"{0}\" here", "a text needs quotes; a reference has to name a field of the spec"},
		{"unreferenced alias or let", "reference", "{0} is used nowhere", "use it, or take it out"},
		{"cycle", "cycle", "is defined by itself", "give it a value of its own"},
		{"cyclic", "cycle", "is defined by itself", "give it a value of its own"},
		{"required but not present", "missing-field", "the field \"{0}\" is missing", "a definition of the spec itself wants it"},
		{"key value of dynamic field", "open-value", "the name of a field has no definite value", "what stands in ( ) or \\( ) before the colon has to be a text"},
		{"required field missing", "open-value", "depends on the field \"{0}\", which is missing", "say it where it is declared"},
		{"optional field", "open-value", "depends on the field \"{0}\", which may be left out, and is", "say it, or give it a default where it is declared: name: *\"…\" | string"},
		{"undefined field", "reference", "refers to a field \"{0}\", which the spec does not say", "defaults of the schema, and fields with a question mark, are there only where the spec says them"},
		{"index out of range", "reference", "refers to element {0} of a list of {1}", "elements count from 0"},
		{"want list or struct", "value", "cannot be computed: {0} is {1}, and has no elements", "a loop or an index needs a list or a struct"},
		{"field not allowed", "unknown-field", "what this is made of is closed, and has no such field", "add the field to the definition, or to what stands in close( ); or take it out here"},
		{"builtin package %q undefined", "import", "CUE has no package \"{0}\"", "https://pkg.go.dev/cuelang.org/go/pkg lists them"},
		{"imported and not used", "import", "the package {0} is imported and not used", "remove the import"},
		{"embed files", "import", "a spec cannot embed files", "put the values into the spec"},
		{"cannot call non-function", "reference", "cannot be computed: there is no function {0}", "https://pkg.go.dev/cuelang.org/go/pkg lists the functions of each package"},
		{"arguments in call to", "value", "cannot be computed: {0} is given {1} arguments, and takes {2}", ""},
		{"in argument %d to", "value", "cannot be computed: {4} wants {2} as its argument {3}, and is given {1}", ""},
		{"as type %s in %v", "value", "cannot be computed: on both sides of {3} stands {2}, and not {1}", ""},
		{"cannot use %s", "value", "cannot be computed: a condition has to be {2}, and this is {1}", ""},
		{"invalid regexp", "value", "cannot be computed: the pattern is no regular expression: {0}", "https://pkg.go.dev/regexp/syntax says how they are written"},
		{"Addition of lists", "value", "cannot be computed: lists are not joined by +", "import \"list\", and write list.Concat([a, b])"},
		{"Multiplication of lists", "value", "cannot be computed: lists are not repeated by *", "import \"list\", and write list.Repeat(a, 3)"},
		{"exceeds limit", "value", "cannot be computed: {1} times is more often than {2}, which is the most", ""},
		{"invalid operands", "value", "cannot be computed: {2} does not go with {3} and {4}", "a number becomes a text in \"\\(name)\""},
		{"invalid operation", "value", "cannot be computed: {1} does not go with {2}", ""},
		{"cannot slice", "value", "cannot be computed: {1} has no parts to choose from; only a list has", ""},
		{"invalid interpolation", "value", "cannot be computed: what stands in the text is no text or number", ""},
		{"invalid slice index", "reference", "cannot be computed: a part of a list cannot end before it starts", ""},
		{"disjunction", "value", "none of the alternatives that it has fits", ""},
		{"incomplete", "open-value", "has no definite value", "write the value itself"},
		{"non-concrete", "open-value", "depends on something that has no definite value", "write the value itself"},
		{"unresolved", "open-value", "has no definite value", "write the value itself"},
		{"explicit error", "value", "is declared to be an error", "give it a value"},
	}
}

// translate says one of CUE's errors in the spec's terms. What is not known is said
// in CUE's own.
func translate(e cueerrors.Error) diag.Problem {
	format, args := e.Msg()
	cause := causeOf(e)
	switch reason, _ := strings.CutPrefix(format, "failed arithmetic: "); {
	case strings.HasPrefix(cause, "division"):
		return diag.Problem{Message: "cannot be computed: division by zero", Rule: "value"}
	case reason != format && len(args) > 0:
		return diag.Problem{Message: "cannot be computed: " + oneLine(args[0]), Rule: "value"}
	case strings.HasPrefix(format, "error in call to"):
		return diag.Problem{Message: fmt.Sprintf("cannot be computed: %s does not take what it is given", args[0]) + reasonOf(e, fmt.Sprint(args[0])), Rule: "value"}
	case format == "invalid interpolation" && strings.HasPrefix(cause, "undefined field"):
		if inner, ok := errors.Unwrap(e).(cueerrors.Error); ok {
			return translate(inner)
		}
	case format == "invalid interpolation" && strings.HasPrefix(cause, "non-concrete"):
		return diag.Problem{Message: "cannot be computed: what stands in the text has no definite value", Rule: "open-value", Hint: "write the value itself"}
	}
	if text := fmt.Sprint(args...); strings.HasPrefix(format, "invalid regexp") {
		args = []any{strings.TrimPrefix(text, "error parsing regexp: ")}
	}
	if len(args) == 2 && strings.HasPrefix(format, "index out of range") && fmt.Sprint(args[1]) == "0" {
		return diag.Problem{Message: fmt.Sprintf("refers to element %v of what has no elements", args[0]), Rule: "reference", Hint: "a struct has fields: name them"}
	}
	for _, t := range translations() {
		if strings.Contains(format, t.has) {
			if t.has == "invalid operands" && !slices.ContainsFunc(args, func(a any) bool { return fmt.Sprint(a) == "string" }) {
				t.hint = ""
			}
			if name := packageNamed(args); t.rule == "reference" && name != "" {
				t.hint = fmt.Sprintf("write import %q at the top", name)
			}
			if t.rule == "reference" && len(args) > 0 && truth(fmt.Sprint(args[0])) != "" {
				t.hint = fmt.Sprintf("say %s; a text needs quotes", truth(fmt.Sprint(args[0])))
			}
			return diag.Problem{Message: fill(t.message, args), Rule: t.rule, Hint: t.hint}
		}
	}
	if format == "%s" && len(args) == 1 { // error("…") in the spec itself
		return diag.Problem{Message: "the spec says: " + oneLine(args[0]), Rule: "value"}
	}
	return diag.Problem{Message: "cannot be computed: CUE says: " + oneLine(fmt.Sprintf(format, args...)), Rule: "value"}
}

// packageNamed is the path of CUE's own package of that name, or "".
func packageNamed(args []any) string {
	for _, p := range ownPackages() {
		if len(args) > 0 && path.Base(p) == fmt.Sprint(args[0]) {
			return p
		}
	}
	return ""
}

// reasonOf is what a function of CUE's says of its arguments, as ": reason".
func reasonOf(e cueerrors.Error, function string) string {
	_, reason, _ := strings.Cut(e.Error(), "error in call to "+function+": ")
	if first, rest, _ := strings.Cut(reason, ": "); strings.HasSuffix(function, "."+first) || first == function {
		reason = rest // strconv.Atoi: parsing …
	}
	if reason == "" || strings.HasPrefix(reason, "runtime error") || strings.HasPrefix(reason, "cannot use value") {
		return "" // CUE's own words about itself
	}
	return ": " + oneLine(reason)
}

// causeOf is what the innermost of CUE's errors says, or the reason that a failed
// calculation gives.
func causeOf(e cueerrors.Error) string {
	for {
		inner, ok := errors.Unwrap(e).(cueerrors.Error)
		if !ok {
			break
		}
		e = inner
	}
	format, args := e.Msg()
	if reason, ok := strings.CutPrefix(format, "failed arithmetic: "); ok {
		format = reason
	}
	return fmt.Sprintf(format, args...)
}

func fill(message string, args []any) string {
	for i, a := range args {
		message = strings.ReplaceAll(message, fmt.Sprintf("{%d}", i), oneLine(a))
	}
	return message
}

// oneLine is a value of a message as a reader would write it, and not longer
// than a line takes.
func oneLine(a any) string {
	text := strings.Join(strings.Fields(fmt.Sprint(a)), " ")
	switch text {
	case "struct":
		return "a struct, { … }"
	case "list":
		return "a list, [ … ]"
	case "string":
		return "a text"
	case "int":
		return "a whole number"
	case "float":
		return "a number with a fraction"
	case "number":
		return "a number"
	case "bool":
		return "true or false"
	}
	switch {
	case strings.HasPrefix(text, "{"):
		return "{ … }"
	case strings.HasPrefix(text, "(") && strings.Contains(text, "|"): // (string|list)
		words := strings.Split(strings.Trim(text, "()"), "|")
		for i, w := range words {
			words[i] = oneLine(w)
		}
		return format.AnyOf(words)
	}
	return format.Shorten(text)
}
