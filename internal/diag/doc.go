// Package diag is what gen finds, about a spec or about the tree made from it, and
// every way of printing it: for people, for programs, for GitHub's annotations and
// as SARIF for code scanning. A finding has one shape, whichever command made it.
//
// It decides nothing: which findings there are and in which words is said elsewhere.
package diag
