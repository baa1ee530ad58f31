package main

import (
	"os"
	"runtime/debug"

	"sitegen/internal/spec"
)

func main() {
	if spec.Evaluating() {
		return
	}
	collectSeldom()
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// collectSeldom takes time for memory: the program lives for a second, and most of
// what it makes it keeps. Who has said otherwise in the environment has the say. The
// limit is half of what a spec may take, so that garbage never counts for its data.
func collectSeldom() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(1 << 30)
	}
}
