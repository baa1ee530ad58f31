package site

import (
	"errors"
	"fmt"
	"strings"

	cueerrors "cuelang.org/go/cue/errors"
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
		{"does not match", "value", "is {0}, but a pattern in the spec wants another one", ""},
		{"reference %q not found", "reference", "nothing is called \"{0}\" here", "a text needs quotes; a reference has to name a field of the spec"},
		{"unreferenced alias or let", "reference", "{0} is used nowhere", "use it, or take it out"},
		{"cycle", "cycle", "is defined by itself", "give it a value of its own"},
		{"required but not present", "missing-field", "the field \"{0}\" is missing", "a definition of the spec itself wants it"},
		{"undefined field", "reference", "refers to a field \"{0}\", which does not exist", ""},
		{"index out of range", "reference", "refers to element {0} of a list of {1}", "elements count from 0"},
		{"field not allowed", "unknown-field", "what this is made of is closed, and has no such field", "add the field to the definition, or to what stands in close( ); or take it out here"},
		{"builtin package %q undefined", "import", "CUE has no package \"{0}\"", "https://pkg.go.dev/cuelang.org/go/pkg lists them"},
		{"imported and not used", "import", "the package {0} is imported and not used", "remove the import"},
		{"embed files", "import", "a spec cannot embed files", "put the values into the spec"},
		{"in argument %d to", "value", "cannot be computed: {4} does not take {1} as its argument {3}", ""},
		{"cannot use %s", "value", "cannot be computed: a condition has to be true or false", ""},
		{"error in call to", "value", "cannot be computed: {0} does not take what it is given", ""},
		{"failed arithmetic", "value", "cannot be computed: {0}", ""},
		{"invalid opera", "value", "cannot be computed: the parts of it do not go together", ""},
		{"invalid interpolation", "value", "cannot be computed: what stands in the text is no text or number", ""},
		{"disjunction", "value", "none of the alternatives that it has fits", ""},
		{"incomplete", "open-value", "has no definite value", "write the value itself"},
		{"non-concrete", "open-value", "depends on something that has no definite value", "write the value itself"},
		{"unresolved", "open-value", "has no definite value", "write the value itself"},
		{"explicit error", "value", "is an error by its own words", "give it a value"},
	}
}

// translate says one of CUE's errors in the spec's terms. What is not known is
// said without CUE's words, which would help nobody.
func translate(e cueerrors.Error) Problem {
	format, args := e.Msg()
	switch cause := causeOf(e); {
	case strings.HasPrefix(cause, "division"):
		return Problem{Message: "cannot be computed: division by zero", Rule: "value"}
	case format == "invalid interpolation" && strings.HasPrefix(cause, "non-concrete"):
		return Problem{Message: "cannot be computed: what stands in the text has no definite value", Rule: "open-value", Hint: "write the value itself"}
	}
	for _, t := range translations() {
		if strings.Contains(format, t.has) {
			if t.rule == "reference" && len(args) > 0 && truth(fmt.Sprint(args[0])) != "" {
				t.hint = fmt.Sprintf("say %s; a text needs quotes", truth(fmt.Sprint(args[0])))
			}
			return Problem{Message: fill(t.message, args), Rule: t.rule, Hint: t.hint}
		}
	}
	if format == "%s" && len(args) == 1 { // error("…") in the spec itself
		return Problem{Message: "the spec says: " + oneLine(args[0]), Rule: "value"}
	}
	return Problem{Message: "does not go together with the rest of the spec", Rule: "value", Hint: "take it out to see whether the rest is sound"}
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
	case "int", "float", "number":
		return "a number"
	case "bool":
		return "true or false"
	}
	if strings.HasPrefix(text, "{") {
		return "{ … }"
	}
	return shorten(text)
}
