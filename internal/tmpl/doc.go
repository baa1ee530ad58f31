// Package tmpl loads text/template templates for languages in which the form of
// a value depends on the place it stands in.
//
// A [Language] follows its own lexer through the text of the template. At every
// action it says which escaper the value has to go through, or refuses the
// place; [Load] then writes that escaper into the parsed template. It is the
// method of html/template, with two differences: a place that is not safe for
// every value is refused at load time, not at the first execution; and the
// branches of an {{if}} must come out in the same state always.
//
// A line that holds nothing but control actions, comments, definitions and
// template calls leaves no trace, not even an empty line, so that templates do
// not need trim markers:
//
//	{{range .Disks}}
//	  {{.Name}} = { };
//	{{end}}
//
// The package knows no language, and does not allow what cannot be followed
// from the text alone: {{break}}, {{continue}} and recursive templates.
package tmpl
