package main

import (
	"strings"

	"sitegen/internal/sh"
)

// command is how the user calls a command of gen on the same spec and the same
// output: what advice names can be typed as it stands. "" is the command that writes.
func (e *env) command(name string) string {
	words := []string{"gen"}
	add := func(args ...string) {
		for _, arg := range args {
			words = append(words, quoted(arg))
		}
	}
	if name != "" {
		add(name)
	}
	if e.spec.Spec != "" && e.spec.Spec != "." {
		add("-spec", e.spec.Spec)
	}
	if e.spec.OneFile {
		add("--one-file")
	}
	for _, tag := range e.spec.Tag {
		add("-t", tag)
	}
	if e.root != "" {
		add("-out", string(e.root))
	}
	return strings.Join(words, " ")
}

// quoted is a word as a shell reads it.
func quoted(word string) string {
	text, err := sh.Quote(word)
	if err != nil { // a NUL, which no argument holds
		return word
	}
	return text
}
