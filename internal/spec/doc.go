// Package spec reads a site spec and says what it says, or why it cannot be read.
//
// A spec goes this way: its files are found (files.go) and parsed (source.go),
// evaluated by themselves as `cue export` does (evaluate.go; limit.go and child.go
// keep that within limits), and compared with the schema in one walk, which fills
// the Go structs and says in the user's terms what does not fit (schema.go, fit.go).
// Index knows where the user wrote what.
//
// It is the only package that imports CUE. What follows from a spec is package
// site's, and whether it makes a sound site package rules'.
package spec
