// Package md writes Markdown (CommonMark with GitHub's tables) from templates
// whose actions are escaped by the place they stand in.
//
// The place follows from the text of the template:
//
//	prose, headings, lists, table cells   every active character is escaped
//	`…`                                   as it is; what would end the span is an error
//	```sh and ```bash blocks              one quoted word of shell
//	```mermaid blocks                     a label inside "…", a whole number outside
//	other code blocks                     as it is, on one line
//
// A word of shell that is part text is {{printf "root@%s" .Host}}, or stands beside
// the quotes: 'root@'{{.Host}}.
//
// In HTML tags, comments and link targets, in a block's info string and in the
// quotes of a shell command an action is refused when the template is loaded,
// with its line and column. A code span ends on its line; a row of a table
// begins with a pipe; a fence stands alone on its line, not in a block quote.
//
// What is promised is that a value cannot change the structure of the page and
// reads back as it was. How a renderer beyond CommonMark shows it (:emoji:,
// links made of bare addresses) is not looked at, and the package renders nothing.
package md
