package tree

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// validPath reports why gen may not own a file at the path. It is asked about
// the generators' files and about the lines of the manifest, so that a damaged
// manifest cannot make gen delete what it never wrote.
//
// The characters that Windows cannot hold are refused everywhere: a repository
// with such a name cannot be checked out there.
func validPath(p string) error {
	if !fs.ValidPath(p) || p == "." {
		return fmt.Errorf("%q: not a plain path below the output folder", p)
	}
	if strings.EqualFold(p, ManifestName) {
		return fmt.Errorf("%q: this is the name of gen's own manifest", p)
	}
	if strings.HasPrefix(path.Base(p), tempPrefix) {
		return fmt.Errorf("%q: names that start with %q are for gen's temporary files", p, tempPrefix)
	}
	if strings.ContainsFunc(p, unsafeRune) {
		return fmt.Errorf("%q: holds a character that not every file system can keep", p)
	}
	for name := range strings.SplitSeq(p, "/") {
		if strings.EqualFold(name, ".git") {
			return fmt.Errorf("%q: gen never writes inside .git", p)
		}
		if strings.HasSuffix(name, ".") || strings.HasSuffix(name, " ") {
			return fmt.Errorf("%q: a name that ends in a dot or a space cannot be kept on every file system", p)
		}
	}
	return nil
}

func unsafeRune(r rune) bool {
	switch r {
	case '\\', '<', '>', ':', '"', '|', '?', '*':
		return true
	}
	return unicode.IsControl(r)
}

// fold maps names that are one on a file system without case to one string:
// each rune becomes the smallest that strings.EqualFold takes for its equal.
func fold(s string) string {
	if isASCII(s) {
		return strings.ToUpper(s)
	}
	return strings.Map(func(r rune) rune {
		least := r
		for q := unicode.SimpleFold(r); q != r; q = unicode.SimpleFold(q) {
			least = min(least, q)
		}
		return least
	}, s)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// places are the files and folders of a tree, by their folded paths.
type places map[string]place

type place struct {
	name string // as it is spelled
	file bool
}

// add puts a file and the folders above it in their places, or reports what
// is there already.
func (s places) add(p string) error {
	folded := fold(p)
	end, foldedEnd := 0, 0
	for {
		n, m := strings.IndexByte(p[end:], '/'), strings.IndexByte(folded[foldedEnd:], '/')
		if n < 0 {
			return s.put(folded, place{p, true}, p)
		}
		end, foldedEnd = end+n, foldedEnd+m
		if err := s.put(folded[:foldedEnd], place{p[:end], false}, p); err != nil {
			return err
		}
		end, foldedEnd = end+1, foldedEnd+1
	}
}

func (s places) put(key string, it place, p string) error {
	was, ok := s[key]
	switch {
	case !ok:
		s[key] = it
	case was.name != it.name:
		return fmt.Errorf("%q: collides with %q where case does not count", p, was.name)
	case was.file && it.file:
		return fmt.Errorf("%q: made twice", p)
	case was.file || it.file:
		return fmt.Errorf("%q: %q would be a file and a folder", p, it.name)
	}
	return nil
}
