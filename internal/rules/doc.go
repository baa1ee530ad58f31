// Package rules is the table of what every site has to keep to, and the engine that
// runs it. Load is the whole way from the files of a spec to a sound site, or to
// problems that each name a line of the user's own and what to do.
//
// A rule is a row of the table in the file of what it is about (disk.go, record.go …)
// and a function that looks at spec and site. docs/RULES.md, `gen rules` and `gen
// explain` are made of the table. How a spec is read is package spec's; how a single
// text is judged, package format's.
package rules
