// Package md writes Markdown (CommonMark with GitHub's tables) from templates
// that name the escaper of each value by the place it stands in:
//
//	{{.About | text}}              prose, headings, lists, table cells
//	{{.Path | code}}               a code span of its own
//	`scripts/{{.Name | span}}.sh`  a part of a code span, or of a code block that is no
//	                               shell; a value that would end it is an error
//	ssh {{.Host | sh}}             one word of shell, in a ```sh block
//	{{.URL | link}}                a link that shows its address
//
// An action that prints without one does not load. Whether it is the right one
// for its place is not looked at here: a test of whoever owns a template has to
// read the result back with a value that is hostile.
//
// How a renderer beyond CommonMark shows a value (:emoji:, links made of bare
// addresses) is not looked at either.
package md
