// Package importer reads a repository that was written by hand, and writes the spec that
// says the same, as far as its files tell. Every file of the repository is in its report,
// once: gen's output has what is in it, it stays its owner's, or a person has to decide.
//
// Nothing is guessed: what a file says that the spec has no field for keeps the file
// its owner's, and is named.
package importer
