package sitetest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// Case is a case of golden/bad: files of a spec that has to be refused, or warned of,
// and the exact message.
//
// A case is one txtar archive, golden/bad/NAME.txtar. Its site.cue.diff holds the
// lines in which site.cue differs from Base, as `diff -U0` prints them; a spec that has
// little of it is there whole. The file spec names what is given as the spec, where
// that is not site.cue, or the folder if it has several files. Files that no archive
// can hold (other encodings, no line break at the end) are in a folder of that name.
type Case struct {
	Name  string
	Files map[string][]byte // as they are written to the disk
	Spec  string            // what is given as the spec
	Want  string            // the message

	archive string
}

const wantFile = "want.err"

// Cases are all cases of golden/bad.
func Cases(tb testing.TB) []Case {
	tb.Helper()
	bad := filepath.Join(top(), "golden", "bad")
	archives, err := filepath.Glob(filepath.Join(bad, "*.txtar"))
	if err != nil || len(archives) == 0 {
		tb.Fatalf("no cases in %s: %v", bad, err)
	}
	var all []Case
	for _, path := range archives {
		c, err := readCase(path)
		if err != nil {
			tb.Fatalf("%s: %v", path, err)
		}
		all = append(all, c)
	}
	return all
}

func readCase(path string) (Case, error) {
	name := strings.TrimSuffix(path, ".txtar")
	c := Case{Name: filepath.Base(name), Files: map[string][]byte{}, archive: path}
	a, err := txtar.ParseFile(path)
	if err != nil {
		return c, err
	}
	beside, err := filepath.Glob(filepath.Join(name, "*"))
	if err != nil {
		return c, err
	}
	for _, f := range beside {
		data, err := os.ReadFile(f)
		if err != nil {
			return c, err
		}
		c.Files[filepath.Base(f)] = data
	}
	for _, f := range a.Files {
		switch f.Name {
		case wantFile:
			c.Want = string(f.Data)
		case "spec":
			c.Spec = strings.TrimSpace(string(f.Data))
		case "site.cue.diff":
			if c.Files["site.cue"], err = patch(Base(), f.Data); err != nil {
				return c, err
			}
		default:
			c.Files[f.Name] = f.Data
		}
	}
	if c.Spec == "" {
		c.Spec = "."
		for name := range c.Files {
			if len(c.Files) == 1 && filepath.Ext(name) == ".cue" {
				c.Spec = name
			}
		}
	}
	return c, nil
}

// Write puts the files of the case into a folder.
func (c Case) Write(tb testing.TB, dir string) {
	tb.Helper()
	for name, data := range c.Files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			tb.Fatal(err)
		}
	}
}

// Update makes a message the one that is wanted.
func (c Case) Update(tb testing.TB, want string) {
	tb.Helper()
	a, err := txtar.ParseFile(c.archive)
	if err != nil {
		tb.Fatal(err)
	}
	for i := range a.Files {
		if a.Files[i].Name == wantFile {
			a.Files[i].Data = []byte(want)
		}
	}
	if err := os.WriteFile(c.archive, txtar.Format(a), 0o644); err != nil {
		tb.Fatal(err)
	}
}

// Bad are the specs of the cases that are one file, by the names of the cases.
func Bad(tb testing.TB) map[string]string {
	tb.Helper()
	all := map[string]string{}
	for _, c := range Cases(tb) {
		if text, ok := c.Files["site.cue"]; ok && c.Spec == "site.cue" {
			all[c.Name] = string(text)
		}
	}
	return all
}

// patch applies a diff without context.
func patch(base string, diff []byte) ([]byte, error) {
	old := strings.SplitAfter(base, "\n")
	var out bytes.Buffer
	at := 0 // of old, copied so far
	for line := range strings.Lines(string(diff)) {
		switch {
		case strings.HasPrefix(line, "@@ -"):
			from, _, _ := strings.Cut(strings.TrimPrefix(line, "@@ -"), " ")
			first, count, ranged := strings.Cut(from, ",")
			n, err := strconv.Atoi(first)
			if err != nil {
				return nil, fmt.Errorf("no hunk: %q", line)
			}
			if !ranged || count != "0" {
				n-- // lines count from 1; where none are taken out, it is the line before
			}
			for ; at < n; at++ {
				out.WriteString(old[at])
			}
		case strings.HasPrefix(line, "-") && at < len(old) && old[at] == line[1:]:
			at++
		case strings.HasPrefix(line, "+"):
			out.WriteString(line[1:])
		default:
			return nil, fmt.Errorf("does not fit the base: %q", line)
		}
	}
	for ; at < len(old); at++ {
		out.WriteString(old[at])
	}
	return out.Bytes(), nil
}
