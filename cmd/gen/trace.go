package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/rules"
	"sitegen/internal/site"
	"sitegen/internal/trace"
)

type whyCmd struct {
	specFlags
	outFlags
	Line string `arg:"" name:"file:line" complete:"files" help:"A line of a generated file: docs/RUNBOOK.md:12, with or without the folder of the output before it."`
}

// Run names the fields of the spec that are behind a line of the output.
func (c *whyCmd) Run(e *env) error {
	file, number, ok := format.CutLast(c.Line, ":")
	line, err := strconv.Atoi(number)
	if !ok || err != nil {
		return fmt.Errorf("%q is no FILE:LINE", c.Line)
	}
	t, err := c.tracer(e, c.Out)
	if err != nil {
		return err
	}
	file, err = inRoot(t, c.Out.dir(), file)
	if err != nil {
		return err
	}
	done := e.doing("generating the file with other values, to see which change the line")
	fields, err := t.Why(file, line)
	done()
	if err != nil {
		return err
	}
	if now, err := os.ReadFile(filepath.Join(c.Out.dir(), filepath.FromSlash(file))); err == nil {
		if made, _ := t.File(file); !bytes.Equal(now, made) {
			fmt.Fprintf(e.stderr, "gen: %s is not what gen writes; this is about line %d of what it would write\n", file, line)
		}
	}
	if len(fields) == 0 {
		fmt.Fprintln(e.stderr, "gen: no field of the spec is behind it: it is the same for every site, or follows from what all sites have")
	}
	for _, f := range fields {
		at := "(a default)"
		if f.Pos.IsValid() {
			at = f.Pos.String()
		}
		fmt.Fprintf(e.stdout, "%s = %s\t%s\n", f.Path, format.Shorten(f.Value), at)
	}
	return nil
}

// inRoot is a file's path in the output: it may be given from here, from the output root,
// or from the top of the file system.
func inRoot(t *trace.Tracer, dir, file string) (string, error) {
	if _, ok := t.File(filepath.ToSlash(filepath.Clean(file))); ok {
		return filepath.ToSlash(filepath.Clean(file)), nil
	}
	full, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	root, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.ToSlash(below(root, full, file)), nil
}

type whereCmd struct {
	specFlags
	outFlags
	Path string `arg:"" complete:"field" help:"Path of a field of the spec, as messages have it: clients.bakery.image, hosts.web1."`
}

// Run names the lines of the output that a field of the spec makes.
func (c *whereCmd) Run(e *env) error {
	at, ok := diag.ParsePath(strings.TrimSuffix(c.Path, ".")) // a completion ends in one
	if !ok {
		return fmt.Errorf("%q is no path of a field", c.Path)
	}
	t, err := c.tracer(e, c.Out)
	if err != nil {
		return err
	}
	done := e.doing("generating the tree with another value, to see which lines change")
	lines, known := t.Where(at)
	done()
	if !known {
		return fmt.Errorf("the spec says nothing at %s, and there is no default; gen explain %s tells of the field", c.Path, c.Path)
	}
	if len(lines) == 0 {
		fmt.Fprintln(e.stderr, "gen: no line of the output is another with another value")
	}
	for _, l := range lines {
		fmt.Fprintln(e.stdout, c.Out.lines(l))
	}
	return nil
}

// lines are a place in the output, as the user calls it.
func (o outRoot) lines(l trace.Lines) string {
	file := filepath.Join(o.dir(), filepath.FromSlash(l.File))
	if l.From == l.To {
		return fmt.Sprintf("%s:%d", file, l.From)
	}
	return fmt.Sprintf("%s:%d-%d", file, l.From, l.To)
}

// tracer is one of a sound spec, with what it takes from files of the user's.
func (f *specFlags) tracer(e *env, out outRoot) (*trace.Tracer, error) {
	s, err := f.load(e)
	if err != nil {
		return nil, err
	}
	root, err := (&outFlags{Out: out}).open(e)
	if err != nil {
		return nil, err
	}
	if root == nil {
		return nil, errors.New("there is no output: gen writes it")
	}
	sp := s.Spec
	return trace.New(&sp, s.Index(), func(s *site.Site) { rules.ReadOwn(s, root.FS()) })
}
