// Package site reads a site spec and says what it describes, or what is wrong
// with it.
//
// A spec goes this way: read (source.go), placed (index.go: where the user wrote
// what), evaluated against the schema within limits (load.go, limit.go), explained
// where it does not fit (explain.go, wording.go, translate.go), resolved
// (resolve*.go) and checked by the rules (check.go, rules*.go). What is sound of a
// spec that does not fit is checked too (partial.go), by the rules whose findings
// are true however the rest is repaired (stands.go). What comes out is a Site,
// sound and complete, or Problems, each at a line of the user's own.
//
// It is the only package that imports CUE. It writes nothing, and knows nothing of
// the files that are made from a site.
package site
