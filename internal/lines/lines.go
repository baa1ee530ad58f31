// Package lines is what the template languages have in common: lines of a text/template
// that only control it.
package lines

import "regexp"

var control = regexp.MustCompile(`(?m)^[ \t]*(\{\{(?:if|else|range|with|end)\b(?:[^}]*[^}-])?|\{\{/\*[^}]*?)((?:\*/)?\}\})[ \t]*\n`)

// DropControl lets lines with nothing but {{if}}, {{else}}, {{range}}, {{with}}, {{end}}
// or a comment leave no trace in the output: it moves the line break behind such an
// action into its braces, so that later lines keep their numbers in messages.
func DropControl(src string) string {
	return control.ReplaceAllString(src, "$1\n$2")
}
