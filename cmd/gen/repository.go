package main

import (
	"os"
	"path/filepath"
	"strings"
)

// fromRepository names a file from the top of the git repository that it is in:
// that is where GitHub looks for it, whatever the working directory of a step. A
// file in no repository keeps its name; one that is absolute and below the
// working directory is named from there.
func fromRepository(file string) string {
	full, err := filepath.Abs(file)
	if err != nil {
		return file
	}
	for dir := filepath.Dir(full); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return below(dir, full, file)
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	// A checkout in a container without git has no .git.
	if top := os.Getenv("GITHUB_WORKSPACE"); filepath.IsAbs(top) {
		if name := below(top, full, ""); name != "" {
			return name
		}
	}
	if here, err := os.Getwd(); err == nil {
		return below(here, full, file)
	}
	return file
}

// below is the path of a file from a folder above it, or else.
func below(dir, full, or string) string {
	if rel, err := filepath.Rel(dir, full); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return rel
	}
	return or
}
